/**
 * The registers of a PACE BMS, as "PACE BMS Modbus Protocol for RS485" V1.3 (2017-06-27) lists them. V, A (positive =
 * charging), °C, Ah, %.
 */
import type { Block } from '../modbus-decode.ts';
import { faultText, flagsOf, isSet, namesSet, signed, textOf } from '../register-values.ts';

export const PACE_BLOCKS = {
  values: { fn: 3, first: 0, count: 37 },
  settings: { fn: 3, first: 60, count: 55 },
  version: { fn: 3, first: 150, count: 10 },
  serials: { fn: 3, first: 160, count: 20 },
} as const satisfies Record<string, Block>;
/** The document wants 100 ms between a command and the next. */
export const PAUSE = 0.1;
export const CELLS_MOST = 16;

const CELLS_AT = 15;
const SENSORS_AT = 31;
const SENSORS = 4;
const TEXT_WORDS = 10;

const WARNINGS = {
  cellOvervoltage: 0,
  cellUndervoltage: 1,
  packOvervoltage: 2,
  packUndervoltage: 3,
  chargeOvercurrent: 4,
  dischargeOvercurrent: 5,
  chargeOvertemperature: 8,
  dischargeOvertemperature: 9,
  chargeUndertemperature: 10,
  dischargeUndertemperature: 11,
  ambientOvertemperature: 12,
  ambientUndertemperature: 13,
  mosOvertemperature: 14,
  socLow: 15,
} as const;

const PROTECTIONS = {
  cellOvervoltage: 0,
  cellUndervoltage: 1,
  packOvervoltage: 2,
  packUndervoltage: 3,
  chargeOvercurrent: 4,
  dischargeOvercurrent: 5,
  shortCircuit: 6,
  chargerOvervoltage: 7,
  chargeOvertemperature: 8,
  dischargeOvertemperature: 9,
  chargeUndertemperature: 10,
  dischargeUndertemperature: 11,
  mosOvertemperature: 12,
  ambientOvertemperature: 13,
  ambientUndertemperature: 14,
} as const;

const STATUS = {
  charging: 8,
  discharging: 9,
  chargeSwitch: 10,
  dischargeSwitch: 11,
  currentLimiter: 12,
  chargerReversed: 14,
  heater: 15,
} as const;

/** A reversed charger stands among the states, but nobody wants one. */
const FAULTS = { 'CHG-MOS': 0, 'DSG-MOS': 1, NTC: 2, CELL: 4, AFE: 5, REVERSED: 14 } as const;

const STOPS_CHARGING = [
  'cellOvervoltage',
  'packOvervoltage',
  'chargeOvercurrent',
  'chargerOvervoltage',
  'chargeOvertemperature',
  'chargeUndertemperature',
  'mosOvertemperature',
  'ambientOvertemperature',
  'ambientUndertemperature',
] as const;
const STOPS_LOADS = [
  'cellUndervoltage',
  'packUndervoltage',
  'dischargeOvercurrent',
  'shortCircuit',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'mosOvertemperature',
  'ambientOvertemperature',
  'ambientUndertemperature',
] as const;

export interface PaceValues {
  readonly current: number;
  readonly voltage: number;
  readonly soc: number;
  readonly soh: number;
  readonly remainingCapacity: number;
  readonly fullCapacity: number;
  readonly designCapacity: number;
  readonly cycles: number;
  readonly warnings: Readonly<Record<keyof typeof WARNINGS, boolean>>;
  readonly protections: Readonly<Record<keyof typeof PROTECTIONS, boolean>>;
  readonly status: Readonly<Record<keyof typeof STATUS, boolean>>;
  /** Defects, in short words; empty = none. */
  readonly fault: string;
  readonly chargeAllowed: boolean;
  readonly loadAllowed: boolean;
  /** Register 12 as it is, and cell by cell. */
  readonly balanceBits: number;
  readonly balancing: readonly boolean[];
  /** Sixteen, whatever the pack has. */
  readonly cells: readonly number[];
  /** Four, fitted or not, whatever they say. */
  readonly temperatures: readonly number[];
  readonly mosTemperature: number;
  readonly ambientTemperature: number;
}

/** 37 words from register 0. */
export function readPaceValues(words: readonly number[]): PaceValues {
  const at = (index: number): number => words[index] ?? 0;
  const tenth = (index: number): number => signed(at(index)) / 10;
  const protections = flagsOf(at(10), PROTECTIONS);
  return {
    current: signed(at(0)) / 100,
    voltage: at(1) / 100,
    soc: at(2),
    soh: at(3),
    remainingCapacity: at(4) / 100,
    fullCapacity: at(5) / 100,
    designCapacity: at(6) / 100,
    cycles: at(7),
    warnings: flagsOf(at(9), WARNINGS),
    protections,
    status: flagsOf(at(11), STATUS),
    fault: faultText(namesSet(flagsOf(at(11), FAULTS))),
    chargeAllowed: !STOPS_CHARGING.some((name) => protections[name]),
    loadAllowed: !STOPS_LOADS.some((name) => protections[name]),
    balanceBits: at(12),
    balancing: Array.from({ length: CELLS_MOST }, (_, cell) => isSet(at(12), cell)),
    cells: words.slice(CELLS_AT, CELLS_AT + CELLS_MOST).map((word) => word / 1000),
    temperatures: Array.from({ length: SENSORS }, (_, i) => tenth(SENSORS_AT + i)),
    mosTemperature: tenth(35),
    ambientTemperature: tenth(36),
  };
}

/** 20 words from 160. */
export function readPaceSerials(words: readonly number[]): { modelSerial: string; packSerial: string } {
  return { modelSerial: textOf(words.slice(0, TEXT_WORDS)), packSerial: textOf(words.slice(TEXT_WORDS)) };
}
