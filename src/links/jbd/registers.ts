/**
 * What stands in the registers of a JBD BMS that tell of the pack, after the register map published by Overkill Solar.
 * Pure and total; numbers are high byte first.
 */
import { wordAt } from '../bus/bytes.ts';
import { isSet } from '../register-values.ts';
import { JBD_PROTECTION as BIT } from './frame.ts';

/** Bytes of register 03 before the temperatures. */
const BASICS = 23;
/** Bytes that newer firmware puts behind them. */
const TAIL = { humidity: 0, alarms: 1, full: 3, remaining: 5, balanceCurrent: 7, length: 9 } as const;
/** Tenths of a kelvin at 0 °C. */
const FREEZING = 2731;
/** What an input without a sensor may hold: nothing between them can be taken for a battery's temperature. */
const NO_SENSOR: readonly number[] = [0, 0xffff];
const WORD = 16;
/** Charged for too long: named by esphome-jbd-bms, not by the register map. */
const CHARGE_TIMEOUT = 1 << 13;

/** Protections by name, and what each of them takes away. */
const PROTECTIONS = [
  { name: 'cellOvervoltage', bit: BIT.cellHigh, charge: true, load: false },
  { name: 'cellUndervoltage', bit: BIT.cellLow, charge: false, load: true },
  { name: 'packOvervoltage', bit: BIT.packHigh, charge: true, load: false },
  { name: 'packUndervoltage', bit: BIT.packLow, charge: false, load: true },
  { name: 'chargeOvertemperature', bit: BIT.chargeHot, charge: true, load: false },
  { name: 'chargeUndertemperature', bit: BIT.chargeCold, charge: true, load: false },
  { name: 'dischargeOvertemperature', bit: BIT.dischargeHot, charge: false, load: true },
  { name: 'dischargeUndertemperature', bit: BIT.dischargeCold, charge: false, load: true },
  { name: 'chargeOvercurrent', bit: BIT.chargeCurrent, charge: true, load: false },
  { name: 'dischargeOvercurrent', bit: BIT.dischargeCurrent, charge: false, load: true },
  { name: 'shortCircuit', bit: BIT.shortCircuit, charge: false, load: true },
  { name: 'frontEndError', bit: BIT.frontEnd, charge: true, load: true },
  // Somebody's switch, perhaps our own: no protection, so it refuses nothing.
  { name: 'switchedOff', bit: BIT.switchedOff, charge: false, load: false },
  { name: 'chargeTimeout', bit: CHARGE_TIMEOUT, charge: true, load: false },
] as const;

export type JbdProtectionName = (typeof PROTECTIONS)[number]['name'];

export interface JbdBasics {
  /** V */
  readonly voltage: number;
  /** A, positive = charging */
  readonly current: number;
  /** Ah */
  readonly remainingCapacity: number;
  readonly nominalCapacity: number;
  readonly cycles: number;
  /** `2022-03-28`; `null` for a date that is none. */
  readonly productionDate: string | null;
  /** Four bytes, as sent; see `jbdBalancing`. */
  readonly balanceBits: number;
  readonly protectionBits: number;
  readonly protections: Readonly<Record<JbdProtectionName, boolean>>;
  /** No protection refuses charging; loads. The switches do not count. */
  readonly chargeAllowed: boolean;
  readonly loadAllowed: boolean;
  /** `8.0` */
  readonly softwareVersion: string;
  /** % */
  readonly soc: number;
  /** The MOSFETs conduct. */
  readonly chargeSwitchClosed: boolean;
  readonly loadSwitchClosed: boolean;
  readonly cellCount: number;
  /** °C; `null`: nothing is connected. */
  readonly temperatures: readonly (number | null)[];
  /** As sent, where the firmware sends it: its units are not documented. */
  readonly tail: JbdTail | null;
}

export interface JbdTail {
  readonly humidity: number;
  readonly alarmBits: number;
  readonly fullCapacityRaw: number;
  readonly remainingCapacityRaw: number;
  readonly balanceCurrentRaw: number;
}

