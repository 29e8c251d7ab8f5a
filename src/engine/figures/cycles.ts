/**
 * How the battery was used (OGT-12, VLB-27): full equivalent cycles, how deep it was discharged, how often it was empty and full.
 *
 * A discharge goes from a turning point of the SOC to the next one. Less than 5 % the other way does not end it. When the SOC
 * jumps without a current (the cells have shown where the battery stands, the owner has said so), the SOC was wrong before as
 * well: the turning points move with it, and no discharge comes of it.
 */
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, numbersIn, recordOf, storable, type StoredRecord } from './stored.ts';
import { Sum, type SumState } from './sum.ts';

/** SOC that must come back before a discharge, or a charge, has ended. */
const HYSTERESIS = 0.05;
/** A discharge to this depth is a full one, VLB-27. */
const FULL_DISCHARGE = 0.9;
/** A change of the SOC that differs from what flowed by more than this, and by half of what flowed, is a correction. */
const CORRECTION = 0.02;
const CORRECTION_SHARE = 0.5;
/** Classes of depth. */
const CLASSES = 10;
/** So that a depth of exactly 30 % is not 29.999 %. */
const ROUNDING = 1e-9;
const ENOUGH = HYSTERESIS - ROUNDING;
/** More discharges or charges than a battery can have seen. */
const MOST = 1e9;

export interface CyclesState {
  readonly equivalent: SumState;
  /** Discharges of 0–10 %, 10–20 %, … */
  readonly depths: readonly number[];
  readonly depthSum: number;
  readonly deepest: number | null;
  readonly fullDischarges: number;
  readonly fullCharges: number;
  readonly falling: boolean;
  readonly emptied: boolean;
  readonly full: boolean;
  readonly top: number | null;
  readonly bottom: number | null;
  readonly soc: number | null;
}

export class Cycles {
  readonly #capacity: number;
  readonly #equivalent = new Sum();
  #depths: number[] = emptyClasses();
  #depthSum = 0;
  #deepest = Number.NaN;
  #fullDischarges = 0;
  #fullCharges = 0;
  /** In a discharge that has not ended. */
  #falling = false;
  /** The cells have shown that they are empty in this discharge. */
  #emptied = false;
  /** The cells have shown that they are full and there was no discharge since. */
  #full = false;
  /** SOC from which it falls, or to which it has risen; and, in a discharge, to which it has fallen. NaN: not known. */
  #top = Number.NaN;
  #bottom = Number.NaN;
  #soc = Number.NaN;

  /** @param settings rated `capacity` in Ah; without it there are no equivalent cycles */
  constructor(settings: Pick<BatterySettings, 'capacity'>) {
    this.#capacity = settings.capacity;
  }

  /** Full equivalent cycles: charge taken out, in rated capacities (OGT-12). NaN without a capacity. */
  get equivalent(): number {
    return this.#capacity > 0 ? this.#equivalent.value : Number.NaN;
  }

  /** Number of ended discharges of 5–10 %, 10–20 %, … 90–100 % of the SOC (ten classes). The same list each time. */
  get depths(): readonly number[] {
    return this.#depths;
  }

  /** Mean SOC (0..1) that an ended discharge took; NaN before the first one (VLB-27). */
  get averageDepth(): number {
    const count = this.#depths.reduce((all, one) => all + one, 0);
    return count > 0 ? this.#depthSum / count : Number.NaN;
  }

  /** How far below full (0..1) the battery has been discharged, 1 is empty; NaN before the first discharge (VLB-27). */
  get deepest(): number {
    const running = this.#falling ? below(this.#bottom) : Number.NaN;
    return running > this.#deepest || Number.isNaN(this.#deepest) ? running : this.#deepest;
  }

  /** Discharges to 90 % below full or until the cells showed empty, with the one that lasts (VLB-27). */
  get fullDischarges(): number {
    return this.#fullDischarges + (this.#isFullDischarge() ? 1 : 0);
  }

  /** Charges until the cells showed full, which are the synchronisations of the SOC (VLB-27); one a charge. */
  get fullCharges(): number {
    return this.#fullCharges;
  }

