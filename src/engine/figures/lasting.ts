/** A condition that counts once it has held for a while and in several measurements, so that no single sample decides. */
import { numberIn, recordOf, storable } from './stored.ts';

/** Measurements in a row that a condition must have held in: a slow source's single false one may stand for a minute. */
const MEASUREMENTS = 3;
/** Rounding of sums of many short times (s). */
const ROUNDING = 1e-6;
const LONGEST = 1e12;

export class Lasting {
  readonly #wanted: number;
  #lasted = 0;
  #seen = 0;
  #at = Number.NaN;

  /** @param wanted s for which the condition must hold. */
  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** It held (or not) for `dt` s, by a measurement made at the monotonic second `at`. @returns whether it counts by now. */
  step(holds: boolean, dt: number, at: number): boolean {
    if (!holds) {
      this.lose();
      return false;
    }
    this.#lasted += dt;
    if (at !== this.#at) {
      this.#at = at;
      if (this.#seen < MEASUREMENTS) this.#seen++;
    }
    return this.#lasted >= this.#wanted - ROUNDING && this.#seen >= MEASUREMENTS;
  }

  /** Starts anew. */
  lose(): void {
    this.#lasted = 0;
    this.#seen = 0;
    this.#at = Number.NaN;
  }

  state(): object {
    return { lasted: this.#lasted, seen: this.#seen, at: storable(this.#at) };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#lasted = numberIn(stored, 'lasted', 0, LONGEST, 0);
    this.#seen = numberIn(stored, 'seen', 0, MEASUREMENTS, 0);
    this.#at = numberIn(stored, 'at', -LONGEST, LONGEST, Number.NaN);
  }
}

/** The monotonic second of the newest of these measurements; NaN when there is none. */
export function newest(times: Float64Array): number {
  let latest = Number.NaN;
  for (const at of times) if (!(at <= latest)) latest = Number.isNaN(at) ? latest : at;
  return latest;
}
