/** What really happens to the simulated battery, now and then, and what must come of it. */
import type { Shown } from './soak-frames.ts';

export type SoakRole = 'charge' | 'load';

interface Kind {
  readonly name: string;
  /** s */
  readonly lasts: number;
  readonly shown: Shown;
  /** The device says nothing at all. */
  readonly isSilent: boolean;
  /** Who must open, within so many seconds of the first frame that shows it; `null`: may stay closed. */
  readonly opens: Readonly<Record<SoakRole, number | null>>;
}

/**
 * One frame alone is not believed (its checksum has 8 bits), a damaged one costs one more, and the protection looks at its
 * clock every half second: what is added to each rule's own delay (s).
 */
const FRAMES = 6;
const calm: Shown = { outlier: null, celsius: null };

/** Delays of the `lifepo4` profile. The undervoltage warns for 30 s first; below 2.50 V it does not wait. */
const KINDS: readonly Kind[] = [
  {
    name: 'overvoltage',
    lasts: 30,
    shown: { ...calm, outlier: 3.75 },
    isSilent: false,
    opens: { charge: 2 + FRAMES, load: null },
  },
  {
    name: 'undervoltage',
    lasts: 60,
    shown: { ...calm, outlier: 2.7 },
    isSilent: false,
    opens: { charge: null, load: 37 + FRAMES },
  },
  {
    name: 'deep undervoltage',
    lasts: 20,
    shown: { ...calm, outlier: 2.4 },
    isSilent: false,
    opens: { charge: null, load: FRAMES },
  },
  {
    name: 'hot cells',
    lasts: 30,
    shown: { ...calm, celsius: 50 },
    isSilent: false,
    opens: { charge: 5 + FRAMES, load: null },
  },
  {
    name: 'silence of the device',
    lasts: 90,
    shown: calm,
    isSilent: true,
    opens: { charge: 5 + 1, load: 60 + 1 },
  },
];

export interface PlantEvent {
  readonly kind: Kind;
  /** s since the start. */
  readonly from: number;
}

export const CALM: Shown = calm;
/** Seconds between two events: several a day, with time for everything to close again. */
const LEAST_BETWEEN = 1800;
const MOST_BETWEEN = 4 * 3600;
/** Seconds after an event in which its consequences may still show. */
export const AFTERMATH = 900;

export function createPlant(random: () => number): { at(second: number): PlantEvent | null } {
  const draw = (after: number): PlantEvent => ({
    kind: KINDS[Math.floor(random() * KINDS.length)]!,
    from: after + LEAST_BETWEEN + Math.floor(random() * (MOST_BETWEEN - LEAST_BETWEEN)),
  });
  let next = draw(0);
  return {
    /** The event that runs, or whose aftermath does; `null`: nothing is the matter. */
    at(second) {
      if (second >= next.from + next.kind.lasts + AFTERMATH) next = draw(next.from + next.kind.lasts);
      return second >= next.from ? next : null;
    },
  };
}
