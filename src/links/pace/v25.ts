/**
 * Version 2.5 of the PACE protocol ("paceic", 9600 8N1), after the source of esphome-pace-bms with its captured
 * questions and answers.
 */
import type { Envelope } from '../ascii-hex/envelope.ts';
import { celsius, fieldsOf, printable } from '../ascii-hex/fields.ts';
import { cellsIn, takeMeasured, takeStates } from '../ascii-hex/measured.ts';
import { flagsOf } from '../register-values.ts';
import type { PaceStatus, PaceValues } from './pack.ts';

export const V25 = 0x25;
const LITHIUM = 0x46;

export const V25_COMMANDS = { analog: 0x42, status: 0x44, hardware: 0xc1, serial: 0xc2 } as const;

/** The question for `command` to the pack at `address`. */
export function v25Question(address: number, command: keyof typeof V25_COMMANDS): Envelope {
  const info = command === 'analog' || command === 'status' ? [address] : [];
  return { version: V25, address, kind: LITHIUM, code: V25_COMMANDS[command], info: Uint8Array.from(info) };
}

/** °C 0 in tenths of a kelvin, as this maker counts. */
export const ZERO = 2730;
/** Four sensors at cells, then the switches and the air; boards with eight have two more that nobody has named. */
const NAMED_SENSORS = 6;
/** Custom values in the standard layout: full, cycles, design. */
const CUSTOM_WORDS = 3;

export interface OfPack {
  /** The pack the answer is about. */
  readonly pack: number;
}

/** INFO of an answer to 42; `null`: it is not laid out like one. Total. */
export function readV25Values(info: Uint8Array): (PaceValues & OfPack) | null {
  const fields = fieldsOf(info);
  fields.u8();
  const pack = fields.u8();
  const measured = takeMeasured(fields);
  if (measured === null) return null;
  const custom = fields.u8();
  const [full = 0, cycles = 0, design = 0] = fields.words(CUSTOM_WORDS);
  // Other makers' boards say 4 and more, and put values of their own behind.
  if (!fields.isWhole() || custom < CUSTOM_WORDS || (custom === CUSTOM_WORDS && fields.left() > 0)) return null;
  const temperatures = measured.temperatures.map((raw) => celsius(raw, ZERO));
  const known = temperatures.length >= NAMED_SENSORS;
  return {
    pack,
    cells: measured.cells.map((raw) => raw / 1000),
    temperatures: known ? [...temperatures.slice(0, 4), ...temperatures.slice(NAMED_SENSORS)] : temperatures,
    mosTemperature: known ? (temperatures[4] ?? null) : null,
    ambientTemperature: known ? (temperatures[5] ?? null) : null,
    current: measured.current / 100,
    voltage: measured.voltage / 1000,
    remaining: measured.remaining / 100,
    full: full / 100,
    cycles,
    design: design / 100,
  };
}

const PROTECT_1 = {
  cellOvervoltage: 0,
  cellUndervoltage: 1,
  packOvervoltage: 2,
  packUndervoltage: 3,
  chargeOvercurrent: 4,
  dischargeOvercurrent: 5,
  shortCircuit: 6,
  chargerOvervoltage: 7,
} as const;
const PROTECT_2 = {
  chargeOvertemperature: 0,
  dischargeOvertemperature: 1,
  chargeUndertemperature: 2,
  dischargeUndertemperature: 3,
  bmsOverTemperature: 4,
  ambientOvertemperature: 5,
  ambientUndertemperature: 6,
} as const;
/** Bit 7 of the second byte of protections only says that the pack has been charged full. */
const FULL = 0x80;
const SYSTEM = { chargeMos: 1, dischargeMos: 2, reversed: 4 } as const;
const FAULTS = {
  'charge-mos': 0,
  'discharge-mos': 1,
  ntc: 2,
  communication: 3,
  cell: 4,
  sampling: 5,
  ccb: 6,
  heater: 7,
} as const;

/** INFO of an answer to 44; `null`: it is not laid out like one. Total. */
export function readV25Status(info: Uint8Array): (PaceStatus & OfPack) | null {
  if (readV25Values(info) !== null) return null;
  const fields = fieldsOf(info);
  fields.u8();
  const pack = fields.u8();
  const states = takeStates(fields);
  if (states === null) return null;
  const limits = [fields.u8(), fields.u8(), fields.u8()]; // charge current, voltage, discharge current
  const flags = fields.bytes(5);
  const balancing = fields.u16();
  const warnings = fields.bytes(2);
  if (!fields.isWhole() || fields.left() > 0) return null;
  const [protect1 = 0, protect2 = 0, system = 0, , fault = 0] = flags;
  const { chargeMos, dischargeMos, reversed } = flagsOf(system, SYSTEM);
  const told = [...states.cells, ...states.temperatures, ...limits, ...warnings, protect1, protect2 & ~FULL, fault];
  return {
    pack,
    ...states,
    protections: { ...flagsOf(protect1, PROTECT_1), ...flagsOf(protect2, PROTECT_2), reversed },
    faults: flagsOf(fault, FAULTS),
    chargeMos,
    dischargeMos,
    full: (protect2 & FULL) !== 0,
    balancing: cellsIn(balancing, states.cells.length),
    flags: Buffer.from([...flags, ...warnings]).toString('hex'),
    problem: reversed || told.some((byte) => byte !== 0),
  };
}

/** INFO of an answer to C1 or C2: its text; `null`: it is an answer to another question. Total. */
export function readV25Text(info: Uint8Array): string | null {
  return readV25Values(info) !== null || readV25Status(info) !== null ? null : printable(info);
}
