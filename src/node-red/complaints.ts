/** What has been complained about already: a sentence that comes again every second helps nobody. */
import type { Clock } from '../engine/clock.ts';

/** Seconds without an occurrence after which the next one is news again. */
const QUIET = 60;
/** More different ones than this are a flood: the first say what is wrong. */
const MOST = 50;

export interface Complaints {
  /**
   * Notes that `what` has occurred.
   * @returns `true` when it should be told: it has not occurred for a minute, or never. `false` also when 50 others are
   *   still going on.
   */
  isNew(what: string): boolean;
}

/** Nothing has occurred yet. */
export function createComplaints(clock: Clock): Complaints {
  /** Monotonic second of the last occurrence. */
  const last = new Map<string, number>();
  return {
    isNew(what) {
      const now = clock.now();
      for (const [known, at] of last) if (now - at >= QUIET) last.delete(known);
      const isKnown = last.has(what);
      if (!isKnown && last.size >= MOST) return false;
      last.set(what, now);
      return !isKnown;
    },
  };
}
