/**
 * Frames of the Seplos V2 protocol (19200 8N1, RS485), after "SEPLOS BMS Communication Protocol V2.0" as published with
 * esphome-seplos-bms.
 */
import type { Envelope } from '../ascii-hex/envelope.ts';
import { celsius, type Fields, fieldsOf, printable } from '../ascii-hex/fields.ts';
import { cellsIn, type States, takeMeasured, takeStates, voltageProblem } from '../ascii-hex/measured.ts';
import type { Protections } from '../ascii-hex/protections.ts';
import { flagsOf } from '../register-values.ts';

const VERSION = 0x20;
const LITHIUM = 0x46;

const SEPLOS_COMMANDS = { telemetry: 0x42, alarms: 0x44, manufacturer: 0x51 } as const;
/** INFO of the questions for values: the pack's own data. */
const OWN_PACK = 0x01;

/** The question for `command` to the pack at `address`. */
export function seplosQuestion(address: number, command: keyof typeof SEPLOS_COMMANDS): Envelope {
  const info = command === 'manufacturer' ? [] : [OWN_PACK];
  return { version: VERSION, address, kind: LITHIUM, code: SEPLOS_COMMANDS[command], info: Uint8Array.from(info) };
}

/** V, A (+ = charging), °C, Ah, %; `null`: a sensor that is missing. */
export interface SeplosTelemetry {
  readonly cells: readonly number[];
  /** At the cells. */
  readonly temperatures: readonly (number | null)[];
  readonly ambientTemperature: number | null;
  readonly mosTemperature: number | null;
  readonly current: number;
  readonly voltage: number;
  readonly remaining: number;
  readonly full: number;
  readonly soc: number;
  readonly rated: number;
  readonly cycles: number;
  readonly soh: number;
  readonly portVoltage: number;
}

/** °C 0 in tenths of a kelvin, as this maker counts. */
const ZERO = 2731;
/** Words that must follow the remaining charge: full, SOC, rated, cycles, SOH, port voltage. */
const CUSTOM_WORDS = 6;
/** Of the sensors the last two are not at cells, where there are as many as the document has. */
const SENSORS = 6;

/** INFO of an answer to 42; `null`: it is not laid out like one. Total. */
export function readTelemetry(info: Uint8Array): SeplosTelemetry | null {
  const fields = fieldsOf(info);
  const telemetry = takeTelemetry(fields);
  return fields.left() === 0 ? telemetry : null;
}

/** The telemetry from where `fields` stands. */
export function takeTelemetry(fields: Fields): SeplosTelemetry | null {
  fields.bytes(2); // data flag and command group
  const measured = takeMeasured(fields);
  if (measured === null) return null;
  const custom = fields.words(fields.u8());
  if (!fields.isWhole() || custom.length < CUSTOM_WORDS) return null;
  const [full = 0, soc = 0, rated = 0, cycles = 0, soh = 0, port = 0] = custom;
  const temperatures = measured.temperatures.map((raw) => celsius(raw, ZERO));
  const known = temperatures.length === SENSORS;
  return {
    cells: measured.cells.map((raw) => raw / 1000),
    temperatures: known ? temperatures.slice(0, -2) : temperatures,
    ambientTemperature: known ? (temperatures[4] ?? null) : null,
    mosTemperature: known ? (temperatures[5] ?? null) : null,
    current: measured.current / 100,
    voltage: measured.voltage / 100,
    remaining: measured.remaining / 100,
    full: full / 100,
    soc: soc / 10,
    rated: rated / 100,
    cycles,
    soh: soh / 10,
    portVoltage: port / 100,
  };
}

/** What cannot be about a telemetry answer. */
export function telemetryProblem({ cells, voltage }: SeplosTelemetry): string | null {
  return voltageProblem(cells, voltage);
}

