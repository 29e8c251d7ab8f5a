/** Frames of Daly's Modbus-like protocol, as its register maps lay them out. */
import { rtu } from '../support/rtu.ts';

/** An answer with registers. */
export function answer(unit: number, words: readonly number[]): Uint8Array {
  return rtu(unit, 3, 2 * words.length, ...words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** A question, or a write with function 6. */
export function question(unit: number, fn: number, first: number, value: number): Uint8Array {
  return rtu(unit, fn, first >> 8, first & 0xff, value >> 8, value & 0xff);
}

/** Words from `first` on, zero where nothing is given. */
export function words(first: number, count: number, given: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: count }, (_, i) => given[first + i] ?? 0);
}

/** Four cells, two sensors, charging with 12.5 A. */
export const D2_PACK: Readonly<Record<number, number>> = {
  0x00: 3300,
  0x01: 3301,
  0x02: 3302,
  0x03: 3303,
  0x20: 65,
  0x21: 0,
  0x28: 132,
  0x29: 30_125,
  0x2a: 785,
  0x2b: 3303,
  0x2c: 3300,
  0x2d: 65,
  0x2e: 0,
  0x2f: 1,
  0x30: 2198,
  0x31: 4,
  0x32: 2,
  0x33: 57,
  0x34: 1,
  0x35: 0,
  0x36: 1,
  0x37: 3301,
  0x38: 3,
  0x39: 165,
};

export const d2Main = (more: Readonly<Record<number, number>> = {}): Uint8Array =>
  answer(0xd2, words(0, 62, { ...D2_PACK, ...more }));

/** 3E…46: balancing, its current, temperatures of the switches and the board. */
export const d2More = (more: Readonly<Record<number, number>> = {}): Uint8Array =>
  answer(0xd2, words(0x3e, 9, { 0x3e: 0b100, 0x40: 30_000, 0x42: 78, 0x43: 71, ...more }));

/** Two answers of an "ESS-DL-BMS" with 16 cells, as esphome-daly-bms published them. */
export const ESS_CELLS = Uint8Array.from(
  Buffer.from(
    '5103800cf40cf00cf30cf20cf30cf10cf30cf30cf00cf30cf30cf40cf30cf30cf30cf5' +
      '00'.repeat(64) +
      '003e003e003e003e' +
      '0000000000000000' +
      '021274d7036000b6001000040cf5001099ef',
    'hex',
  ),
);
export const ESS_STATUS = Uint8Array.from(
  Buffer.from(
    '51037c00090005003e0004003e000100000002000000000a9800070007000000000000000000' +
      '0100010000000000000cf201d700000040004600000000ffff000075301a06021402210b4b04' +
      '02000000000080000074be0011035f0000000000000080000000000000ffffffffffffffffff' +
      'ffffffffffffff00ffffff0002b8ac',
    'hex',
  ),
);
