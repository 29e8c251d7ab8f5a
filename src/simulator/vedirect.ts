/**
 * Victron devices with a VE.Direct port, as their text shows them: a SmartShunt (values and history, a block each) and
 * an MPPT solar charger, a turn a second.
 */
import { type BmsState, createBms, type SimulatedBms } from './bms.ts';
import { total } from './bytes.ts';
import { choice, type Commands, numberOr, onOff } from './control.ts';
import type { DeviceKind, DeviceOptions, SimulatedDevice } from './device.ts';
import { talkingDevice } from './talking.ts';

type Line = readonly [label: string, value: string | number];

const PERIOD = 1;
/** W of a small array at its best, V of it. */
const PANEL_VOLTAGE = 34;
const EFFICIENCY = 0.97;

/** A block: each line after CR LF, and a last byte that makes the sum 0. */
function block(lines: readonly Line[]): Uint8Array {
  const text = [...lines.map(([label, value]) => `\r\n${label}\t${value}`), '\r\nChecksum\t'].join('');
  const bytes = Array.from(text, (character) => character.charCodeAt(0));
  return Uint8Array.of(...bytes, -total(bytes) & 0xff);
}

/** A HEX line that the device sends by itself about a register of 16 bits. */
function asyncLine(register: number, value: number): Uint8Array {
  const bytes = [register & 0xff, register >> 8, 0, value & 0xff, (value >> 8) & 0xff];
  const check = (0x55 - 0xa - total(bytes)) & 0xff;
  const digits = [...bytes, check].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
  return Uint8Array.from(`:A${digits}\n`, (character) => character.charCodeAt(0));
}

const milli = (value: number): number => Math.round(value * 1000);
const serial = (identity: number): string => `HQ2140${String(identity).padStart(4, '0')}X`;

interface ShuntFaults {
  calibrated: boolean;
  starter: number | null;
}

function shuntBlocks(state: BmsState, { calibrated, starter }: ShuntFaults, drawnAh: number): Uint8Array[] {
  const { voltage, current, soc, remaining, capacity, alarms } = state;
  const amperes = current ?? 0;
  const minutes = amperes < -0.05 ? Math.min(14_400, Math.round((remaining / -amperes) * 60)) : -1;
  const reason = (alarms.cellUndervoltage ? 1 : 0) | (alarms.cellOvervoltage ? 2 : 0);
  const values: Line[] = [
    ['PID', '0xA389'],
    ['V', milli(voltage)],
    ...(starter === null ? [] : [['VS', milli(starter)] as const]),
    ['I', current === null ? '---' : milli(current)],
    ['P', Math.round(voltage * amperes)],
    ['CE', calibrated ? milli(remaining - capacity) : '---'],
    ['SOC', calibrated ? Math.round(soc * 10) : '---'],
    ['TTG', calibrated ? minutes : '---'],
    ['Alarm', reason === 0 ? 'OFF' : 'ON'],
    ['AR', reason],
    ['BMV', 'SmartShunt 500A/50mV'],
    ['FW', '0413'],
    ['MON', 0],
    ['SER#', serial(state.identity)],
  ];
  const history: Line[] = [
    ['H1', milli(-0.8 * capacity)],
    ['H2', milli(remaining - capacity)],
    ['H3', 0],
    ['H4', state.cycles],
    ['H5', 0],
    ['H6', milli(-drawnAh)],
    ['H7', milli(voltage - 1)],
    ['H8', milli(voltage + 1)],
    ['H9', Math.round(state.uptime)],
    ['H10', 3],
    ['H11', 0],
    ['H12', 0],
    ['H17', 4321],
    ['H18', 4567],
  ];
  return [block(values), block(history)];
}

function mpptBlock(state: BmsState, charge: number, yieldWh: number): Uint8Array {
  const power = Math.round((state.voltage * charge) / EFFICIENCY);
  return block([
    ['PID', '0xA057'],
    ['FW', '161'],
    ['SER#', serial(state.identity)],
    ['V', milli(state.voltage)],
    ['I', Math.round(charge * 10) * 100],
    ['VPV', charge > 0 ? milli(PANEL_VOLTAGE) : 10],
    ['PPV', power],
    ['CS', charge > 0 ? 3 : 0],
    ['MPPT', charge > 0 ? 2 : 0],
    ['OR', charge > 0 ? '0x00000000' : '0x00000001'],
    ['ERR', 0],
    ['LOAD', 'OFF'],
    ['H19', 8272 + Math.round(yieldWh / 10)],
    ['H20', Math.round(yieldWh / 10)],
    ['H21', power],
    ['H22', 25],
    ['H23', 119],
    ['HSDS', 274],
  ]);
}

function hexCommand(hex: { on: boolean }): Commands {
  return {
    'hex on|off': onOff((on) => {
      hex.on = on;
    }),
  };
}

function bmsOf({ clock, cells, capacity, soc, speed }: DeviceOptions): SimulatedBms {
  return createBms({ clock, cells, capacity, soc, speed });
}

/** Starts a SmartShunt on a pack of its own. */
function createShunt(options: DeviceOptions): SimulatedDevice {
  const bms = bmsOf(options);
  const hex = { on: false };
  const faults: ShuntFaults = { calibrated: true, starter: null };
  return talkingDevice({
    clock: options.clock,
    period: PERIOD,
    say() {
      const state = bms.state();
      const blocks = shuntBlocks(state, faults, bms.pack.totals().ampHoursOut);
      return hex.on ? [asyncLine(0xed8d, Math.round(state.voltage * 100)), ...blocks] : blocks;
    },
    commands: {
      ...bms.commands,
      ...hexCommand(hex),
      'calibrated yes|no': choice(['yes', 'no'], (word) => {
        faults.calibrated = word === 'yes';
      }),
      'starter VOLT|off': numberOr(0, 60, ['off'], (volts) => {
        faults.starter = volts === 'off' ? null : volts;
      }),
    },
  });
}

/** Starts an MPPT that charges a pack of its own. */
function createMppt(options: DeviceOptions): SimulatedDevice {
  const bms = bmsOf(options);
  const hex = { on: false };
  return talkingDevice({
    clock: options.clock,
    period: PERIOD,
    say() {
      const state = bms.state();
      const whole = mpptBlock(state, bms.pack.flow().charge, bms.pack.totals().wattHoursIn);
      return hex.on ? [asyncLine(0xedd5, Math.round(state.voltage * 100)), whole] : [whole];
    },
    commands: { ...bms.commands, ...hexCommand(hex) },
  });
}

export const vedirectKind: DeviceKind = {
  id: 'vedirect',
  description: 'Victron SmartShunt (VE.Direct text, 19200 8N1): two blocks every second',
  baudRate: 19_200,
  create: createShunt,
};

export const vedirectMpptKind: DeviceKind = {
  id: 'vedirect-mppt',
  description: 'Victron MPPT solar charger (VE.Direct text, 19200 8N1): a block every second',
  baudRate: 19_200,
  create: createMppt,
};
