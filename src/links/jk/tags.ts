/**
 * The values in an answer of JK's older protocol: each behind a tag of one byte, numbers high byte first. After JK's
 * "BMS communication protocol" (the `4E 57` one) and the driver of esphome-jk-bms.
 */
import { textUpToZero } from '../bus/bytes.ts';
import { JK_SWITCH } from './frame.ts';

/** What stands behind a tag. */
interface Tag {
  /** `null`: it is nobody's business (a password). */
  readonly name: string | null;
  /** Bytes of the value. */
  readonly length: number;
  read(value: Uint8Array): number | string | boolean | null;
}

/** Cells: the only tag that tells the length of its own value. */
export const CELLS = 0x79;
export const TAG = {
  mosTemperature: 0x80,
  temperature1: 0x81,
  temperature2: 0x82,
  voltage: 0x83,
  current: 0x84,
  soc: 0x85,
  sensors: 0x86,
  cellCount: 0x8a,
  alarms: 0x8b,
  status: 0x8c,
  protocolVersion: 0xc0,
} as const;

/** An unsigned number, divided. */
const u = (name: string, length: 1 | 2 | 4, divisor = 1): Tag => ({
  name,
  length,
  read: (value) => uint(value) / divisor,
});
const celsius = (name: string): Tag => ({ name, length: 2, read: (value) => (uint(value) << 16) >> 16 });
const flag = (name: string): Tag => ({ name, length: 1, read: (value) => value[0] !== 0 });
const text = (name: string, length: number): Tag => ({ name, length, read: textUpToZero });
const secret = (length: number): Tag => ({ name: null, length, read: () => null });
/** A measured temperature in whole degrees: 0…100 as they are, 101…140 stand for −1…−40; more is no temperature. */
const measured = (name: string): Tag => ({ name, length: 2, read: (value) => degrees(uint(value)) });

const TAGS: ReadonlyMap<number, Tag> = new Map([
  [TAG.mosTemperature, measured('mosTemperature')],
  [TAG.temperature1, measured('temperature1')],
  [TAG.temperature2, measured('temperature2')],
  [TAG.voltage, u('voltage', 2, 100)],
  // Its meaning hangs on the protocol version, so it is read apart.
  [TAG.current, u('currentWord', 2)],
  [TAG.soc, u('soc', 1)],
  [TAG.sensors, u('sensors', 1)],
  [0x87, u('cycles', 2)],
  [0x89, u('cycleCapacity', 4)],
  [TAG.cellCount, u('cellCount', 2)],
  [TAG.alarms, u('alarms', 2)],
  [TAG.status, u('status', 2)],
  [0x8e, u('packOvervoltage', 2, 100)],
  [0x8f, u('packUndervoltage', 2, 100)],
  [0x90, u('cellOvervoltage', 2, 1000)],
  [0x91, u('cellOvervoltageRecovery', 2, 1000)],
  [0x92, u('cellOvervoltageDelay', 2)],
  [0x93, u('cellUndervoltage', 2, 1000)],
  [0x94, u('cellUndervoltageRecovery', 2, 1000)],
  [0x95, u('cellUndervoltageDelay', 2)],
  [0x96, u('cellDifference', 2, 1000)],
  [0x97, u('dischargeOvercurrent', 2)],
  [0x98, u('dischargeOvercurrentDelay', 2)],
  [0x99, u('chargeOvercurrent', 2)],
  [0x9a, u('chargeOvercurrentDelay', 2)],
  [0x9b, u('balanceStart', 2, 1000)],
  [0x9c, u('balanceDifference', 2, 1000)],
  [0x9d, flag('balanceSwitch')],
  [0x9e, celsius('mosOvertemperature')],
  [0x9f, celsius('mosOvertemperatureRecovery')],
  [0xa0, celsius('boxOvertemperature')],
  [0xa1, celsius('boxOvertemperatureRecovery')],
  [0xa2, celsius('temperatureDifference')],
  [0xa3, celsius('chargeOvertemperature')],
  [0xa4, celsius('dischargeOvertemperature')],
  [0xa5, celsius('chargeUndertemperature')],
  [0xa6, celsius('chargeUndertemperatureRecovery')],
  [0xa7, celsius('dischargeUndertemperature')],
  [0xa8, celsius('dischargeUndertemperatureRecovery')],
  [0xa9, u('cellsSetting', 1)],
  [0xaa, u('capacity', 4)],
  [JK_SWITCH.charge, flag('chargeSwitch')],
  [JK_SWITCH.discharge, flag('dischargeSwitch')],
  [0xad, u('currentCalibration', 2, 1000)],
  [0xae, u('boardAddress', 1)],
  [0xaf, u('batteryType', 1)],
  [0xb0, u('sleepDelay', 2)],
  [0xb1, u('lowSocAlarm', 1)],
  [0xb2, secret(10)],
  [0xb3, flag('chargerSwitch')],
  [0xb4, text('deviceId', 8)],
  [0xb5, text('manufactured', 4)],
  [0xb6, u('runtimeMinutes', 4)],
  [0xb7, text('softwareVersion', 15)],
  [0xb8, flag('calibrating')],
  [0xb9, u('actualCapacity', 4)],
  [0xba, text('manufacturerId', 24)],
  [TAG.protocolVersion, u('protocolVersion', 1)],
]);

