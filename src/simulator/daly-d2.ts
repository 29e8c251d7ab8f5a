/**
 * A Daly BMS with the Modbus-like protocol, in both layouts at once: asked as D2 it answers as D2 with places for 32 cells,
 * asked as 80 + unit it answers as 50 + unit with places for 48.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type BmsState, createBms, milliVolts } from './bms.ts';
import { packed, two } from './bytes.ts';
import { choice, onOff } from './control.ts';
import { dalyAlarmBytes, dalyCode, dalySensors, dalyStateOf } from './daly.ts';
import type { DeviceKind } from './device.ts';
import { crcHolds, withCrc } from './modbus-framing.ts';
import { letters } from './registers.ts';

const LENGTH = 8;
const MOST_REGISTERS = 125;
/** s of real time from a question to its answer. */
const DELAY = 0.02;

interface Habits {
  /** The current counts the other way. */
  turned: boolean;
  /** It has a sensor of its own. */
  mosSensor: boolean;
}

const balanceWords = ({ cells }: BmsState): number[] =>
  packed(
    cells.map(({ balancing }) => balancing),
    16,
    3,
  );

function measured(state: BmsState, { turned, mosSensor }: Habits) {
  const current = Math.round((state.current ?? 0) * 10) * (turned ? -1 : 1);
  const volts = milliVolts(state);
  const [most, least] = [Math.max(...volts), Math.min(...volts)];
  return {
    volts,
    sensors: dalySensors(state),
    pack: [Math.round(state.voltage * 10), 30_000 + current, Math.round(state.soc * 10)],
    most,
    least,
    mostAt: volts.indexOf(most) + 1,
    leastAt: volts.indexOf(least) + 1,
    flow: dalyStateOf(state),
    left: Math.round(state.remaining * 10),
    balancer: Number(state.cells.some(({ balancing }) => balancing)),
    switches: [Number(state.conducts.charge), Number(state.conducts.discharge)],
    warmth: mosSensor ? [Math.round(state.mosTemperature) + 40, Math.round(state.ambient) + 40] : [0xffff, 0xffff],
  };
}

/** Every register of the first layout, by number. */
function d2Registers(state: BmsState, habits: Habits): Map<number, number> {
  const now = measured(state, habits);
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0] = dalyAlarmBytes(state);
  const alarmWords = [(b1 << 8) | b0, (b3 << 8) | b2, (b5 << 8) | b4, b6];
  return laidOut([
    [0x00, now.volts],
    [0x20, now.sensors],
    [0x28, now.pack],
    [0x2b, [now.most, now.least, 0, 0, now.flow, now.left, state.cellCount, now.sensors.length, state.cycles]],
    [0x34, [now.balancer, ...now.switches]],
    [0x38, [now.most - now.least]],
    [0x3a, alarmWords],
    [0x3e, balanceWords(state).slice(0, 2)],
    [0x40, [30_000, 0, ...now.warmth]],
    [0xa9, letters(`40_SIM${' '.repeat(10)}DL-SIM${' '.repeat(10)}${dalyCode(state.identity)}`, 32)],
  ]);
}

/** Every register of the second layout, by number. */
function p81Registers(state: BmsState, habits: Habits): Map<number, number> {
  const now = measured(state, habits);
  return laidOut([
    [0x00, now.volts],
    [0x30, now.sensors],
    [0x38, now.pack],
    [0x3c, [state.cellCount, now.sensors.length, now.most, now.mostAt, now.least, now.leastAt, now.most - now.least]],
    [0x48, [now.flow]],
    [0x4b, [now.left, state.cycles, now.balancer, 0, ...balanceWords(state), ...now.switches]],
    [0x5a, now.warmth],
    [0x178, letters(`41_SIM\0\0ESS-SIM\0${dalyCode(state.identity)}`, 74)],
  ]);
}

function laidOut(rows: readonly (readonly [number, readonly number[]])[]): Map<number, number> {
  return new Map(rows.flatMap(([first, words]) => words.map((value, i): [number, number] => [first + i, value])));
}

/** The device for the command line and the tests. */
export const dalyD2Kind: DeviceKind = {
  id: 'daly-d2',
  description: 'Daly BMS, D2 / Modbus-like protocol (UART or a Bluetooth bridge, 9600 8N1), both register layouts',
  baudRate: 9600,
  create({ clock, cells, capacity, soc, speed, unit, report }) {
    const bms = createBms({ clock, cells, capacity, soc, speed });
    const habits: Habits = { turned: false, mosSensor: true };

    function answer(asked: number, fn: number, first: number, value: number): Uint8Array {
      const d2 = asked === 0xd2;
      const from = d2 ? 0xd2 : 0x50 + unit;
      if (fn === 6 && d2 && (first === 0xa5 || first === 0xa6)) {
        const which = first === 0xa5 ? 'charge' : 'discharge';
        bms.set(which, value !== 0);
        report({ event: 'switch', which, on: value !== 0 });
        return withCrc([from, 6, 0, first, ...two(value)]);
      }
      if (fn !== 3) return withCrc([from, fn | 0x80, 1]);
      if (value < 1 || value > MOST_REGISTERS) return withCrc([from, 0x83, 3]);
      const registers = (d2 ? d2Registers : p81Registers)(bms.state(), habits);
      const words = Array.from({ length: value }, (_, i) => registers.get(first + i) ?? 0);
      return withCrc([from, 3, 2 * value, ...words.flatMap(two)]);
    }

    function hear(bytes: Uint8Array): Taken {
      const [asked = 0, fn = 0, ...rest] = bytes;
      if (asked !== 0xd2 && (asked < 0x81 || asked > 0x90)) return { used: 1 };
      if (bytes.length < LENGTH) return { used: 0 };
      if (!crcHolds(bytes.subarray(0, LENGTH))) return { used: 1 };
      if (asked !== 0xd2 && asked !== 0x80 + unit) return { used: LENGTH };
      const [firstHigh = 0, firstLow = 0, valueHigh = 0, valueLow = 0] = rest;
      return { used: LENGTH, answers: [answer(asked, fn, (firstHigh << 8) | firstLow, (valueHigh << 8) | valueLow)] };
    }

    return answeringDevice({
      clock,
      delay: DELAY,
      take: () => hear,
      commands: {
        ...bms.commands,
        'sign usual|turned': choice(['usual', 'turned'], (word) => {
          habits.turned = word === 'turned';
        }),
        'mos-sensor on|off': onOff((on) => {
          habits.mosSensor = on;
        }),
      },
    });
  },
};
