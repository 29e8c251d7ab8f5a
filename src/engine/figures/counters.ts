/**
 * Charge and energy in and out, today and in total (123-R10, ECS-3).
 *
 * A step counts with its mean current, so its sign decides the direction. Energy is that charge at the pack voltage of the
 * step; while no voltage is known only charge is counted. Nothing is rounded before it is counted (ECS-1).
 */
import { CalendarDay } from './calendar-day.ts';
import { packVoltage } from './pack-voltage.ts';
import type { BatterySample } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';
import { Tally, type TallyState } from './tally.ts';

export interface CountersState {
  /** Start of the day that is `today` (ms since 1970); `null` while no clock was set. */
  readonly day: number | null;
  readonly today: TallyState;
  readonly total: TallyState;
}

export class Counters {
  /** Since the start of the calendar day in the machine's time zone. */
  readonly today = new Tally();
  /** Since the counters were cleared. */
  readonly total = new Tally();
  readonly #day = new CalendarDay();

  /** Counts what flowed. A step over midnight counts for the new day. */
  step(sample: BatterySample): void {
    if (this.#day.turned(sample.wall)) this.today.begin();
    if (sample.gap || !(sample.dt > 0)) return;
    const hours = sample.dt / 3600;
    const voltage = packVoltage(sample);
    const charge = sample.flow * hours;
    if (!Number.isNaN(charge)) {
      this.total.count(charge, charge * voltage);
      this.today.count(charge, charge * voltage);
    }
    const { currentIn, currentOut } = sample;
    if (!Number.isNaN(currentIn) && !Number.isNaN(currentOut)) this.#countApart(currentIn, currentOut, voltage * hours);
  }

  /**
   * Both sensors measure both ways (123-R7). What flows into the sources counts as consumed, what comes from the consumers'
   * side (an inverter that charges) as delivered: so the two sums differ by what the battery took.
   */
  #countApart(currentIn: number, currentOut: number, factor: number): void {
    const delivered = (Math.max(0, currentIn) + Math.max(0, -currentOut)) * factor;
    const consumed = (Math.max(0, currentOut) + Math.max(0, -currentIn)) * factor;
    this.total.countApart(delivered, consumed);
    this.today.countApart(delivered, consumed);
  }

  /** The totals and today's to 0 (123-R10). */
  clear(): void {
    this.total.clear();
    this.today.clear();
  }

  state(): CountersState {
    return { day: storable(this.#day.start), today: this.today.state(), total: this.total.state() };
  }

  /** Takes over what can be read of an earlier `state()`; the rest stays as it is. */
  restore(found: unknown): void {
    const record = recordOf(found);
    this.#day.restore(numberIn(record, 'day', 0, Number.MAX_SAFE_INTEGER, Number.NaN));
    this.today.restore(record.today);
    this.total.restore(record.total);
  }
}
