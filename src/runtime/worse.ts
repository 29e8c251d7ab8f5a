/** Which way a value of the reading gets worse: the only way in which something that is not measured may move it. */
import { LIMITS } from '../engine/reading/limits.ts';
import type { CellValue, Reading, Value } from '../engine/reading/reading.ts';

/** -1: lower is worse, 1: higher is. What is not listed has no worse side: voltage and SOC. */
export const WORSE = {
  cellMin: -1,
  cellMax: 1,
  temperatureMin: -1,
  temperatureMax: 1,
  bmsTemperature: 1,
  starterVoltage: -1,
  alternatorCurrent: 1,
} as const;
export type WorseField = keyof typeof WORSE;
export const WORSE_FIELDS = Object.keys(WORSE) as WorseField[];

/** The owner's correction has been added to temperatures (K). */
const CORRECTED = 10;
const TEMPERATURE = [LIMITS.temperature[0] - CORRECTED, LIMITS.temperature[1] + CORRECTED] as const;
const POSSIBLE: Readonly<Record<WorseField | 'current' | 'voltage', readonly [number, number]>> = {
  cellMin: LIMITS.cellVoltage,
  cellMax: LIMITS.cellVoltage,
  temperatureMin: TEMPERATURE,
  temperatureMax: TEMPERATURE,
  bmsTemperature: TEMPERATURE,
  starterVoltage: LIMITS.packVoltage,
  alternatorCurrent: LIMITS.current,
  current: LIMITS.current,
  voltage: LIMITS.packVoltage,
};

/** Whether something can be a value of the field at all: what cannot be must not take the place of what is known. */
export function isPossible(field: keyof typeof POSSIBLE, value: unknown): value is number {
  const [least, most] = POSSIBLE[field];
  return typeof value === 'number' && value >= least && value <= most;
}

/**
 * Whether a current is worse than the known one: larger in the direction that it flows. One in the other direction would
 * take the known one away.
 */
export function isWorseCurrent(given: number, known: number): boolean {
  return Math.abs(given) > Math.abs(known) && given * known >= 0;
}

/**
 * Makes a known value of the reading worse where the given one is; what is not known stays so.
 * @param cell number of the cell that the given value is of, `null` where that is not told
 * @returns true when it is worse now
 */
export function worsen(reading: Reading, field: WorseField, given: number, cell: number | null): boolean {
  const value: Value | CellValue | undefined = reading[field];
  if (value === undefined || value.value === null || !((given - value.value) * WORSE[field] > 0)) return false;
  value.value = given;
  // A sensor's number could excuse it for its cell's balancing; without one it counts as it is.
  if ('whole' in value) value.cell = field === 'cellMin' || field === 'cellMax' ? cell : null;
  return true;
}
