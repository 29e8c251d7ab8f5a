/** Numbers, sums and bits as simulated devices put them on the wire. */

/** 16 bits, the high byte first; rounded, and what does not fit is cut off. */
export function two(value: number): [high: number, low: number] {
  const whole = Math.round(value);
  return [(whole >> 8) & 0xff, whole & 0xff];
}

/** All bytes added up. */
export function total(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum;
}

/** A number with the bits of those that are true; the first is the lowest. */
export function bits(...set: readonly boolean[]): number {
  return set.reduce((sum, is, at) => (is ? sum + 2 ** at : sum), 0);
}

/** A number with these bits, each where its own condition is true; no bit twice. */
export function bitsAt(...places: readonly (readonly [bit: number, is: boolean])[]): number {
  return places.reduce((sum, [bit, is]) => (is ? sum + 2 ** bit : sum), 0);
}

/** Bits in so many bytes or words of `width` bits each: the first is the lowest of the first one. */
export function packed(set: readonly boolean[], width: 8 | 16, count: number): number[] {
  return Array.from({ length: count }, (_, i) => bits(...set.slice(i * width, (i + 1) * width)));
}
