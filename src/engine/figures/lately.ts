/** How the battery was used in the last week or two: what advice about its care depends on (VLB-12, OGT-13, VLB-32). */
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, recordOf } from './stored.ts';

const DAY = 86_400;
/** "Lately" is a mean over so long (s). */
const LATELY = 10 * DAY;
/** A current counts as one that is drawn when it is the mean of so long (s): inrush is not use. */
const LASTING = 60;
/** Idle: less than this in the mean of an hour (share of the capacity per hour). */
const IDLE_RATE = 0.003;
const HOUR = 3600;
/** A gap longer than this is a time in which nobody watched (s). */
const WATCHED = 3600;
/** Each charge that reached the top counts for this much in the share of those that ended too soon. */
const CHARGE_WEIGHT = 0.25;
/** More of them than this are short charges. */
const SHORT = 0.5;

export class Lately {
  readonly #capacity: number;
  #known = 0;
  /** Capacities that were discharged lately, faded, and the days they stand for. */
  #discharged = 0;
  #days = 0;
  #greatest = 0;
  #minute = 0;
  #hour = 0;
  #idle = 0;
  #short = 0;
  #atTop = false;
  #full = false;

  constructor({ capacity }: Pick<BatterySettings, 'capacity'>) {
    this.#capacity = capacity;
  }

  /** Days for which it has been watched. */
  get daysKnown(): number {
    return this.#known / DAY;
  }

  /** Full equivalent cycles a day; NaN before anything was seen. */
  get cyclesPerDay(): number {
    return this.#days > 0 ? this.#discharged / this.#days : Number.NaN;
  }

  /** Greatest lasting current either way, as a share of the capacity per hour; it fades. */
  get greatestRate(): number {
    return this.#greatest;
  }

  /** s for which next to nothing has flowed; a time in which nothing was seen goes on as it was. */
  get idleFor(): number {
    return this.#idle;
  }

  /** Most charges lately reached the top and ended before the battery was full. */
  get hasShortCharges(): boolean {
    return this.#short > SHORT;
  }

  /**
   * @param atTop a charge is at the top: the cells are where balancing works
   * @param offset what the current sensor shows at no current (A)
   */
  step(sample: BatterySample, atTop: boolean, offset = 0): void {
    const { dt, anchor } = sample;
    const flow = sample.flow - offset;
    this.#charge(atTop, anchor === 'full');
    if (!(dt > 0)) return;
    if (dt <= WATCHED) this.#known += dt;
    if (Number.isNaN(flow)) {
      if (this.#idle > 0) this.#idle += dt;
      return;
    }
    const rate = flow / this.#capacity;
    const kept = Math.exp(-dt / LATELY);
    this.#days = this.#days * kept + (LATELY / DAY) * (1 - kept);
    // Written so that a step cut in two comes to the same.
    const used = rate < 0 ? (-rate * LATELY) / HOUR : 0;
    this.#discharged = this.#discharged * kept + used * (1 - kept);
    this.#greatest *= kept;
    this.#minute += (Math.abs(rate) - this.#minute) * -Math.expm1(-dt / LASTING);
    this.#hour += (Math.abs(rate) - this.#hour) * -Math.expm1(-dt / HOUR);
    if (this.#minute > this.#greatest) this.#greatest = this.#minute;
    this.#idle = this.#hour < IDLE_RATE ? this.#idle + dt : 0;
  }

  /** A charge that leaves the top without having been full was a short one. */
  #charge(atTop: boolean, full: boolean): void {
    if (full) this.#full = true;
    if (this.#atTop && !atTop) {
      this.#short += ((this.#full ? 0 : 1) - this.#short) * CHARGE_WEIGHT;
      this.#full = false;
    }
    this.#atTop = atTop;
  }

  state(): object {
    return {
      known: this.#known,
      discharged: this.#discharged,
      days: this.#days,
      greatest: this.#greatest,
      minute: this.#minute,
      hour: this.#hour,
      idle: this.#idle,
      short: this.#short,
      atTop: this.#atTop,
      full: this.#full,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#known = numberIn(stored, 'known', 0, 1e10, 0);
    this.#days = numberIn(stored, 'days', 0, LATELY / DAY + 1, 0);
    this.#discharged = numberIn(stored, 'discharged', 0, 1e6, 0);
    this.#greatest = numberIn(stored, 'greatest', 0, 1e3, 0);
    this.#minute = numberIn(stored, 'minute', 0, 1e3, 0);
    this.#hour = numberIn(stored, 'hour', 0, 1e3, 0);
    this.#idle = numberIn(stored, 'idle', 0, 1e10, 0);
    this.#short = numberIn(stored, 'short', 0, 1, 0);
    this.#atTop = stored['atTop'] === true;
    this.#full = stored['full'] === true;
  }
}