/** Register 03; `null` when the data are too short for what they announce. */
export function readJbdBasics(data: Uint8Array): JbdBasics | null {
  const sensors = data[BASICS - 1];
  if (sensors === undefined) return null;
  const tailAt = BASICS + 2 * sensors;
  if (data.length < tailAt) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const protectionBits = view.getUint16(16);
  const fets = view.getUint8(20);
  const version = view.getUint8(18);
  const refused = (what: 'charge' | 'load'): boolean =>
    PROTECTIONS.some((one) => one[what] && (protectionBits & one.bit) !== 0);
  return {
    voltage: view.getUint16(0) / 100,
    current: view.getInt16(2) / 100,
    remainingCapacity: view.getUint16(4) / 100,
    nominalCapacity: view.getUint16(6) / 100,
    cycles: view.getUint16(8),
    productionDate: dateOf(view.getUint16(10)),
    balanceBits: view.getUint32(12),
    protectionBits,
    protections: protectionsOf(protectionBits),
    chargeAllowed: !refused('charge'),
    loadAllowed: !refused('load'),
    softwareVersion: `${version >> 4}.${version & 0x0f}`,
    soc: view.getUint8(19),
    chargeSwitchClosed: (fets & 1) !== 0,
    loadSwitchClosed: (fets & 2) !== 0,
    cellCount: view.getUint8(21),
    temperatures: Array.from({ length: sensors }, (_, i) => celsius(view.getUint16(BASICS + 2 * i))),
    tail: tailOf(view, tailAt),
  };
}

function protectionsOf(bits: number): Record<JbdProtectionName, boolean> {
  const pairs = PROTECTIONS.map(({ name, bit }) => [name, (bits & bit) !== 0] as const);
  return Object.fromEntries(pairs) as Record<JbdProtectionName, boolean>;
}

function celsius(raw: number): number | null {
  return NO_SENSOR.includes(raw) ? null : (raw - FREEZING) / 10;
}

/** Years from 2000 in the upper seven bits, then four of month and five of day. */
function dateOf(bits: number): string | null {
  const [year, month, day] = [2000 + (bits >> 9), (bits >> 5) & 0x0f, bits & 0x1f];
  if (month < 1 || month > 12 || day < 1) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function tailOf(view: DataView, at: number): JbdTail | null {
  if (view.byteLength < at + TAIL.length) return null;
  return {
    humidity: view.getUint8(at + TAIL.humidity),
    alarmBits: view.getUint16(at + TAIL.alarms),
    fullCapacityRaw: view.getUint16(at + TAIL.full),
    remainingCapacityRaw: view.getUint16(at + TAIL.remaining),
    balanceCurrentRaw: view.getUint16(at + TAIL.balanceCurrent),
  };
}

/**
 * Which cells are being balanced, cell 1 first. Published sources contradict each other about the order of the bits: the
 * register map has cells 1 to 16 in the first word, cell 1 in its lowest bit, and the others in the second one. A test
 * frame of another driver has the last cell in the lowest bit of all (`reversed`).
 */
export function jbdBalancing({ balanceBits, cellCount }: JbdBasics, reversed: boolean): boolean[] {
  return Array.from({ length: cellCount }, (_, index) => {
    const bit = reversed ? cellCount - 1 - index : index < WORD ? WORD + index : index - WORD;
    return index < 2 * WORD && bit < 2 * WORD && isSet(balanceBits, bit);
  });
}

/** Register 04: V of each cell; `null` when there is none, or half of one. */
export function readJbdCells(data: Uint8Array): number[] | null {
  if (data.length === 0 || data.length % 2 !== 0) return null;
  return Array.from({ length: data.length / 2 }, (_, i) => wordAt(data, 2 * i) / 1000);
}

/** Registers 05 and A0 to A2: a text, with or without its length before it. */
export function readJbdText(data: Uint8Array): string {
  const counted = data.length > 1 && data[0] === data.length - 1;
  const codes = Array.from(counted ? data.subarray(1) : data).filter((code) => code >= 0x20 && code < 0x7f);
  return String.fromCharCode(...codes).trim();
}

const COUNTERS = [
  'shortCircuit',
  'chargeOvercurrent',
  'dischargeOvercurrent',
  'cellOvervoltage',
  'cellUndervoltage',
  'chargeOvertemperature',
  'chargeUndertemperature',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'packOvervoltage',
  'packUndervoltage',
] as const;

/** Register AA: how often each protection has tripped; counters behind those that are documented stand in `others`. */
export function readJbdCounters(data: Uint8Array): Record<string, number | readonly number[]> {
  const words = Array.from({ length: Math.floor(data.length / 2) }, (_, i) => wordAt(data, 2 * i));
  const named = COUNTERS.slice(0, words.length).map((name, i) => [name, words[i] ?? 0] as const);
  return { ...Object.fromEntries(named), others: words.slice(COUNTERS.length) };
}
