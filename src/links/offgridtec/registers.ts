/** The registers of both types of Offgridtec Smart-Pro batteries, as the aiobmsble project reads them. */
import type { SmartBat } from './smart-bat.ts';

/** A and V of the pack and cells, °C, Ah, s, %. */
export type Quantity =
  | 'soc'
  | 'remaining'
  | 'voltage'
  | 'bmsTemperature'
  | 'current'
  | 'runtime'
  | 'cycles'
  | 'cellVoltage';

export interface Register {
  readonly number: number;
  /** Bytes that are asked for. */
  readonly length: 1 | 2 | 3;
  readonly quantity: Quantity;
  /** From 1, of a cell's voltage. */
  readonly cell?: number;
}

/** A register as it was read: `null`, the battery says that it does not know. */
export interface RegisterValue {
  readonly register: Register;
  readonly value: number | null;
}

export const MOST_CELLS = 16;
/** Cell 1; the others count down from it. */
const FIRST_CELL = 0x3f;

const TYPE_A: readonly Register[] = [
  { number: 0x02, length: 1, quantity: 'soc' },
  { number: 0x04, length: 3, quantity: 'remaining' },
  { number: 0x08, length: 2, quantity: 'voltage' },
  { number: 0x0c, length: 2, quantity: 'bmsTemperature' },
  { number: 0x10, length: 3, quantity: 'current' },
  { number: 0x18, length: 2, quantity: 'runtime' },
  { number: 0x2c, length: 2, quantity: 'cycles' },
];

const TYPE_B: readonly Register[] = [
  { number: 0x08, length: 2, quantity: 'bmsTemperature' },
  { number: 0x09, length: 2, quantity: 'voltage' },
  { number: 0x0a, length: 3, quantity: 'current' },
  { number: 0x0d, length: 1, quantity: 'soc' },
  { number: 0x0f, length: 3, quantity: 'remaining' },
  { number: 0x12, length: 2, quantity: 'runtime' },
  { number: 0x17, length: 2, quantity: 'cycles' },
];

/** What there is to ask of the whole battery, in this order. */
export function registersOf({ type }: SmartBat): readonly Register[] {
  return type === 'A' ? TYPE_A : TYPE_B;
}

/** The register of a cell, counted from 1; type B only. */
export function cellRegister(cell: number): Register {
  return { number: FIRST_CELL + 1 - cell, length: 2, quantity: 'cellVoltage', cell };
}

/** The register of that number, or `null`. */
export function findRegister(bat: SmartBat, number: number): Register | null {
  const cell = FIRST_CELL + 1 - number;
  if (bat.type === 'B' && cell >= 1 && cell <= MOST_CELLS) return cellRegister(cell);
  return registersOf(bat).find((register) => register.number === number) ?? null;
}

/** 0 °C in tenths of a kelvin. */
const FREEZING = 2731.5;
const NOT_KNOWN = 0xffff;
const SECONDS_PER_MINUTE = 60;

/** The value of a register's data, whose length fits (see `dataFits`). */
export function valueOf({ quantity }: Register, { type }: SmartBat, data: Uint8Array): number | null {
  const [low = 0, high = 0, factor] = data;
  const word = low | (high << 8);
  const scaled = factor === undefined ? word : ((word << 16) >> 16) * Math.max(factor, 1);
  switch (quantity) {
    case 'soc':
      return scaled <= 100 ? scaled : null;
    case 'bmsTemperature':
      // 0 K and the highest number are no temperatures: there is no sensor.
      return word === 0 || word === NOT_KNOWN ? null : (word - FREEZING) / 10;
    case 'current':
      return scaled / (type === 'A' ? 100 : 1000);
    case 'runtime':
      return word === NOT_KNOWN ? null : word * SECONDS_PER_MINUTE;
    case 'cycles':
      return word;
    default:
      return scaled / 1000;
  }
}

/** Whether an answer may carry so many bytes: what was asked for; a single byte comes with a second one, mostly. */
export function dataFits({ length }: Register, bytes: number): boolean {
  return bytes === length || (length === 1 && bytes === 2);
}
