/**
 * Keeps running things across a redeploy: Node-RED closes every node and builds it anew a few milliseconds later
 * (15 s when a neighbour hangs), but a redeploy is no restart.
 *
 * A thing is claimed by key and hash. The same hash gets the running thing back; another hash ends it and makes a new one.
 * Released for good (the node was deleted) it ends at once; released for a redeploy it ends unless claimed again in time.
 */
import type { Clock } from '../engine/clock.ts';

/** Longer than Node-RED waits for the slowest neighbour to close (15 s). */
const GRACE = 20;

interface Kept<T> {
  readonly hash: string;
  readonly thing: T;
  cancelEnd: (() => void) | null;
}

export interface Keep<T> {
  claim(key: string, hash: string, make: () => T): T;
  release(key: string, forGood: boolean): void;
  /** Ends the thing under the key when it was made with another hash: what it holds is needed by the one to come. */
  endIfOther(key: string, hash: string): void;
  get(key: string): T | undefined;
  keys(): string[];
}

/** @param end called once when a thing is over; must not throw */
export function createKeep<T>(clock: Clock, end: (thing: T) => void): Keep<T> {
  const kept = new Map<string, Kept<T>>();

  const finish = (key: string): void => {
    const entry = kept.get(key);
    if (entry === undefined) return;
    entry.cancelEnd?.();
    kept.delete(key);
    end(entry.thing);
  };

  return {
    claim(key, hash, make) {
      const entry = kept.get(key);
      if (entry !== undefined && entry.hash === hash) {
        entry.cancelEnd?.();
        entry.cancelEnd = null;
        return entry.thing;
      }
      finish(key);
      const thing = make();
      kept.set(key, { hash, thing, cancelEnd: null });
      return thing;
    },
    release(key, forGood) {
      const entry = kept.get(key);
      if (entry === undefined) return;
      if (forGood) {
        finish(key);
        return;
      }
      entry.cancelEnd?.();
      entry.cancelEnd = clock.after(GRACE, () => finish(key));
    },
    endIfOther(key, hash) {
      if (kept.get(key)?.hash !== hash) finish(key);
    },
    get: (key) => kept.get(key)?.thing,
    keys: () => [...kept.keys()],
  };
}
