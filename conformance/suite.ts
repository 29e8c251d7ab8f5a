/** How published frames of one protocol are held against what the codec makes of them. */

/** One frame of a vector file. */
export interface Vector {
  readonly name: string;
  readonly source: string;
  /** The bytes, in hexadecimal. */
  readonly hex: string;
  /** What a right decoder says of it, in the words of the file. */
  readonly expected: Readonly<Record<string, unknown>>;
  readonly note?: string;
  /** Files have further words of their own: `key`, `layout`, `payloadOnly` … */
  readonly [more: string]: unknown;
}

export type Outcome =
  | { readonly kind: 'passed' }
  /** The file marks the frame as damaged or not to be taken, and it was refused. */
  | { readonly kind: 'refused'; readonly why: string }
  /** One sentence a difference: field, expected, got. */
  | { readonly kind: 'failed'; readonly differences: readonly string[] };

export interface Suite {
  /** The vector file's name, without `.json`. */
  readonly file: string;
  check(vector: Vector): Outcome;
}

/**
 * Compares every expected field with what was read. Numbers agree within `tolerance` (default 1e-6, against binary
 * fractions); lists and objects element by element. A field that `actual` does not have is a difference.
 */
export function compare(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  tolerance = 1e-6,
): Outcome {
  const differences: string[] = [];
  for (const [name, want] of Object.entries(expected)) {
    if (!Object.hasOwn(actual, name)) differences.push(`${name}: the codec gives no such field`);
    else if (!same(want, actual[name], tolerance)) {
      differences.push(`${name}: expected ${JSON.stringify(want)}, got ${JSON.stringify(actual[name])}`);
    }
  }
  return differences.length === 0 ? { kind: 'passed' } : { kind: 'failed', differences };
}

function same(want: unknown, got: unknown, tolerance: number): boolean {
  if (typeof want === 'number' && typeof got === 'number') return Math.abs(want - got) <= tolerance;
  if (Array.isArray(want)) {
    return Array.isArray(got) && want.length === got.length && want.every((one, i) => same(one, got[i], tolerance));
  }
  if (typeof want === 'object' && want !== null) {
    if (typeof got !== 'object' || got === null || Array.isArray(got)) return false;
    const [wanted, given] = [want as Record<string, unknown>, got as Record<string, unknown>];
    return Object.keys(wanted).every((name) => same(wanted[name], given[name], tolerance));
  }
  return want === got;
}
