/**
 * Frames of the wired protocol that EG4's LifePower4, Tian Power, Revov and Basen speak (RS485 or RS232, 9600 8N1), after
 * the driver of dbus-serialbattery and the descriptions of powermon and esphome-basen.
 *
 * `7E address command length data check 0D`; the check is the exclusive or of all bytes before it, exclusive or their sum,
 * 8 bits. It is poor: half of all single flipped bits leave it as it was. A question has no data; some of Basen's put a
 * second command where the length stands.
 */
import type { Find, Found } from '../device.ts';

const START = 0x7e;
const END = 0x0d;
/** Bytes of a frame beside its data. */
const ENVELOPE = 6;

export const LIFEPOWER_COMMAND = {
  /** Everything that changes. */
  general: 0x01,
  /** LifePower4: the hardware's version. Basen: the barcode. */
  hardware: 0x42,
  firmware: 0x33,
} as const;

export type LifepowerCommand = keyof typeof LIFEPOWER_COMMAND;

export interface LifepowerFrame {
  readonly address: number;
  readonly command: number;
  /** Empty in a question. */
  readonly data: Uint8Array;
  /** A question's second command; 0: none. */
  readonly second: number;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** Why the bytes are no frame. */
export type LifepowerRefusal = 'start' | 'length' | 'end' | 'checksum';

/** The question. */
export function lifepowerQuestion(address: number, command: LifepowerCommand): Uint8Array {
  const body = [START, address, LIFEPOWER_COMMAND[command], 0];
  return Uint8Array.of(...body, check8(body), END);
}

function check8(bytes: Iterable<number>): number {
  let [sum, parity] = [0, 0];
  for (const byte of bytes) {
    sum += byte;
    parity ^= byte;
  }
  return (sum ^ parity) & 0xff;
}

/** The frame that begins at `at`, or why none does. Total. */
export function readLifepowerFrame(bytes: Uint8Array, at = 0): LifepowerFrame | LifepowerRefusal {
  const size = bytes[at + 3];
  if (bytes[at] !== START) return 'start';
  if (size === undefined) return 'length';
  const answer = frameOf(bytes, at, size);
  if (typeof answer !== 'string' || size === 0) return answer;
  const question = frameOf(bytes, at, 0);
  return typeof question === 'string' ? answer : { ...question, second: size };
}

function frameOf(bytes: Uint8Array, at: number, size: number): LifepowerFrame | LifepowerRefusal {
  const end = at + 4 + size;
  if (end + 2 > bytes.length) return 'length';
  if (bytes[end + 1] !== END) return 'end';
  if (bytes[end] !== check8(bytes.subarray(at, end))) return 'checksum';
  const [address = 0, command = 0] = bytes.subarray(at + 1, at + 3);
  const data = Uint8Array.from(bytes.subarray(at + 4, end));
  return { address, command, data, second: 0, length: size + ENVELOPE };
}

/**
 * Looks for the answer to a question, the newest where there are several.
 * @param read what the data say; `null`: nothing that can be
 */
export function lifepowerAnswerTo<T>(
  address: number,
  command: LifepowerCommand,
  read: (data: Uint8Array) => T | null,
): Find<T> {
  const code = LIFEPOWER_COMMAND[command];
  return (heard) => {
    let found: Found<T> | null = null;
    for (let at = 0; at < heard.length; ) {
      const frame = readLifepowerFrame(heard, at);
      if (typeof frame === 'string') {
        at += 1;
        continue;
      }
      at += frame.length;
      // The question itself, as half-duplex adapters hear it, or somebody else's.
      if (frame.data.length === 0) continue;
      if (frame.address !== address) {
        found ??= { kind: 'other', text: `address ${frame.address} answered, asked was address ${address}` };
      } else if (frame.command !== code) {
        found ??= { kind: 'other', text: `an answer to another question came (command ${frame.command})` };
      } else found = foundIn(read(frame.data));
    }
    return found;
  };
}

function foundIn<T>(value: T | null): Found<T> {
  if (value !== null) return { kind: 'answer', value };
  return { kind: 'failure', reason: 'nonsense', text: 'an answer came whose groups are not whole' };
}
