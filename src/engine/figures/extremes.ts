/** The lowest and highest values since the counters were cleared (VLB-27), each with its time. */
import { Extreme, type ExtremeState } from './extreme.ts';
import type { BatterySample } from './sample.ts';
import { recordOf } from './stored.ts';

const NAMES = [
  'lowestVoltage',
  'highestVoltage',
  'lowestCell',
  'highestCell',
  'lowestTemperature',
  'highestTemperature',
  'greatestCharge',
  'greatestDischarge',
] as const;

export type ExtremesState = Readonly<Record<(typeof NAMES)[number], ExtremeState>>;

export class Extremes {
  /** V of the pack. */
  readonly lowestVoltage = new Extreme('lowest');
  readonly highestVoltage = new Extreme('highest');
  /** V of a cell, also while others are not known. */
  readonly lowestCell = new Extreme('lowest');
  readonly highestCell = new Extreme('highest');
  /** °C, mean of the sensors. */
  readonly lowestTemperature = new Extreme('lowest');
  readonly highestTemperature = new Extreme('highest');
  /** A into the battery, above 0. */
  readonly greatestCharge = new Extreme('highest');
  /** A out of the battery, above 0. */
  readonly greatestDischarge = new Extreme('highest');

  step(sample: BatterySample): void {
    const { voltage, temperature, current, wall } = sample;
    this.lowestVoltage.offer(voltage, wall);
    this.highestVoltage.offer(voltage, wall);
    this.lowestTemperature.offer(temperature, wall);
    this.highestTemperature.offer(temperature, wall);
    if (current > 0) this.greatestCharge.offer(current, wall);
    else if (current < 0) this.greatestDischarge.offer(-current, wall);
    // Where not all cells are known the extremes of the sample say nothing of those that are.
    const known = !Number.isNaN(sample.cellMin) && !Number.isNaN(sample.cellMax);
    if (known && !this.lowestCell.beats(sample.cellMin) && !this.highestCell.beats(sample.cellMax)) return;
    this.#offerCells(sample.cells, wall);
  }

  clear(): void {
    for (const name of NAMES) this[name].clear();
  }

  state(): ExtremesState {
    return {
      lowestVoltage: this.lowestVoltage.state(),
      highestVoltage: this.highestVoltage.state(),
      lowestCell: this.lowestCell.state(),
      highestCell: this.highestCell.state(),
      lowestTemperature: this.lowestTemperature.state(),
      highestTemperature: this.highestTemperature.state(),
      greatestCharge: this.greatestCharge.state(),
      greatestDischarge: this.greatestDischarge.state(),
    };
  }

  /** Takes over what can be read of an earlier `state()`; the rest stays as it is. */
  restore(found: unknown): void {
    const record = recordOf(found);
    for (const name of NAMES) this[name].restore(record[name]);
  }

  #offerCells(cells: Float64Array, wall: number): void {
    for (let k = 0; k < cells.length; k++) {
      const voltage = cells[k] ?? Number.NaN;
      this.lowestCell.offer(voltage, wall, k + 1);
      this.highestCell.offer(voltage, wall, k + 1);
    }
  }
}
