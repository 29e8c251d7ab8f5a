/** Counts how often a device has reported a new short circuit lately: a loop of "short circuit" and "ended" (OGT-5). */

/** A short circuit counts for so long (s). */
const MEMORY = 600;

export class ShortCircuits {
  #on = false;
  #times: number[] = [];

  /**
   * @param reported the device reports one now
   * @param at monotonic second
   * @returns how many new ones it has reported within the last ten minutes
   */
  step(reported: boolean, at: number): number {
    if (reported && !this.#on) this.#times.push(at);
    this.#on = reported;
    while (this.#times.length > 0 && at - this.#times[0]! > MEMORY) this.#times.shift();
    return this.#times.length;
  }

  /** The owner has looked after it. */
  forget(): void {
    this.#times = [];
  }
}
