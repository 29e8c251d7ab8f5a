/**
 * Time left to damage after the loads were cut for an empty cell (OGT-11, VLB-17, VSB-12, 123-R20).
 *
 * A hundredth of the capacity is left then. What goes on flowing, past the contacts and through the boards themselves, takes
 * it in days, and then the battery is damaged.
 */
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';

/** Share of the capacity that is left at the cut: 1 Ah of 100 Ah (VLB-17, OGT-11). */
const LEFT_AT_CUT = 0.01;
/**
 * Currents below this share of the capacity per hour, or below 0.1 A, may as well be the zero of the sensor: the resolution
 * of usual sensors is half a percent of their full scale (123-R7).
 */
const SEEN_SHARE = 0.005;
const SEEN_LEAST = 0.1;
/** A drain counts as one once it has been seen for a minute (s); before, loads are still going off. */
const SETTLED = 60;
/** The drain that is told is the mean of about so long (s). */
const MEAN_OVER = 600;
/** Where neither the pack's voltage nor the cut is known: V of an empty cell. */
const EMPTY_CELL = 2.8;

export class Reserve {
  readonly #settings: BatterySettings;
  /** A: from here on a measured current is one. */
  readonly #seen: number;
  #isCut = false;
  /** Ah that are left of the reserve. */
  #left = Number.NaN;
  /** Mean of the measured discharge (A), and how long one has been seen without a break (s). */
  #measured = 0;
  #seenFor = 0;
  /** A that the monitor itself takes. */
  #own = 0;

  /** @param resolution of the current sensor (A): twice of it is seen for certain. NaN: half a percent of the capacity */
  constructor(settings: BatterySettings, resolution = Number.NaN) {
    this.#settings = settings;
    this.#seen = resolution >= 0 ? 2 * resolution : Math.max(SEEN_LEAST, SEEN_SHARE * settings.capacity);
    this.#own = this.#ownCurrent(Number.NaN);
  }

  /** @param loadsCut the loads are off because a cell is empty (the row `cell-undervoltage` is raised) */
  step(sample: BatterySample, loadsCut: boolean): void {
    if (loadsCut !== this.#isCut) {
      // What flowed up to here is not the reserve's.
      this.#isCut = loadsCut;
      this.#left = loadsCut ? this.#whole : Number.NaN;
      this.#measured = 0;
      this.#seenFor = 0;
      this.#own = this.#ownCurrent(loadsCut ? sample.voltage : Number.NaN);
      return;
    }
    if (!loadsCut) return;
    this.#own = this.#ownCurrent(sample.voltage);
    const { dt, flow } = sample;
    if (!(dt > 0)) return;
    if (sample.gap || Number.isNaN(flow)) this.#take(this.drain, dt);
    else this.#count(flow, dt);
  }

  /** A that flow out of the battery; NaN: nothing is known to flow. */
  get drain(): number {
    const unseen = this.#settings.residualDrain >= 0 ? this.#settings.residualDrain : 0;
    const drain = (this.#seenFor >= SETTLED ? this.#measured : unseen) + this.#own;
    return drain > 0 ? drain : Number.NaN;
  }

  /** Ah that are left of the reserve; NaN while the loads are not cut. */
  get remaining(): number {
    return this.#left;
  }

  /** s until the reserve is used up; 0: it is. NaN while the loads are not cut, or where no drain is known. */
  get timeToDamage(): number {
    if (this.#left === 0) return 0;
    return (this.#left / this.drain) * 3600;
  }

  state(): unknown {
    return {
      cut: this.#isCut,
      left: storable(this.#left),
      measured: this.#measured,
      seenFor: this.#seenFor,
      own: this.#own,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const left = numberIn(stored, 'left', 0, this.#whole, Number.NaN);
    if (stored['cut'] !== true || Number.isNaN(left)) return;
    this.#isCut = true;
    this.#left = left;
    this.#measured = numberIn(stored, 'measured', 0, 1e6, 0);
    this.#seenFor = numberIn(stored, 'seenFor', 0, 1e12, 0);
    this.#own = numberIn(stored, 'own', 0, 1e6, this.#own);
  }

  /** Ah of the reserve at the cut. */
  get #whole(): number {
    return LEFT_AT_CUT * this.#settings.capacity;
  }

  #count(flow: number, dt: number): void {
    if (flow <= -this.#seen) {
      // From zero on the mean would creep up to the drain for minutes.
      if (this.#seenFor === 0) this.#measured = -flow;
      else this.#measured += (-flow - this.#measured) * -Math.expm1(-dt / MEAN_OVER);
      this.#seenFor += dt;
      this.#take(-flow + this.#own, dt);
      return;
    }
    this.#seenFor = 0;
    // While it is charged nothing drains, and what comes in fills the reserve up again.
    if (flow >= this.#seen) this.#take(this.#own - flow, dt);
    else this.#take(this.drain, dt);
  }

  #take(amps: number, dt: number): void {
    if (Number.isNaN(amps)) return;
    this.#left = Math.min(this.#whole, Math.max(0, this.#left - (amps * dt) / 3600));
  }

  #ownCurrent(voltage: number): number {
    const { selfConsumption, cells, cellUndervoltage } = this.#settings;
    if (!(selfConsumption > 0)) return 0;
    const known = voltage > 0 ? voltage : cells * (cellUndervoltage > 0 ? cellUndervoltage : EMPTY_CELL);
    return selfConsumption / known;
  }
}
