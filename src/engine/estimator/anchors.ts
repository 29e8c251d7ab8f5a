/**
 * When the cells themselves tell where the battery stands: full, or empty.
 *
 * Full: the lowest cell (so all of them) stands at the full voltage at a small current for the full time; charging that has
 * not tapered off, or one high cell, is not full. Empty: the lowest cell is far down at a small current for a minute; a heavy
 * load or the cold pulls a cell down that is not empty.
 */

/** A cell at or below this (V), at currents below `EMPTY_CURRENT` per hour and above 0 °C, for `EMPTY_TIME` s, is empty. */
const EMPTY_VOLTAGE = 2.75;
const EMPTY_CURRENT = 0.1;
const EMPTY_TIME = 60;
const EMPTY_COLDEST = 0;
/** Tail current where the settings give none: a twentieth of the capacity per hour. */
const TAIL = 0.05;

export interface FullRule {
  /** V of the lowest cell. */
  readonly fullVoltage: number;
  /** Per hour of the capacity; NaN: a twentieth; Infinity: none is asked for (123-R5 to the letter). */
  readonly tailCurrent: number;
  /** s. */
  readonly fullTime: number;
}

export type Anchor = 'full' | 'empty' | null;

export class Anchors {
  readonly #rule: FullRule;
  readonly #tail: number;
  #isFull = false;
  #fullFor = 0;
  #emptyFor = 0;
  #charging = false;
  #reached = false;

  constructor(rule: FullRule) {
    this.#rule = rule;
    this.#tail = rule.tailCurrent > 0 ? rule.tailCurrent : TAIL;
  }

  /** The lowest cell stood at `cell` V (NaN: unknown) at `current` per hour (NaN: unknown) and `temperature` °C for `dt` s. */
  step(cell: number, current: number, temperature: number, dt: number): void {
    const before = this.found;
    const size = Math.abs(current);
    this.#isFull = this.#full(cell, current);
    this.#fullFor = this.#isFull ? this.#fullFor + dt : 0;
    this.#charging = !(size <= (this.#tail < Number.POSITIVE_INFINITY ? this.#tail : TAIL));
    this.#emptyFor = empty(cell, current, temperature) ? this.#emptyFor + dt : 0;
    this.#reached = this.found !== null && before === null;
  }

  #full(cell: number, current: number): boolean {
    const asked = this.#tail < Number.POSITIVE_INFINITY;
    return cell >= this.#rule.fullVoltage && (!asked || Math.abs(current) <= this.#tail);
  }

  /** Seconds until something is found if it stays like this; where that is never or was before, Infinity. */
  until(cell: number, current: number, temperature: number): number {
    const full = this.#full(cell, current) ? this.#rule.fullTime - this.#fullFor : 0;
    if (full > 1e-6) return full;
    const left = empty(cell, current, temperature) ? EMPTY_TIME - this.#emptyFor : 0;
    return left > 1e-6 ? left : Number.POSITIVE_INFINITY;
  }

  /** Something was found in the last step that had not been before. */
  get reached(): boolean {
    return this.#reached;
  }

  /** The cells were not seen for a while. */
  lose(): void {
    this.#isFull = false;
    this.#fullFor = 0;
    this.#emptyFor = 0;
    this.#reached = false;
  }

  /** Cells at the full voltage are only so by a current that has not tapered off: what they show is not firm. */
  get charging(): boolean {
    return this.#charging;
  }

  get found(): Anchor {
    if (this.#isFull && this.#fullFor >= this.#rule.fullTime - 1e-6) return 'full';
    return this.#emptyFor >= EMPTY_TIME - 1e-6 ? 'empty' : null;
  }
}

function empty(cell: number, current: number, temperature: number): boolean {
  return cell <= EMPTY_VOLTAGE && Math.abs(current) <= EMPTY_CURRENT && temperature > EMPTY_COLDEST;
}
