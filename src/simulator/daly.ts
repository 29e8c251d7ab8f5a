/**
 * A Daly BMS on the A5 protocol: RS485 and the maker's USB cable (host 40 and on), and its UART (host 80), where it sends
 * all frames of cells and sensors whether they hold anything or not. It honours the switches (D9, DA).
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type BmsState, createBms, milliVolts } from './bms.ts';
import { packed, total, two } from './bytes.ts';
import { choice } from './control.ts';
import type { DeviceKind } from './device.ts';

const LENGTH = 13;
const UART = 0x80;
const CELLS_A_FRAME = 3;
const SENSORS_A_FRAME = 7;
const ALL_CELL_FRAMES = 16;
const ALL_SENSOR_FRAMES = 3;
const MOST_SENSORS = 8;
/** s of real time from a question to its answer. */
const DELAY = 0.02;

const long = (value: number): number[] => [...two(Math.floor(Math.round(value) / 0x1_0000)), ...two(value % 0x1_0000)];
const checksum = (bytes: Iterable<number>): number => total(bytes) & 0xff;

/** The seven bytes of alarm bits: a protection that trips has warned before. */
export function dalyAlarmBytes({ alarms, current, cells }: BmsState): number[] {
  const pair = (on: boolean, shift: number): number => (on ? 3 << shift : 0);
  const cold = pair(alarms.chargeOvertemperature, 0) | pair(alarms.chargeUndertemperature, 2);
  const hot = pair(alarms.dischargeOvertemperature, 4) | pair(alarms.dischargeUndertemperature, 6);
  const deadSensor = cells.slice(0, MOST_SENSORS).some(({ temperature }) => temperature === null);
  return [
    pair(alarms.cellOvervoltage, 0) | pair(alarms.cellUndervoltage, 2),
    cold | hot,
    0,
    0,
    0,
    deadSensor ? 1 << 2 : 0,
    (current === null ? 1 : 0) | (alarms.shortCircuit ? 1 << 2 : 0),
  ];
}

/** 0 idle, 1 charging, 2 discharging. */
export function dalyStateOf({ current }: BmsState): number {
  const amperes = current ?? 0;
  return amperes > 0.5 ? 1 : amperes < -0.5 ? 2 : 0;
}

/** What its sensors tell, dead ones as −40 °C. */
export function dalySensors({ cells }: BmsState): number[] {
  return cells
    .slice(0, MOST_SENSORS)
    .map(({ temperature }) => (temperature === null ? 0 : Math.round(temperature) + 40));
}

/** Its battery code, 35 characters. */
export function dalyCode(identity: number): string {
  return `SIM-DALY-${String(identity).padStart(4, '0')}`.padEnd(35, ' ');
}

interface Habits {
  /** Raw currents above 30000 mean charging. */
  turned: boolean;
  /** What is wrong with its frames of cell voltages. */
  cellFrames: 'good' | 'missing' | 'wrong';
}

function extremes(values: readonly number[], encode: (value: number) => number[]): number[] {
  const [most, least] = [Math.max(...values), Math.min(...values)];
  return [...encode(most), values.indexOf(most) + 1, ...encode(least), values.indexOf(least) + 1];
}

/** Numbered frames of so many bytes each. */
function split(bytes: readonly number[], size: number, atLeast: number): number[][] {
  const count = Math.max(Math.ceil(bytes.length / size), atLeast);
  return Array.from({ length: count }, (_, i) => [i + 1, ...bytes.slice(i * size, (i + 1) * size)]);
}

function cellFrames(state: BmsState, all: boolean, { cellFrames: habit }: Habits): number[][] {
  const volts = milliVolts(state);
  if (habit === 'wrong') volts[0] = 1000;
  const frames = split(volts.flatMap(two), 2 * CELLS_A_FRAME, all ? ALL_CELL_FRAMES : 0);
  return habit === 'missing' ? frames.slice(0, -1) : frames;
}

const balanceBits = ({ cells }: BmsState): number[] =>
  packed(
    cells.map(({ balancing }) => balancing),
    8,
    6,
  );

/** Data of the frames that answer a command; none: it does not know it. */
function answersTo(command: number, state: BmsState, all: boolean, habits: Habits): number[][] {
  const { conducts, remaining, capacity, uptime, identity } = state;
  const raw = 30_000 + Math.round((state.current ?? 0) * 10) * (habits.turned ? 1 : -1);
  const sensors = dalySensors(state);
  switch (command) {
    case 0x50:
      return [[...long(capacity * 1000), ...long(3200)]];
    case 0x53:
      return [[0, 0, 23, 4, 17]];
    case 0x57:
      return split([...Buffer.from(dalyCode(identity), 'latin1')], 7, 5);
    case 0x90:
      return [[...two(state.voltage * 10), 0, 0, ...two(raw), ...two(state.soc * 10)]];
    case 0x91:
      return [extremes(milliVolts(state), two)];
    case 0x92:
      return [extremes(sensors, (value) => [value])];
    case 0x93: {
      const switches = [Number(conducts.charge), Number(conducts.discharge)];
      return [[dalyStateOf(state), ...switches, uptime & 0xff, ...long(remaining * 1000)]];
    }
    case 0x94:
      return [[state.cellCount, sensors.length, 0, 0, 0, ...two(state.cycles)]];
    case 0x95:
      return cellFrames(state, all, habits);
    case 0x96:
      return split(sensors, SENSORS_A_FRAME, all ? ALL_SENSOR_FRAMES : 0);
    case 0x97:
      return [balanceBits(state)];
    case 0x98:
      return [dalyAlarmBytes(state)];
    default:
      return [];
  }
}

/** The device for the command line and the tests. */
export const dalyKind: DeviceKind = {
  id: 'daly',
  description: 'Daly BMS, A5 protocol (RS485, USB or UART, 9600 8N1), a board by its address',
  baudRate: 9600,
  create({ clock, cells, capacity, soc, speed, unit, report }) {
    const bms = createBms({ clock, cells, capacity, soc, speed });
    const habits: Habits = { turned: false, cellFrames: 'good' };
    const answer = (command: number, data: readonly number[]): Uint8Array => {
      const frame = [0xa5, unit, command, 8, ...Array.from({ length: 8 }, (_, i) => data[i] ?? 0)];
      return Uint8Array.of(...frame, checksum(frame));
    };
    function hear(bytes: Uint8Array): Taken {
      if (bytes[0] !== 0xa5) return { used: 1 };
      if (bytes.length < LENGTH) return { used: 0 };
      const [, host = 0, command = 0, length, on] = bytes;
      if (length !== 8 || bytes[12] !== checksum(bytes.subarray(0, 12))) return { used: 1 };
      const uart = host === UART && unit === 1;
      if (!uart && host !== 0x3f + unit) return { used: LENGTH };
      if (command === 0xd9 || command === 0xda) {
        const which = command === 0xda ? 'charge' : 'discharge';
        bms.set(which, on === 1);
        report({ event: 'switch', which, on: on === 1 });
        return { used: LENGTH, answers: [answer(command, [on ?? 0, 1, 0, 0, 2])] };
      }
      const answers = answersTo(command, bms.state(), uart, habits).map((data) => answer(command, data));
      return { used: LENGTH, answers };
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
        'frames good|missing|wrong': choice(['good', 'missing', 'wrong'], (habit) => {
          habits.cellFrames = habit;
        }),
      },
    });
  },
};
