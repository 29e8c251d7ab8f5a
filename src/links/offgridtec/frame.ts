/**
 * Questions and answers of Offgridtec Smart-Pro batteries: ASCII, every byte XOR the key. After the aiobmsble project.
 *
 * A question is `+RAA` (type A) or `+R16` (type B), the register and the number of bytes in two hex digits each, and no
 * end mark. An answer is `+RD,`, the register, its data in hex, CR LF; `+RD,Err` where there is no such register. There
 * is no checksum.
 */
import type { Found } from '../device.ts';
import { dataFits, findRegister, type Register, type RegisterValue, valueOf } from './registers.ts';
import type { SmartBat } from './smart-bat.ts';

const ANSWER = '+RD,';
const ERROR = 'Err';
const QUESTION = { A: '+RAA', B: '+R16' };

/** Ciphers or deciphers. */
function xor(bytes: Uint8Array, key: number): Uint8Array {
  return bytes.map((byte) => byte ^ key);
}

const hex2 = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

/** The bytes that ask for a register. */
export function question(bat: SmartBat, { number, length }: Register): Uint8Array {
  return xor(Buffer.from(`${QUESTION[bat.type]}${hex2(number)}${hex2(length)}`, 'latin1'), bat.key);
}

function textOf(bytes: Uint8Array, { key }: SmartBat): string {
  return Buffer.from(xor(bytes, key)).toString('latin1');
}

type Refusal = 'start' | 'end' | 'character' | 'register' | 'length';

/** One frame, by itself. */
export type SmartBatFrame =
  | { readonly kind: 'value'; readonly told: RegisterValue }
  | { readonly kind: 'error' }
  | { readonly kind: 'question'; readonly register: number; readonly length: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly text: string };

/** Reads exactly one frame. Total: any bytes. */
export function readFrame(bat: SmartBat, bytes: Uint8Array): SmartBatFrame {
  const text = textOf(bytes, bat);
  const asked = /^\+R(?:AA|16)([0-9A-F]{2})([0-9A-F]{2})$/.exec(text);
  if (asked !== null) {
    return { kind: 'question', register: Number.parseInt(asked[1]!, 16), length: Number.parseInt(asked[2]!, 16) };
  }
  if (!text.startsWith(ANSWER))
    return refused('start', `it does not begin with ${ANSWER} under the key of ${bat.name}`);
  const body = text.slice(ANSWER.length);
  if (body.startsWith(ERROR)) return { kind: 'error' };
  if (!body.endsWith('\r\n')) return refused('end', 'it does not end with CR LF');
  return readBody(bat, body.slice(0, -2));
}

/** Register and data in hex digits. */
function readBody(bat: SmartBat, digits: string): SmartBatFrame {
  if (!/^(?:[0-9A-F]{2}){2,}$/.test(digits))
    return refused('character', 'it holds something else than pairs of hex digits');
  const [number = 0, ...data] = Buffer.from(digits, 'hex');
  const register = findRegister(bat, number);
  if (register === null) return refused('register', `a battery of type ${bat.type} has no register ${hex2(number)}`);
  if (!dataFits(register, data.length)) {
    return refused('length', `${data.length} bytes where register ${hex2(number)} has ${register.length}`);
  }
  return { kind: 'value', told: { register, value: valueOf(register, bat, Uint8Array.from(data)) } };
}

function refused(refusal: Refusal, text: string): SmartBatFrame {
  return { kind: 'refused', refusal, text };
}

/** What came to a question: the value, or that there is no such register. */
export type Answer = { readonly kind: 'value'; readonly value: number | null } | { readonly kind: 'error' };

/** Looks for the answer about one register in everything heard since it was asked for. */
export function findAnswer(bat: SmartBat, register: Register, heard: Uint8Array): Found<Answer> | null {
  const text = textOf(heard, bat);
  let other: Found<Answer> | null = null;
  for (let at = text.indexOf(ANSWER); at >= 0; at = text.indexOf(ANSWER, at + 1)) {
    const body = text.slice(at + ANSWER.length);
    if (body.startsWith(ERROR)) return { kind: 'answer', value: { kind: 'error' } };
    const end = body.indexOf('\r\n');
    if (end < 0) continue;
    const read = readBody(bat, body.slice(0, end));
    if (read.kind !== 'value') continue;
    if (read.told.register.number === register.number) {
      return { kind: 'answer', value: { kind: 'value', value: read.told.value } };
    }
    other = {
      kind: 'other',
      text: `register ${hex2(read.told.register.number)} was answered, not ${hex2(register.number)}`,
    };
  }
  return other ?? (hasOtherKey(heard, bat) ? { kind: 'other', text: anotherBattery(bat) } : null);
}

/** An answer under another key came: it begins like one, all four bytes moved by the same XOR. */
function hasOtherKey(heard: Uint8Array, { key }: SmartBat): boolean {
  const start = Buffer.from(ANSWER, 'latin1');
  for (let at = 0; at + start.length <= heard.length; at += 1) {
    const theirs = heard[at]! ^ start[0]!;
    if (theirs !== key && start.every((byte, i) => (heard[at + i]! ^ byte) === theirs)) return true;
  }
  return false;
}

function anotherBattery({ name }: SmartBat): string {
  return `answers come under another key, so from another battery than ${name}: check the name`;
}
