/**
 * A LifePower4 on the wire, or a Basen that speaks the same with more groups and more status bits. Its own encoder, after
 * the published frames. Answers its own address only.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type AddressedBmsOptions, type BmsState, createBms } from './bms.ts';
import { bits, total, two } from './bytes.ts';
import { choice, type Commands } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';

/** Sensors on cells 1 to 4, as the packs have them. */
const SENSORS = 4;
const QUESTION = 6;
/** Bytes of Basen's groups 0B to 10 in a published answer; nobody knows what they mean. */
const FURTHER = [
  [0x0b, 0x1a05],
  [0x0c, 0x195d],
  [0x0d, 0x2b27ef],
  [0x0e, 0x400000],
  [0x0f, 0x57506],
  [0x10, 0x44ba2],
] as const;

/** Both halves of the check: all bytes added up, and all bytes by exclusive or. */
function check(bytes: readonly number[]): number {
  return (total(bytes) ^ bytes.reduce((mixed, byte) => mixed ^ byte, 0)) & 0xff;
}

/** Starts the device, healthy, as a LifePower4. */
export function createLifepowerBms(options: AddressedBmsOptions): SimulatedDevice {
  const { clock, unit } = options;
  const bms = createBms(options);
  let basen = false;

  function dataOf(command: number): readonly number[] | null {
    const state = bms.state();
    const text = (words: string): number[] => Array.from(Buffer.from(words, 'latin1'));
    if (command === 0x01) return generalOf(state, basen);
    if (command === 0x42) return text(`SIM-7E-${String(state.identity).padStart(4, '0')}\u00a5`);
    return command === 0x33 ? text('SIM V1.0') : null;
  }

  const take =
    () =>
    (waiting: Uint8Array): Taken => {
      if (waiting[0] !== 0x7e) return { used: 1 };
      if (waiting.length < QUESTION) return { used: 0 };
      const [start = 0, address = 0, command = 0, size = 0, sum, end] = waiting;
      if (end !== 0x0d || sum !== check([start, address, command, size])) return { used: 1 };
      const data = address === unit && size === 0 ? dataOf(command) : null;
      if (data === null) return { used: QUESTION };
      const frame = [0x7e, unit, command, data.length, ...data];
      return { used: QUESTION, answers: [Uint8Array.from([...frame, check(frame), 0x0d])] };
    };

  const commands: Commands = {
    ...bms.commands,
    'layout lifepower4|basen': choice(['lifepower4', 'basen'], (word) => {
      basen = word === 'basen';
    }),
  };
  return answeringDevice({ clock, take, commands });
}

function generalOf(state: BmsState, basen: boolean): number[] {
  const { cells, cellCount } = state;
  const volts = Array.from({ length: cellCount }, (_, i) => {
    const raw = Math.min(0x0fff, Math.round((cells[i]?.voltage ?? 0) * 1000));
    return basen && cells[i]?.balancing === true ? raw + 0x8000 : raw;
  });
  const sensors = cells.slice(0, SENSORS).map(({ temperature }) => celsius(temperature));
  const temperatures = [...sensors, [basen ? 0x40 : 0x80, ...celsius(state.mosTemperature).slice(1)]];
  temperatures.push([0x20, ...celsius(state.ambient).slice(1)]);
  const group = (id: number, values: readonly (readonly number[])[]): number[] => [id, values.length, ...values.flat()];
  const one = (id: number, value: number): number[] => group(id, [two(value)]);
  return [
    ...group(
      0x01,
      volts.map((raw) => two(raw)),
    ),
    ...one(0x02, 30_000 - Math.max(-300, Math.min(300, state.current ?? 0)) * 100),
    ...one(0x03, state.soc * 100),
    ...one(0x04, Math.min(655, state.capacity) * 100),
    ...group(0x05, temperatures),
    ...group(0x06, pairs(statusOf(state, basen))),
    ...one(0x07, state.cycles),
    ...one(0x08, state.voltage * 100),
    ...one(0x09, state.soh * 100),
    ...one(0x0a, 0),
    ...(basen ? FURTHER.flatMap(([id, value]) => [id, 1, 0, (value >> 16) & 0xff, ...two(value & 0xffff)]) : []),
  ];
}

/** A sensor that is not there gives 0, far below anything real. */
function celsius(value: number | null): number[] {
  return [0, value === null ? 0 : Math.max(1, Math.min(254, Math.round(value + 50)))];
}

function pairs(bytes: readonly number[]): number[][] {
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.slice(2 * i, 2 * i + 2));
}

function statusOf({ alarms, conducts, current, cells }: BmsState, basen: boolean): number[] {
  const flowing = current ?? 0;
  const main = bits(
    flowing > 0.05,
    flowing < -0.05,
    alarms.shortCircuit,
    false,
    alarms.cellOvervoltage,
    alarms.cellUndervoltage,
    alarms.chargeOvertemperature,
    alarms.chargeUndertemperature,
  );
  if (!basen) return [0, 0, 0, main, 0, 0, 0, 0, 0, 0];
  const torn = cells.slice(0, SENSORS).some(({ temperature }) => temperature === null);
  const discharge = bits(
    alarms.dischargeOvertemperature,
    alarms.dischargeUndertemperature,
    false,
    false,
    !conducts.charge,
    !conducts.discharge,
  );
  return [0, bits(torn), discharge, main, 0, 0, 0, 0, 0, 0];
}

/** The device for the command line. */
export const eg4LifepowerKind: DeviceKind = {
  id: 'eg4-lifepower',
  description: 'a LifePower4 by EG4, or a Basen (`layout basen`), with the wired 7E protocol',
  baudRate: 9600,
  create: createLifepowerBms,
};
