/** Waiting in tests that run real processes. */
import { AssertionError } from 'node:assert';

/** s, monotonic. */
export function seconds(): number {
  return performance.now() / 1000;
}

export function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration * 1000));
}

/**
 * Resolves with the first value that is not `null`; rejects after `limit` s, saying what did not come.
 *
 * @param what completes the sentence "waited in vain for …"; a function is asked when it is too late
 */
export async function until<T>(
  what: string | (() => string),
  limit: number,
  look: () => T | null | Promise<T | null>,
): Promise<T> {
  const end = seconds() + limit;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (seconds() > end) {
      const text = typeof what === 'string' ? what : what();
      throw new AssertionError({ message: `waited ${limit} s in vain for ${text}` });
    }
    await pause(0.02);
  }
}
