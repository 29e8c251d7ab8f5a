/** Tables of registers as simulated Modbus BMSes fill them. */
import type { BmsState } from './bms.ts';

/** °C of the first so many cells, one sensor each; `null`: dead, `undefined`: no such cell. */
export function firstSensors({ cells }: BmsState, count: number): (number | null | undefined)[] {
  return Array.from({ length: count }, (_, i) => cells[i]?.temperature);
}

/** A signed number as the register that carries it. */
export function register(value: number): number {
  return Math.max(-0x8000, Math.min(0xffff, Math.round(value))) & 0xffff;
}

/** ASCII, two letters a register, filled up with zeros. */
export function letters(text: string, registers: number): number[] {
  const bytes = Buffer.alloc(registers * 2);
  bytes.write(text.slice(0, registers * 2), 'latin1');
  return Array.from({ length: registers }, (_, i) => bytes.readUInt16BE(2 * i));
}

/** The values of a table of registers from `first`, where all of them are in it; `null` otherwise. */
export function slice(table: ReadonlyMap<number, number>, first: number, count: number): number[] | null {
  const values = Array.from({ length: count }, (_, i) => table.get(first + i));
  return values.some((value) => value === undefined) ? null : (values as number[]);
}

/** Puts values into a table, one register after the other. */
export function place(table: Map<number, number>, first: number, values: readonly number[]): void {
  values.forEach((value, i) => table.set(first + i, value));
}
