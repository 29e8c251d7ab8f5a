/**
 * Frozen values: a device that repeats its last measurement looks healthy. Cells that stay the same to the last digit are
 * no evidence on their own, the plateau of LiFePO4 is flat; they are when the current has changed a lot, or has
 * moved a good part of the capacity, since the last change. One cell that stays while the others move is looked for
 * among the cells that were measured just now.
 */
import type { CellReading } from '../reading/reading.ts';

/** A change of current by this part of the capacity's number (0.2C) moves every cell by millivolts. */
const STEP = 0.2;
/** So does this part of the capacity, also on the plateau and for a device whose last digit is 5 mV. */
const MOVED = 0.15;
/** A single cell is frozen when the average has moved so far since its last change (V). */
const DRIFT = 0.05;
/** Seconds between two looks at every cell. */
const SWEEP = 10;
/** Older than this a cell's value is no measurement of now (s). */
const FRESH = 2;

export interface Frozen {
  /** Seconds since the last change, -1 while nothing speaks for it, NaN before the first change has been seen. */
  seconds: number;
  /** Number of the frozen cell, 0 for all of them. */
  cell: number;
}

export class FrozenWatch {
  readonly #capacity: number;
  readonly #found: Frozen = { seconds: -1, cell: 0 };
  #min = Number.NaN;
  #max = Number.NaN;
  #changedAt = Number.NaN;
  #currentThen = Number.NaN;
  #moved = 0;
  /** The values have been seen to change. */
  #alive = false;
  #at = Number.NaN;
  #sweptAt = Number.NaN;
  /** Number of the cell that stays while the others move, 0: none. */
  #one = 0;
  #cells: { value: number; since: number; average: number }[] = [];

  /** @param capacity Ah */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * @param min lowest and `max` highest cell (V), `current` (A), `average` of the cells in the middle (V); NaN while unknown
   * @param at monotonic second
   */
  step(min: number, max: number, current: number, average: number, cells: readonly CellReading[], at: number): Frozen {
    const found = this.#found;
    const passed = at - this.#at;
    this.#at = at;
    if (min !== this.#min || max !== this.#max || !(passed >= 0)) {
      // A value that comes or goes is no movement of a cell.
      this.#alive ||= Math.abs(min - this.#min) > 0 || Math.abs(max - this.#max) > 0;
      this.#min = min;
      this.#max = max;
      this.#changedAt = at;
      this.#currentThen = current;
      this.#moved = 0;
    } else if (!Number.isNaN(current)) {
      if (Number.isNaN(this.#currentThen)) this.#currentThen = current;
      this.#moved += Math.abs(current) * passed;
    }
    const stepped = Math.abs(current - this.#currentThen) >= STEP * this.#capacity;
    if (stepped || this.#moved >= MOVED * this.#capacity * 3600) {
      found.seconds = at - this.#changedAt;
      found.cell = 0;
      // The evidence stays until a cell moves, also when the current goes back to where it was.
      this.#moved = Infinity;
      return found;
    }
    if (!(at - this.#sweptAt < SWEEP)) this.#sweep(cells, average, at);
    found.cell = this.#one;
    const nothing = this.#alive ? -1 : Number.NaN;
    found.seconds = this.#one === 0 ? nothing : at - this.#cells[this.#one - 1]!.since;
    return found;
  }

  /** Notes which cells have changed since the last look, and which one has not although the average has moved away. */
  #sweep(cells: readonly CellReading[], average: number, at: number): void {
    this.#sweptAt = at;
    this.#one = 0;
    if (this.#cells.length !== cells.length) {
      this.#cells = cells.map(() => ({ value: Number.NaN, since: at, average }));
    }
    let longest = SWEEP;
    cells.forEach(({ voltage, age }, i) => {
      const kept = this.#cells[i]!;
      if (voltage === null || voltage !== kept.value || age === null || age > FRESH) {
        kept.value = voltage ?? Number.NaN;
        kept.since = at;
        kept.average = average;
      } else if (Math.abs(average - kept.average) >= DRIFT && at - kept.since > longest) {
        longest = at - kept.since;
        this.#one = i + 1;
      }
    });
  }
}
