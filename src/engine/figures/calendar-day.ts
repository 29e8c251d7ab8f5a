/** Calendar days of the wall clock in the machine's time zone. The only place of the figures that knows a calendar. */

/** Milliseconds since 1970 at the start of 2024 and of the year 9000: outside of them nobody has set the clock. */
const SET_FROM = 1_704_067_200_000;
const SET_UNTIL = 221_845_392_000_000;

/** Whether `wall` (ms since 1970) can be the time: a machine without a battery for its clock starts in the past. */
export function isClockSet(wall: number): boolean {
  return wall >= SET_FROM && wall < SET_UNTIL;
}

/** `wall` (ms since 1970) for display; NaN while the clock is not set. */
export function shownTime(wall: number): number {
  return isClockSet(wall) ? wall : Number.NaN;
}

/** Tells when another day has begun. The limits of the day are kept, so asking costs two comparisons. */
export class CalendarDay {
  #from = Number.NaN;
  #until = Number.NaN;

  /** Start of the day (ms since 1970); NaN while no clock was set. */
  get start(): number {
    return this.#from;
  }

  /**
   * Whether `wall` (ms since 1970) lies in another day than last time. The first day that is known is no other one, and a
   * clock that is not set tells nothing.
   */
  turned(wall: number): boolean {
    if (wall >= this.#from && wall < this.#until) return false;
    if (!isClockSet(wall)) return false;
    const before = this.#from;
    this.#enter(wall);
    return this.#from !== before && !Number.isNaN(before);
  }

  /** Goes on with the day that has `start` in it; ignored when that is no time. */
  restore(start: number): void {
    if (isClockSet(start)) this.#enter(start);
  }

  /** A day has 23 to 25 hours: its ends come from the calendar. */
  #enter(wall: number): void {
    const time = new Date(wall);
    const year = time.getFullYear();
    const month = time.getMonth();
    const day = time.getDate();
    this.#from = new Date(year, month, day).getTime();
    this.#until = new Date(year, month, day + 1).getTime();
  }
}
