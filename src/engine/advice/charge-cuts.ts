/**
 * How a full cell makes the charger cycle: off for a minute or three, on again, off again. For up to twelve hours that is how
 * a battery is rebalanced; longer, it is not getting there (VLB-21).
 */
import { numberIn, numbersIn, recordOf, storable } from '../figures/stored.ts';

const HOUR = 3600;
/** Cuts are counted by the hour, for so many hours. */
const HOURS = 12;
/** Cuts further apart than this (s) are no cycling: the sun went down between them. */
const APART = HOUR;
/** After so long without a cut (s) what was before is another story. */
const FORGET = 72 * HOUR;

export class ChargeCuts {
  /** The newest first. */
  readonly #hours = new Float64Array(HOURS);
  #intoHour = 0;
  #isCut = false;
  #since = Number.NaN;
  #cycling = 0;

  /** @param cut charging is stopped because a cell is full (`cell-overvoltage` is raised) */
  step(dt: number, cut: boolean): void {
    this.#age(dt);
    this.#since += dt;
    if (cut && !this.#isCut) {
      if (this.#since <= APART) this.#cycling += this.#since;
      else if (this.#since > FORGET) this.#cycling = 0;
      this.#since = 0;
      this.#hours[0]!++;
    }
    this.#isCut = cut;
  }

  /** Cuts in the last 12 hours, to the hour. */
  get count(): number {
    let sum = 0;
    for (const hour of this.#hours) sum += hour;
    return sum;
  }

  /** s for which the charger has cycled, pauses of more than an hour left out, until there is none for three days. */
  get cyclingFor(): number {
    return this.#since > FORGET ? 0 : this.#cycling;
  }

  /** s since the last cut; NaN: there was none. */
  get sinceLast(): number {
    return this.#since;
  }

  state(): unknown {
    return {
      hours: Array.from(this.#hours),
      intoHour: this.#intoHour,
      cut: this.#isCut,
      since: storable(this.#since),
      cycling: this.#cycling,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const hours = numbersIn(stored, 'hours', HOURS, 0, 1e6);
    if (hours === null || hours.some(Number.isNaN)) return;
    this.#hours.set(hours);
    this.#intoHour = numberIn(stored, 'intoHour', 0, HOUR, 0);
    this.#isCut = stored['cut'] === true;
    this.#since = numberIn(stored, 'since', 0, 1e12, Number.NaN);
    this.#cycling = numberIn(stored, 'cycling', 0, 1e9, 0);
  }

  #age(dt: number): void {
    if (!(dt > 0)) return;
    this.#intoHour += dt;
    const passed = Math.floor(this.#intoHour / HOUR);
    if (passed === 0) return;
    this.#intoHour -= passed * HOUR;
    this.#hours.copyWithin(passed, 0);
    this.#hours.fill(0, 0, passed);
  }
}
