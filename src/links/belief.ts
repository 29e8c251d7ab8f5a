/**
 * Whether what a device that talks by itself said is believed. It cannot be asked again, so a sudden change waits for
 * the next frame that agrees with it; loads that jump between the same few levels are believed again soon.
 */
import type { Observation } from '../engine/reading/observation.ts';
import { differs } from './doubt.ts';

/** Frames heard before, any of which a frame may agree with. */
const REMEMBERED = 3;

export interface Belief {
  /** Takes what a good frame said; true: it may be passed on. The very first one waits for a second. */
  take(seen: Observation): boolean;
}

/** Nothing has been heard yet. */
export function createBelief(): Belief {
  const heard: Observation[] = [];
  let believed: Observation | null = null;
  return {
    take(seen) {
      const agrees = [believed, ...heard].some((before) => before !== null && !differs(before, seen));
      heard.push(seen);
      if (heard.length > REMEMBERED) heard.shift();
      if (agrees) believed = seen;
      return agrees;
    },
  };
}
