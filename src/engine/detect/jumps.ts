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
  #started = Number.NaN;
  readonly #times: number[] = [];

  /** @param limits how far each value may move from one sample to the next, in its own unit */
  constructor(limits: readonly number[]) {
    this.#limits = limits;
    this.#last = new Float64Array(limits.length).fill(Number.NaN);
  }

  /**
   * @param values the values in the order of the limits; NaN where unknown
   * @returns how many samples of the last minute held a jump; NaN while a quiet minute has not been seen yet
   */
  step(values: readonly number[], at: number): number {
    const near = at - this.#at <= LONGEST;
    const last = this.#last;
    let jumped = false;
    for (let i = 0; i < last.length; i++) {
      const value = values[i]!;
      // An unknown value neither jumps nor is forgotten.
      if (value !== value) continue;
      const moved = value - last[i]!;
      if (moved !== 0 && near && Math.abs(moved) > this.#limits[i]!) jumped = true;
      last[i] = value;
    }
    if (Number.isNaN(this.#at)) this.#started = at;
    this.#at = at;
    const times = this.#times;
    if (jumped && times.length < MOST) times.push(at);
    while (times.length > 0 && at - times[0]! > MEMORY) times.shift();
    return times.length === 0 && at - this.#started < MEMORY ? Number.NaN : times.length;
  }
}
