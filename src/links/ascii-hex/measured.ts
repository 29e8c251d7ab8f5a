/** The parts of an answer that these makers lay out alike. */
import { isSet } from '../register-values.ts';
import type { Fields } from './fields.ts';

/** Cells in series and sensors that such a device may have: beyond, it is no such answer. */
const MOST_CELLS = 32;
const MOST_SENSORS = 16;

/** Values as the wire has them: mV, tenths of a kelvin, and current, voltage and charge in steps of the maker. */
export interface Measured {
  readonly cells: readonly number[];
  readonly temperatures: readonly number[];
  readonly current: number;
  readonly voltage: number;
  readonly remaining: number;
}

/**
 * Cell count, cells, sensor count, sensors, current, voltage, remaining charge.
 * @param silent sensors that follow without being counted
 * @returns `null` when the counts cannot be, or it is cut short
 */
export function takeMeasured(fields: Fields, silent = 0): Measured | null {
  const cells = fields.words(fields.u8() & 0xff);
  const sensors = fields.u8();
  if (cells.length < 1 || cells.length > MOST_CELLS || sensors < 1 || sensors > MOST_SENSORS) return null;
  const temperatures = fields.words(sensors + silent);
  const measured = { cells, temperatures, current: fields.s16(), voltage: fields.u16(), remaining: fields.u16() };
  return fields.isWhole() ? measured : null;
}

/** A state: 0 in order, 1 below its lower limit, 2 above its upper one, F0 something else. */
export interface States {
  readonly cells: readonly number[];
  readonly temperatures: readonly number[];
}

export const STATE = { low: 1, high: 2 } as const;
/** From here on a state is a fault. */
export const FAULT_STATES = 0x80;

/** Cell count, a state for each, sensor count, a state for each. `null` when the counts cannot be. */
export function takeStates(fields: Fields, silent = 0): States | null {
  const cells = [...fields.bytes(fields.u8())];
  const sensors = fields.u8();
  if (cells.length < 1 || cells.length > MOST_CELLS || sensors < 1 || sensors > MOST_SENSORS) return null;
  const temperatures = [...fields.bytes(sensors + silent)];
  return fields.isWhole() ? { cells, temperatures } : null;
}

/** Cell numbers, from 1, whose bit is set; bit 0 is cell 1. */
export function cellsIn(mask: number, cells: number): number[] {
  return Array.from({ length: cells }, (_, i) => i + 1).filter((cell) => cell <= 32 && isSet(mask, cell - 1));
}

/**
 * What is impossible about a pack's voltage: the sum of its cells is far from it. That is how a layout of another
 * variant shows itself; a cell or two that read wrong do not do that.
 */
export function voltageProblem(cells: readonly number[], voltage: number): string | null {
  const sum = cells.reduce((all, cell) => all + cell, 0);
  if (sum > voltage / 2 && sum < voltage * 2) return null;
  return `its cells sum up to ${sum.toFixed(2)} V but it tells ${voltage.toFixed(2)} V for the pack: choose another variant or protocol`;
}
