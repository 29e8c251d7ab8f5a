/** Frames of the shared envelope, made here from its rules and from nothing else. */

export interface Parts {
  readonly version?: number;
  readonly address?: number;
  readonly cid1?: number;
  /** CID2 of a question, RTN of an answer. */
  readonly code?: number;
  readonly info?: readonly number[];
}

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** Four digits: 0x10000 less the sum of the characters. */
export function checksumOf(text: string): string {
  let sum = 0;
  for (const character of text) sum += character.charCodeAt(0);
  return hex((0x10000 - (sum % 0x10000)) % 0x10000, 4);
}

/** The characters between `~` and CR. */
export function textOf({ version = 0x20, address = 2, cid1 = 0x46, code = 0, info = [] }: Parts): string {
  const data = info.map((byte) => hex(byte, 2)).join('');
  const length = hex(data.length, 3);
  const sum = length.split('').reduce((all, digit) => all + Number.parseInt(digit, 16), 0);
  const head = [version, address, cid1, code].map((byte) => hex(byte, 2)).join('');
  const body = `${head}${hex((16 - (sum % 16)) % 16, 1)}${length}${data}`;
  return `${body}${checksumOf(body)}`;
}

/** The whole frame. */
export function buildFrame(parts: Parts): Uint8Array {
  return ascii(`~${textOf(parts)}\r`);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** 16 and 24 bits, high byte first, negative numbers as their complement. */
export const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
export const word3 = (value: number): number[] => [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
export const word4 = (value: number): number[] => [(value >>> 24) & 0xff, ...word3(value)];
export const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
