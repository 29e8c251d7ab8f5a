/**
 * Frames of the Pylontech RS485 protocol (115200 or 9600 8N1), after "RS485 protocol Pylon low voltage V3.3" of
 * 2018-08-21 as published with python-pylontech.
 */
import type { Refusals } from '../ascii-hex/answer.ts';
import type { Envelope } from '../ascii-hex/envelope.ts';
import { celsius, type Fields, fieldsOf, printable } from '../ascii-hex/fields.ts';
import { cellsIn, type States, takeMeasured, takeStates, voltageProblem } from '../ascii-hex/measured.ts';
import { flagsOf, signed } from '../register-values.ts';

const VERSION = 0x20;
const LITHIUM = 0x46;

export const PYLONTECH_COMMANDS = { analog: 0x42, alarm: 0x44, management: 0x92, serial: 0x93 } as const;

/** Return codes of this maker. */
export const PYLONTECH_REFUSALS: Refusals = {
  144: 'it finds the address wrong: check the address (the first module has 2)',
  145: 'the first module cannot reach the module: check the link cables and the address',
};

/** The question for `command` to the module at `address`. */
export function pylontechQuestion(address: number, command: keyof typeof PYLONTECH_COMMANDS): Envelope {
  const info = Uint8Array.of(address);
  return { version: VERSION, address, kind: LITHIUM, code: PYLONTECH_COMMANDS[command], info };
}

/** V, A (+ = charging), °C, Ah; `null`: a sensor that is missing. */
export interface PylontechModule {
  readonly cells: readonly number[];
  /** Of the groups of cells. */
  readonly temperatures: readonly (number | null)[];
  readonly boardTemperature: number | null;
  readonly current: number;
  readonly voltage: number;
  readonly remaining: number;
  readonly total: number;
  readonly cycles: number;
  readonly userDefined: number;
}

export interface PylontechAnalog {
  /** The module asked, or how many modules the answer holds when all were asked. */
  readonly commandOrCount: number;
  readonly modules: readonly PylontechModule[];
}

/** °C 0 in tenths of a kelvin, as this maker counts. */
const ZERO = 2731;
/** With more user defined items than this, the charge stands once more in three bytes. */
const SHORT_ITEMS = 2;
const MOST_MODULES = 16;

/** INFO of an answer to 42, of one module or of all; `null`: it is not laid out like one. Total. */
export function readAnalog(info: Uint8Array): PylontechAnalog | null {
  const fields = fieldsOf(info);
  fields.u8(); // what has changed since the last time
  const commandOrCount = fields.u8();
  const modules: PylontechModule[] = [];
  while (fields.left() > 0) {
    const module = takeModule(fields);
    if (module === null || modules.length === MOST_MODULES) return null;
    modules.push(module);
  }
  const [first] = modules;
  if (first === undefined || (modules.length > 1 && modules.length !== commandOrCount)) return null;
  return { commandOrCount, modules };
}

function takeModule(fields: Fields): PylontechModule | null {
  const measured = takeMeasured(fields);
  if (measured === null) return null;
  const userDefined = fields.u8();
  let { remaining } = measured;
  let total = fields.u16();
  const cycles = fields.u16();
  if (userDefined > SHORT_ITEMS) {
    // Two bytes end at 65 Ah: these are the right ones.
    remaining = fields.u24();
    total = fields.u24();
  }
  if (!fields.isWhole()) return null;
  const [board = null, ...groups] = measured.temperatures.map((raw) => celsius(raw, ZERO));
  return {
    // Signed in the document: a cell the wrong way round.
    cells: measured.cells.map((raw) => signed(raw) / 1000),
    temperatures: groups,
    boardTemperature: board,
    current: measured.current / 10,
    voltage: measured.voltage / 1000,
    remaining: remaining / 1000,
    total: total / 1000,
    cycles,
    userDefined,
  };
}

/** INFO of an answer to 42 about one module. Total. */
export function readModule(info: Uint8Array): (PylontechModule & { readonly command: number }) | null {
  const analog = readAnalog(info);
  const [module] = analog?.modules ?? [];
  if (analog === null || module === undefined || analog.modules.length !== 1) return null;
  return { ...module, command: analog.commandOrCount };
}

