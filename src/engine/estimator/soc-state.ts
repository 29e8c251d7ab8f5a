/** What of the SOC estimator outlives a restart, as plain data, and how it is read back without trusting it. */
import { type BeliefState, SIZE } from './belief.ts';
import { PLACES_SIZE } from './places.ts';
import type { PolarisationState } from './polarisation.ts';
import type { RecentState } from './recent-current.ts';

/** Raised when a saved state of an older program cannot be read any more. */
export const SOC_STATE_VERSION = 1;

/** Ah that a pack may be set to, with room; °C that were ever taken for a temperature. */
const CAPACITIES = [0.1, 1e6] as const;
const TEMPERATURES = [-60, 120] as const;
/** No number of a state of ours is larger, or, where it must be above 0, smaller: what grows beyond in a sum is no number any more. */
const LARGEST = 1e9;
const LEAST = 1e-9;

export interface SocState {
  readonly version: typeof SOC_STATE_VERSION;
  /** Configured capacity (Ah): the unit of what is counted in capacities. */
  readonly capacity: number;
  readonly belief: BeliefState;
  readonly polarisation: PolarisationState;
  readonly recent: RecentState;
  /** How often which part of the curve was seen. */
  readonly places: readonly number[];
  /** °C last known. */
  readonly temperature: number;
  /** The battery was full and has not been discharged below that since. */
  readonly full: boolean;
  /** A current that stands still near zero may still be taken for the sensor's zero. */
  readonly trusted: boolean;
}

/** The state in `found`, or `null` when it is of another version, not complete or not plausible. Never throws. */
export function parseSocState(found: unknown): SocState | null {
  if (
    !isRecord(found) ||
    found.version !== SOC_STATE_VERSION ||
    typeof found.full !== 'boolean' ||
    typeof found.trusted !== 'boolean'
  )
    return null;
  const { belief, polarisation, recent, temperature, capacity } = found;
  if (!isWithin(capacity, ...CAPACITIES) || !isWithin(temperature, ...TEMPERATURES)) return null;
  if (!isRecord(belief) || !isRecord(polarisation) || !isRecord(recent)) return null;
  const values = numbers(belief.values, SIZE);
  const covariance = numbers(belief.covariance, (SIZE * (SIZE + 1)) / 2);
  const places = numbers(found.places, PLACES_SIZE);
  const { fast, slow, resistance, weight } = polarisation;
  const { mean, square } = recent;
  if (values === null || covariance === null || places === null || !isCovariance(covariance)) return null;
  if (!isWithin(fast, -LARGEST, LARGEST) || !isWithin(slow, -LARGEST, LARGEST)) return null;
  if (!isWithin(resistance, LEAST, LARGEST) || !isWithin(weight, LEAST, LARGEST)) return null;
  if (!isWithin(mean, -LARGEST, LARGEST) || !isWithin(square, 0, LARGEST ** 2)) return null;
  return {
    version: SOC_STATE_VERSION,
    capacity,
    belief: { values, covariance },
    polarisation: { fast, slow, resistance, weight },
    recent: { mean, square },
    places,
    temperature,
    full: found.full,
    trusted: found.trusted,
  };
}

/** Variances above 0, and no two unknowns that hang together by more than they can. */
function isCovariance(triangle: readonly number[]): boolean {
  const variances: number[] = [];
  for (let i = 0, next = 0; i < SIZE; next += SIZE - i, i++) variances.push(triangle[next] ?? 0);
  if (!variances.every((variance) => variance > 0 && variance <= LARGEST)) return false;
  let next = 0;
  for (let i = 0; i < SIZE; i++) {
    for (let j = i; j < SIZE; j++) {
      const both = triangle[next++] ?? 0;
      if (both * both > (variances[i] ?? 0) * (variances[j] ?? 0) * (1 + 1e-4)) return false;
    }
  }
  return true;
}

function numbers(found: unknown, count: number): number[] | null {
  return Array.isArray(found) && found.length === count && found.every(isNumber) ? found : null;
}

function isNumber(found: unknown): found is number {
  return isWithin(found, -LARGEST, LARGEST);
}

function isWithin(found: unknown, least: number, most: number): found is number {
  return typeof found === 'number' && found >= least && found <= most;
}

function isRecord(found: unknown): found is Record<string, unknown> {
  return typeof found === 'object' && found !== null && !Array.isArray(found);
}
