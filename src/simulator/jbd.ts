/**
 * A JBD BMS on the wire, or behind its Bluetooth module: registers 03, 04, 05 and AA to read, E1 to switch its MOSFETs.
 * Its own encoder, after the published register map. No addresses: it has a line of its own.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { balanceMask, type BmsOptions, type BmsState, createBms, milliVolts } from './bms.ts';
import { bits, total, two } from './bytes.ts';
import { type Commands, onOff } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';

/** Sensors of a large board; each sits on the cell of its number. */
const MOST_SENSORS = 8;
/** 2022-03-28, as the date goes on the wire. */
const MADE = 0x2c7c;
const VERSION = 0x24;
const PIN = '000000';
const REFUSED = 0x80;
/** Longest data that a question to it carries. */
const MOST_DATA = 16;

/** Starts the device, healthy, both switches on. */
export function createJbdBms(options: BmsOptions): SimulatedDevice {
  const { clock } = options;
  const bms = createBms(options);
  /** Whether its Bluetooth module wants the PIN before it passes anything on. */
  let guarded = false;

  function answerTo(register: number, status: number, data: readonly number[]): Uint8Array {
    const sum = two(0x10000 - total([status, data.length, ...data]));
    return Uint8Array.from([0xdd, register, status, data.length, ...data, ...sum, 0x77]);
  }

  function read(register: number): Uint8Array {
    const state = bms.state();
    if (register === 0x03) return answerTo(register, 0, basics(state));
    if (register === 0x04) return answerTo(register, 0, milliVolts(state).flatMap(two));
    if (register === 0x05) return answerTo(register, 0, Array.from(Buffer.from(`SIM-SP${state.identity}-L`)));
    if (register === 0xaa)
      return answerTo(
        register,
        0,
        Array.from({ length: 24 }, () => 0),
      );
    return answerTo(register, REFUSED, []);
  }

  function write(register: number, data: readonly number[]): Uint8Array {
    if (register !== 0xe1 || data.length !== 2) return answerTo(register, REFUSED, []);
    const off = data[1] ?? 0;
    bms.set('charge', off % 2 === 0);
    bms.set('discharge', off < 2);
    return answerTo(register, 0, []);
  }

  function take(): (waiting: Uint8Array) => Taken {
    let admitted = false;
    return (waiting) => {
      if (waiting[0] === 0xff && (waiting[1] ?? 0xaa) === 0xaa) {
        const taken = login(waiting);
        if (taken.admitted !== undefined) ({ admitted } = taken);
        return taken;
      }
      if (waiting[0] !== 0xdd) return { used: 1 };
      const [, action, register, size] = waiting;
      if (size === undefined || register === undefined) return { used: 0 };
      if (size > MOST_DATA) return { used: 1 };
      const length = size + 7;
      if (waiting.length < length) return { used: 0 };
      const frame = Array.from(waiting.subarray(0, length));
      const sum = two(0x10000 - total(frame.slice(2, -3)));
      if (frame.at(-1) !== 0x77 || frame.at(-3) !== sum[0] || frame.at(-2) !== sum[1]) return { used: 1 };
      if (guarded && !admitted) return { used: length };
      if (action === 0xa5) return { used: length, answers: [read(register)] };
      if (action === 0x5a) return { used: length, answers: [write(register, frame.slice(4, -3))] };
      return { used: length };
    };
  }

  function login(waiting: Uint8Array): Taken & { readonly admitted?: boolean } {
    const [, , command, size] = waiting;
    if (size === undefined || command === undefined) return { used: 0 };
    const length = size + 5;
    if (waiting.length < length) return { used: 0 };
    const body = Array.from(waiting.subarray(2, length - 1));
    if ((total(body) & 0xff) !== waiting[length - 1] || command !== 0x15) return { used: 1 };
    const right = Buffer.from(body.slice(2)).toString('latin1') === PIN;
    const said = [0x15, 1, right ? 0 : 1];
    return { used: length, admitted: right, answers: [Uint8Array.from([0xff, 0xaa, ...said, total(said)])] };
  }

  const commands: Commands = {
    ...bms.commands,
    'guard on|off': onOff((on) => {
      guarded = on;
    }),
  };
  return answeringDevice({ clock, take, commands });
}

/** Register 03: what it measures of the pack, its protections and its MOSFETs. */
function basics(state: BmsState): number[] {
  const { alarms, allows, conducts, current, cells } = state;
  const balancing = balanceMask(state, 32);
  const locked = !allows.charge || !allows.discharge;
  const protections = bits(
    alarms.cellOvervoltage,
    alarms.cellUndervoltage,
    false,
    false,
    alarms.chargeOvertemperature,
    alarms.chargeUndertemperature,
    alarms.dischargeOvertemperature,
    alarms.dischargeUndertemperature,
    false,
    false,
    alarms.shortCircuit,
    false,
    locked,
  );
  const sensors = cells.slice(0, MOST_SENSORS).map(({ temperature }) => temperature);
  return [
    ...two(state.voltage * 100),
    ...two(Math.max(-32768, Math.min(32767, (current ?? 0) * 100))),
    ...two(Math.min(0xffff, state.remaining * 100)),
    ...two(Math.min(0xffff, state.capacity * 100)),
    ...two(state.cycles),
    ...two(MADE + state.identity - 1),
    ...two(balancing % 0x10000),
    ...two(Math.floor(balancing / 0x10000)),
    ...two(protections),
    VERSION,
    Math.round(state.soc),
    (conducts.charge ? 1 : 0) + (conducts.discharge ? 2 : 0),
    state.cellCount,
    sensors.length,
    ...sensors.flatMap((celsius) => two(celsius === null ? 0 : celsius * 10 + 2731)),
  ];
}

/** The device for the command line. */
export const jbdKind: DeviceKind = {
  id: 'jbd',
  description: 'a BMS by JBD (Xiaoxiang, Overkill Solar): registers 03, 04 and 05, switches by E1',
  baudRate: 9600,
  create: createJbdBms,
};
