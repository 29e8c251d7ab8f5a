/** Repeatable chance: the same seed gives the same pack, the same weather and the same line noise every time. */

/** Draws a number in 0…1 (1 excluded). */
export type Random = () => number;

const GOLDEN = 0x6d2b79f5;

function mix(state: number): number {
  let z = state | 0;
  z = Math.imul(z ^ (z >>> 15), z | 1);
  z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
  return ((z ^ (z >>> 14)) >>> 0) / 0x1_0000_0000;
}

/** A generator of its own for one seed (any integer). Mulberry32: small, public domain, good enough for chance in a test. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + GOLDEN) | 0;
    return mix(state);
  };
}

/**
 * A smooth curve through random points, −1…1, one point at every whole `x`.
 * A function of `x` alone: it does not matter in how many steps time gets there.
 */
export function noiseAt(seed: number, x: number): number {
  const left = Math.floor(x);
  const part = x - left;
  const at = (n: number) => 2 * mix(Math.imul(seed + 1, 0x9e3779b1) + Math.imul(n, GOLDEN)) - 1;
  const ease = part * part * (3 - 2 * part);
  return at(left) * (1 - ease) + at(left + 1) * ease;
}

/** The bytes with so much of their bits flipped (0…1), each by chance of its own; the same bytes for 0. */
export function flipBits(bytes: Uint8Array, rate: number, random: Random): Uint8Array {
  if (rate === 0) return bytes;
  return bytes.map((byte) => {
    let flips = 0;
    for (let bit = 0; bit < 8; bit++) if (random() < rate) flips |= 1 << bit;
    return byte ^ flips;
  });
}
