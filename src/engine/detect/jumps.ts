/**
 * Impossible jumps: values that no battery can follow. One jump is news and is judged as it stands (an outlier is
 * evidence); several within a minute are a loose wire or a sensor that lies.
 */

/** A jump counts for so long (s). */
const MEMORY = 60;
/** Two samples further apart than this tell nothing about how fast something moved (s). */
const LONGEST = 5;
const MOST = 8;

export class Jumps {
  readonly #limits: readonly number[];
  readonly #last: Float64Array;
  #at = Number.NaN;
  #times: number[] = [];

  /** @param limits how far each value may move from one sample to the next, in its own unit */
  constructor(limits: readonly number[]) {
    this.#limits = limits;
    this.#last = new Float64Array(limits.length).fill(Number.NaN);
  }

  /**
   * @param values the values in the order of the limits; NaN where unknown
   * @returns how many samples of the last minute held a jump
   */
  step(values: readonly number[], at: number): number {
    const near = at - this.#at <= LONGEST;
    let jumped = false;
    for (let i = 0; i < this.#last.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      if (near && Math.abs(value - this.#last[i]!) > this.#limits[i]!) jumped = true;
      this.#last[i] = value;
    }
    this.#at = at;
    if (jumped && this.#times.length < MOST) this.#times.push(at);
    while (this.#times.length > 0 && at - this.#times[0]! > MEMORY) this.#times.shift();
    return this.#times.length;
  }
}
