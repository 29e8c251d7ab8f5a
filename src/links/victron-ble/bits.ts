/** Values packed bit by bit, lowest bit first, as Victron packs its adverts. */

/** The value of `count` (at most 32) bits from bit `start` on, unsigned; `null` when the bytes end before. */
export function unsigned(bytes: Uint8Array, start: number, count: number): number | null {
  if (start + count > bytes.length * 8) return null;
  let value = 0;
  for (let bit = count - 1; bit >= 0; bit -= 1) {
    const at = start + bit;
    value = value * 2 + (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1);
  }
  return value;
}

/** The same with a sign (two's complement). */
export function signed(bytes: Uint8Array, start: number, count: number): number | null {
  const value = unsigned(bytes, start, count);
  if (value === null) return null;
  return value >= 2 ** (count - 1) ? value - 2 ** count : value;
}
