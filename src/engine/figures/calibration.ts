/** When the state of charge was last set from outside of the count, and to what (ECS-3), and when it was last full (VLB-12). */
import { isClockSet, shownTime } from './calendar-day.ts';
import type { BatterySample } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';

const DAY = 86_400;
/** Older than this a full charge is not counted in days any more: "unknown", VLB-12. */
const LONGEST_SHOWN = 30 * DAY;
/** A battery does not get older (s). */
const LARGEST = 1e10;

const WAYS = ['full', 'empty', 'owner', 'device'] as const;

/** By whom: the cells were full or empty, the owner said so, a device's own count. */
export type CalibratedBy = (typeof WAYS)[number];

export interface CalibrationState {
  readonly age: number | null;
  readonly to: number | null;
  readonly how: CalibratedBy | null;
  readonly at: number | null;
  readonly sinceFull: number | null;
}

export class Calibration {
  #age = Number.NaN;
  #to = Number.NaN;
  #how: CalibratedBy | null = null;
  #at = Number.NaN;
  #sinceFull = Number.NaN;

  /** s since the last calibration, also those in which nothing ran; NaN: never calibrated. */
  get age(): number {
    return this.#age;
  }

  /** SOC (0..1) to which it was set; NaN: never. */
  get to(): number {
    return this.#to;
  }

  get how(): CalibratedBy | null {
    return this.#how;
  }

  /** Wall clock (ms since 1970) for display; NaN: never, or the clock was not set. */
  get at(): number {
    return this.#at;
  }

  /** s since the cells last showed that they are full, whatever has been said since; NaN: never. */
  get secondsSinceFull(): number {
    return this.#sinceFull;
  }

  /** Days since the cells last showed that they are full; NaN: never, or more than 30 days ago (VLB-12). */
  get daysSinceFull(): number {
    return this.#sinceFull <= LONGEST_SHOWN ? this.#sinceFull / DAY : Number.NaN;
  }

  /** Time passes; what the cells show is noted here. */
  step(sample: BatterySample): void {
    if (sample.dt > 0) {
      this.#age += sample.dt;
      this.#sinceFull += sample.dt;
    }
    if (sample.anchor === 'full') this.note(1, 'full', sample);
    else if (sample.anchor === 'empty') this.note(Number.isNaN(sample.soc) ? 0 : sample.soc, 'empty', sample);
  }

  /** The SOC was set `to` 0..1 in the moment of `sample`; ignored when that is NaN. */
  note(to: number, how: CalibratedBy, sample: BatterySample): void {
    if (Number.isNaN(to)) return;
    this.#age = 0;
    this.#to = Math.min(1, Math.max(0, to));
    this.#how = how;
    this.#at = shownTime(sample.wall);
    if (how === 'full') this.#sinceFull = 0;
  }

  state(): CalibrationState {
    return {
      age: storable(this.#age),
      to: storable(this.#to),
      how: this.#how,
      at: storable(this.#at),
      sinceFull: storable(this.#sinceFull),
    };
  }

  /** Takes over what can be read of an earlier `state()`; the rest stays as it is. */
  restore(found: unknown): void {
    const record = recordOf(found);
    this.#sinceFull = numberIn(record, 'sinceFull', 0, LARGEST, this.#sinceFull);
    const age = numberIn(record, 'age', 0, LARGEST, Number.NaN);
    const to = numberIn(record, 'to', 0, 1, Number.NaN);
    const how = WAYS.find((way) => way === record.how);
    if (Number.isNaN(age) || Number.isNaN(to) || how === undefined) return;
    const at = numberIn(record, 'at', 0, Number.MAX_SAFE_INTEGER, Number.NaN);
    this.#age = age;
    this.#to = to;
    this.#how = how;
    this.#at = isClockSet(at) ? at : Number.NaN;
  }
}
