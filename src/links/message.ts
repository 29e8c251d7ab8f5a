/**
 * The hand-made reading: `payload` `{ cells: [3.31, …], temperatures: [21], current: -12.4, voltage, soc }`, with numbers
 * or objects as cells; or a whole `msg.reading` of another machine. What is missing is unknown; what is no number is
 * passed on as such and refused as impossible where it is kept.
 */
import { AGED_FIELDS, type CellObservation, type Extreme, type Observation } from '../engine/reading/observation.ts';
import type { Hardware } from '../engine/reading/reading.ts';

/** More cells than any pack has: a message with more is no reading. */
const MOST_CELLS = 255;

const KNOWN: readonly string[] = [...AGED_FIELDS, 'cells', 'temperatures', 'cellMin', 'cellMax', 'hardware'];
/** What a device says about itself, and nothing else, is taken from `hardware`. */
const FLAGS = [
  'chargeAllowed',
  'loadAllowed',
  'cellCommunication',
  'socCalibrated',
  'shortCircuit',
  'bmsOverTemperature',
] as const;
/** A manufacturer's code for a fault is short. */
const LONGEST_CODE = 32;

/**
 * @returns what the message says about the pack, or `null` when nothing in it is a reading (any message may poll)
 */
export function observationOf(payload: unknown): Observation | null {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload) || ArrayBuffer.isView(payload))
    return null;
  const given = payload as Record<string, unknown>;
  if (!KNOWN.some((name) => Object.hasOwn(given, name))) return null;
  const seen: { -readonly [K in keyof Observation]: Observation[K] } = {};
  if (Array.isArray(given['cells'])) {
    const cells = given['cells'].slice(0, MOST_CELLS + 1);
    seen.cellCount = cells.length;
    // `Array.from` visits gaps in a list too: what is not there is unknown.
    seen.cells = Array.from(cells, (cell, index) => cellOf(cell, index + 1));
  }
  if (Array.isArray(given['temperatures'])) {
    const sensors: unknown[] = given['temperatures'].slice(0, MOST_CELLS);
    seen.temperatures = Array.from(sensors, (t) => scalar(t) ?? null);
    const oldest = Math.max(0, ...Array.from(sensors, ageOf));
    if (oldest > 0) seen.temperaturesAge = oldest;
  }
  for (const name of AGED_FIELDS) {
    const value = scalar(given[name]);
    if (value === undefined) continue;
    seen[name] = value;
    const age = ageOf(given[name]);
    if (age > 0) seen.ages = { ...seen.ages, [name]: age };
  }
  const hardware = hardwareOf(given['hardware']);
  if (hardware !== null) seen.hardware = hardware;
  const min = scalar(given['cellMin']);
  const max = scalar(given['cellMax']);
  if (typeof min === 'number' && typeof max === 'number') {
    seen.cellMin = worse(extreme(given['cellMin'], min, given['cellMinNumber']), seen.cells, (a, b) => a < b);
    seen.cellMax = worse(extreme(given['cellMax'], max, given['cellMaxNumber']), seen.cells, (a, b) => a > b);
  }
  return seen;
}

function hardwareOf(given: unknown): Hardware | null {
  if (typeof given !== 'object' || given === null) return null;
  const told = given as Record<string, unknown>;
  const flags: Hardware = {};
  for (const name of FLAGS) {
    const value = told[name];
    if (typeof value === 'boolean') flags[name] = value;
  }
  const { fault } = told;
  // By way of bytes: a slice of a text keeps the whole of it in memory.
  if (typeof fault === 'string') flags.fault = Buffer.from(fault.slice(0, LONGEST_CODE)).toString();
  return flags;
}

function cellOf(given: unknown, cell: number): CellObservation {
  if (typeof given !== 'object' || given === null) return { cell, voltage: scalar(given) ?? null };
  const { voltage, temperature, balancing } = given as Record<string, unknown>;
  const degrees = scalar(temperature);
  const age = ageOf(given);
  return {
    cell,
    ...(age > 0 ? { age } : {}),
    voltage: scalar(voltage) ?? null,
    ...(degrees === undefined ? {} : { temperature: degrees }),
    ...(typeof balancing === 'boolean' ? { balancing } : {}),
  };
}

/** A number, or the number inside `{ value }`; anything else that is there comes back as NaN: impossible, not missing. */
function scalar(given: unknown): number | null | undefined {
  if (given === undefined) return undefined;
  if (given === null || typeof given === 'number') return given;
  if (typeof given !== 'object' || !Object.hasOwn(given, 'value')) return Number.NaN;
  const { value } = given as { value: unknown };
  return value === null || value === undefined || typeof value === 'number' ? value : Number.NaN;
}

function extreme(given: unknown, value: number | null, number: unknown): Extreme {
  const age = ageOf(given);
  return { value, cell: cellNumber(given, number), ...(age > 0 ? { age } : {}) };
}

/** Where a message holds both, extremes and cells, the worse of the two counts: an outlier is evidence. */
function worse(
  told: Extreme,
  cells: readonly CellObservation[] | undefined,
  beyond: (a: number, b: number) => boolean,
): Extreme {
  let worst = told;
  for (const { cell, voltage } of cells ?? []) {
    if (typeof voltage === 'number' && typeof worst.value === 'number' && beyond(voltage, worst.value)) {
      worst = { value: voltage, cell };
    }
  }
  return worst;
}

/** The `age` in seconds that a value or a cell carries; 0 where it carries none. */
function ageOf(given: unknown): number {
  const age = typeof given === 'object' && given !== null ? (given as { age?: unknown }).age : undefined;
  return typeof age === 'number' && age > 0 ? age : 0;
}

function cellNumber(extreme: unknown, beside: unknown): number | null {
  const inside = typeof extreme === 'object' && extreme !== null ? (extreme as { cell?: unknown }).cell : undefined;
  const number = inside ?? beside;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : null;
}
