/**
 * The ECS boards on one line: a greenMeter and one LiPro a cell at the units behind it. Registers as the public driver
 * of the meter uses them; nothing here comes from the link's side.
 */
import { type AddressedBmsOptions, type BmsState, createBms } from './bms.ts';
import { choice, type Command, type Commands, onOff } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';
import { type Exception, modbusDevice } from './modbus-device.ts';
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION } from './modbus-framing.ts';
import { slice } from './registers.ts';

const GREEN_METER_500 = 500;
const MODELS = { v1: 100, v2: 102, v3: 104 } as const;
type Model = keyof typeof MODELS | 'active';
/** What a sensor that is not there reads, in hundredths of a degree. */
const NO_SENSOR = -32_768;

/** Starts the boards, LiPro V3 on every cell: the unit is the greenMeter's, the first cell has the next one. */
export function createEcsBoards({ unit: meter, ...rest }: AddressedBmsOptions): SimulatedDevice {
  const bms = createBms(rest);
  const missing = new Set<number>();
  let model: Model = 'v3';
  let socFault = false;

  function registersOf(unit: number): Map<number, number> | null {
    const state = bms.state();
    if (unit === meter) return meterRegisters(state, socFault);
    const cell = state.cells[unit - meter - 1];
    if (cell === undefined) return null;
    return model === 'active' ? activeRegisters(state, cell, unit) : liproRegisters(cell, MODELS[model]);
  }

  const who = (act: (unit: number) => void): Command => {
    return ([word = '', ...more]) => {
      const cell = Number(word);
      const is = word === 'meter' ? 0 : Number.isInteger(cell) && cell >= 1 && cell <= rest.cells ? cell : null;
      if (is === null || more.length > 0) return `"${word}" is neither a cell from 1 to ${rest.cells} nor "meter".`;
      act(meter + is);
      return null;
    };
  };
  const commands: Commands = {
    ...bms.commands,
    'missing N|meter': who((unit) => missing.add(unit)),
    'found N|meter': who((unit) => missing.delete(unit)),
    'model v1|v2|v3|active': choice(['v1', 'v2', 'v3', 'active'], (word) => {
      model = word;
    }),
    'soc-fault on|off': onOff((on) => {
      socFault = on;
    }),
  };

  return modbusDevice({
    clock: rest.clock,
    commands,
    read(unit, fn, first, count): readonly number[] | Exception | null {
      const registers = missing.has(unit) ? null : registersOf(unit);
      if (registers === null) return null;
      if (fn !== 3) return { exception: ILLEGAL_FUNCTION };
      return slice(registers, first, count) ?? { exception: ILLEGAL_ADDRESS };
    },
  });
}

function meterRegisters(state: BmsState, socFault: boolean): Map<number, number> {
  const { alarms } = state;
  const registers = new Map([[0, GREEN_METER_500]]);
  const put = (first: number, ...words: readonly number[]): void => {
    for (const [i, word] of words.entries()) registers.set(first + i, word & 0xffff);
  };
  const soc = lowFirst(state.soc * 1000);
  put(2, ...lowFirst(10_000 + state.identity));
  put(30, -150, 100);
  put(46, ...lowFirst(state.capacity * 1000));
  put(102, warmth(state.cells[0]?.temperature ?? null), warmth(state.cells.at(-1)?.temperature ?? null));
  put(108, ...lowFirst(state.voltage * 1000));
  put(114, ...lowFirst((state.current ?? 0) * 1000));
  put(128, soc[0], socFault ? 0xffff : soc[1]);
  put(
    130,
    side(alarms.cellOvervoltage, alarms.shortCircuit, alarms.chargeOvertemperature, alarms.chargeUndertemperature),
  );
  put(
    131,
    side(
      alarms.cellUndervoltage,
      alarms.shortCircuit,
      alarms.dischargeOvertemperature,
      alarms.dischargeUndertemperature,
    ),
  );
  return registers;
}

type CellState = BmsState['cells'][number];

function liproRegisters({ voltage, temperature, balancing }: CellState, type: number): Map<number, number> {
  return new Map([
    [0, type],
    [100, Math.round(voltage * 1000)],
    [101, warmth(temperature) & 0xffff],
    [102, balancing ? 100 : 0],
  ]);
}

/** The older active boards: no type, other places, other units. */
function activeRegisters({ alarms }: BmsState, { voltage, temperature }: CellState, unit: number): Map<number, number> {
  const raw = temperature === null ? 0xffff : Math.round((temperature + 60) * 10);
  const values = [
    Math.round(voltage * 1000),
    raw,
    0,
    0,
    0,
    0,
    0,
    Number(alarms.cellUndervoltage),
    Number(alarms.cellOvervoltage),
  ];
  const registers = new Map(values.map((value, i) => [7 + i, value]));
  return registers.set(28, unit);
}

/** 32 bits, the low word first. */
function lowFirst(value: number): [number, number] {
  const whole = Math.round(value) >>> 0;
  return [whole & 0xffff, whole >>> 16];
}

const warmth = (celsius: number | null): number => (celsius === null ? NO_SENSOR : Math.round(celsius * 100));

function side(voltage: boolean, current: boolean, hot: boolean, cold: boolean): number {
  if (voltage) return 1;
  if (current) return 2;
  return hot ? 3 : cold ? 5 : 0;
}

/** The boards for the command line. */
export const ecsKind: DeviceKind = {
  id: 'ecs',
  description: 'an ECS greenMeter as unit 1 and a LiPro for each cell behind it, Modbus RTU',
  baudRate: 19_200,
  parity: 'even',
  create: createEcsBoards,
};
