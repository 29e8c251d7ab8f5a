/**
 * State of charge by counting coulombs, set to 100 % only when the battery is full as the profile says (123-R5).
 *
 * Inside the engine SOC is 0..1; NaN is unknown. An unknown SOC stays unknown until a source or a full battery tells:
 * it is never invented.
 */
import type { Profile } from '../profiles/profile.ts';
import { PROFILES } from '../profiles/index.ts';
import { numberOf, type PackSettings } from '../pack/settings.ts';
import type { Reading } from '../reading/reading.ts';

/** Two samples further apart than this do not tell what flowed in between (s). */
const LONGEST_STEP = 3600;
/** A gap in which the current was unknown is bridged up to this length (s): a lost frame or two. */
const LONGEST_GAP = 60;

export interface SocMemory {
  /** 0..1, or `null` when unknown. */
  readonly soc: number | null;
}

export class SocCounter {
  #soc: number;
  /** Ampere-seconds of a full battery. */
  readonly #capacity: number;
  readonly #blindSpot: number;
  readonly #selfConsumption: number;
  readonly #balanceVoltage: number;
  readonly #packFull: number;
  readonly #byCells: boolean;
  readonly #tailCurrent: number;
  readonly #fullTime: number;
  #lastAt = Number.NaN;
  #lastCurrent = Number.NaN;
  #gap = false;
  #fullSince = Number.NaN;

  constructor(settings: PackSettings, memory: SocMemory | null = null) {
    const profile: Profile = PROFILES[settings.profile];
    const mode = settings.values.mode === 'critical' ? 'critical' : 'normal';
    this.#soc = memory?.soc ?? Number.NaN;
    this.#capacity = numberOf(settings, 'capacity') * 3600;
    this.#blindSpot = numberOf(settings, 'currentBlindSpot');
    this.#selfConsumption = numberOf(settings, 'selfConsumption');
    this.#balanceVoltage = numberOf(settings, 'balanceVoltage');
    this.#packFull = this.#balanceVoltage * numberOf(settings, 'cells');
    this.#byCells = profile.full[mode] === 'byCells';
    this.#tailCurrent = numberOf(settings, 'fullTailCurrent');
    this.#fullTime = numberOf(settings, 'fullTime');
  }

  /** 0..1, NaN while unknown. */
  get soc(): number {
    return this.#soc;
  }

  /** Tells the counter where the battery stands (0..1): a device's own count, or the owner's word. */
  seed(soc: number): void {
    this.#soc = Math.min(1, Math.max(0, soc));
  }

  /** Counts what has flowed since the last step; `now` in monotonic seconds. */
  step(reading: Reading, now: number): void {
    const current = this.#net(reading);
    if (Number.isNaN(current)) this.#gap = true;
    else this.#count(current, now);
    if (this.#isFull(reading, now)) this.#soc = 1;
  }

  /** Between two samples the current is taken to change in a straight line. */
  #count(current: number, now: number): void {
    const passed = now - this.#lastAt;
    if (passed <= 0) return;
    if (passed <= (this.#gap ? LONGEST_GAP : LONGEST_STEP)) {
      const soc = this.#soc + (((current + this.#lastCurrent) / 2) * passed) / this.#capacity;
      this.#soc = soc > 1 ? 1 : soc < 0 ? 0 : soc;
    }
    this.#lastAt = now;
    this.#lastCurrent = current;
    this.#gap = false;
  }

  /** Current into the battery after blind spot (123-R8) and self-consumption (ECS-4); NaN when unknown. */
  #net(reading: Reading): number {
    const measured = reading.current.value;
    if (measured === null) return Number.NaN;
    const current = Math.abs(measured) < this.#blindSpot ? 0 : measured;
    if (this.#selfConsumption === 0) return current;
    const voltage = reading.voltage.value;
    return voltage === null || voltage <= 0 ? current : current - this.#selfConsumption / voltage;
  }

  #isFull(reading: Reading, now: number): boolean {
    if (!this.#reached(reading)) {
      this.#fullSince = Number.NaN;
      return false;
    }
    if (Number.isNaN(this.#fullSince)) this.#fullSince = now;
    return now - this.#fullSince >= this.#fullTime;
  }

  #reached(reading: Reading): boolean {
    if (this.#byCells) {
      const { value, whole } = reading.cellMin;
      if (value === null || !whole || value < this.#balanceVoltage) return false;
    } else if (reading.voltage.value === null || reading.voltage.value < this.#packFull) return false;
    if (Number.isNaN(this.#tailCurrent)) return true;
    const current = reading.current.value;
    return current !== null && current >= 0 && current <= this.#tailCurrent;
  }
}
