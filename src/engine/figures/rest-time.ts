/** For how long hardly anything has flowed. */
import type { BatterySample } from './sample.ts';
import { numberIn } from './stored.ts';
import type { StoredRecord } from './stored.ts';

/** Below this share of the capacity per hour a battery rests: standby loads and a sensor's offset stay below it. */
const SMALL = 0.02;
/** Ah taken where no capacity is set: the smallest battery of VLB-16. */
const SMALLEST_CAPACITY = 50;
/** s of a small current after which the cells count as rested: their slow part has settled in about 300 s. */
export const REST = 600;
const LONGEST = 1e12;

/** A that hardly counts for a battery of `capacity` Ah (NaN: not set). */
export function smallCurrent(capacity: number): number {
  return SMALL * (capacity > 0 ? capacity : SMALLEST_CAPACITY);
}

export class RestTime {
  readonly #small: number;
  #lasted = 0;

  constructor(capacity: number) {
    this.#small = smallCurrent(capacity);
  }

  /** @returns s for which the battery has rested so far: 0 when it does not, when its current or a cell is unknown, and after a gap. */
  step(sample: BatterySample): number {
    const known = !sample.gap && !Number.isNaN(sample.cellMax);
    const rests = known && Math.abs(sample.current) < this.#small && !(Math.abs(sample.flow) >= this.#small);
    this.#lasted = rests ? this.#lasted + sample.dt : 0;
    return this.#lasted;
  }

  get lasted(): number {
    return this.#lasted;
  }

  restore(stored: StoredRecord, key: string): void {
    this.#lasted = numberIn(stored, key, 0, LONGEST, 0);
  }
}
