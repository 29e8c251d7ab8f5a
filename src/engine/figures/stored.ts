/** Reads stored figures without trusting them: what is not as it should be is left out, never thrown about. */

export type StoredRecord = Readonly<Record<string, unknown>>;

/** `found` as a record; an empty one when it is none. */
export function recordOf(found: unknown): StoredRecord {
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as StoredRecord) : {};
}

/** The number under `key` where it lies within `least`..`most`, else `otherwise`. */
export function numberIn(found: StoredRecord, key: string, least: number, most: number, otherwise: number): number {
  const value = found[key];
  return typeof value === 'number' && value >= least && value <= most ? value : otherwise;
}

/** The list under `key` when it has exactly `count` numbers within `least`..`most`, else `null`. JSON's `null` is NaN. */
export function numbersIn(
  found: StoredRecord,
  key: string,
  count: number,
  least: number,
  most: number,
): number[] | null {
  const list = found[key];
  if (!Array.isArray(list) || list.length !== count) return null;
  const numbers: number[] = [];
  for (const value of list as unknown[]) {
    if (value === null) numbers.push(Number.NaN);
    else if (typeof value === 'number' && value >= least && value <= most) numbers.push(value);
    else return null;
  }
  return numbers;
}

/** NaN as JSON can hold it. */
export function storable(value: number): number | null {
  // JSON knows no negative zero.
  return Number.isFinite(value) ? value + 0 : null;
}
