/**
 * The Modbus client's codec: a request into a frame, bytes into the answer to one given request. Pure and total.
 *
 * Clauses: MAP = "MODBUS Application Protocol" V1.1b3, RTU = "MODBUS over Serial Line" V1.02,
 * TCP = "MODBUS Messaging on TCP/IP" V1.0b.
 */
import { wordAt } from './bytes.ts';
import { crc16 } from './crc16.ts';
import {
  bigEndian,
  encodePdu,
  isRead,
  isWriteOne,
  type ModbusRequest,
  type ReadRequest,
  span,
} from './modbus-request.ts';

/** What an answer carries: bits for 01 and 02, words for 03 and 04, nothing for an acknowledged write. */
export interface AnswerData {
  readonly bits: boolean[];
  readonly words: number[];
}

export type Refusal =
  | 'unit'
  | 'function'
  | 'length'
  | 'address'
  | 'value'
  | 'checksum'
  /** This is no Modbus TCP. */
  | 'protocol'
  /** Modbus TCP: the answer to another request. */
  | 'transaction';

export type ParsedAnswer =
  | { readonly kind: 'answer'; readonly data: AnswerData; readonly used: number }
  | { readonly kind: 'exception'; readonly code: number; readonly used: number }
  /** Nothing wrong so far, but more bytes are needed. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** RTU 2.5.1: with unit and CRC no frame is longer. */
export const MOST_RTU_BYTES = 256;
const MBAP_HEADER = 7;
/** TCP 3.1.3: the length counts the unit and at least a function code, at most a whole PDU of 253 bytes. */
const MBAP_LENGTH_MIN = 2;
const MBAP_LENGTH_MAX = 254;

/** A checked request as an RTU frame: unit, PDU, CRC with the low byte first (RTU 2.5.1.2). */
export function rtuRequest(request: ModbusRequest): Uint8Array {
  const frame = Uint8Array.of(request.unit, ...encodePdu(request), 0, 0);
  const crc = crc16(frame, 0, frame.length - 2);
  frame[frame.length - 2] = crc & 0xff;
  frame[frame.length - 1] = crc >>> 8;
  return frame;
}

/** A checked request as a Modbus TCP frame (TCP 3.1.3). `transaction`, 0…65535, comes back in the answer. */
export function mbapRequest(request: ModbusRequest, transaction: number): Uint8Array {
  const pdu = encodePdu(request);
  return Uint8Array.of(...bigEndian(transaction), 0, 0, ...bigEndian(pdu.length + 1), request.unit, ...pdu);
}

/** Length in bytes of the RTU answer to `request` when it is no exception. */
export function rtuAnswerLength(request: ModbusRequest): number {
  return pduAnswerLength(request) + 3;
}

/** Reads an RTU answer that must begin with the first byte. Any bytes are fine; nothing is thrown. */
export function parseRtuAnswer(request: ModbusRequest, bytes: Uint8Array): ParsedAnswer {
  if (bytes.length > 0 && bytes[0] !== request.unit) return refused('unit');
  const pdu = checkPduHeader(request, bytes, 1);
  if (pdu === 'incomplete') return { kind: 'incomplete' };
  if (typeof pdu !== 'number') return refused(pdu);
  const total = pdu + 3;
  if (bytes.length < total) return { kind: 'incomplete' };
  if (!hasRtuChecksum(bytes, 0, total)) return refused('checksum');
  return readPdu(request, bytes, 1, total);
}

/**
 * Reads a Modbus TCP answer that must begin with the first byte. Every refusal except `protocol` is about one whole
 * frame, whose length `mbapLength` gives.
 */
export function parseMbapAnswer(request: ModbusRequest, transaction: number, bytes: Uint8Array): ParsedAnswer {
  const total = mbapLength(bytes);
  if (total === 'protocol') return refused('protocol');
  if (total === null || bytes.length < total) return { kind: 'incomplete' };
  if (wordAt(bytes, 0) !== transaction) return refused('transaction');
  if (bytes[6] !== request.unit) return refused('unit');
  const pdu = checkPduHeader(request, bytes, MBAP_HEADER);
  if (pdu === 'function') return refused('function');
  if (typeof pdu !== 'number' || pdu + MBAP_HEADER !== total) return refused('length');
  return readPdu(request, bytes, MBAP_HEADER, total);
}

