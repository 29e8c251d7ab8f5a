/**
 * A load that stands still: how strong it is and how much longer it is expected to last. What has been on for an hour without
 * a change will hardly end in the next minute; a kettle beside it does not end it either, and only another steady load
 * takes its place. Seen by the minute that is an inverter at work, by the half hour anything that goes up and down in a
 * regular way.
 */
import { numberIn, recordOf, storable } from './stored.ts';

/** When a load is steady. A part is the time of one number: a minute, or half an hour. */
export interface SteadyRule {
  /** A part belongs to a steady load when it is within this share of its mean. */
  readonly same: number;
  /** Parts from which on a load is steady. */
  readonly least: number;
  /** A load of `n` parts is expected to last for `n² / lasting` more. */
  readonly lasting: number;
}

/** By the minute: after ten minutes for twenty, after an hour for twelve hours. */
export const MINUTES: SteadyRule = { same: 0.15, least: 10, lasting: 5 };
/** By the half hour: after an hour for two hours. */
export const HALF_HOURS: SteadyRule = { same: 0.3, least: 2, lasting: 1 };

/** Parts of which its mean is made at most. */
const MOST_OF_MEAN = 240;
/** More parts than these tell nothing more. */
const MOST_PARTS = 1e5;
/** A part of something else takes this many off. */
const OTHER = 2;
/** With less than this left it is forgotten. */
const LEAST_LEFT = 1;
/** No load is larger (W or A). */
const LARGEST = 1e9;

export interface SteadyLoadState {
  readonly level: number | null;
  readonly parts: number;
  readonly present: boolean;
  readonly newLevel: number | null;
  readonly newParts: number;
}

export class SteadyLoad {
  readonly #rule: SteadyRule;
  #level = Number.NaN;
  #parts = 0;
  /** The last part was of it. */
  #present = false;
  /** What stands still now and may become the steady load. */
  #newLevel = Number.NaN;
  #newParts = 0;

  constructor(rule: SteadyRule) {
    this.#rule = rule;
  }

  /** Its mean; only of use where `ahead` is more than 0. */
  get level(): number {
    return this.#level;
  }

  /** Parts that it is expected to last; 0: there is none at present. */
  get ahead(): number {
    return this.#present && this.#parts > 0 ? this.#parts ** 2 / this.#rule.lasting : 0;
  }

  /** A part with a mean of `value`. */
  add(value: number): void {
    if (this.#isLike(value, this.#newLevel)) {
      this.#newParts = Math.min(MOST_PARTS, this.#newParts + 1);
      this.#newLevel += (value - this.#newLevel) / Math.min(MOST_OF_MEAN, this.#newParts);
    } else {
      this.#newLevel = value;
      this.#newParts = 1;
    }
    this.#present = this.#isLike(value, this.#level);
    if (this.#present) {
      this.#parts = Math.min(MOST_PARTS, this.#parts + 1);
      this.#level += (value - this.#level) / Math.min(MOST_OF_MEAN, this.#parts);
      return;
    }
    this.#lose(OTHER);
    if (this.#newParts < this.#rule.least) return;
    this.#level = this.#newLevel;
    this.#parts = this.#newParts;
    this.#present = true;
  }

  /** Time in which nothing was seen takes away as much of what it has lasted. */
  pass(parts: number): void {
    this.#lose(parts);
    this.#newParts -= parts;
    if (this.#newParts >= LEAST_LEFT) return;
    this.#newLevel = Number.NaN;
    this.#newParts = 0;
  }

  clear(): void {
    this.pass(Number.POSITIVE_INFINITY);
  }

  state(): SteadyLoadState {
    return {
      level: storable(this.#level),
      parts: this.#parts,
      present: this.#present,
      newLevel: storable(this.#newLevel),
      newParts: this.#newParts,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#level = numberIn(stored, 'level', -LARGEST, LARGEST, Number.NaN);
    this.#parts = numberIn(stored, 'parts', LEAST_LEFT, MOST_PARTS, 0);
    if (!(this.#parts > 0)) this.#level = Number.NaN;
    this.#present = stored.present === true && !Number.isNaN(this.#level);
    this.#newLevel = numberIn(stored, 'newLevel', -LARGEST, LARGEST, Number.NaN);
    this.#newParts = numberIn(stored, 'newParts', LEAST_LEFT, MOST_PARTS, 0);
    if (this.#newParts === 0) this.#newLevel = Number.NaN;
  }

  #lose(parts: number): void {
    this.#parts -= parts;
    if (this.#parts >= LEAST_LEFT) return;
    this.#level = Number.NaN;
    this.#parts = 0;
    this.#present = false;
  }

  #isLike(value: number, level: number): boolean {
    return Math.abs(value - level) <= this.#rule.same * Math.abs(level);
  }
}
