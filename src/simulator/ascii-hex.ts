/** What simulated Pylontech, Seplos V2 and PACE packs have in common on the wire: frames of hex digits. */
import type { Clock } from '../engine/clock.ts';
import { answeringDevice, type Taken } from './answering.ts';
import type { BmsState } from './bms.ts';
import type { Commands } from './control.ts';
import type { SimulatedDevice } from './device.ts';

export interface HexQuestion {
  readonly version: number;
  readonly address: number;
  readonly cid1: number;
  readonly cid2: number;
  readonly info: Buffer;
}

export interface HexAnswer {
  /** 0: fine. */
  readonly returnCode: number;
  readonly info?: readonly number[];
}

export const UNKNOWN_COMMAND: HexAnswer = { returnCode: 4 };

export const fine = (info: readonly number[]): HexAnswer => ({ returnCode: 0, info });

export interface HexDeviceOptions {
  readonly clock: Clock;
  readonly commands: Commands;
  /** `null`: nobody of that address or kind is there. */
  readonly answer: (question: HexQuestion) => HexAnswer | null;
}

/** Starts the device. It answers good questions only. */
export function hexDevice({ clock, commands, answer }: HexDeviceOptions): SimulatedDevice {
  function take(waiting: Uint8Array): Taken {
    const bytes = Buffer.from(waiting);
    const end = bytes.indexOf(0x0d);
    if (end === -1) return { used: 0 };
    const start = bytes.lastIndexOf(0x7e, end);
    const question = start === -1 ? null : parse(bytes.toString('latin1', start + 1, end));
    const said = question === null ? null : answer(question);
    if (question === null || said === null) return { used: end + 1 };
    return { used: end + 1, answers: [frame(question, said)] };
  }
  return answeringDevice({ clock, commands, take: () => take, delay: 0.005 });
}

function parse(text: string): HexQuestion | null {
  if (!/^[0-9A-F]{16,}$/.test(text) || text.length % 2 !== 0) return null;
  const body = text.slice(0, -4);
  if (text.slice(-4) !== sumOf(body)) return null;
  const bytes = Buffer.from(body, 'hex');
  if (body.slice(8, 12) !== lengthOf(body.length - 12)) return null;
  const [version = 0, address = 0, cid1 = 0, cid2 = 0] = bytes;
  return { version, address, cid1, cid2, info: bytes.subarray(6) };
}

function frame({ version, address, cid1 }: HexQuestion, { returnCode, info = [] }: HexAnswer): Uint8Array {
  const head = Buffer.from([version, address, cid1, returnCode]).toString('hex').toUpperCase();
  const data = Buffer.from(info).toString('hex').toUpperCase();
  const body = `${head}${lengthOf(data.length)}${data}`;
  return Uint8Array.from(Buffer.from(`~${body}${sumOf(body)}\r`, 'latin1'));
}

/** The length of INFO with its check digit in front. */
function lengthOf(length: number): string {
  const text = length.toString(16).toUpperCase().padStart(3, '0');
  const sum = text.split('').reduce((all, digit) => all + Number.parseInt(digit, 16), 0);
  return `${((16 - (sum % 16)) % 16).toString(16).toUpperCase()}${text}`;
}

function sumOf(text: string): string {
  let sum = 0x10000;
  for (const character of text) sum -= character.charCodeAt(0);
  return (((sum % 0x10000) + 0x10000) % 0x10000).toString(16).toUpperCase().padStart(4, '0');
}

/** Numbers as bytes, high one first; negative ones as their complement. */
export function big(value: number, width: number): number[] {
  const whole = Math.round(value);
  const low = whole < 0 ? whole + 2 ** (8 * width) : Math.min(whole, 2 ** (8 * width) - 1);
  return Array.from({ length: width }, (_, i) => Math.floor(low / 2 ** (8 * (width - 1 - i))) % 256);
}

export const word = (value: number): number[] => big(value, 2);

/** °C that so many sensors read, each of its share of the cells, what is farthest from the air; `null`: dead. */
export function sensors({ cells, ambient }: BmsState, count: number): (number | null)[] {
  return Array.from({ length: count }, (_, sensor) => {
    const from = Math.floor((sensor * cells.length) / count);
    const to = Math.max(from + 1, Math.floor(((sensor + 1) * cells.length) / count));
    let farthest: number | null = ambient;
    for (const { temperature } of cells.slice(from, to)) {
      if (temperature === null) return null;
      if (Math.abs(temperature - ambient) >= Math.abs(farthest - ambient)) farthest = temperature;
    }
    return farthest;
  });
}

/** Tenths of a kelvin; a dead sensor reads 0. */
export function deciKelvin(celsius: number | null, zero: number): number[] {
  return word(celsius === null ? 0 : celsius * 10 + zero);
}

/** Characters, filled up with blanks. */
export function text(words: string, length: number): number[] {
  return [...Buffer.from(words.padEnd(length).slice(0, length), 'latin1')];
}
