/**
 * All trip values of a table side by side, for the one question that is asked at every step: is anything beyond its own?
 * The same comparisons as the rows make, without walking over them.
 */
import type { Test } from './condition.ts';

export class Watch {
  readonly #of: Int32Array;
  readonly #sign: Float64Array;
  /** A value is beyond when `sign * value` is above this. */
  readonly #bound: Float64Array;

  constructor(trips: readonly Test[]) {
    // Of several rows about one quantity the first to trip speaks for all.
    const nearest = new Map<string, { of: number; sign: number; bound: number }>();
    for (const { of, sign, than, inclusive } of trips) {
      const bound = inclusive ? nextBelow(sign * than) : sign * than;
      const key = `${of}/${sign}`;
      const known = nearest.get(key);
      if (known === undefined || bound < known.bound) nearest.set(key, { of, sign, bound });
    }
    const all = [...nearest.values()];
    this.#of = Int32Array.from(all, (one) => one.of);
    this.#sign = Float64Array.from(all, (one) => one.sign);
    this.#bound = Float64Array.from(all, (one) => one.bound);
  }

  /** An unknown value (NaN) is beyond nothing. */
  anyBeyond(values: Float64Array): boolean {
    const of = this.#of;
    const sign = this.#sign;
    const bound = this.#bound;
    for (let i = 0; i < of.length; i++) if (sign[i]! * values[of[i]!]! > bound[i]!) return true;
    return false;
  }
}

const bits = new DataView(new ArrayBuffer(8));

/** The largest double below `value`: what is above it is at least `value`. */
function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  const whole = bits.getBigInt64(0);
  bits.setBigInt64(0, value > 0 ? whole - 1n : whole + 1n);
  return bits.getFloat64(0);
}
