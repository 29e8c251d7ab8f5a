/** Adverts made from the documented layouts: bits lowest first, encrypted with AES-128 in counter mode. */
import { createCipheriv } from 'node:crypto';

export const KEY = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const OTHER_KEY = '11b2c3d4e5f60718293a4b5c6d7e8f90';

/** Value and the bits it takes, in the order of the record. */
export type Bits = readonly (readonly [value: number, bits: number])[];

export function record(bits: Bits): Uint8Array {
  let text = '';
  for (const [value, count] of bits) {
    const unsigned = value < 0 ? 2 ** count + value : value;
    text = unsigned.toString(2).padStart(count, '0') + text;
  }
  text = text.padStart(Math.ceil(text.length / 8) * 8, '0');
  const bytes: number[] = [];
  for (let end = text.length; end > 0; end -= 8) bytes.push(Number.parseInt(text.slice(end - 8, end), 2));
  return Uint8Array.from(bytes);
}

export interface Envelope {
  readonly type: number;
  readonly model?: number;
  readonly counter?: number;
  readonly key?: string;
}

export function advert(plain: Uint8Array, { type, model = 0xa389, counter = 1, key = KEY }: Envelope): Uint8Array {
  const bytes = Buffer.from(key, 'hex');
  const low = counter & 0xff;
  const high = (counter >> 8) & 0xff;
  const nonce = Buffer.from([low, high, ...new Array<number>(14).fill(0)]);
  const encrypted = createCipheriv('aes-128-ctr', bytes, nonce).update(plain);
  return Uint8Array.from([0x10, 0x02, model & 0xff, model >> 8, type, low, high, bytes[0] ?? 0, ...encrypted]);
}

export interface Lithium {
  readonly flags?: number;
  readonly errors?: number;
  /** As they stand in the record: 0…127. */
  readonly cells?: readonly number[];
  readonly hundredths?: number;
  readonly balancer?: number;
  readonly temperature?: number;
}

/** Both permissions, as a healthy battery has them. */
export const ALLOWED = (1 << 25) | (1 << 26);

/** Four cells of 3.31 V, 21 °C, balanced. */
export function lithium(given: Lithium = {}): Uint8Array {
  const { flags = ALLOWED, errors = 0, cells = [71, 71, 71, 71], balancer = 1, temperature = 61 } = given;
  const volts = cells.filter((code) => code < 127).reduce((sum, code) => sum + 260 + code, 0);
  const all = [...cells, ...new Array<number>(8).fill(127)].slice(0, 8);
  return record([
    [flags >>> 0, 32],
    [errors, 16],
    ...all.map((code) => [code, 7] as const),
    [given.hundredths ?? volts, 12],
    [balancer, 4],
    [temperature, 7],
    [0, 1],
  ]);
}

/** A shunt: 13.20 V, −12.345 A, 73.4 %, 26.6 Ah consumed, 357 min. */
export interface Monitor {
  readonly minutes?: number;
  readonly voltage?: number;
  readonly alarms?: number;
  readonly aux?: number;
  readonly mode?: number;
  readonly milliamperes?: number;
  readonly consumed?: number;
  readonly soc?: number;
}

export function monitor(given: Monitor = {}): Uint8Array {
  const { minutes = 357, voltage = 1320, alarms = 0, aux = 0, mode = 3, milliamperes = -12_345 } = given;
  return record([
    [minutes, 16],
    [voltage, 16],
    [alarms, 16],
    [aux, 16],
    [mode, 2],
    [milliamperes, 22],
    [given.consumed ?? 266, 20],
    [given.soc ?? 734, 10],
  ]);
}

/** The advert as a gateway prints it. */
export function line(bytes: Uint8Array, from = ''): Uint8Array {
  const digits = Buffer.from(bytes).toString('hex').toUpperCase();
  return Uint8Array.from(Buffer.from(`${from === '' ? '' : `${from} `}${digits}\n`, 'latin1'));
}
