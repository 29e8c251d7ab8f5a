/**
 * A sum that only grows and loses nothing: a whole number and a fraction beside it (ECS-1, nothing is rounded before it is
 * counted). One plain number would round a second of a milliampere, 2.8e-7 Ah, by up to 0.02 % beside a million Ah, always the same way.
 */

/** No single amount is as large as this; what is, was not measured. */
const LARGEST = 1e6;

export type SumState = readonly [whole: number, fraction: number];

export class Sum {
  #whole = 0;
  #fraction = 0;

  /** All that was added; never less than before. */
  get value(): number {
    return this.#whole + this.#fraction;
  }

  /** Adds `amount`; nothing when it is NaN, not above 0, or absurd (1e6 and more). */
  add(amount: number): void {
    if (!(amount > 0 && amount < LARGEST)) return;
    const fraction = this.#fraction + amount;
    if (fraction < 1) {
      this.#fraction = fraction;
      return;
    }
    const carried = Math.floor(fraction);
    this.#whole += carried;
    this.#fraction = fraction - carried;
  }

  clear(): void {
    this.#whole = 0;
    this.#fraction = 0;
  }

  state(): SumState {
    return [this.#whole, this.#fraction];
  }

  /** Takes over what `state()` gave. @returns whether it was that; nothing changes when it was not */
  restore(found: unknown): boolean {
    if (!Array.isArray(found) || found.length !== 2) return false;
    const [whole, fraction] = found as unknown[];
    if (typeof whole !== 'number' || !Number.isSafeInteger(whole) || whole < 0) return false;
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction < 1)) return false;
    this.#whole = whole;
    this.#fraction = fraction;
    return true;
  }
}
