/**
 * Who speaks for what when a pack has several devices: its BMS for the cells, further ones (a shunt, a charger, a BMS
 * that only says "allowed") for what they measure better or alone.
 *
 * A value belongs to a further device once it has told it; when that device falls silent the value becomes unknown, and
 * is not quietly taken from another one, whose zero or sign may differ. What a further device says of permissions and
 * faults can only take away; one that has fallen silent permits nothing.
 */
import { isBad } from '../engine/reading/hardware-table.ts';
import type { AgedField, Observation } from '../engine/reading/observation.ts';
import type { Hardware, Reading } from '../engine/reading/reading.ts';
import { FURTHER, type Further } from '../links/places.ts';

/** What a further device takes over when it tells it. */
const TAKEN_OVER: readonly AgedField[] = [
  'current',
  'currentIn',
  'currentOut',
  'soc',
  'starterVoltage',
  'alternatorCurrent',
];

type Building = { -readonly [Field in keyof Observation]: Observation[Field] };

export interface SharedSourcesOptions {
  /** Seconds of silence after which a further device permits no charging, and no loads. */
  readonly chargeTimeout: number;
  readonly loadTimeout: number;
  /** Devices that are there for their permissions alone: before they are heard nothing is permitted. */
  readonly permits?: readonly Further[];
}

export interface SharedSources {
  /** What counts of what the BMS said. */
  first(seen: Observation): Observation;
  /** What counts of what a further device said: its currents, its SOC, the pack voltage where the BMS tells none. */
  further(name: Further, seen: Observation, at: number): Observation;
  /** Worsens a reading by what further devices say of themselves. */
  apply(reading: Reading, now: number): void;
}

/** Nothing has been heard yet. */
export function createSharedSources({ chargeTimeout, loadTimeout, permits = [] }: SharedSourcesOptions): SharedSources {
  /** The place of the device that has told a field first in rank. */
  const owners = new Map<AgedField, number>();
  const flags = new Map<Further, { told: Hardware; at: number }>(
    permits.map((name) => [name, { told: { chargeAllowed: false, loadAllowed: false }, at: -Infinity }]),
  );
  let firstTellsVoltage = false;

  return {
    first(seen) {
      if (typeof seen.voltage === 'number') firstTellsVoltage = true;
      if (!TAKEN_OVER.some((field) => owners.has(field) && seen[field] !== undefined)) return seen;
      const kept: Building = { ...seen };
      for (const field of owners.keys()) delete kept[field];
      return kept;
    },

    further(name, seen, at) {
      const place = FURTHER.indexOf(name);
      const kept: Building = {};
      for (const field of TAKEN_OVER) {
        const value = seen[field];
        if (value === undefined || (owners.get(field) ?? Infinity) < place) continue;
        if (value !== null) owners.set(field, place);
        kept[field] = value;
      }
      if (!firstTellsVoltage && seen.voltage !== undefined) kept.voltage = seen.voltage;
      if (seen.ages !== undefined) kept.ages = seen.ages;
      if (seen.hardware !== undefined) flags.set(name, { told: seen.hardware, at });
      return kept;
    },

    apply({ hardware }, now) {
      for (const { told, at } of flags.values()) {
        const age = now - at;
        for (const [name, flag] of Object.entries(told)) {
          if (flag === undefined || flag === null) continue;
          if (name === 'chargeAllowed') deny(hardware, name, flag === true && age < chargeTimeout);
          else if (name === 'loadAllowed') deny(hardware, name, flag === true && age < loadTimeout);
          else if (age < chargeTimeout && (hardware[name] === undefined || isBad(name, flag))) hardware[name] = flag;
        }
      }
    },
  };
}

function deny(hardware: Hardware, name: 'chargeAllowed' | 'loadAllowed', allows: boolean): void {
  hardware[name] = hardware[name] !== false && allows;
}
