/**
 * An older JK board on its GPS port (`4E 57`): one question brings everything; the two switches can be written. Its own
 * encoder, after the published description.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type BmsOptions, type BmsState, createBms, milliVolts } from './bms.ts';
import { bits, bitsAt, total, two } from './bytes.ts';
import { choice, type Commands } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';

const SHORTEST = 20;
const LONGEST = 64;
/** s from a question to its answer. */
const DELAY = 0.02;
/** What stands for no temperature. */
const NO_SENSOR = 0xffff;

/** How it encodes its current; `silent`: the newer way, without saying so. */
type Version = '1' | '0' | 'silent';

const four = (value: number): number[] => [...two(Math.floor(value / 0x10000)), ...two(value % 0x10000)];
const text = (words: string, length: number): number[] => Array.from(Buffer.from(words.padEnd(length, '_')));

/** Starts the board, healthy, both switches on. */
export function createJkBoard(options: BmsOptions): SimulatedDevice {
  const { clock } = options;
  const bms = createBms(options);
  let version: Version = '1';

  function answer(command: number, data: readonly number[]): Uint8Array {
    const length = two(data.length + 18);
    const bytes = [0x4e, 0x57, ...length, 0, 0, 0, 0, command, 0, 1, ...data, 0, 0, 0, 0, 0x68];
    return Uint8Array.from([...bytes, 0, 0, ...two(total(bytes))]);
  }

  function obey(command: number, data: readonly number[]): Uint8Array[] {
    if (command === 6) return [answer(6, everything(bms.state(), version))];
    const [tag = 0, value] = data;
    if (command === 2 && tag === 0xab) bms.set('charge', value === 1);
    if (command === 2 && tag === 0xac) bms.set('discharge', value === 1);
    return command === 2 || command === 5 ? [answer(command, [tag])] : [];
  }

  function take(): (waiting: Uint8Array) => Taken {
    return (waiting) => {
      if (waiting[0] !== 0x4e) return { used: 1 };
      if (waiting.length < 4) return { used: 0 };
      const length = 2 + (waiting[2] ?? 0) * 256 + (waiting[3] ?? 0);
      if (waiting[1] !== 0x57 || length < SHORTEST || length > LONGEST) return { used: 1 };
      if (waiting.length < length) return { used: 0 };
      const frame = Array.from(waiting.subarray(0, length));
      const sum = two(total(frame.slice(0, -4)));
      if (frame.at(-2) !== sum[0] || frame.at(-1) !== sum[1]) return { used: 1 };
      return { used: length, answers: obey(frame[8] ?? 0, frame.slice(11, -9)) };
    };
  }

  const commands: Commands = {
    ...bms.commands,
    'version 1|0|silent': choice(['1', '0', 'silent'], (word) => {
      version = word;
    }),
  };
  return answeringDevice({ clock, take, commands, delay: DELAY });
}

function everything(state: BmsState, version: Version): number[] {
  const { cells, alarms, allows, conducts } = state;
  const count = Math.min(state.cellCount, 80);
  const table = milliVolts(state, count).flatMap((mv, i) => [i + 1, ...two(Math.max(0, mv))]);
  const balancing = cells.some((cell) => cell.balancing);
  const alarm = bitsAt(
    [4, alarms.chargeOvertemperature || alarms.dischargeOvertemperature],
    [9, alarms.chargeUndertemperature || alarms.dischargeUndertemperature],
    [10, alarms.cellOvervoltage],
    [11, alarms.cellUndervoltage],
  );
  return [
    [0x79, table.length, ...table],
    [0x80, ...two(degrees(state.mosTemperature))],
    [0x81, ...two(degrees(cells[0]?.temperature ?? null))],
    [0x82, ...two(degrees(cells.at(-1)?.temperature ?? null))],
    [0x83, ...two(Math.round(state.voltage * 100))],
    [0x84, ...two(currentWord(state.current ?? 0, version))],
    [0x85, Math.round(state.soc), 0x86, 2],
    [0x87, ...two(state.cycles), 0x89, ...four(Math.round(state.cycles * state.capacity))],
    [0x8a, ...two(count), 0x8b, ...two(alarm)],
    [0x8c, ...two(bits(conducts.charge, conducts.discharge, balancing))],
    [0x90, ...two(3650), 0x93, ...two(2500)],
    [0xaa, ...four(Math.round(state.capacity))],
    [0xab, allows.charge ? 1 : 0, 0xac, allows.discharge ? 1 : 0],
    [0xb2, ...text('123456', 10)],
    [0xb4, ...text(`SIM${state.identity}`, 8)],
    [0xb6, ...four(Math.floor(state.uptime / 60))],
    [0xb7, ...text('11.XW_S11.261', 15)],
    [0xba, ...text(`SIM${state.identity}JK_SIM`, 24)],
    version === 'silent' ? [] : [0xc0, Number(version)],
  ].flat();
}

/** Whole degrees; below zero they count on from 100. */
function degrees(celsius: number | null): number {
  if (celsius === null) return NO_SENSOR;
  const whole = Math.round(celsius);
  return whole < 0 ? 100 - whole : whole;
}

/** Hundredths of an ampere. */
function currentWord(amperes: number, version: Version): number {
  const steps = Math.round(amperes * 100);
  if (version === '0') return Math.max(0, 10_000 - steps);
  return steps > 0 ? 0x8000 + Math.min(steps, 0x7fff) : Math.min(-steps, 0x7fff);
}

/** The device for the command line. */
export const jkKind: DeviceKind = {
  id: 'jk',
  description: 'an older JK board on its GPS port (4E 57): reads everything, switches by AB and AC',
  baudRate: 115_200,
  create: createJkBoard,
};
