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
  /** Per hour of the capacity; NaN: a twentieth. */
  readonly tailCurrent: number;
  /** s. */
  readonly fullTime: number;
}

export type Anchor = 'full' | 'empty' | null;

export class Anchors {
  readonly #rule: FullRule;
  readonly #tail: number;
  #fullFor = 0;
  #emptyFor = 0;

  constructor(rule: FullRule) {
    this.#rule = rule;
    this.#tail = rule.tailCurrent > 0 ? rule.tailCurrent : TAIL;
  }

  /** The lowest cell stood at `cell` V (NaN: unknown) at `current` per hour and `temperature` °C for `dt` s. */
  step(cell: number, current: number, temperature: number, dt: number): void {
    const size = Math.abs(current);
    const full = cell >= this.#rule.fullVoltage && size <= this.#tail;
    this.#fullFor = full ? this.#fullFor + dt : 0;
    const empty = cell <= EMPTY_VOLTAGE && size <= EMPTY_CURRENT && temperature > EMPTY_COLDEST;
    this.#emptyFor = empty ? this.#emptyFor + dt : 0;
  }

  /** The cells were not seen for a while. */
  lose(): void {
    this.#fullFor = 0;
    this.#emptyFor = 0;
  }

  get found(): Anchor {
    if (this.#fullFor > 0 && this.#fullFor >= this.#rule.fullTime - 1e-6) return 'full';
    return this.#emptyFor >= EMPTY_TIME - 1e-6 ? 'empty' : null;
  }
}
