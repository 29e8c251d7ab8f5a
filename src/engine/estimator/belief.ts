/**
 * What the estimator believes about the battery and its sensors: a value for every unknown and how sure they are.
 * Knows how they hang together, not where measurements come from.
 */
import { Covariance } from './covariance.ts';
import { curveSpread } from './ocv-curve.ts';
import type { Tuning } from './tuning.ts';

/** SOC 0..1; may run a little past the ends, so that an anchor can tell how wrong the count was. */
export const SOC = 0;
/** What the current sensor shows at no current (per hour of the capacity). */
export const BIAS = 1;
/** By how much the capacity is smaller than configured: charge times (1 + this) is SOC. */
export const CAPACITY = 2;
/** What the voltage sensors show too much (V). */
export const VOLTAGE = 3;
/** Branch of the hysteresis: −1 after discharging, 1 after charging. */
export const BRANCH = 4;
/** Places (SOC) at which the battery's own curve is learned; between them its error changes in a straight line. */
export const KNOTS: readonly number[] = [0.05, 0.15, 0.27, 0.4, 0.55, 0.66, 0.72, 0.78, 0.92];
/** From here on: error of the middle of the curve at every knot (V); then that of half of the gap. */
export const MIDDLE = 5;
export const GAP = MIDDLE + KNOTS.length;
export const SIZE = GAP + KNOTS.length;

/** A SOC of which nothing is known: anything between empty and full. */
export const UNKNOWN_SIGMA = 0.29;
/** Nothing is ever known better than this. */
export const LEAST_SIGMA = 0.005;
/** Beyond these no measurement moves an unknown; upwards the capacity error may be larger: a battery at half of its capacity. */
const MOST = [0, 0.03, 0.5, 0.1, 1];
const MOST_CAPACITY = 1;
const MOST_CURVE = 0.05;
const PAST_THE_END = 0.1;

export interface BeliefState {
  readonly values: readonly number[];
  readonly covariance: readonly number[];
}

export class Belief {
  readonly values = new Float64Array(SIZE);
  readonly covariance = new Covariance(SIZE);
  readonly slopes = new Float64Array(SIZE);

  constructor(tuning: Tuning) {
    this.values[SOC] = 0.5;
    this.covariance.reset(SOC, UNKNOWN_SIGMA ** 2);
    this.covariance.reset(BRANCH, 1);
    this.forget(tuning);
  }

  /** Forgets what was learned of sensors, capacity and curve; SOC and branch stay. */
  forget(tuning: Tuning): void {
    const { covariance } = this;
    for (let i = 1; i < SIZE; i++) if (i !== BRANCH) this.values[i] = 0;
    covariance.reset(BIAS, tuning.bias ** 2);
    covariance.reset(CAPACITY, tuning.capacity ** 2);
    covariance.reset(VOLTAGE, tuning.voltage ** 2);
    this.#forgetCurve(tuning);
  }

  #forgetCurve(tuning: Tuning): void {
    const { covariance } = this;
    this.values.fill(0, MIDDLE);
    for (let k = 0; k < KNOTS.length; k++) {
      const spread = curveSpread(KNOTS[k] ?? 0) ** 2;
      covariance.reset(MIDDLE + k, tuning.curve ** 2 + spread);
      covariance.reset(GAP + k, tuning.curveGap ** 2 + spread);
    }
  }

  value(i: number): number {
    return this.values[i] ?? 0;
  }

  sigma(i: number): number {
    return Math.sqrt(this.covariance.get(i, i));
  }

  /** SOC moves by `change` because charge flowed, or because somebody knows better. */
  setSoc(soc: number): void {
    this.values[SOC] = limit(soc - 0.5, 0.5 + PAST_THE_END) + 0.5;
  }

  /** SOC moved by `change` over `dt` s and took the branch along, which fades meanwhile; written so that parts add up. */
  moveBranch(change: number, dt: number, tuning: Tuning): void {
    const target = ((change / dt) * tuning.branchTime) / tuning.branchChange;
    const moved = target + (this.value(BRANCH) - target) * Math.exp(-dt / tuning.branchTime);
    this.values[BRANCH] = limit(moved, 1);
  }

  /**
   * Prepares a measurement that depends on the curve at `soc`: fills the slopes of the knots, clears all others.
   * @returns what the learned errors add to the voltage there (V)
   */
  curveAt(soc: number): number {
    const slopes = this.slopes.fill(0);
    const branch = this.value(BRANCH);
    let k = 0;
    while (k < KNOTS.length - 2 && soc > (KNOTS[k + 1] ?? 1)) k++;
    const low = KNOTS[k] ?? 0;
    const share = limit((soc - low) / ((KNOTS[k + 1] ?? 1) - low) - 0.5, 0.5) + 0.5;
    slopes[MIDDLE + k] = 1 - share;
    slopes[MIDDLE + k + 1] = share;
    slopes[GAP + k] = (1 - share) * branch;
    slopes[GAP + k + 1] = share * branch;
    let error = 0;
    for (let i = k; i <= k + 1; i++) {
      error += this.value(MIDDLE + i) * (slopes[MIDDLE + i] ?? 0) + this.value(GAP + i) * (slopes[GAP + i] ?? 0);
    }
    return error;
  }

  /** Prepares a measurement of one unknown alone. */
  only(i: number): void {
    this.slopes.fill(0)[i] = 1;
  }

  /** Takes in what was prepared: it came out `surprise` higher than believed; `noise` as for the covariance. */
  learn(surprise: number, noise: (spread: number) => number): void {
    const gain = this.covariance.learn(this.slopes, noise);
    this.setSoc(this.value(SOC) + (gain[SOC] ?? 0) * surprise);
    for (let i = 1; i < SIZE; i++) this.#set(i, this.value(i) + (gain[i] ?? 0) * surprise);
    this.covariance.atLeast(SOC, LEAST_SIGMA ** 2);
  }

  #set(i: number, value: number): void {
    const most = i === CAPACITY && value > 0 ? MOST_CAPACITY : (MOST[i] ?? MOST_CURVE);
    this.values[i] = limit(value, most);
  }

  /** The unit of charge is now `factor` times what it was, and the battery is the same: what is counted in it changes. */
  rescale(factor: number): void {
    this.#set(BIAS, this.value(BIAS) / factor);
    this.covariance.scale(BIAS, 1 / factor);
    // Of a much smaller battery the same amperes would be more than can be.
    const most = MOST[BIAS] ?? 0;
    if (this.sigma(BIAS) > most) this.covariance.scale(BIAS, most / this.sigma(BIAS));
    this.#set(CAPACITY, (1 + this.value(CAPACITY)) * factor - 1);
    this.covariance.scale(CAPACITY, factor);
  }

  /** Forgets what was learned of the battery: its capacity and its curve. SOC, branch and sensors stay. */
  forgetBattery(tuning: Tuning): void {
    this.values[CAPACITY] = 0;
    this.covariance.reset(CAPACITY, tuning.capacity ** 2);
    this.#forgetCurve(tuning);
  }

  state(): BeliefState {
    return { values: Array.from(this.values), covariance: this.covariance.toArray() };
  }

  /** Takes over a state that `parseBelief` let pass. */
  restore(state: BeliefState): void {
    for (let i = 1; i < SIZE; i++) this.#set(i, state.values[i] ?? 0);
    this.setSoc(state.values[SOC] ?? 0.5);
    this.covariance.fromArray(state.covariance);
    this.covariance.atLeast(SOC, LEAST_SIGMA ** 2);
  }
}

function limit(value: number, most: number): number {
  return value > most ? most : value < -most ? -most : value;
}
