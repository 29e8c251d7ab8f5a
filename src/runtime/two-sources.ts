/**
 * Who speaks for what when a pack has two devices: its BMS for the cells, a second one (a shunt, a charger) for what it
 * measures better. A value belongs to the second device once it has told it; when that device falls silent the value
 * becomes unknown, and is not quietly taken from the other one, whose zero or sign may be another.
 */
import type { AgedField, Observation } from '../engine/reading/observation.ts';

/** What the second device takes over when it tells it. */
const TAKEN_OVER: readonly AgedField[] = [
  'current',
  'currentIn',
  'currentOut',
  'soc',
  'starterVoltage',
  'alternatorCurrent',
];

type Building = { -readonly [Field in keyof Observation]: Observation[Field] };

export interface TwoSources {
  /** What counts of what the BMS said. */
  first(seen: Observation): Observation;
  /** What counts of what the second device said: its currents, its SOC, the pack voltage where the BMS tells none. */
  second(seen: Observation): Observation;
}

/** Nothing has been heard yet. */
export function createTwoSources(): TwoSources {
  const taken = new Set<AgedField>();
  let firstTellsVoltage = false;
  return {
    first(seen) {
      if (typeof seen.voltage === 'number') firstTellsVoltage = true;
      if (!TAKEN_OVER.some((field) => taken.has(field) && seen[field] !== undefined)) return seen;
      const kept: Building = { ...seen };
      for (const field of taken) delete kept[field];
      return kept;
    },
    second(seen) {
      const kept: Building = {};
      for (const field of TAKEN_OVER) {
        const value = seen[field];
        if (value === undefined) continue;
        if (value !== null) taken.add(field);
        kept[field] = value;
      }
      if (!firstTellsVoltage && seen.voltage !== undefined) kept.voltage = seen.voltage;
      if (seen.ages !== undefined) kept.ages = seen.ages;
      return kept;
    },
  };
}
