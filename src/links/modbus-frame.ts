/**
 * One Modbus RTU frame by itself, as somebody wrote it down who listened on a line: without the request it belongs to.
 * The bus has a codec of its own, which knows what it asked.
 *
 * Clauses: MAP = "MODBUS Application Protocol" V1.1b3, RTU = "MODBUS over Serial Line" V1.02.
 */
import { wordAt } from './bus/bytes.ts';
import { crc16 } from './bus/crc16.ts';
import { exceptionText } from './bus/modbus-codec.ts';

export type RtuFrame =
  | {
      readonly ok: true;
      /** 0…255 */
      readonly unit: number;
      /** Function code, without the bit that marks an exception. */
      readonly fn: number;
      readonly kind: 'request' | 'answer' | 'exception';
      /** Words of an answer to 03 or 04, of a write with 16, the raw value of 05 and 06. */
      readonly registers?: readonly number[];
      /** Bits of an answer to 01 or 02 and of a write with 15, filled up to whole bytes in an answer. */
      readonly bits?: readonly boolean[];
      /** Address and number, where the frame carries them: in every request, and in answers to 15 and 16. */
      readonly first?: number;
      readonly count?: number;
      /** Exception code. */
      readonly code?: number;
    }
  | RefusedFrame;

export interface RefusedFrame {
  readonly ok: false;
  readonly refusal: 'length' | 'function' | 'checksum';
  /** One sentence. */
  readonly text: string;
}

type Shape = Omit<Extract<RtuFrame, { ok: true }>, 'ok' | 'unit'>;

/** Unit, function, at least one byte of data, checksum. */
const SHORTEST = 5;
const CHECKSUM = 2;
/** Unit, function, address, count or value, checksum. */
const FIXED = 8;
/** MAP 7 */
const EXCEPTION_BIT = 0x80;

/**
 * Reads exactly one frame: any bytes are fine, nothing is thrown; bytes before or after it make it another length.
 *
 * Some frames could be two things, so their length decides:
 * - 01 and 02, 8 bytes, third byte 3: an answer with 24 bits, although a request for an address 0300…03FF looks the same.
 * - 03 and 04, 8 bytes: a request, because an answer carries an even number of bytes.
 * - 05 and 06: a request and its echo are the same bytes, which is called a request.
 */
export function readRtuFrame(bytes: Uint8Array): RtuFrame {
  if (bytes.length < SHORTEST) return refused('length', `${bytes.length} bytes are too few for a Modbus frame`);
  const shape = readShape(bytes);
  if (typeof shape === 'string') return refused(shape, shapeText(shape, bytes));
  const to = bytes.length - CHECKSUM;
  const crc = crc16(bytes, 0, to);
  if (bytes[to] !== (crc & 0xff) || bytes[to + 1] !== crc >>> 8) {
    return refused('checksum', 'the checksum (CRC-16/Modbus) is wrong');
  }
  return { ok: true, unit: bytes[0] ?? 0, ...shape };
}

/** `unit 1 refuses function 4: illegal address` */
export function exceptionSentence({ unit, fn, code = 0 }: { unit: number; fn: number; code?: number }): string {
  return `unit ${unit} refuses function ${fn}: ${exceptionText(code)} (exception ${code})`;
}

/** What it is by function code and length, the checksum apart. */
function readShape(bytes: Uint8Array): Shape | 'length' | 'function' {
  const fn = bytes[1] ?? 0;
  const size = bytes.length;
  if (fn > EXCEPTION_BIT) {
    if (size !== 5) return 'length';
    return { fn: fn & ~EXCEPTION_BIT, kind: 'exception', code: bytes[2] ?? 0 };
  }
  const first = wordAt(bytes, 2);
  const count = wordAt(bytes, 4);
  if (fn >= 1 && fn <= 4) {
    const data = bytes[2] ?? 0;
    if (size === data + 5 && data > 0 && (fn < 3 || data % 2 === 0)) {
      if (fn < 3) return { fn, kind: 'answer', bits: bitsOf(bytes, 3, data * 8) };
      return { fn, kind: 'answer', registers: wordsOf(bytes, 3, data / 2) };
    }
    return size === FIXED ? { fn, kind: 'request', first, count } : 'length';
  }
  if (fn === 5 || fn === 6) {
    return size === FIXED ? { fn, kind: 'request', first, count: 1, registers: [count] } : 'length';
  }
  if (fn !== 15 && fn !== 16) return 'function';
  if (size === FIXED) return { fn, kind: 'answer', first, count };
  const data = fn === 16 ? count * 2 : Math.ceil(count / 8);
  if (count === 0 || bytes[6] !== data || size !== data + 9) return 'length';
  if (fn === 16) return { fn, kind: 'request', first, count, registers: wordsOf(bytes, 7, count) };
  return { fn, kind: 'request', first, count, bits: bitsOf(bytes, 7, count) };
}

function shapeText(shape: 'length' | 'function', bytes: Uint8Array): string {
  const fn = bytes[1] ?? 0;
  if (shape === 'function') return `function ${fn} is none that this reader knows`;
  return `${bytes.length} bytes are not the length of a frame of function ${fn & ~EXCEPTION_BIT}`;
}

function wordsOf(bytes: Uint8Array, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => wordAt(bytes, from + 2 * i));
}

/** MAP 6.1: the first coil is the lowest bit of the first byte. */
function bitsOf(bytes: Uint8Array, from: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => (((bytes[from + (i >>> 3)] ?? 0) >>> (i & 7)) & 1) === 1);
}

function refused(refusal: RefusedFrame['refusal'], text: string): RefusedFrame {
  return { ok: false, refusal, text };
}
