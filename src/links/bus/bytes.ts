/** Numbers and words out of bytes. Pure and total: a byte that is not there is 0. */

/** 16 bits from `at` on, high byte first. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** All bytes added up. */
export function sumOf(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum;
}

/** ASCII up to the first zero; what cannot be printed is left out, and so are the blanks around it. */
export function textUpToZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end))
    .replaceAll(/[^ -~]/g, '')
    .trim();
}
