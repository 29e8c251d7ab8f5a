/**
 * The three outputs of a Victron Smart BMS 12-200 on a Modbus board with eight inputs: 1 load disconnect, 2 charge
 * disconnect, 3 pre-alarm. Thresholds as in the manuals of the BMS and of the Lithium Battery Smart.
 */
import type { Clock } from '../engine/clock.ts';
import { type AddressedBmsOptions, type BmsState, createBms } from './bms.ts';
import { type Command, type Commands, onOff } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';
import { type Exception, modbusDevice } from './modbus-device.ts';
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION } from './modbus-framing.ts';

const INPUTS = 8;
const WIRES = ['load', 'charge', 'pre-alarm'] as const;
/** V a cell: pre-alarm, loads off, and back again. */
const WARN = 3.1;
const EMPTY = 2.8;
const EMPTY_BACK = 3.2;
/** V a cell below which nobody waits for the pre-alarm; s that it sounds first otherwise. */
const AT_ONCE = 2.5;
const WARNS_FOR = 30;
const FULL = 3.75;
const FULL_BACK = 3.6;
const COLDEST = 5;
const HOTTEST = 75;
/** s on and s off of an intermittent pre-alarm. */
const BLINK = 0.8;

/** Starts BMS and board. */
export function createVictronBoard({ unit: mine, ...rest }: AddressedBmsOptions): SimulatedDevice {
  const { clock } = rest;
  const bms = createBms(rest);
  const judge = createJudge(clock);
  const cut = new Set<string>();
  const is = { dead: false, intermittent: false, inverted: false };
  const wire: Command = ([name = '', state = '', ...more]) => {
    if (!WIRES.some((known) => known === name)) return `"${name}" is not one of ${WIRES.join(', ')}.`;
    if ((state !== 'cut' && state !== 'whole') || more.length > 0) return `"${state}" is neither cut nor whole.`;
    if (state === 'cut') cut.add(name);
    else cut.delete(name);
    return null;
  };
  const commands: Commands = {
    ...bms.commands,
    'wire load|charge|pre-alarm cut|whole': wire,
    'dead on|off': onOff((on) => {
      is.dead = on;
    }),
    'intermittent on|off': onOff((on) => {
      is.intermittent = on;
    }),
    'inverted on|off': onOff((on) => {
      is.inverted = on;
    }),
  };

  function inputs(): number[] {
    const { load, charge, preAlarm } = judge(bms.state());
    const lit = preAlarm && (!is.intermittent || Math.floor(clock.now() / BLINK) % 2 === 0);
    const driven = { load, charge, 'pre-alarm': lit };
    return Array.from({ length: INPUTS }, (_, i) => {
      const name = WIRES[i];
      const high = name !== undefined && driven[name] && !cut.has(name) && !is.dead;
      return Number(high !== is.inverted);
    });
  }

  return modbusDevice({
    clock,
    commands,
    read(unit, fn, first, count): readonly number[] | Exception | null {
      if (unit !== mine) return null;
      if (fn !== 2) return { exception: ILLEGAL_FUNCTION };
      return first + count > INPUTS ? { exception: ILLEGAL_ADDRESS } : inputs().slice(first, first + count);
    },
  });
}

/** What its outputs do, time after time. */
function createJudge(clock: Clock): (state: BmsState) => { load: boolean; charge: boolean; preAlarm: boolean } {
  let load = true;
  let charge = true;
  let warnedAt: number | null = null;
  return ({ cells }) => {
    const volts = cells.map(({ voltage }) => voltage);
    const warm = cells.flatMap(({ temperature }) => (temperature === null ? [] : [temperature]));
    const lowest = Math.min(...volts);
    const highest = Math.max(...volts);
    const now = clock.now();
    if (lowest > EMPTY_BACK) warnedAt = null;
    else if (lowest <= WARN) warnedAt ??= now;
    const warned = warnedAt !== null && now - warnedAt >= WARNS_FOR;
    if (lowest <= AT_ONCE || (lowest <= EMPTY && warned)) load = false;
    else if (lowest >= EMPTY_BACK) load = true;
    const bearable = warm.every((celsius) => celsius >= COLDEST && celsius <= HOTTEST);
    if (highest >= FULL || !bearable) charge = false;
    else if (highest < FULL_BACK) charge = true;
    return { load, charge, preAlarm: load && warnedAt !== null };
  };
}

/** It, for the command line. */
export const victronSmartBmsKind: DeviceKind = {
  id: 'victron-smart-bms-12-200',
  description: 'the outputs of a Victron Smart BMS 12-200 on inputs 1 to 3 of a Modbus board',
  baudRate: 9600,
  create: createVictronBoard,
};
