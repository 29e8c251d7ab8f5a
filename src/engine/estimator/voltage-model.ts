/** What voltage a resting cell is expected to show when its SOC is not known for sure. */
import { curveSpread, halfGap, middleVoltage } from './ocv-curve.ts';

/** Places and weights that stand for a normal distribution (seven-point Gauss-Hermite), in standard deviations. */
const PLACES = [-3.7504397177, -2.3667594107, -1.1544053948, 0, 1.1544053948, 2.3667594107, 3.7504397177];
const WEIGHTS = [
  0.0005482688559722, 0.0307571239675865, 0.2401231786050128, 0.4571428571428571, 0.2401231786050128,
  0.0307571239675865, 0.0005482688559722,
];

export interface Expected {
  /** Mean (V). */
  mean: number;
  /** Volts per SOC (0..1): how much the voltage goes with the SOC over all that is possible. */
  slope: number;
  /** Mean of half of the gap between the branches (V). */
  halfGap: number;
  /** Variance that a straight line leaves (V²). */
  bent: number;
  /** Variance between makers (V²). */
  spread: number;
}

/**
 * Fills `into` for a SOC of `soc` ± `sigma` on `branch` (−1..1) at `temperature` °C. A mean over what is possible and not the
 * slope at one point: on the plateau the slope at a point says that nothing can be learned, and at a knee that all can.
 */
export function expectVoltage(
  soc: number,
  sigma: number,
  branch: number,
  temperature: number,
  into: Expected,
): Expected {
  let [mean, slope, square, gap, spread] = [0, 0, 0, 0, 0];
  for (let k = 0; k < PLACES.length; k++) {
    const weight = WEIGHTS[k] ?? 0;
    const place = PLACES[k] ?? 0;
    const at = Math.min(1, Math.max(0, soc + place * sigma));
    const half = halfGap(at, temperature);
    const voltage = middleVoltage(at, temperature) + half * branch;
    mean += weight * voltage;
    slope += weight * voltage * place;
    square += weight * voltage * voltage;
    gap += weight * half;
    spread += weight * curveSpread(at) ** 2;
  }
  into.mean = mean;
  into.slope = slope / sigma;
  into.halfGap = gap;
  into.bent = Math.max(0, square - mean * mean - slope * slope);
  into.spread = spread;
  return into;
}

/** A voltage beyond the ends of the curve tells no more than its end (V). */
export function onCurve(voltage: number, temperature: number): number {
  const low = middleVoltage(0, temperature);
  const high = middleVoltage(1, temperature);
  return voltage < low ? low : voltage > high ? high : voltage;
}
