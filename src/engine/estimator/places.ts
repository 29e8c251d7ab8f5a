/**
 * Where the voltage has been compared with the curve already. What a model gets wrong at a place it gets wrong every time, so a
 * place that was seen often says little that is new, however many cycles pass by.
 */

/** SOC is cut into so many places, each for both branches of the hysteresis. */
const PLACES = 20;
/** What was seen long ago counts for less (s): the battery has changed since. */
const FORGOTTEN = 180 * 86_400;

/** Numbers that are stored. */
export const PLACES_SIZE = 2 * PLACES;

export class Places {
  readonly #seen = new Float64Array(PLACES_SIZE);
  /** Since the last fading (s): it need not be done every minute. */
  #since = 0;

  /** How often a voltage was fresh at `soc` (0..1) on `branch` (−1..1). */
  seen(soc: number, branch: number): number {
    return this.#seen[place(soc, branch)] ?? 0;
  }

  /** It was now, by `fresh` (0..1). */
  count(soc: number, branch: number, fresh: number): void {
    const at = place(soc, branch);
    this.#seen[at] = (this.#seen[at] ?? 0) + fresh;
  }

  /** `dt` s have passed. */
  fade(dt: number): void {
    this.#since += dt;
    if (this.#since < 3600) return;
    const left = Math.exp(-this.#since / FORGOTTEN);
    for (let i = 0; i < PLACES_SIZE; i++) this.#seen[i] = (this.#seen[i] ?? 0) * left;
    this.#since = 0;
  }

  /** The battery is another one. */
  clear(): void {
    this.#seen.fill(0);
  }

  state(): number[] {
    return Array.from(this.#seen, (seen) => Number(seen.toPrecision(7)));
  }

  /** Takes over a state that `parseSocState` let pass. */
  restore(state: readonly number[]): void {
    for (let i = 0; i < PLACES_SIZE; i++) this.#seen[i] = Math.max(0, state[i] ?? 0);
  }
}

function place(soc: number, branch: number): number {
  const at = Math.min(PLACES - 1, Math.max(0, Math.floor(soc * PLACES)));
  return branch < 0 ? at : at + PLACES;
}
