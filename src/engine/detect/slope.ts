/**
 * How long until the lowest cell reaches the load cut, if it goes on falling as it does: under a heavy load the warning
 * must come earlier than its threshold to leave people their half minute (VLB-4, VSB-6).
 *
 * The slope is the difference of two moving averages, a quick and a slow one; a jump of one sample hardly moves it.
 */

/** Time constants of the two averages (s). */
const QUICK = 5;
const SLOW = 20;
/** Above the warning's clear value nothing is predicted: from there the fall itself takes its time. */
const MARGIN = 0.05;

export class Slope {
  readonly #cut: number;
  readonly #from: number;
  #quick = Number.NaN;
  #slow = Number.NaN;
  #at = Number.NaN;

  /**
   * @param cut the voltage at which the loads are cut (V)
   * @param clear the voltage above which nothing is predicted (V)
   */
  constructor(cut: number, clear: number) {
    this.#cut = cut;
    this.#from = clear;
  }

  /**
   * @param lowest the lowest cell (V), NaN while unknown
   * @param at monotonic second of the measurement
   * @returns seconds until the cut, Infinity while the cell does not fall or nothing is to be predicted
   */
  step(lowest: number, at: number): number {
    if (!(lowest <= this.#from + MARGIN)) {
      this.#at = Number.NaN;
      return Infinity;
    }
    const passed = at - this.#at;
    if (!(passed >= 0)) {
      this.#quick = this.#slow = lowest;
      this.#at = at;
      return Infinity;
    }
    this.#quick += (lowest - this.#quick) * (passed / (QUICK + passed));
    this.#slow += (lowest - this.#slow) * (passed / (SLOW + passed));
    this.#at = at;
    const slope = (this.#quick - this.#slow) / (SLOW - QUICK);
    if (slope >= 0 || lowest > this.#from) return Infinity;
    return Math.max(0, (lowest - this.#cut) / -slope);
  }
}
