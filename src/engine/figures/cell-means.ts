/** The voltages of all cells, smoothed over time: what a millivolt of difference is measured on. */
import { numberIn, numbersIn, recordOf, storable } from './stored.ts';

/** V that a stored voltage may have. */
const HIGHEST = 10;

export class CellMeans {
  /** V of every cell; NaN: not known. */
  readonly values: Float64Array;
  readonly #time: number;
  #weight = 0;
  #dt = Number.NaN;
  #left = 1;
  #share = 1;
  #min = Number.NaN;
  #max = Number.NaN;
  #mean = Number.NaN;

  /** @param time s over which is smoothed. */
  constructor(cells: number, time: number) {
    this.values = new Float64Array(cells).fill(Number.NaN);
    this.#time = time;
  }

  /** Of all cells (V); NaN while one of them is not known. */
  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  get mean(): number {
    return this.#mean;
  }

  /** How much the newest step counts, 0..1: for what else is to be smoothed alike. */
  get share(): number {
    return this.#share;
  }

  /** The cells stood at these voltages for `dt` s. The first ones count in full; a cell that was unknown starts anew. */
  step(cells: Float64Array, dt: number): void {
    if (dt !== this.#dt) {
      this.#dt = dt;
      this.#left = Math.exp(-dt / this.#time);
    }
    // An exponential mean of what there is so far: without the weight, the first sample would count for a whole time constant.
    this.#weight = 1 - (1 - this.#weight) * this.#left;
    const share = this.#weight > 0 ? (1 - this.#left) / this.#weight : 1;
    this.#share = share;
    const values = this.values;
    for (let i = 0; i < values.length; i++) {
      const was = values[i] ?? Number.NaN;
      const now = cells[i] ?? Number.NaN;
      values[i] = Number.isNaN(was) ? now : was + (now - was) * share;
    }
    this.#sum();
  }

  #sum(): void {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let i = 0; i < this.values.length; i++) {
      const value = this.values[i] ?? Number.NaN;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    }
    const any = this.values.length > 0;
    this.#min = any ? min : Number.NaN;
    this.#max = any ? max : Number.NaN;
    this.#mean = sum / this.values.length;
  }

  /** Forgets everything. */
  lose(): void {
    if (this.#weight === 0 && Number.isNaN(this.#mean)) return;
    this.#weight = 0;
    this.values.fill(Number.NaN);
    this.#sum();
  }

  state(): object {
    return { weight: this.#weight, values: Array.from(this.values, storable) };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const values = numbersIn(stored, 'values', this.values.length, 0, HIGHEST);
    this.lose();
    if (values === null) return;
    this.#weight = numberIn(stored, 'weight', 0, 1, 0);
    this.values.set(values);
    this.#sum();
  }
}
