/**
 * The 300-byte frame of newer JK boards, the same over Bluetooth and on the RS485 of the PB series, and the commands of
 * 20 bytes that go to a board over Bluetooth. After the driver and the test frames of esphome-jk-bms.
 *
 * A frame: `55 AA EB 90`, its type, a counter, data, and in the last byte the low 8 bits of the sum of all others;
 * numbers low byte first. A command: `AA 55 90 EB`, its number, the length of its value, four bytes value, nine of zero
 * and the same sum.
 */
import { sumOf } from '../bus/bytes.ts';

export const JK02_LENGTH = 300;
const HEADER = [0x55, 0xaa, 0xeb, 0x90] as const;
const COMMAND_HEADER = [0xaa, 0x55, 0x90, 0xeb] as const;
const COMMAND_LENGTH = 20;
const AT_TYPE = 4;

const JK02_TYPE = { settings: 0x01, status: 0x02, info: 0x03 } as const;
export type Jk02Kind = keyof typeof JK02_TYPE;

/** Commands that ask, and those that write; nothing is written from here. */
const COMMANDS: Readonly<Record<number, string>> = {
  0x96: 'cell info',
  0x97: 'device info',
  0x1d: 'charge switch',
  0x1e: 'discharge switch',
  0x1f: 'balance switch',
  0x31: 'emergency',
};
const ASKING = { status: 0x96, info: 0x97 } as const;

/** The command that starts the stream of status frames, or asks for the device's names and versions. */
export function jk02Request(what: keyof typeof ASKING): Uint8Array {
  const bytes = Uint8Array.of(...COMMAND_HEADER, ASKING[what], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  bytes[COMMAND_LENGTH - 1] = sum8(bytes);
  return bytes;
}

/** The low 8 bits of the sum of everything but the last byte. */
function sum8(bytes: Uint8Array): number {
  return sumOf(bytes.subarray(0, -1)) & 0xff;
}

export type Jk02Refusal = 'start' | 'length' | 'checksum' | 'type';

/** The kind of exactly one frame, or why it is none. Total. */
export function readJk02Frame(bytes: Uint8Array): { readonly kind: Jk02Kind } | Jk02Refusal {
  if (!begins(bytes, HEADER)) return 'start';
  if (bytes.length !== JK02_LENGTH) return 'length';
  if (sum8(bytes) !== bytes[JK02_LENGTH - 1]) return 'checksum';
  return kindOf(bytes[AT_TYPE]) ?? 'type';
}

function kindOf(type: number | undefined): { readonly kind: Jk02Kind } | null {
  if (type === JK02_TYPE.settings) return { kind: 'settings' };
  if (type === JK02_TYPE.status) return { kind: 'status' };
  return type === JK02_TYPE.info ? { kind: 'info' } : null;
}

export interface FoundJk02Frame {
  readonly kind: Jk02Kind;
  /** The 300 bytes. */
  readonly bytes: Uint8Array;
  /** Where it ends in what was heard. */
  readonly end: number;
}

/** Every whole good frame among the bytes, oldest first; noise, damaged and cut ones are passed over. Total. */
export function findJk02Frames(heard: Uint8Array): FoundJk02Frame[] {
  const found: FoundJk02Frame[] = [];
  for (let at = 0; at + JK02_LENGTH <= heard.length; at += 1) {
    if (heard[at] !== HEADER[0] || heard[at + 1] !== HEADER[1]) continue;
    const bytes = heard.subarray(at, at + JK02_LENGTH);
    const read = readJk02Frame(bytes);
    if (typeof read === 'string') continue;
    found.push({ kind: read.kind, bytes: Uint8Array.from(bytes), end: at + JK02_LENGTH });
    at += JK02_LENGTH - 1;
  }
  return found;
}

export interface Jk02Command {
  /** `cell info`, `charge switch`, or the command's number. */
  readonly request: string;
  readonly command: number;
  /** `null`: it carries none. */
  readonly value: number | null;
}

/** Exactly one command of 20 bytes, or why it is none. Total. */
export function readJk02Command(bytes: Uint8Array): Jk02Command | Jk02Refusal {
  if (!begins(bytes, COMMAND_HEADER)) return 'start';
  if (bytes.length !== COMMAND_LENGTH) return 'length';
  if (sum8(bytes) !== bytes[COMMAND_LENGTH - 1]) return 'checksum';
  const [command = 0, length = 0] = bytes.subarray(4, 6);
  const value = length === 0 ? null : viewOf(bytes).getUint32(6, true);
  return { request: COMMANDS[command] ?? `command ${command}`, command, value };
}

function begins(bytes: Uint8Array, header: readonly number[]): boolean {
  return header.every((byte, at) => bytes[at] === byte);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
