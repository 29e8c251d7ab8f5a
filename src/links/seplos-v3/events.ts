/**
 * What the bits of a Seplos V3 mean: PIC of a pack, EIC of the bank. Tables TB02 to TB16 of "XZH BMS Modbus RTU Protocol"
 * V0.1.
 */
import { faultText, flagsOf, namesSet } from '../register-values.ts';

/** One a byte, in the order of the bytes. The first is byte 8 of PIC and byte 0 of EIC. */
const TABLES = {
  system: { discharging: 0, charging: 1, floatCharging: 2, fullyCharged: 3, standby: 4, turnedOff: 5 },
  voltage: {
    cellHighAlarm: 0,
    cellOvervoltage: 1,
    cellLowAlarm: 2,
    cellUndervoltage: 3,
    packHighAlarm: 4,
    packOvervoltage: 5,
    packLowAlarm: 6,
    packUndervoltage: 7,
  },
  temperature: {
    chargeHotAlarm: 0,
    chargeOvertemperature: 1,
    chargeColdAlarm: 2,
    chargeUndertemperature: 3,
    dischargeHotAlarm: 4,
    dischargeOvertemperature: 5,
    dischargeColdAlarm: 6,
    dischargeUndertemperature: 7,
  },
  ambient: {
    ambientHotAlarm: 0,
    ambientOvertemperature: 1,
    ambientColdAlarm: 2,
    ambientUndertemperature: 3,
    mosHotAlarm: 4,
    mosOvertemperature: 5,
    cellHeating: 6,
  },
  current: {
    chargeCurrentAlarm: 0,
    chargeOvercurrent: 1,
    chargeOvercurrent2: 2,
    dischargeCurrentAlarm: 3,
    dischargeOvercurrent: 4,
    dischargeOvercurrent2: 5,
    outputShort: 6,
  },
  locks: { shortLocked: 0, chargeOvercurrentLocked: 2, dischargeOvercurrentLocked: 3 },
  capacity: { socAlarm: 2, socProtection: 3, cellDifferenceAlarm: 4 },
  switches: { dischargeSwitch: 0, chargeSwitch: 1, currentLimiter: 2, heater: 3 },
  state: {
    lowSocAlarm: 0,
    intermittentCharge: 1,
    externalSwitch: 2,
    sleeping: 3,
    recording: 4,
    lowSocProtection: 5,
    activeCurrentLimit: 6,
    passiveCurrentLimit: 7,
  },
  faults: { NTC: 0, AFE: 1, 'CHG-FET': 2, 'DSG-FET': 3, CELL: 4, WIRE: 5, KEY: 6, AEROSOL: 7 },
} as const;

type Names<Table> = Table extends Readonly<Record<infer Name extends string, number>> ? Name : never;
type Events = Readonly<Record<Names<Omit<typeof TABLES, 'faults'>[keyof Omit<typeof TABLES, 'faults'>]>, boolean>>;

export interface SeplosEvents {
  /** Everything but faults, by name. */
  readonly events: Events;
  /** Defects, in short words; empty = none. */
  readonly fault: string;
  readonly chargeAllowed: boolean;
  readonly loadAllowed: boolean;
  readonly shortCircuit: boolean;
}

export interface Pic extends SeplosEvents {
  /** Of sixteen cells: alarm low, alarm high, being balanced. */
  readonly cellsLow: readonly boolean[];
  readonly cellsHigh: readonly boolean[];
  readonly balancing: readonly boolean[];
  /** Of eight sensors. */
  readonly sensorsCold: readonly boolean[];
  readonly sensorsHot: readonly boolean[];
}

const STOPS_CHARGING = [
  'cellOvervoltage',
  'packOvervoltage',
  'chargeOvertemperature',
  'chargeUndertemperature',
  'ambientOvertemperature',
  'ambientUndertemperature',
  'mosOvertemperature',
  'chargeOvercurrent',
  'chargeOvercurrent2',
  'chargeOvercurrentLocked',
] as const;
const STOPS_LOADS = [
  'cellUndervoltage',
  'packUndervoltage',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'ambientOvertemperature',
  'ambientUndertemperature',
  'mosOvertemperature',
  'dischargeOvercurrent',
  'dischargeOvercurrent2',
  'dischargeOvercurrentLocked',
  'outputShort',
  'shortLocked',
  'socProtection',
  'lowSocProtection',
] as const;
/** What stops something, by name. */
export const SEPLOS_PROTECTIONS = [...new Set([...STOPS_CHARGING, ...STOPS_LOADS])];

const CELLS_FROM = { low: 0, high: 16, balancing: 48 } as const;
const SENSORS_FROM = { cold: 32, hot: 40 } as const;
const EVENTS_FROM = 64;

/** 90 (hexadecimal) bits from 1200. */
export function readPic(bits: readonly boolean[]): Pic {
  const sixteen = (from: number): boolean[] => bits.slice(from, from + 16);
  const eight = (from: number): boolean[] => bits.slice(from, from + 8);
  return {
    cellsLow: sixteen(CELLS_FROM.low),
    cellsHigh: sixteen(CELLS_FROM.high),
    balancing: sixteen(CELLS_FROM.balancing),
    sensorsCold: eight(SENSORS_FROM.cold),
    sensorsHot: eight(SENSORS_FROM.hot),
    ...readEvents(bits.slice(EVENTS_FROM)),
  };
}

/** 50 (hexadecimal) bits: the end of PIC, the whole of EIC. */
export function readEvents(bits: readonly boolean[]): SeplosEvents {
  const { faults, ...tables } = TABLES;
  const order: readonly Readonly<Record<string, number>>[] = [...Object.values(tables), faults];
  const all: Record<string, boolean> = {};
  order.slice(0, -1).forEach((table, index) => Object.assign(all, flagsOf(byteAt(bits, index), table)));
  const events = all as Events;
  return {
    events,
    fault: faultText(namesSet(flagsOf(byteAt(bits, order.length - 1), faults))),
    chargeAllowed: !STOPS_CHARGING.some((name) => events[name]),
    loadAllowed: !STOPS_LOADS.some((name) => events[name]),
    shortCircuit: events.outputShort || events.shortLocked,
  };
}

/** What the settings block SFA says is switched on: the same bits as a byte of voltage events and so on, as numbers. */
export function bytesOf(bits: readonly boolean[]): number[] {
  return Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) => byteAt(bits, i));
}

function byteAt(bits: readonly boolean[], index: number): number {
  let byte = 0;
  for (let bit = 0; bit < 8; bit += 1) if (bits[index * 8 + bit] === true) byte |= 1 << bit;
  return byte;
}