/** 0…100 as they are, 101…140 stand for −1…−40; `null`: no temperature. */
function degrees(raw: number): number | null {
  if (raw <= 100) return raw;
  return raw <= 140 ? 100 - raw : null;
}

function uint(value: Uint8Array): number {
  let number = 0;
  for (const byte of value) number = number * 256 + byte;
  return number;
}

/**
 * The values of an answer by their tags, up to the first tag that nobody knows: how long its value is nobody knows
 * either. Total.
 */
export function readJkTags(data: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at < data.length; ) {
    const tag = data[at] ?? 0;
    const told = tag === CELLS;
    const length = told ? data[at + 1] : TAGS.get(tag)?.length;
    const from = at + (told ? 2 : 1);
    if (length === undefined || from + length > data.length || found.has(tag)) break;
    found.set(tag, Uint8Array.from(data.subarray(from, from + length)));
    at = from + length;
  }
  return found;
}

/** Every value with a name of its own, as the device means it: V, A, °C, Ah, %, s, minutes. No password. Total. */
export function namedJkValues(
  values: ReadonlyMap<number, Uint8Array>,
): Record<string, number | string | boolean | null> {
  const named: Record<string, number | string | boolean | null> = {};
  for (const [tag, value] of values) {
    const known = TAGS.get(tag);
    if (known === undefined || known.name === null) continue;
    named[known.name] = known.read(value);
  }
  return named;
}

/** What one tag says as a number; `null` where it is not told. Total. */
export function jkNumber(values: ReadonlyMap<number, Uint8Array>, tag: number): number | null {
  const value = values.get(tag);
  const read = value === undefined ? null : TAGS.get(tag)?.read(value);
  return typeof read === 'number' ? read : null;
}

export interface JkCell {
  /** From 1. */
  readonly cell: number;
  /** V */
  readonly voltage: number;
}

/** The table of cells; `null` where there is none, or one that cannot be (numbers that are missing or come twice). */
export function readJkCells(values: ReadonlyMap<number, Uint8Array>): readonly JkCell[] | null {
  const table = values.get(CELLS);
  if (table === undefined || table.length === 0 || table.length % 3 !== 0) return null;
  const cells = Array.from({ length: table.length / 3 }, (_, i) => ({
    cell: table[3 * i] ?? 0,
    voltage: uint(table.subarray(3 * i + 1, 3 * i + 3)) / 1000,
  }));
  return cells.every(({ cell }, i) => cell === i + 1) ? cells : null;
}

export interface JkMosfets {
  /** The MOSFETs conduct. */
  readonly conducts: { readonly charge: boolean; readonly discharge: boolean };
  /** The switches that somebody has set. */
  readonly allows: { readonly charge: boolean; readonly discharge: boolean };
}

/** What the values of an answer say of the MOSFETs and their switches; `null` when they do not tell all four. Total. */
export function readJkMosfets(values: ReadonlyMap<number, Uint8Array>): JkMosfets | null {
  const status = values.get(TAG.status)?.[1];
  const charge = values.get(JK_SWITCH.charge)?.[0];
  const discharge = values.get(JK_SWITCH.discharge)?.[0];
  if (status === undefined || charge === undefined || discharge === undefined || charge > 1 || discharge > 1) {
    return null;
  }
  return {
    conducts: { charge: (status & 1) !== 0, discharge: (status & 2) !== 0 },
    allows: { charge: charge === 1, discharge: discharge === 1 },
  };
}