  step(sample: BatterySample): void {
    const { soc, anchor } = sample;
    const charge = sample.dt > 0 && !sample.gap ? (sample.flow * sample.dt) / (3600 * this.#capacity) : 0;
    this.#equivalent.add(-charge);
    const known = soc >= 0 && soc <= 1;
    if (known) {
      if (!sample.gap) this.#correct(soc - this.#soc - charge, charge);
      this.#follow(soc);
    }
    this.#soc = known ? soc : Number.NaN;
    if (anchor === 'full') this.#shownFull();
    else if (anchor === 'empty') this.#shownEmpty();
  }

  /** The history starts anew; the equivalent cycles are the battery's age and stay. */
  clear(): void {
    this.#depths = emptyClasses();
    this.#depthSum = 0;
    this.#deepest = Number.NaN;
    this.#fullDischarges = 0;
    this.#fullCharges = 0;
    this.#falling = false;
    this.#emptied = false;
    this.#top = this.#soc;
    this.#bottom = Number.NaN;
  }

  state(): CyclesState {
    return {
      equivalent: this.#equivalent.state(),
      depths: [...this.#depths],
      depthSum: this.#depthSum,
      deepest: storable(this.#deepest),
      fullDischarges: this.#fullDischarges,
      fullCharges: this.#fullCharges,
      falling: this.#falling,
      emptied: this.#emptied,
      full: this.#full,
      top: storable(this.#top),
      bottom: storable(this.#bottom),
      soc: storable(this.#soc),
    };
  }

  /** Takes over what can be read of an earlier `state()`; the rest stays as it is. */
  restore(found: unknown): void {
    const record = recordOf(found);
    this.#equivalent.restore(record.equivalent);
    this.#restoreDepths(record);
    this.#deepest = numberIn(record, 'deepest', 0, 1, this.#deepest);
    this.#fullDischarges = Math.floor(numberIn(record, 'fullDischarges', 0, MOST, this.#fullDischarges));
    this.#fullCharges = Math.floor(numberIn(record, 'fullCharges', 0, MOST, this.#fullCharges));
    this.#restoreTurn(record);
  }

  #restoreDepths(record: StoredRecord): void {
    const depths = numbersIn(record, 'depths', CLASSES, 0, MOST);
    if (depths === null || !depths.every(Number.isInteger)) return;
    const count = depths.reduce((all, one) => all + one, 0);
    const sum = numberIn(record, 'depthSum', 0, count, Number.NaN);
    if (Number.isNaN(sum)) return;
    this.#depths = depths;
    this.#depthSum = sum;
  }

  /** Where the SOC stands between its turning points: all of it or nothing. */
  #restoreTurn(record: StoredRecord): void {
    const { falling, emptied, full } = record;
    if (typeof falling !== 'boolean' || typeof emptied !== 'boolean' || typeof full !== 'boolean') return;
    // Turning points that moved with the SOC may lie outside 0..1, but never by more than a whole discharge.
    const top = numberIn(record, 'top', -1, 3, Number.NaN);
    const bottom = numberIn(record, 'bottom', -1, 2, Number.NaN);
    if (top < bottom) return;
    this.#falling = falling;
    this.#emptied = emptied && falling;
    this.#full = full;
    this.#top = top;
    this.#bottom = bottom;
    this.#soc = numberIn(record, 'soc', 0, 1, Number.NaN);
  }

  /** Moves the turning points with a SOC that changed by `unexplained` more than the `charge` that flowed. */
  #correct(unexplained: number, charge: number): void {
    if (!(Math.abs(unexplained) > CORRECTION + Math.abs(charge) * CORRECTION_SHARE)) return;
    this.#top += unexplained;
    this.#bottom += unexplained;
  }

  #follow(soc: number): void {
    if (this.#falling) {
      if (!(soc >= this.#bottom)) this.#bottom = soc;
      // More than all of it cannot be taken out; and where the SOC was unknown the discharge may have no top yet.
      if (!(this.#top >= this.#bottom)) this.#top = this.#bottom;
      else if (this.#top > this.#bottom + 1) this.#top = this.#bottom + 1;
      if (soc - this.#bottom >= ENOUGH) this.#rise(soc);
    } else if (!(soc <= this.#top)) this.#top = soc;
    else if (this.#top - soc >= ENOUGH) this.#fall(soc);
  }

  #shownFull(): void {
    if (this.#falling) this.#rise(this.#soc);
    if (!this.#full) this.#fullCharges++;
    this.#full = true;
  }

  #shownEmpty(): void {
    if (!this.#falling) this.#fall(this.#soc);
    this.#emptied = true;
  }

  #fall(soc: number): void {
    this.#falling = true;
    this.#full = false;
    this.#bottom = soc;
  }

  /** A discharge has ended. */
  #rise(soc: number): void {
    const depth = this.#top - this.#bottom;
    if (depth >= ENOUGH) {
      const at = Math.min(CLASSES - 1, Math.floor(depth * CLASSES + ROUNDING));
      this.#depths[at] = (this.#depths[at] ?? 0) + 1;
      this.#depthSum += Math.min(1, depth);
    }
    this.#deepest = this.deepest;
    this.#fullDischarges = this.fullDischarges;
    this.#falling = false;
    this.#emptied = false;
    this.#top = soc;
    this.#bottom = Number.NaN;
  }

  #isFullDischarge(): boolean {
    return this.#falling && (this.#emptied || below(this.#bottom) >= FULL_DISCHARGE - ROUNDING);
  }
}

/** How far `soc` is below full, 0..1. */
function below(soc: number): number {
  return Math.min(1, Math.max(0, 1 - soc));
}

function emptyClasses(): number[] {
  return Array.from({ length: CLASSES }, () => 0);
}
