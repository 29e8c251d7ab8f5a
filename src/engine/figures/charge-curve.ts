/** State of charge of a cell from its voltage after charging: the upper branch of the curve, read the other way round. */
import { halfGap, middleVoltage } from '../estimator/ocv-curve.ts';

const STEPS = 400;
/** The branch is laid out anew when the temperature has changed by this much (K): less than half a millivolt. */
const NEW = 0.5;
/** Beyond full it goes on as steeply as over the last per cent, up to this SOC. */
const LAST = 0.01;
const FULLEST = 1.03;
const USUAL = 25;

export class ChargeCurve {
  readonly #volts = new Float64Array(STEPS + 1);
  #temperature = Number.NaN;

  /** SOC (0..1.03) of a cell that settles at `voltage` V after charging at `temperature` °C (NaN: as at 25); NaN for NaN. */
  soc(voltage: number, temperature: number): number {
    this.#lay(Number.isNaN(temperature) ? USUAL : Math.round(temperature / NEW) * NEW);
    const volts = this.#volts;
    const full = volts[STEPS] ?? 0;
    if (Number.isNaN(voltage)) return Number.NaN;
    if (voltage >= full) {
      const rise = full - (volts[STEPS - STEPS * LAST] ?? 0);
      return Math.min(FULLEST, 1 + (LAST * (voltage - full)) / rise);
    }
    let [low, high] = [0, STEPS];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((volts[middle] ?? 0) <= voltage) low = middle;
      else high = middle;
    }
    const [below, above] = [volts[low] ?? 0, volts[high] ?? 0];
    const part = above > below ? (voltage - below) / (above - below) : 0;
    return Math.max(0, low + part) / STEPS;
  }

  #lay(temperature: number): void {
    if (temperature === this.#temperature) return;
    this.#temperature = temperature;
    let least = 0;
    for (let i = 0; i <= STEPS; i++) {
      const soc = i / STEPS;
      // On the plateau the branches close faster than their middle rises; what is read the other way round must not fall.
      least = Math.max(least, middleVoltage(soc, temperature) + halfGap(soc, temperature));
      this.#volts[i] = least;
    }
  }
}
