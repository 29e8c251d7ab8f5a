/**
 * What a current sensor shows while the battery does nothing, as evidence of the sensor's offset.
 *
 * A reading that stands still close to zero is most likely the sensor's zero: a load would have to cancel the offset
 * exactly. One that stands still above zero is hardly a charger, which does not stand still. One that stands still below zero
 * may as well be a small load that is always on, so it tells next to nothing.
 */

/** Currents below this may be a battery that does nothing (per hour of the capacity). */
const SMALL = 0.01;
/** A sensor's noise: still is what stays within this of its mean (per hour). */
const STILL = 0.001;
/** How long it must stand still (s). */
const STILL_TIME = 120;
/**
 * Sun and tapering chargers creep: above zero, a current that did not drop there by so much (per hour) within about `DROP_TIME`
 * s, as it does when loads and chargers switch off, must last longer (s).
 */
const DROP = 0.005;
const DROP_TIME = 30;
const STILL_TIME_CREPT = 1800;
/** A reading this close to zero is zero (per hour). */
const ZERO = 0.0005;
/** Changes below this are rounding and not the sensor's step (per hour). */
const ROUNDING = 1e-7;

/** Above zero: the offset is thought to lie a little below the reading, by these shares of it. */
const ABOVE = { less: 0.1, sigma: 0.3 };
/** Below zero: a load of this size may be always on, in full from `from` on (per hour). */
const BELOW = { load: 0.0025, sigma: 0.003, from: 0.002 };

export class QuietCurrent {
  /** Blind spot of the sensor around zero (per hour). */
  readonly #blindSpot: number;
  #mean = Number.NaN;
  #sum = 0;
  #dropped = false;
  /** Greatest current of about the last half minute. */
  #peak = 0;
  #time = 0;
  #last = Number.NaN;
  #step = SMALL;

  constructor(blindSpot: number) {
    this.#blindSpot = blindSpot;
  }

  /** `current` per hour flowed for `dt` s, as the sensor shows it. */
  step(current: number, dt: number): void {
    const change = Math.abs(current - this.#last);
    this.#last = current;
    this.#peak = Math.max(Math.abs(current), this.#peak * Math.exp(-dt / DROP_TIME));
    if (change > ROUNDING && change < this.#step) this.#step = change;
    if (Math.abs(current) > SMALL) {
      this.#time = 0;
      this.#mean = Number.NaN;
      return;
    }
    if (!(Math.abs(current - this.#mean) <= STILL)) {
      this.#time = 0;
      this.#sum = 0;
      this.#dropped = this.#peak - Math.abs(current) > DROP;
    }
    this.#time += dt;
    this.#sum += current * dt;
    this.#mean = this.#time > 0 ? this.#sum / this.#time : current;
  }

  /** Nothing was seen for a while. */
  lose(): void {
    this.#mean = Number.NaN;
    this.#time = 0;
    this.#last = Number.NaN;
    this.#peak = 0;
  }

  /** A current has stood still near zero for long enough. */
  get still(): boolean {
    const crept = this.#mean > this.#least(0) && !this.#dropped;
    return this.#time >= (crept ? STILL_TIME_CREPT : STILL_TIME) - 1e-6;
  }

  /** The offset that the still current speaks for (per hour). */
  get offset(): number {
    return this.#mean > 0 ? this.#mean - ABOVE.less * this.#beyond : this.#mean + BELOW.load * this.#ambiguous;
  }

  /** Variance of that, when a reading at zero is sure to `sure` (per hour). */
  variance(sure: number): number {
    return this.#least(sure) ** 2 + (this.#mean > 0 ? ABOVE.sigma * this.#beyond : BELOW.sigma * this.#ambiguous) ** 2;
  }

  /** How much a reading below zero may be a load, 0..1. */
  get #ambiguous(): number {
    return Math.min(1, (this.#beyond / BELOW.from) ** 2);
  }

  /** How far from zero it stands, beyond what a sensor's step explains (per hour). */
  get #beyond(): number {
    return Math.max(0, Math.abs(this.#mean) - this.#least(0));
  }

  /** A coarse or blind sensor hides an offset of up to half of its step. */
  #least(sure: number): number {
    return Math.max(sure, ZERO, this.#step / 3, this.#blindSpot / 2);
  }
}
