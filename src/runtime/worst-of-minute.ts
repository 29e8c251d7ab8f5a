/** The highest of the values noted within the last minute; bounded, whatever is noted how often. */

/** s */
const MINUTE = 60;

export class WorstOfMinute {
  /** Falling values, one a second at most: what a later and higher one hides is dropped. */
  readonly #kept: { readonly second: number; readonly value: number }[] = [];

  /** @param now monotonic seconds; NaN and infinite values are ignored */
  note(value: number, now: number): void {
    if (!Number.isFinite(value)) return;
    this.#forget(now);
    const second = Math.floor(now);
    const kept = this.#kept;
    while (kept.length > 0 && kept.at(-1)!.value <= value) kept.pop();
    if (kept.at(-1)?.second !== second) kept.push({ second, value });
  }

  /** `null` when nothing was noted for a minute. */
  worst(now: number): number | null {
    this.#forget(now);
    return this.#kept[0]?.value ?? null;
  }

  #forget(now: number): void {
    const oldest = Math.floor(now) - MINUTE;
    while (this.#kept.length > 0 && this.#kept[0]!.second < oldest) this.#kept.shift();
  }
}