/** What cannot be about a module's values. */
export function moduleProblem({ cells, voltage }: PylontechModule): string | null {
  return voltageProblem(cells, voltage);
}

const STATUS_1 = {
  moduleUndervoltage: 7,
  chargeTemperature: 6,
  dischargeTemperature: 5,
  dischargeOvercurrent: 4,
  chargeOvercurrent: 2,
  cellUndervoltage: 1,
  moduleOvervoltage: 0,
} as const;
const STATUS_2 = { usingBatteryPower: 3, dischargeMos: 2, chargeMos: 1, precharge: 0 } as const;
const STATUS_3 = { effectiveCharge: 7, effectiveDischarge: 6, heater: 5, full: 3, buzzer: 0 } as const;

export interface PylontechAlarms extends States {
  readonly command: number;
  readonly chargeCurrentState: number;
  readonly moduleVoltageState: number;
  readonly dischargeCurrentState: number;
  /** The five status bytes. */
  readonly status: readonly number[];
  readonly protections: Readonly<Record<keyof typeof STATUS_1, boolean>>;
  readonly switches: Readonly<Record<keyof typeof STATUS_2, boolean>>;
  readonly activity: Readonly<Record<keyof typeof STATUS_3, boolean>>;
  /** Numbers of cells above 4.2 V or below 1 V. */
  readonly cellErrors: readonly number[];
}

/** INFO of an answer to 44; `null`: it is not laid out like one. Total. */
export function readAlarms(info: Uint8Array): PylontechAlarms | null {
  const fields = fieldsOf(info);
  fields.u8(); // what has changed since the last time
  const command = fields.u8();
  const states = takeStates(fields);
  if (states === null) return null;
  const [charge, voltage, discharge] = [fields.u8(), fields.u8(), fields.u8()];
  const status = [...fields.bytes(5)];
  if (!fields.isWhole() || fields.left() > 0) return null;
  const [one = 0, two = 0, three = 0, four = 0, five = 0] = status;
  return {
    command,
    ...states,
    chargeCurrentState: charge,
    moduleVoltageState: voltage,
    dischargeCurrentState: discharge,
    status,
    protections: flagsOf(one, STATUS_1),
    switches: flagsOf(two, STATUS_2),
    activity: flagsOf(three, STATUS_3),
    cellErrors: cellsIn(four | (five << 8), states.cells.length),
  };
}

const MANAGEMENT_STATUS = { chargeEnable: 7, dischargeEnable: 6, immediately1: 5, immediately2: 4, full: 3 } as const;
const MANAGEMENT_BYTES = 10;

/** What the modules together want of chargers and loads: V, A (discharge negative). */
export interface PylontechManagement {
  readonly command: number;
  readonly chargeVoltage: number;
  readonly dischargeVoltage: number;
  readonly chargeCurrent: number;
  readonly dischargeCurrent: number;
  readonly chargeEnable: boolean;
  readonly dischargeEnable: boolean;
  readonly chargeImmediately: boolean;
  readonly fullChargeRequest: boolean;
}

/** INFO of an answer to 92; `null`: it is not laid out like one. Total. */
export function readManagement(info: Uint8Array): PylontechManagement | null {
  if (info.length !== MANAGEMENT_BYTES) return null;
  const fields = fieldsOf(info);
  const command = fields.u8();
  const [chargeVoltage, dischargeVoltage] = [fields.u16() / 1000, fields.u16() / 1000];
  const [chargeCurrent, dischargeCurrent] = [fields.s16() / 10, fields.s16() / 10];
  const status = flagsOf(fields.u8(), MANAGEMENT_STATUS);
  return {
    command,
    chargeVoltage,
    dischargeVoltage,
    chargeCurrent,
    dischargeCurrent,
    chargeEnable: status.chargeEnable,
    dischargeEnable: status.dischargeEnable,
    chargeImmediately: status.immediately1 || status.immediately2,
    fullChargeRequest: status.full,
  };
}

const SERIAL_BYTES = 17;

/** INFO of an answer to 93: the module's barcode, empty when it has none; `null`: not laid out like one. Total. */
export function readSerial(info: Uint8Array): string | null {
  return info.length === SERIAL_BYTES ? printable(info.subarray(1)) : null;
}
