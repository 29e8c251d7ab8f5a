/**
 * Version 2.0 of the PACE protocol as EG4-branded packs speak it (CID1 4A, questions without INFO), after the source of
 * esphome-pace-bms with its captured questions and answers.
 */
import type { Envelope } from '../ascii-hex/envelope.ts';
import { celsius, fieldsOf, printable } from '../ascii-hex/fields.ts';
import { cellsIn, takeMeasured, takeStates } from '../ascii-hex/measured.ts';
import { flagsOf } from '../register-values.ts';
import type { PaceStatus, PaceValues } from './pack.ts';
import { type OfPack, ZERO } from './v25.ts';

export const V20 = 0x20;
const LITHIUM_EG4 = 0x4a;

export const V20_COMMANDS = { analog: 0x42, status: 0x44, hardware: 0x51 } as const;

/** The question for `command` to the pack at `address`. */
export function v20Question(address: number, command: keyof typeof V20_COMMANDS): Envelope {
  return { version: V20, address, kind: LITHIUM_EG4, code: V20_COMMANDS[command], info: new Uint8Array() };
}

/** Two sensors, of the air and of the switches, follow those that are counted. */
const UNCOUNTED_SENSORS = 2;
/** How many values the custom part of the answers has. */
const CUSTOM_VALUES = 15;
const CUSTOM_FLAGS = 9;

/** INFO of an answer to 42; `null`: it is not laid out like one. Total. */
export function readV20Values(info: Uint8Array): (PaceValues & OfPack) | null {
  const fields = fieldsOf(info);
  fields.u8();
  const pack = fields.u8();
  const measured = takeMeasured(fields, UNCOUNTED_SENSORS);
  if (measured === null) return null;
  const [full, cycles, custom] = [fields.u16(), fields.u16(), fields.u8()];
  const [soc, soh, max, min] = [fields.u16(), fields.u16(), fields.u16(), fields.u16()];
  fields.u16(); // the difference of the two
  const [hottest, coldest] = [fields.u16(), fields.u16()];
  const [chargedAh, dischargedAh, chargedWh, dischargedWh] = [fields.u32(), fields.u32(), fields.u32(), fields.u32()];
  const [chargeHours, dischargeHours] = [fields.u32(), fields.u32()];
  const [charges, discharges] = [fields.u16(), fields.u16()];
  if (!fields.isWhole() || fields.left() > 0 || custom !== CUSTOM_VALUES) return null;
  const temperatures = measured.temperatures.map((raw) => celsius(raw, ZERO));
  return {
    pack,
    cells: measured.cells.map((raw) => raw / 1000),
    temperatures: temperatures.slice(0, -UNCOUNTED_SENSORS),
    mosTemperature: warmest(temperatures.slice(-UNCOUNTED_SENSORS)),
    current: measured.current / 100,
    voltage: measured.voltage / 100,
    remaining: measured.remaining / 100,
    full: full / 100,
    cycles,
    soc,
    soh,
    extremes: {
      cellMax: max / 1000,
      cellMin: min / 1000,
      temperatureMax: celsius(hottest, ZERO),
      temperatureMin: celsius(coldest, ZERO),
    },
    counters: {
      chargedAh: chargedAh / 100,
      dischargedAh: dischargedAh / 100,
      chargedWh,
      dischargedWh,
      chargeHours,
      dischargeHours,
      charges,
      discharges,
    },
  };
}

/** The sources do not agree on which of the last two is the switches: the warmer one is on the safe side. */
function warmest(temperatures: readonly (number | null)[]): number | null {
  const known = temperatures.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

const BALANCE_EVENT = { 'charge-mos': 5, 'discharge-mos': 6 } as const;
const VOLTAGE_EVENT = { cellOvervoltage: 1, cellUndervoltage: 3, packOvervoltage: 5, packUndervoltage: 7 } as const;
const TEMPERATURE_LOW = {
  chargeOvertemperature: 1,
  chargeUndertemperature: 3,
  dischargeOvertemperature: 5,
  dischargeUndertemperature: 7,
} as const;
const TEMPERATURE_HIGH = {
  ambientOvertemperature: 1,
  ambientUndertemperature: 3,
  bmsOverTemperature: 4,
} as const;
const FIRE = 0x20;
const CURRENT_EVENT = { charge: 1, discharge: 3, peak: 4, short: 5, peakLock: 6, shortLock: 7 } as const;
const FET = { dischargeMos: 0, chargeMos: 1, heater: 3 } as const;
/** The lowest bit of the first event says that cells are being balanced. */
const BALANCING = 0x01;

/** INFO of an answer to 44; `null`: it is not laid out like one. Total. */
export function readV20Status(info: Uint8Array): (PaceStatus & OfPack) | null {
  const fields = fieldsOf(info);
  fields.u8();
  const pack = fields.u8();
  const states = takeStates(fields, UNCOUNTED_SENSORS);
  if (states === null) return null;
  const limits = [fields.u8(), fields.u8()]; // current, voltage
  const custom = fields.u8();
  const events = fields.bytes(8);
  const balancing = fields.u32();
  fields.u8(); // reserved
  if (!fields.isWhole() || fields.left() > 0 || custom !== CUSTOM_FLAGS) return null;
  const [balance = 0, voltage = 0, hot = 0, warm = 0, current = 0, capacity = 0, fet = 0] = events;
  const currents = flagsOf(current, CURRENT_EVENT);
  const { chargeMos, dischargeMos, heater } = flagsOf(fet, FET);
  const told = [
    ...states.cells,
    ...states.temperatures,
    ...limits,
    balance & ~BALANCING,
    voltage,
    hot,
    warm,
    current,
    capacity,
  ];
  return {
    pack,
    ...states,
    protections: {
      ...flagsOf(voltage, VOLTAGE_EVENT),
      ...flagsOf(warm, TEMPERATURE_LOW),
      ...flagsOf(hot, TEMPERATURE_HIGH),
      chargeOvercurrent: currents.charge,
      dischargeOvercurrent: currents.discharge || currents.peak || currents.peakLock,
      shortCircuit: currents.short || currents.shortLock,
    },
    faults: { ...flagsOf(balance, BALANCE_EVENT), fire: (hot & FIRE) !== 0 },
    chargeMos,
    dischargeMos,
    heater,
    balancing: cellsIn(balancing, states.cells.length),
    flags: Buffer.from(events).toString('hex'),
    problem: told.some((byte) => byte !== 0),
  };
}

/** INFO of an answer to 51: its text; `null`: it is an answer to another question. Total. */
export function readV20Text(info: Uint8Array): string | null {
  return readV20Values(info) !== null || readV20Status(info) !== null ? null : printable(info);
}
