/**
 * The frames with which newer Bluetooth modules of JBD ask for a password before they pass anything on, as published
 * with esphome-jbd-bms: `FF AA`, command, length, data, and the low byte of the sum of the last three. An answer has
 * one byte of data: 0 accepted, anything else refused.
 */
import { sumOf } from '../bus/bytes.ts';
import type { Found } from '../device.ts';

const START = [0xff, 0xaa] as const;
const ENVELOPE = 5;
/** `app`: the six digits that the app asks for. `random` and `root` lead to the module's own settings. */
const COMMANDS = { app: 0x15, random: 0x17, root: 0x18 } as const;
const ACCEPTED = 0;

export interface JbdPasswordFrame {
  readonly command: keyof typeof COMMANDS | 'unknown';
  readonly code: number;
  readonly data: Uint8Array;
  readonly length: number;
}

/** The question that hands over the password of the app. */
export function jbdPassword(pin: string): Uint8Array {
  const body = [COMMANDS.app, pin.length, ...Array.from(pin, (digit) => digit.charCodeAt(0) & 0xff)];
  return Uint8Array.of(...START, ...body, sumOf(body) & 0xff);
}

/** The frame that begins at `at`, or why none does. Total. */
export function readJbdPasswordFrame(bytes: Uint8Array, at = 0): JbdPasswordFrame | 'start' | 'length' | 'checksum' {
  if (bytes[at] !== START[0] || bytes[at + 1] !== START[1]) return 'start';
  const [code, size] = bytes.subarray(at + 2, at + 4);
  if (code === undefined || size === undefined || at + size + ENVELOPE > bytes.length) return 'length';
  const end = at + 4 + size;
  if (bytes[end] !== (sumOf(bytes.subarray(at + 2, end)) & 0xff)) return 'checksum';
  const command = Object.entries(COMMANDS).find(([, known]) => known === code)?.[0] ?? 'unknown';
  return {
    command: command as JbdPasswordFrame['command'],
    code,
    data: Uint8Array.from(bytes.subarray(at + 4, end)),
    length: size + ENVELOPE,
  };
}

/** Looks for what the module says to the password. Total. */
export function findJbdPasswordAnswer(heard: Uint8Array): Found<true> | null {
  for (let at = heard.length - ENVELOPE; at >= 0; at -= 1) {
    const frame = readJbdPasswordFrame(heard, at);
    if (typeof frame === 'string' || frame.command !== 'app' || frame.data.length !== 1) continue;
    if (frame.data[0] === ACCEPTED) return { kind: 'answer', value: true };
    return { kind: 'failure', reason: 'refused', text: 'its Bluetooth module does not accept the PIN' };
  }
  return null;
}
