/** One current limit: a factor on the settings' maximum, falling at once and rising slowly, in steps worth showing. */
import { Ramp } from './ramp.ts';
import { REST } from './taper.ts';

/** Seconds without a reason to lower a current before it rises: what drivers for Victron systems settled on. */
export const CURRENT_HOLD = 30;
/** A/s; from the same drivers. */
const RISE = 5;
/** Share of the maximum per second: with 5 A/s alone a pack of 1000 A would need minutes. From nothing to all in 50 s. */
const RISE_SHARE = 0.02;
/** Smaller changes, as a share of the maximum, only make chargers hunt; the same drivers leave out what is below 1.5 %. */
const STEP = 0.015;

export class CurrentLimit {
  readonly #max: number;
  readonly #least: number;
  readonly #ramp: Ramp;

  /**
   * @param max A; NaN when the settings give no limit
   * @param least share of `max` below which the limit does not go while allowed; 0: it may wait at 0 A
   */
  constructor(max: number, least: number) {
    this.#max = max;
    this.#least = least;
    this.#ramp = new Ramp(1, CURRENT_HOLD, Math.max(RISE / max, RISE_SHARE));
  }

  /**
   * @param factor `REST`..1
   * @param allowed the permission; without it the limit is 0 A, whether the settings give a maximum or not
   * @param now monotonic seconds
   * @returns A, or `null` when allowed without limit: there is nothing to rise to, so then it comes back at once
   */
  step(factor: number, allowed: boolean, now: number): number | null {
    if (Number.isNaN(this.#max)) return allowed ? null : 0;
    const share = this.#ramp.step(allowed ? factor : 0, now);
    return allowed ? this.#max * Math.max(this.#least, inSteps(share)) : 0;
  }
}

/**
 * The share, down to the next step: steps are counted from the rest, below which there is only 0. A fixed ladder and not
 * a dead band around the last value: what is shown is never above what was worked out, and a worse history never shows
 * more. Trembling around a rung costs one step down, and one up a hold time later.
 */
function inSteps(share: number): number {
  if (share >= 1) return 1;
  return share < REST ? 0 : REST + Math.floor((share - REST) / STEP) * STEP;
}