const WARN_1 = {
  'voltage-sensor': 0,
  'temperature-sensor': 1,
  'current-sensor': 2,
  'power-key': 3,
  'cell-difference': 4,
  'charge-switch': 5,
  'discharge-switch': 6,
  'limit-switch': 7,
} as const;
const WARN_2 = { cellOvervoltage: 1, cellUndervoltage: 3, packOvervoltage: 5, packUndervoltage: 7 } as const;
const WARN_3 = {
  chargeOvertemperature: 1,
  chargeUndertemperature: 3,
  dischargeOvertemperature: 5,
  dischargeUndertemperature: 7,
} as const;
const WARN_4 = { ambientOvertemperature: 1, ambientUndertemperature: 3, bmsOverTemperature: 5 } as const;
const WARN_5 = { charge: 1, discharge: 3, transient: 4, short: 5, transientLock: 6, shortLock: 7 } as const;
const WARN_6 = { chargerOvervoltage: 0, capacityUsedUp: 3, lowCellBlocksCharging: 4, reversed: 5 } as const;
const POWER = { discharge: 0, charge: 1, limiter: 2, heater: 3 } as const;
const SYSTEM = { discharging: 0, charging: 1, floating: 2, standby: 4, off: 5 } as const;
const WARN_8 = { storage: 0, clock: 1 } as const;

export interface SeplosAlarms extends States {
  readonly currentState: number;
  readonly packState: number;
  readonly protections: Protections;
  readonly faults: Readonly<Record<keyof typeof WARN_1 | keyof typeof WARN_8, boolean>>;
  readonly switches: Readonly<Record<keyof typeof POWER, boolean>>;
  readonly system: Readonly<Record<keyof typeof SYSTEM, boolean>>;
  /** Cell numbers. */
  readonly balancing: readonly number[];
  readonly openWires: readonly number[];
  /** The bytes of warnings 1…8 in hexadecimal. */
  readonly warnings: string;
}

/** Bytes of the custom alarms up to warning 8. */
const CUSTOM_BYTES = 14;

/** INFO of an answer to 44; `null`: it is not laid out like one. Total. */
export function readAlarms(info: Uint8Array): SeplosAlarms | null {
  if (readTelemetry(info) !== null) return null;
  const fields = fieldsOf(info);
  fields.bytes(2); // data flag and command group
  const states = takeStates(fields);
  if (states === null) return null;
  const currentState = fields.u8();
  const packState = fields.u8();
  const custom = fields.bytes(fields.u8());
  if (!fields.isWhole() || fields.left() > 0 || custom.length < CUSTOM_BYTES) return null;
  return { ...states, currentState, packState, ...alarmsIn(custom, states.cells.length) };
}

function alarmsIn(custom: Uint8Array, cells: number): Omit<SeplosAlarms, keyof States | 'currentState' | 'packState'> {
  const [one = 0, two = 0, three = 0, four = 0, five = 0, six = 0] = custom;
  const [power = 0, low = 0, high = 0, system = 0, openLow = 0, openHigh = 0, seven = 0, eight = 0] =
    custom.subarray(6);
  const currents = flagsOf(five, WARN_5);
  return {
    protections: {
      ...flagsOf(two, WARN_2),
      ...flagsOf(three, WARN_3),
      ...flagsOf(four, WARN_4),
      chargeOvercurrent: currents.charge,
      dischargeOvercurrent: currents.discharge || currents.transient || currents.transientLock,
      shortCircuit: currents.short || currents.shortLock,
      ...flagsOf(six, WARN_6),
    },
    faults: { ...flagsOf(one, WARN_1), ...flagsOf(eight, WARN_8) },
    switches: flagsOf(power, POWER),
    system: flagsOf(system, SYSTEM),
    // The first byte is cells 1…8, the second 9…16.
    balancing: cellsIn(low | (high << 8), cells),
    openWires: cellsIn(openLow | (openHigh << 8), cells),
    warnings: Buffer.from([one, two, three, four, five, six, seven, eight]).toString('hex'),
  };
}

/** INFO of an answer to 51: whatever of it is text; `null`: it is an answer to another question. Total. */
export function readManufacturer(info: Uint8Array): string | null {
  return readTelemetry(info) !== null || readAlarms(info) !== null ? null : printable(info);
}
