/**
 * A JK board of the PB series on RS485: a Modbus write of one register brings a frame of 300 bytes and the confirmation
 * of the write. It answers its own address only.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type AddressedBmsOptions, createBms } from './bms.ts';
import { type Commands, onOff } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';
import { namesFrame, settingsFrame, statusFrame } from './jk02-frames.ts';
import { crcHolds, withCrc } from './modbus-framing.ts';

const QUESTION = 11;
/** s from a question to its answer. */
const DELAY = 0.02;

/** Starts the board, healthy, both switches on. */
export function createJkPbBoard(options: AddressedBmsOptions): SimulatedDevice {
  const { clock, unit } = options;
  const bms = createBms(options);
  let counter = 0;
  let padded = false;
  let names = true;

  function answerTo(register: number, echo: readonly number[]): Uint8Array[] {
    const frame = frameFor(register);
    if (frame === null) return [];
    const ack = withCrc(echo);
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
      if (bytes[1] !== 0x10 || !crcHolds(bytes.subarray(0, QUESTION))) return { used: 1 };
      if (bytes[0] !== unit) return { used: QUESTION };
      return { used: QUESTION, answers: answerTo(bytes.readUInt16BE(2), Array.from(bytes.subarray(0, 6))) };
    };
  }

  const commands: Commands = {
    ...bms.commands,
    'padding on|off': onOff((on) => {
      padded = on;
    }),
    // Some firmware does not answer the question for names.
    'names on|off': onOff((on) => {
      names = on;
    }),
  };
  return answeringDevice({ clock, take, commands, delay: DELAY });
}

/** The device for the command line. */
export const jkPbKind: DeviceKind = {
  id: 'jk-pb',
  description: 'a JK board of the PB series on RS485: 300 bytes and a confirmation with its address (--unit)',
  baudRate: 115_200,
  create: createJkPbBoard,
};
