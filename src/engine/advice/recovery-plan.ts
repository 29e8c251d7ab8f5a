/**
 * The steps in which a deeply discharged battery may come back, and what each asks of its owner (VLB-18). Pure numbers, a
 * cell at a time: 13.8, 14.2 and 12.8 V of the manual's four cells are 3.45, 3.55 and 3.20 V a cell.
 */

/**
 * In the order in which they are gone through; `idle` is an ordinary battery.
 *
 * - `check-wire`: a cell reads next to nothing, which is a sense wire that is off or a dead cell: nothing to charge yet
 * - `trickle`: a cell is below 2.0 V: 0.1 A until it is at 2.5 V
 * - `slow`: 0.1 C up to 3.45 V a cell
 * - `fill`: 3.55 V a cell at 0.5 C at most, for six hours
 * - `settle`: a few hours of rest, then a look at the cells
 * - `rest`: a day of rest, then another look
 * - `passed`: it has held; until it is used again
 * - `aborted`: damaged, for the reason that stands beside it, until the owner says that he knows
 */
export const RECOVERY_STAGES = [
  'idle',
  'check-wire',
  'trickle',
  'slow',
  'fill',
  'settle',
  'rest',
  'passed',
  'aborted',
] as const;
export type RecoveryStage = (typeof RECOVERY_STAGES)[number];

/**
 * Why a recovery ended.
 *
 * - `no-rise`: a cell has not risen in half an hour of charging
 * - `heat`: the temperature has risen sharply
 * - `hot`: the battery is hot
 * - `spread-charged`: cells apart after the six hours
 * - `low`, `spread`: too low, or cells apart, after a rest
 */
export const RECOVERY_ABORTS = ['no-rise', 'heat', 'hot', 'spread-charged', 'low', 'spread'] as const;
export type RecoveryAbort = (typeof RECOVERY_ABORTS)[number];

/** A cell below this (V) is deeply discharged: permanent damage, VLB-18. */
export const DEEP = 2.5;
/** A cell below this (V) takes 0.1 A only, VLB-18. */
export const VERY_DEEP = 2.0;
/** A cell below this (V) is not a discharged one any more: its wire is off, or it is dead. */
export const NOTHING = 1.0;
/** Beside a deep cell this (V) is not a cell either: above the charge stop of every manual (VLB-8). A wire that is off splits two. */
export const IMPOSSIBLE = 3.95;
/** V a cell: the end of the slow charge, of the filling, and what has to be left after a rest. */
export const SLOW_VOLTAGE = 3.45;
export const FILL_VOLTAGE = 3.55;
export const REST_VOLTAGE = 3.2;
/** Cells belong within this (V). */
export const WITHIN = 0.1;
/** s: six hours of filling, "a few hours" of rest, and a day of it. */
export const FILL_TIME = 6 * 3600;
export const SETTLE_TIME = 3 * 3600;
export const REST_TIME = 24 * 3600;

/** A: the trickle is the same for every size of battery. The others are shares of the capacity per hour. */
const TRICKLE_CURRENT = 0.1;
const SLOW_RATE = 0.1;
const FILL_RATE = 0.5;

/** What a stage asks for. */
export interface RecoveryTarget {
  /** The greatest charge current (A); NaN: none is asked for. */
  readonly amps: number;
  /** To set the charger to: V a cell; NaN: nothing to set. */
  readonly cellVoltage: number;
  /** How long it takes (s), where it is bound to a time. */
  readonly seconds: number;
}

const NO_TARGET: RecoveryTarget = { amps: Number.NaN, cellVoltage: Number.NaN, seconds: Number.NaN };

/** @param capacity Ah */
export function recoveryTarget(stage: RecoveryStage, capacity: number): RecoveryTarget {
  const fixed = { ...NO_TARGET };
  if (stage === 'trickle') return { ...fixed, amps: TRICKLE_CURRENT, cellVoltage: SLOW_VOLTAGE };
  if (stage === 'slow') return { ...fixed, amps: SLOW_RATE * capacity, cellVoltage: SLOW_VOLTAGE };
  if (stage === 'fill') return { amps: FILL_RATE * capacity, cellVoltage: FILL_VOLTAGE, seconds: FILL_TIME };
  if (stage === 'settle') return { ...fixed, seconds: SETTLE_TIME };
  if (stage === 'rest') return { ...fixed, seconds: REST_TIME };
  return NO_TARGET;
}
