/**
 * What two or three values of one thing say together. Values stand oldest first; `null` is the device saying that it
 * does not know, and has a vote like any number.
 */

/** How far two values may lie apart and still say the same, given one of them. */
export type Tolerance = (value: number) => number;

export function agrees(a: number | null, b: number | null, tolerance: Tolerance): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(b - a) <= tolerance(a);
}

/**
 * Which of the last values to believe: its place in the list, or `null` while they do not agree.
 *
 * Of three numbers the newest, when it agrees with their median, otherwise the median: one wild value changes nothing,
 * a step is followed one value later, and a ramp steeper than the tolerance one value behind. Of two numbers the newer,
 * when they agree. One number alone is not believed. `null` is believed when more than half say it.
 * The place is always the value's last, so that what came twice is as young as its younger one.
 */
export function believed(values: readonly (number | null)[], tolerance: Tolerance): number | null {
  if (values.length < 2) return null;
  const numbers = values.filter((value) => value !== null);
  if (numbers.length * 2 < values.length) return values.lastIndexOf(null);
  if (numbers.length < 2) return null;
  const newest = numbers.at(-1) as number;
  const before = numbers.at(-2) as number;
  if (numbers.length === 2) return agrees(before, newest, tolerance) ? values.lastIndexOf(newest) : null;
  const median = numbers.toSorted((a, b) => a - b)[1] as number;
  return values.lastIndexOf(agrees(median, newest, tolerance) ? newest : median);
}

/** The value that came at least twice; `null` when none did. */
export function repeated(values: readonly number[]): number | null {
  return values.find((value, place) => values.indexOf(value, place + 1) !== -1) ?? null;
}

/** A flag by majority; where as many say yes as no, the careful answer. */
export function majority(flags: readonly boolean[], careful: boolean): boolean {
  const yes = flags.filter((flag) => flag).length;
  return yes * 2 === flags.length ? careful : yes * 2 > flags.length;
}
