/** A noisy line, the same on every run. */

/** Numbers from 0 to 1 out of a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Flips each bit with the given probability, across calls as on one line. Returns a copy. */
export function noisyLine(bitErrorRate: number, random: () => number): (bytes: Uint8Array) => Uint8Array {
  const untilNext = () => Math.floor(Math.log(1 - random()) / Math.log(1 - bitErrorRate));
  let skip = untilNext();
  return (bytes) => {
    const noisy = bytes.slice();
    const bits = noisy.length * 8;
    while (skip < bits) {
      const byte = skip >> 3;
      noisy[byte] = (noisy[byte] ?? 0) ^ (1 << (skip & 7));
      skip += 1 + untilNext();
    }
    skip -= bits;
    return noisy;
  };
}
