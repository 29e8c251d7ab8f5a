/**
 * Energy that a LiFePO4 cell gives between two states of charge: the voltage it shows while it is discharged, summed up over
 * the charge. State of charge times a nominal energy is off by several percent at the ends and in the cold.
 */
import { halfGap, middleVoltage } from '../estimator/ocv-curve.ts';

/** Steps of the table: half a percent. */
const STEPS = 200;
const USUAL = 25;

export class DischargeEnergy {
  readonly #voltages = new Float64Array(STEPS + 1);
  readonly #sums = new Float64Array(STEPS + 1);
  #degrees = Number.NaN;

  /** Wh of a cell of 1 Ah from `high` down to `low` (SOC 0..1), while the load takes `drop` V off its voltage; °C (NaN: 25). */
  between(high: number, low: number, drop: number, temperature: number): number {
    if (!(high > low)) return 0;
    this.#lay(temperature);
    return Math.max(0, this.#sum(high) - this.#sum(low) - drop * (high - low));
  }

  /** SOC (0..1) at which a load that takes `drop` V pulls the cell down to `voltage` V (NaN: to nothing, 0). */
  socAt(voltage: number, drop: number, temperature: number): number {
    this.#lay(temperature);
    for (let k = 0; k <= STEPS; k++) {
      if ((this.#voltages[k] ?? 0) - drop < voltage) continue;
      if (k === 0) return 0;
      const [below, above] = [this.#voltages[k - 1] ?? 0, this.#voltages[k] ?? 0];
      return (k - 1 + (voltage + drop - below) / (above - below)) / STEPS;
    }
    return 1;
  }

  #sum(soc: number): number {
    const place = soc <= 0 ? 0 : soc >= 1 ? STEPS : soc * STEPS;
    const index = Math.min(STEPS - 1, Math.floor(place));
    const low = this.#sums[index] ?? 0;
    return low + ((this.#sums[index + 1] ?? low) - low) * (place - index);
  }

  /** The table of a whole degree is kept until it is another. */
  #lay(temperature: number): void {
    const degrees = Number.isFinite(temperature) ? Math.round(temperature) : USUAL;
    if (degrees === this.#degrees) return;
    this.#degrees = degrees;
    for (let k = 0; k <= STEPS; k++) {
      const soc = k / STEPS;
      const voltage = middleVoltage(soc, degrees) - halfGap(soc, degrees);
      this.#voltages[k] = voltage;
      if (k > 0) this.#sums[k] = (this.#sums[k - 1] ?? 0) + (voltage + (this.#voltages[k - 1] ?? 0)) / 2 / STEPS;
    }
  }
}
