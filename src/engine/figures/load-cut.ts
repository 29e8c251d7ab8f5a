/** What the cells were like when the loads were cut last: an empty battery, or one cell of it (VLB-21). */
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';

export class LoadCut {
  readonly #cells: number;
  #isCut = false;
  #cell = 0;
  #voltage = Number.NaN;
  #mean = Number.NaN;

  constructor({ cells }: Pick<BatterySettings, 'cells'>) {
    this.#cells = cells;
  }

  /** Number of the lowest cell, from 1; `null`: not known. */
  get cell(): number | null {
    return this.#cell > 0 ? this.#cell : null;
  }

  /** V of it. */
  get voltage(): number {
    return this.#voltage;
  }

  /** Mean of all cells (V). */
  get mean(): number {
    return this.#mean;
  }

  /** @param cut the loads are off because a cell is empty */
  step({ cells, cellMin, cellMean }: BatterySample, cut: boolean): void {
    if (cut && !this.#isCut) {
      this.#cell = 0;
      let lowest = Infinity;
      for (let k = 0; k < cells.length; k++) {
        const voltage = cells[k]!;
        if (!(voltage < lowest)) continue;
        lowest = voltage;
        this.#cell = k + 1;
      }
      this.#voltage = cellMin;
      this.#mean = cellMean;
    }
    this.#isCut = cut;
  }

  state(): object {
    const { cell, voltage, mean } = this;
    return { cut: this.#isCut, cell, voltage: storable(voltage), mean: storable(mean) };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#isCut = stored['cut'] === true;
    this.#cell = Math.round(numberIn(stored, 'cell', 1, this.#cells, 0));
    this.#voltage = numberIn(stored, 'voltage', -10, 10, Number.NaN);
    this.#mean = numberIn(stored, 'mean', -10, 10, Number.NaN);
  }
}