/** Whole length of the Modbus TCP frame at the start; `null` while the header is short, `protocol` when it is none. */
export function mbapLength(bytes: Uint8Array): number | 'protocol' | null {
  if (bytes.length < 6) return null;
  const length = wordAt(bytes, 4);
  if (wordAt(bytes, 2) !== 0 || length < MBAP_LENGTH_MIN || length > MBAP_LENGTH_MAX) return 'protocol';
  return 6 + length;
}

/**
 * Length of a whole RTU answer of any unit at `from`, by its function code and checksum; `null` when there is none.
 * It tells a late answer to something else from noise.
 */
export function rtuFrameLength(bytes: Uint8Array, from: number): number | null {
  const fn = bytes[from + 1] ?? 0;
  const length = fn >= 1 && fn <= 4 ? 5 + (bytes[from + 2] ?? 0) : [5, 6, 15, 16].includes(fn) ? 8 : fn > 0x80 ? 5 : 0;
  return length > 0 && from + length <= bytes.length && hasRtuChecksum(bytes, from, from + length) ? length : null;
}

/** What an exception code means in a few words, MAP chapter 7. */
export function exceptionText(code: number): string {
  return EXCEPTIONS[code] ?? 'unknown reason';
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal address',
  3: 'illegal value',
  4: 'device failure',
  5: 'accepted, still working on it',
  6: 'device busy',
  8: 'memory parity error',
  10: 'the gateway has no path to it',
  11: 'the gateway got no answer from it',
};

function byteCountOf(request: ReadRequest): number {
  return request.fn <= 2 ? Math.ceil(request.count / 8) : request.count * 2;
}

function pduAnswerLength(request: ModbusRequest): number {
  return isRead(request) ? 2 + byteCountOf(request) : 5;
}

/** Function and byte count against the request; gives the length the PDU must have. */
function checkPduHeader(
  request: ModbusRequest,
  bytes: Uint8Array,
  at: number,
): number | 'incomplete' | 'function' | 'length' {
  const fn = bytes[at];
  if (fn === undefined) return 'incomplete';
  if (fn === (request.fn | 0x80)) return 2; // MAP 7: an exception is function + 80, code
  if (fn !== request.fn) return 'function';
  if (isRead(request)) {
    const byteCount = bytes[at + 1];
    if (byteCount === undefined) return 'incomplete';
    if (byteCount !== byteCountOf(request)) return 'length';
  }
  return pduAnswerLength(request);
}

/** The PDU at `at`, whose function and length were checked. MAP 6.5, 6.6, 6.11, 6.12: writes echo what was asked. */
function readPdu(request: ModbusRequest, bytes: Uint8Array, at: number, used: number): ParsedAnswer {
  if (bytes[at] !== request.fn) return { kind: 'exception', code: bytes[at + 1] ?? 0, used };
  if (isRead(request)) return { kind: 'answer', data: readData(request, bytes, at + 2), used };
  if (wordAt(bytes, at + 1) !== request.address) return refused('address');
  const echoed = isWriteOne(request) ? request.value : request.values.length;
  if (wordAt(bytes, at + 3) !== echoed) return refused('value');
  return { kind: 'answer', data: { bits: [], words: [] }, used };
}

function readData(request: ReadRequest, bytes: Uint8Array, from: number): AnswerData {
  const indices = Array.from({ length: span(request) }, (_, i) => i);
  if (request.fn >= 3) return { bits: [], words: indices.map((i) => wordAt(bytes, from + 2 * i)) };
  return { bits: indices.map((i) => (((bytes[from + (i >>> 3)] ?? 0) >>> (i & 7)) & 1) === 1), words: [] };
}

function hasRtuChecksum(bytes: Uint8Array, from: number, to: number): boolean {
  const crc = crc16(bytes, from, to - 2);
  return bytes[to - 2] === (crc & 0xff) && bytes[to - 1] === crc >>> 8;
}

function refused(why: Refusal): ParsedAnswer {
  return { kind: 'refused', why };
}
