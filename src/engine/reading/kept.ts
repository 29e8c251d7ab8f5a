/** What the table of sources keeps of a value and of a cell. */
import type { Cause } from './reading.ts';

export interface Kept {
  value: number | null;
  cell: number | null;
  /** Monotonic second at which it was measured. */
  at: number;
  source: string;
  cause: Cause | null;
  /** A device has told it: messages do not any more. */
  owned: boolean;
}

export interface KeptCell {
  voltage: number | null;
  temperature: number | null;
  balancing: boolean | null;
  /** The cell has given a temperature before: `null` now means that the sensor is lost. */
  hasSensor: boolean;
  /** Monotonic second at which the voltage was measured. */
  at: number;
  temperatureAt: number;
  source: string;
  temperatureSource: string;
}

/** The value where it is a number within `limits`, else unknown with the cause. */
export function checked(
  given: unknown,
  limits: readonly [number, number],
): { value: number | null; cause: Cause | null } {
  if (given === null) return { value: null, cause: 'reported' };
  if (typeof given !== 'number' || !(given >= limits[0] && given <= limits[1]))
    return { value: null, cause: 'impossible' };
  return { value: given, cause: null };
}

export function newCell(hasSensor: boolean): KeptCell {
  const never = -Infinity;
  return {
    voltage: null,
    temperature: null,
    balancing: null,
    hasSensor,
    at: never,
    temperatureAt: never,
    source: '',
    temperatureSource: '',
  };
}

export function newKept(): Kept {
  return { value: null, cell: null, at: -Infinity, source: '', cause: null, owned: false };
}

/** Overwrites in place: this runs for every value of every frame. */
export function put(kept: Kept, given: unknown, limits: readonly [number, number], source: string, at: number): void {
  if (typeof given === 'number' && given >= limits[0] && given <= limits[1]) {
    kept.value = given;
    kept.cause = null;
  } else {
    kept.value = null;
    kept.cause = given === null ? 'reported' : 'impossible';
  }
  kept.at = at;
  kept.source = source;
}

/** An age as given by a source; nothing comes from the future. */
export function aged(age: number | undefined): number {
  return age !== undefined && age > 0 ? age : 0;
}
