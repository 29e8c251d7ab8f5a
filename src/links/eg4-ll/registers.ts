/**
 * The registers of an EG4 LL battery, as EG4's "LL Modbus Communication Protocol" and public readers of it have them.
 * V, A (positive = charging), °C, Ah, %.
 */
import type { Block } from '../modbus-decode.ts';
import { doubleWord, faultText, flagsOf, isSet, namesSet, signed, textOf } from '../register-values.ts';

export const EG4_BLOCKS = {
  status: { fn: 3, first: 0, count: 0x27 },
  /** Within `config`, so it comes first. */
  hardware: { fn: 3, first: 0x69, count: 0x17 },
  config: { fn: 3, first: 0x2d, count: 0x5b },
} as const satisfies Record<string, Block>;

export const CELLS_MOST = 16;
const CELLS_AT = 2;
const SENSORS_AT = 33;
const SENSOR_WORDS = 2;
/** The full capacity comes in mA·s. */
const RAW_PER_AMPERE_HOUR = 3_600_000;
const STATES: Readonly<Record<number, string>> = {
  0: 'standby',
  1: 'charging',
  2: 'discharging',
  4: 'protected',
  8: 'charge limited',
};

/** Warnings and protections have the same bits but for one. */
const EVENTS = {
  packOvervoltage: 0,
  cellOvervoltage: 1,
  packUndervoltage: 2,
  cellUndervoltage: 3,
  chargeOvercurrent: 4,
  dischargeOvercurrent: 5,
  ambientTemperature: 6,
  mosOvertemperature: 7,
  chargeOvertemperature: 8,
  dischargeOvertemperature: 9,
  chargeUndertemperature: 10,
  dischargeUndertemperature: 11,
  lowCapacity: 12,
} as const;
const WARNINGS = { ...EVENTS, floatStopped: 13 } as const;
const PROTECTIONS = { ...EVENTS, shortCircuit: 13 } as const;
const ERRORS = { VOLTAGE: 0, TEMPERATURE: 1, CURRENT: 2 } as const;
/** Bits of the error word that are no defect: the cells have drifted apart. */
const IMBALANCE_BIT = 4;

const STOPS_CHARGING = [
  'packOvervoltage',
  'cellOvervoltage',
  'chargeOvercurrent',
  'ambientTemperature',
  'mosOvertemperature',
  'chargeOvertemperature',
  'chargeUndertemperature',
] as const;
const STOPS_LOADS = [
  'packUndervoltage',
  'cellUndervoltage',
  'dischargeOvercurrent',
  'ambientTemperature',
  'mosOvertemperature',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'lowCapacity',
  'shortCircuit',
] as const;

export interface Eg4Status {
  readonly voltage: number;
  readonly current: number;
  /** As many as the battery says it has, at most 16. */
  readonly cells: readonly number[];
  readonly cellCount: number;
  /** Of the board. */
  readonly boardTemperature: number;
  /** Highest and average, in an order on which sources differ. */
  readonly temperatureWords: readonly number[];
  readonly remainingCapacity: number;
  readonly maxChargeCurrent: number;
  readonly soh: number;
  readonly soc: number;
  readonly state: string;
  /** Bit 15 of the state word: "active" to one source, the heater to another. */
  readonly stateHighBit: boolean;
  readonly warnings: Readonly<Record<keyof typeof WARNINGS, boolean>>;
  readonly protections: Readonly<Record<keyof typeof PROTECTIONS, boolean>>;
  readonly warningBits: number;
  readonly protectionBits: number;
  readonly errorBits: number;
  readonly cellImbalance: boolean;
  /** Defects, in short words; empty = none. */
  readonly fault: string;
  readonly chargeAllowed: boolean;
  readonly loadAllowed: boolean;
  readonly cycles: number;
  readonly fullCapacity: number;
  /** Four, fitted or not, whatever they say. */
  readonly temperatures: readonly number[];
  readonly designCapacity: number;
  readonly balancing: readonly boolean[];
}

/**
 * 27 (hexadecimal) words from register 0.
 * @param currentSteps raw steps an ampere: 100, or 10
 */
export function readEg4Status(words: readonly number[], currentSteps: 100 | 10): Eg4Status {
  const at = (index: number): number => words[index] ?? 0;
  // Where the current has one place less, capacity and limit have one more.
  const coarse = currentSteps === 10 ? 10 : 1;
  const cellCount = at(36);
  const protections = flagsOf(at(27), PROTECTIONS);
  const errorBits = at(28);
  return {
    voltage: at(0) / 100,
    current: signed(at(1)) / currentSteps,
    cells: words.slice(CELLS_AT, CELLS_AT + Math.min(cellCount, CELLS_MOST)).map((word) => word / 1000),
    cellCount,
    boardTemperature: signed(at(18)),
    temperatureWords: [signed(at(19)), signed(at(20))],
    remainingCapacity: at(21) / coarse,
    maxChargeCurrent: at(22) / coarse,
    soh: at(23),
    soc: at(24),
    state: STATES[at(25) & 0x7fff] ?? `unknown (${at(25) & 0x7fff})`,
    stateHighBit: isSet(at(25), 15),
    warnings: flagsOf(at(26), WARNINGS),
    protections,
    warningBits: at(26),
    protectionBits: at(27),
    errorBits,
    cellImbalance: isSet(errorBits, IMBALANCE_BIT),
    fault: faultOf(errorBits),
    chargeAllowed: !STOPS_CHARGING.some((name) => protections[name]),
    loadAllowed: !STOPS_LOADS.some((name) => protections[name]),
    cycles: doubleWord(at(29), at(30)),
    fullCapacity: doubleWord(at(31), at(32)) / RAW_PER_AMPERE_HOUR,
    temperatures: words
      .slice(SENSORS_AT, SENSORS_AT + SENSOR_WORDS)
      .flatMap((word) => [small(word >>> 8), small(word)]),
    designCapacity: at(37) / 10,
    balancing: Array.from({ length: CELLS_MOST }, (_, cell) => isSet(at(38), cell)),
  };
}

/** 17 (hexadecimal) words from 69: 24 letters, 6, 16. */
export function readEg4Hardware(words: readonly number[]): { model: string; firmware: string; serial: string } {
  return { model: textOf(words.slice(0, 12)), firmware: textOf(words.slice(12, 15)), serial: textOf(words.slice(15)) };
}

/** Known bits by name, the others as a number; an imbalance is no defect. */
function faultOf(bits: number): string {
  const known = Object.values(ERRORS).reduce((sum: number, bit) => sum | (1 << bit), 1 << IMBALANCE_BIT);
  const other = bits & ~known;
  const names = namesSet(flagsOf(bits, ERRORS));
  return faultText(other === 0 ? names : [...names, other.toString(16).toUpperCase().padStart(4, '0')]);
}

/** 8 bits as a signed number. */
function small(byte: number): number {
  return ((byte & 0xff) ^ 0x80) - 0x80;
}
