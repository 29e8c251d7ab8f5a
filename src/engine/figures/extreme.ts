/** One lowest or highest value with its time. */
import { isClockSet, shownTime } from './calendar-day.ts';
import { numberIn, recordOf, storable } from './stored.ts';

/** Larger (V, A, °C) is no measurement. */
const LARGEST = 1e5;
const MOST_CELLS = 1000;

export interface ExtremeState {
  readonly value: number | null;
  readonly at: number | null;
  readonly cell: number | null;
}

export class Extreme {
  /** 1: the highest is kept, -1: the lowest. */
  readonly #sign: 1 | -1;
  #value = Number.NaN;
  #at = Number.NaN;
  #cell = Number.NaN;

  constructor(keeps: 'lowest' | 'highest') {
    this.#sign = keeps === 'highest' ? 1 : -1;
  }

  /** In the unit of what is watched; NaN: none yet. */
  get value(): number {
    return this.#value;
  }

  /** Wall clock (ms since 1970) for display; NaN: none yet, or the clock was not set. */
  get at(): number {
    return this.#at;
  }

  /** Number of the cell from 1; NaN: none yet, or not a value of a cell. */
  get cell(): number {
    return this.#cell;
  }

  /** Whether `value` lies beyond what is kept. NaN and what is no measurement never does. */
  beats(value: number): boolean {
    return value * this.#sign > this.#value * this.#sign || (Number.isNaN(this.#value) && Math.abs(value) <= LARGEST);
  }

  /** Keeps `value` of the moment `wall` (ms since 1970) when it lies beyond what is kept. */
  offer(value: number, wall: number, cell = Number.NaN): void {
    if (!this.beats(value) || !(Math.abs(value) <= LARGEST)) return;
    this.#value = value;
    this.#at = shownTime(wall);
    this.#cell = cell;
  }

  clear(): void {
    this.#value = this.#at = this.#cell = Number.NaN;
  }

  state(): ExtremeState {
    return { value: storable(this.#value), at: storable(this.#at), cell: storable(this.#cell) };
  }

  /** Takes over what `state()` gave; ignored when that has no believable value. */
  restore(found: unknown): void {
    const record = recordOf(found);
    const value = numberIn(record, 'value', -LARGEST, LARGEST, Number.NaN);
    if (Number.isNaN(value)) return;
    const at = numberIn(record, 'at', 0, Number.MAX_SAFE_INTEGER, Number.NaN);
    const cell = numberIn(record, 'cell', 1, MOST_CELLS, Number.NaN);
    this.#value = value;
    this.#at = isClockSet(at) ? at : Number.NaN;
    this.#cell = Number.isInteger(cell) ? cell : Number.NaN;
  }
}
