/** How sure a handful of unknowns are and how they hang together: a covariance of fixed size, kept symmetric. */

/** Rounding must never make a variance vanish. */
const LEAST = 1e-12;
/** Digits that are stored: what is read back and stored again is the same, however often a machine is restarted. */
const DIGITS = 12;

export class Covariance {
  readonly size: number;
  readonly #cells: Float64Array;
  readonly #row: Float64Array;
  readonly #gain: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#cells = new Float64Array(size * size);
    this.#row = new Float64Array(size);
    this.#gain = new Float64Array(size);
  }

  get(i: number, j: number): number {
    return this.#cells[i * this.size + j] ?? 0;
  }

  #set(i: number, j: number, value: number): void {
    this.#cells[i * this.size + j] = value;
    this.#cells[j * this.size + i] = value;
  }

  /** Adds to one variance; negative and unknown amounts add nothing. */
  add(i: number, variance: number): void {
    if (variance > 0) this.#set(i, i, this.get(i, i) + variance);
  }

  /** Raises one variance to at least this. */
  atLeast(i: number, variance: number): void {
    this.add(i, variance - this.get(i, i));
  }

  /** Forgets what was known of one unknown and how it hangs together with the others. */
  reset(i: number, variance: number): void {
    for (let j = 0; j < this.size; j++) this.#set(i, j, 0);
    this.#set(i, i, variance);
  }

  /** Unknown `to` moves by `factor` times unknown `from`, another one. */
  couple(to: number, from: number, factor: number): void {
    const own = this.get(to, to) + factor * (2 * this.get(to, from) + factor * this.get(from, from));
    for (let j = 0; j < this.size; j++) if (j !== to) this.#set(to, j, this.get(to, j) + factor * this.get(from, j));
    this.#set(to, to, own);
  }

  /** Unknown `i` shrinks to `factor` of itself. */
  scale(i: number, factor: number): void {
    const own = this.get(i, i) * factor * factor;
    for (let j = 0; j < this.size; j++) if (j !== i) this.#set(i, j, this.get(i, j) * factor);
    this.#set(i, i, own);
  }

  /**
   * Takes in a measurement of the sum of `slopes` times the unknowns.
   * @param noise variance of the measurement, above 0; called with what the unknowns themselves make uncertain in it
   * @returns by how much each unknown moves per unit of surprise; valid until the next call
   */
  learn(slopes: Float64Array, noise: (spread: number) => number): Float64Array {
    const { size } = this;
    this.#row.fill(0);
    for (let j = 0; j < size; j++) {
      const slope = slopes[j] ?? 0;
      if (slope === 0) continue;
      for (let i = 0; i < size; i++) this.#row[i] = (this.#row[i] ?? 0) + this.get(i, j) * slope;
    }
    let spread = 0;
    for (let i = 0; i < size; i++) spread += (slopes[i] ?? 0) * (this.#row[i] ?? 0);
    const total = spread + noise(spread);
    for (let i = 0; i < size; i++) this.#gain[i] = total > 0 ? (this.#row[i] ?? 0) / total : 0;
    for (let i = 0; i < size; i++) {
      const gain = this.#gain[i] ?? 0;
      for (let j = i; j < size; j++) this.#set(i, j, this.get(i, j) - gain * (this.#row[j] ?? 0));
      if (!(this.get(i, i) > LEAST)) this.#set(i, i, LEAST);
    }
    return this.#gain;
  }

  /** The upper triangle, row by row: to so many digits that no combination turns negative by what rounding takes off. */
  toArray(): number[] {
    const cells: number[] = [];
    for (let i = 0; i < this.size; i++) {
      for (let j = i; j < this.size; j++) cells.push(Number(this.get(i, j).toPrecision(DIGITS)));
    }
    return cells;
  }

  /** Takes over what `toArray` gave; a variance that is not above 0 becomes the least one. */
  fromArray(cells: readonly number[]): void {
    let next = 0;
    for (let i = 0; i < this.size; i++) {
      for (let j = i; j < this.size; j++) this.#set(i, j, cells[next++] ?? 0);
    }
    for (let i = 0; i < this.size; i++) this.#set(i, i, Math.max(this.get(i, i), LEAST));
  }
}
