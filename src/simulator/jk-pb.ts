/**
 * A JK board of the PB series on RS485: a Modbus write of one register brings a frame of 300 bytes and the confirmation
 * of the write. It answers its own address only.
 */
import type { Clock } from '../engine/clock.ts';
import { answeringDevice, type Taken } from './answering.ts';
import { createBms } from './bms.ts';
import { choice, type Commands } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';
import { namesFrame, settingsFrame, statusFrame } from './jk02-frames.ts';

export interface JkPbOptions {
  readonly clock: Clock;
  readonly cells: number;
  readonly capacity: number;
  readonly soc: number;
  readonly speed: number;
  readonly unit: number;
}

const QUESTION = 11;
/** s from a question to its answer. */
const DELAY = 0.02;

/** Starts the board, healthy, both switches on. */
export function createJkPbBoard(options: JkPbOptions): SimulatedDevice {
  const { clock, unit } = options;
  const bms = createBms(options);
  let counter = 0;
  let padded = false;
  let names = true;

  function answerTo(register: number, echo: readonly number[]): Uint8Array[] {
    const frame = frameFor(register);
    if (frame === null) return [];
    const ack = [...echo, ...crcOf(echo)];
    const pad = padded ? [0] : [];
    return [Uint8Array.of(...frame, ...pad, ...ack, ...pad)];
  }

  function frameFor(register: number): Uint8Array | null {
    counter += 1;
    const state = bms.state();
    if (register === 0x1620) return statusFrame(state, '32s', counter);
    if (register === 0x161e) return settingsFrame(state, counter);
    return register === 0x161c && names ? namesFrame(state, '15A', counter) : null;
  }

  function take(): (waiting: Uint8Array) => Taken {
    return (waiting) => {
      const bytes = Buffer.from(waiting);
      if (bytes.length < QUESTION) return { used: 0 };
      const [low, high] = crcOf(bytes.subarray(0, QUESTION - 2));
      const isWhole = bytes[1] === 0x10 && bytes[QUESTION - 2] === low && bytes[QUESTION - 1] === high;
      if (!isWhole) return { used: 1 };
      if (bytes[0] !== unit) return { used: QUESTION };
      return { used: QUESTION, answers: answerTo(bytes.readUInt16BE(2), Array.from(bytes.subarray(0, 6))) };
    };
  }

  const commands: Commands = {
    ...bms.commands,
    'padding on|off': choice(['on', 'off'], (word) => {
      padded = word === 'on';
    }),
    // Some firmware does not answer the question for names.
    'names on|off': choice(['on', 'off'], (word) => {
      names = word === 'on';
    }),
  };
  return answeringDevice({ clock, take, commands, delay: DELAY });
}

/** CRC-16/Modbus, low byte first. */
function crcOf(bytes: Iterable<number>): [low: number, high: number] {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i += 1) crc = crc % 2 === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return [crc & 0xff, crc >> 8];
}

/** The device for the command line. */
export const jkPbKind: DeviceKind = {
  id: 'jk-pb',
  description: 'a JK board of the PB series on RS485: 300 bytes and a confirmation with its address (--unit)',
  baudRate: 115_200,
  create: createJkPbBoard,
};
