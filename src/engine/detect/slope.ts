/**
 * How long until the lowest cell reaches the load cut, if it goes on falling as it does: under a heavy load the warning
 * must come earlier than its threshold to leave people their half minute (VLB-4, VSB-6).
 *
 * The slope is the median of the last few from sample to sample: a step when a load is switched on, or a dip of a
 * sample, is one slope among them and moves nothing; a fall that lasts is most of them.
 */

/** Slopes that are looked at. */
const WINDOW = 7;
/** With fewer there is no majority (they must not all be of one step). */
const FEWEST = 4;
/** Samples further apart than this tell nothing about how fast something moves (s). */
const LONGEST = 5;
/** What falls slower than this stands still (V/s). */
const STILL = 1e-4;
/** So far above the warning's clear value a fall is looked at: from there to the cut it takes less than half a minute at 15 mV/s. */
const MARGIN = 0.1;

export class Slope {
  readonly #cut: number;
  readonly #from: number;
  readonly #slopes: number[] = [];
  #last = Number.NaN;
  #at = Number.NaN;

  /**
   * @param cut the voltage at which the loads are cut (V)
   * @param clear the voltage at which the warning ends (V)
   */
  constructor(cut: number, clear: number) {
    this.#cut = cut;
    this.#from = clear + MARGIN;
  }

  /**
   * @param lowest the lowest cell (V), NaN while unknown
   * @param at monotonic second of the measurement
   * @returns seconds until the cut, Infinity while the cell does not fall or nothing is to be predicted
   */
  step(lowest: number, at: number): number {
    const passed = at - this.#at;
    const slope = (lowest - this.#last) / passed;
    this.#last = lowest;
    this.#at = at;
    if (!(lowest <= this.#from) || !(passed > 0 && passed <= LONGEST)) this.#slopes.length = 0;
    else if (!Number.isNaN(slope)) {
      this.#slopes.push(slope);
      if (this.#slopes.length > WINDOW) this.#slopes.shift();
    }
    if (this.#slopes.length < FEWEST) return Infinity;
    const fall = -this.#slopes.toSorted((a, b) => a - b)[this.#slopes.length >> 1]!;
    return fall > STILL ? Math.max(0, (lowest - this.#cut) / fall) : Infinity;
  }
}
