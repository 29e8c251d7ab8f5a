/**
 * The registers of a Seplos V3, as "XZH BMS Modbus RTU Protocol" V0.1 (2023-02-09) lists them: which block is where, and
 * what its words mean. V, A (positive = charging), °C, Ah, %.
 */
import type { Block } from '../modbus-decode.ts';
import { doubleWord, plausible, signed, textOf } from '../register-values.ts';

/** Blocks by the document's names. FC04 counts words, FC01 bits. */
export const SEPLOS_BLOCKS = {
  PIA: { fn: 4, first: 0x1000, count: 0x12 },
  PIB: { fn: 4, first: 0x1100, count: 0x1a },
  PIC: { fn: 1, first: 0x1200, count: 0x90 },
  SPA: { fn: 4, first: 0x1300, count: 0x6a },
  SFA: { fn: 1, first: 0x1400, count: 0x50 },
  SCA: { fn: 4, first: 0x1500, count: 0x1a },
  VIA: { fn: 4, first: 0x1700, count: 0x33 },
  PCT: { fn: 4, first: 0x1800, count: 0x24 },
  EIA: { fn: 4, first: 0x2000, count: 0x1a },
  EIB: { fn: 4, first: 0x2100, count: 0x16 },
  EIC: { fn: 1, first: 0x2200, count: 0x50 },
} as const satisfies Record<string, Block>;

/** PIA as the document has it: one word less than some programs ask for. */
export const PIA_COUNT = 0x11;
/** How many temperature sensors and cells in series the BMS is set to: the first two words of SPA. */
export const COUNTS = { first: 0x1300, count: 2 } as const;
/** Serial numbers of the board and of the pack, within VIA. */
export const SERIALS = { first: 0x1715, count: 0x1e } as const;
export const CELLS_MOST = 16;

/** 0.1 K; one source takes 273.15 for 273.1 here, 0.05 K apart. */
const ZERO_CELSIUS = 2731;
/** At the cells; the BMS may be set to fewer. */
export const CELL_SENSORS = 4;
const AMBIENT_AT = 0x18;
const MOS_AT = 0x19;
const SERIAL_WORDS = 15;

export interface Pia {
  readonly voltage: number;
  readonly current: number;
  readonly remainingCapacity: number;
  readonly fullCapacity: number;
  /** Ah ever taken out. */
  readonly dischargedCapacity: number;
  readonly soc: number;
  readonly soh: number;
  readonly cycles: number;
  readonly cellAverage: number;
  readonly temperatureAverage: number | null;
  readonly cellMax: number;
  readonly cellMin: number;
  readonly temperatureMax: number | null;
  readonly temperatureMin: number | null;
  readonly maxDischargeCurrent: number;
  readonly maxChargeCurrent: number;
}

export interface Pib {
  /** Sixteen, whatever the pack has. */
  readonly cells: readonly number[];
  readonly temperatures: readonly (number | null)[];
  readonly ambientTemperature: number | null;
  readonly mosTemperature: number | null;
}

/** 11 (hexadecimal) words or more from 1000. */
export function readPia(words: readonly number[]): Pia {
  const at = (index: number): number => words[index] ?? 0;
  return {
    voltage: at(0) / 100,
    current: signed(at(1)) / 100,
    remainingCapacity: at(2) / 100,
    fullCapacity: at(3) / 100,
    dischargedCapacity: at(4) * 10,
    soc: at(5) / 10,
    soh: at(6) / 10,
    cycles: at(7),
    cellAverage: at(8) / 1000,
    temperatureAverage: celsius(at(9)),
    cellMax: at(0xa) / 1000,
    cellMin: at(0xb) / 1000,
    temperatureMax: celsius(at(0xc)),
    temperatureMin: celsius(at(0xd)),
    maxDischargeCurrent: at(0xf),
    maxChargeCurrent: at(0x10),
  };
}

/** 1A (hexadecimal) words from 1100. */
export function readPib(words: readonly number[]): Pib {
  return {
    cells: words.slice(0, CELLS_MOST).map((word) => word / 1000),
    temperatures: words.slice(CELLS_MOST, CELLS_MOST + CELL_SENSORS).map(celsius),
    ambientTemperature: celsius(words[AMBIENT_AT] ?? 0),
    mosTemperature: celsius(words[MOS_AT] ?? 0),
  };
}

/** The whole bank, 1A words from 2000, two a value with the low one first. */
export function readEia(words: readonly number[]): Readonly<Record<string, number>> {
  const at = (index: number): number => words[index] ?? 0;
  const two = (index: number): number => doubleWord(at(index + 1), at(index));
  return {
    voltage: two(0) / 100,
    current: (two(2) | 0) / 10,
    remainingCapacity: two(4) / 100,
    fullCapacity: two(6) / 100,
    dischargedCapacity: two(8) * 10,
    ratedCapacity: two(0xa) / 100,
    onlinePacks: two(0xc),
    protectedPacks: two(0xe),
    maxDischargeCurrent: two(0x10) / 10,
    maxChargeCurrent: two(0x12) / 10,
    chargeVoltageLimit: at(0x14) / 10,
    dischargeVoltageLimit: at(0x15) / 10,
    packs: at(0x16),
    cycles: at(0x17),
    soc: at(0x18) / 10,
    soh: at(0x19) / 10,
  };
}

/** Extremes over the bank, 16 (hexadecimal) words from 2100. The document says 1 °C a step; published frames are in 0.1. */
export function readEib(words: readonly number[]): Readonly<Record<string, number>> {
  const at = (index: number): number => words[index] ?? 0;
  const tenth = (index: number): number => signed(at(index)) / 10;
  return {
    cellMax: at(0) / 1000,
    cellMin: at(1) / 1000,
    cellMaxNumber: at(2),
    cellMinNumber: at(3),
    packVoltageMax: at(4) / 100,
    packVoltageMin: at(5) / 100,
    packVoltageMaxNumber: at(6),
    packVoltageMinNumber: at(7),
    temperatureMax: tenth(8),
    temperatureMin: tenth(9),
    temperatureAverage: tenth(0xa),
    temperatureMaxNumber: at(0xb),
    temperatureMinNumber: at(0xc),
    mosTemperatureMax: tenth(0xd),
    mosTemperatureMin: tenth(0xe),
    mosTemperatureAverage: tenth(0xf),
    mosTemperatureMaxNumber: at(0x10),
    mosTemperatureMinNumber: at(0x11),
    socMax: at(0x12) / 10,
    socMin: at(0x13) / 10,
    cyclesMax: at(0x14),
    sohMax: at(0x15) / 10,
  };
}

/** 33 (hexadecimal) words from 1700. */
export function readVia(words: readonly number[]): Readonly<Record<string, string>> {
  return {
    factory: textOf(words.slice(0, 10)),
    model: textOf(words.slice(10, 20)),
    firmware: textOf(words.slice(20, 21)),
    ...readSerials(words.slice(SERIALS.first - SEPLOS_BLOCKS.VIA.first)),
  };
}

/** 1E (hexadecimal) words from 1715. */
export function readSerials(words: readonly number[]): { boardSerial: string; packSerial: string } {
  return { boardSerial: textOf(words.slice(0, SERIAL_WORDS)), packSerial: textOf(words.slice(SERIAL_WORDS)) };
}

function celsius(tenthKelvin: number): number | null {
  return plausible((tenthKelvin - ZERO_CELSIUS) / 10);
}
