/**
 * A load that stands still: how strong it is and how much longer it is expected to last. What has been on for an hour without
 * a change will hardly end in the next minute; a kettle beside it does not end it either, and only another steady load
 * takes its place.
 */
import { numberIn, recordOf, storable } from './stored.ts';

/** A minute belongs to a steady load when it is within this share of its mean. */
const SAME = 0.15;
/** Minutes from which on a load is steady, and of which its mean is made at most. */
const LEAST = 10;
const MOST_OF_MEAN = 240;
/** A load of `n` minutes is expected to last for `n² / LASTING` more: after ten minutes for twenty, after an hour for twelve hours. */
const LASTING = 5;
/** More minutes than these tell nothing more. */
const MOST_MINUTES = 1e5;
/** A minute of something else takes this many off. */
const OTHER = 2;
/** With less than this left it is forgotten (min). */
const LEAST_LEFT = 1;
/** No load is larger (W or A). */
const LARGEST = 1e9;

export interface SteadyLoadState {
  readonly level: number | null;
  readonly minutes: number;
  readonly present: boolean;
  readonly newLevel: number | null;
  readonly newMinutes: number;
}

export class SteadyLoad {
  #level = Number.NaN;
  #minutes = 0;
  /** The last minute was of it. */
  #present = false;
  /** What stands still now and may become the steady load. */
  #newLevel = Number.NaN;
  #newMinutes = 0;

  /** Its mean; only of use where `ahead` is more than 0. */
  get level(): number {
    return this.#level;
  }

  /** Minutes that it is expected to last; 0: there is none at present. */
  get ahead(): number {
    return this.#present && this.#minutes > 0 ? this.#minutes ** 2 / LASTING : 0;
  }

  /** A minute with a mean of `value`. */
  add(value: number): void {
    if (same(value, this.#newLevel)) {
      this.#newMinutes = Math.min(MOST_MINUTES, this.#newMinutes + 1);
      this.#newLevel += (value - this.#newLevel) / Math.min(MOST_OF_MEAN, this.#newMinutes);
    } else {
      this.#newLevel = value;
      this.#newMinutes = 1;
    }
    this.#present = same(value, this.#level);
    if (this.#present) {
      this.#minutes = Math.min(MOST_MINUTES, this.#minutes + 1);
      this.#level += (value - this.#level) / Math.min(MOST_OF_MEAN, this.#minutes);
      return;
    }
    this.#lose(OTHER);
    if (this.#newMinutes < LEAST) return;
    this.#level = this.#newLevel;
    this.#minutes = this.#newMinutes;
    this.#present = true;
  }

  /** Time in which nothing was seen takes away as much of what it has lasted. */
  pass(minutes: number): void {
    this.#lose(minutes);
    this.#newMinutes -= minutes;
    if (this.#newMinutes >= LEAST_LEFT) return;
    this.#newLevel = Number.NaN;
    this.#newMinutes = 0;
  }

  clear(): void {
    this.pass(Number.POSITIVE_INFINITY);
  }

  state(): SteadyLoadState {
    return {
      level: storable(this.#level),
      minutes: this.#minutes,
      present: this.#present,
      newLevel: storable(this.#newLevel),
      newMinutes: this.#newMinutes,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#level = numberIn(stored, 'level', -LARGEST, LARGEST, Number.NaN);
    this.#minutes = numberIn(stored, 'minutes', LEAST_LEFT, MOST_MINUTES, 0);
    if (!(this.#minutes > 0)) this.#level = Number.NaN;
    this.#present = stored.present === true && !Number.isNaN(this.#level);
    this.#newLevel = numberIn(stored, 'newLevel', -LARGEST, LARGEST, Number.NaN);
    this.#newMinutes = numberIn(stored, 'newMinutes', LEAST_LEFT, MOST_MINUTES, 0);
    if (this.#newMinutes === 0) this.#newLevel = Number.NaN;
  }

  #lose(minutes: number): void {
    this.#minutes -= minutes;
    if (this.#minutes >= LEAST_LEFT) return;
    this.#level = Number.NaN;
    this.#minutes = 0;
    this.#present = false;
  }
}

function same(value: number, level: number): boolean {
  return Math.abs(value - level) <= SAME * Math.abs(level);
}
