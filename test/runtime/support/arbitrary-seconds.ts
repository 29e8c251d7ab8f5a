/** Times for properties. */
import fc from 'fast-check';

/** Seconds in whole milliseconds, evenly spread: `fc.double` is even over bit patterns, so nearly all of it is next to 0. */
export function seconds(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.round(min * 1000), max: Math.round(max * 1000) }).map((ms) => ms / 1000);
}
