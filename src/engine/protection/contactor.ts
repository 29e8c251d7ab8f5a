/**
 * The main contactor's order of things: it opens after the charge path, so that chargers are off before the current is
 * cut, and closes only after a precharge, so that the inverter's capacitors do not weld it.
 */

/** The resistor stays in for so long after the contactor has closed (s): its coil needs a moment. */
const OVERLAP = 1;

export type Precharge = 'unconfirmed' | 'external' | 'resistor';

export interface ContactorOptions {
  /** Seconds the charge path is open before the contactor opens. */
  readonly delay: number;
  readonly precharge: Precharge;
  /** Seconds the resistor is in before the contactor closes. */
  readonly prechargeTime: number;
}

export class ContactorSequence {
  readonly #delay: number;
  readonly #precharge: Precharge;
  readonly #time: number;
  #since = Number.NaN;
  #closedAt = Number.NaN;

  constructor(options: ContactorOptions) {
    this.#delay = options.delay;
    this.#precharge = options.precharge;
    this.#time = options.prechargeTime;
  }

  /** Nobody has said how the inrush is limited: it never closes. */
  get unconfirmed(): boolean {
    return this.#precharge === 'unconfirmed';
  }

  /**
   * The contactor is to open: whether it still waits for the charge path, open since `chargeOpenedAt` (-Infinity: it has
   * never been closed). Only a charge path that rules hold open is waited for: one that stays closed, or is on its way
   * back, is none of the contactor's business.
   */
  waitsToOpen(chargeDenied: boolean, chargeOpenedAt: number, now: number): boolean {
    return chargeDenied && now - chargeOpenedAt < this.#delay;
  }

  /** The contactor may close as far as the table is concerned: whether it closes now. Starts the precharge. */
  closes(now: number): boolean {
    if (this.#precharge === 'external') return true;
    if (this.unconfirmed) return false;
    if (Number.isNaN(this.#since)) this.#since = now;
    if (now - this.#since < this.#time) return false;
    this.#closedAt = now;
    return true;
  }

  /** The contactor must not close, or has opened: a precharge under way is given up. */
  abort(): void {
    this.#since = this.#closedAt = Number.NaN;
  }

  /** Whether the resistor is in. */
  precharging(now: number): boolean {
    if (Number.isNaN(this.#since)) return false;
    return Number.isNaN(this.#closedAt) || now - this.#closedAt < OVERLAP;
  }
}
