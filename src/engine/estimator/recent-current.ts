/** Mean and scatter of the current of the last half hour: what a gap is bridged with, and how little it then tells. */

/** Time over which the mean is taken (s). */
const MEAN_TIME = 1800;
/** In a gap the mean current is believed to go on for this time (s). */
const GOES_ON = 3600;
/** Scatter before anything is known: a tenth of the capacity per hour. */
const START = 0.01;

export interface RecentState {
  readonly mean: number;
  readonly square: number;
}

export class RecentCurrent {
  #mean = 0;
  #square = START;
  #gap = 0;

  /** `current` (per hour) flowed for `dt` s. */
  step(current: number, dt: number): void {
    const left = Math.exp(-dt / MEAN_TIME);
    this.#mean = current + (this.#mean - current) * left;
    this.#square = current * current + (this.#square - current * current) * left;
    this.#gap = 0;
  }

  /**
   * Nothing is known of the next `dt` s.
   * @returns hours for which the mean current is taken to have flowed, the charge that may have flowed back and forth, and
   * the variance of what was left out (capacities, their square)
   */
  gap(dt: number): { readonly hours: number; readonly moved: number; readonly variance: number } {
    const before = this.#gap;
    this.#gap += dt;
    const hours = (GOES_ON / 3600) * (Math.exp(-before / GOES_ON) - Math.exp(-this.#gap / GOES_ON));
    const scatter = Math.max(0, this.#square - this.#mean * this.#mean);
    // What is left out grows with the length of the gap, and after some hours with its root: days cancel out.
    const variance = (scatter * (grown(this.#gap) - grown(before))) / 3600 ** 2;
    return { hours, moved: (Math.sqrt(this.#square) * dt) / 3600, variance };
  }

  /** Mean current (per hour). */
  get mean(): number {
    return this.#mean;
  }

  /** The unit of charge is now `factor` times what it was. */
  rescale(factor: number): void {
    this.#mean /= factor;
    this.#square /= factor * factor;
  }

  /** Nothing is known of it. */
  clear(): void {
    this.#mean = 0;
    this.#square = START;
  }

  state(): RecentState {
    return { mean: this.#mean, square: this.#square };
  }

  restore(state: RecentState): void {
    this.#mean = state.mean;
    this.#square = state.square;
  }
}

function grown(gap: number): number {
  return gap ** 2 / (1 + gap / (2 * GOES_ON));
}
