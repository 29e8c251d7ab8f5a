/**
 * Finds Modbus requests in a stream of bytes, however it is cut: RTU (unit, PDU, CRC) or MBAP (the TCP header).
 * Total: garbage yields no request and never throws.
 */

export interface ModbusRequest {
  readonly unit: number;
  readonly pdu: Uint8Array;
  /** The bytes that carry an answer to this request. */
  wrap(pdu: Uint8Array): Uint8Array;
}

export type ModbusMode = 'rtu' | 'mbap' | 'auto';

export interface ModbusFramer {
  push(bytes: Uint8Array): ModbusRequest[];
  /** The line was quiet: what is left belongs to no request. */
  pause(): void;
  /** Bytes are waiting for their rest. */
  waiting(): boolean;
}

/** Exception codes of the Modbus application protocol. */
export const ILLEGAL_FUNCTION = 1;
export const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;
export const DEVICE_FAILURE = 4;

/** The PDU of an exception. */
export function exceptionPdu(fn: number, code: number): Uint8Array {
  return Uint8Array.of(fn | 0x80, code);
}

/** Longest RTU frame of the Modbus serial line specification. */
const RTU_MAX = 256;
const MBAP_HEADER = 6;
/** Unit and PDU behind an MBAP header: at least unit and function, at most 254 bytes. */
const MBAP_MIN = 2;
const MBAP_MAX = 254;

/** Bytes after which a connection that never made sense is taken for RTU, which finds its feet again by itself. */
const UNDECIDED_MAX = 1024;

/** CRC-16 of Modbus: polynomial A001 reflected, start FFFF. Sent low byte first. */
export function crc16(bytes: Iterable<number>): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** The bytes with their CRC behind them. */
export function withCrc(bytes: Uint8Array | readonly number[]): Uint8Array {
  const crc = crc16(bytes);
  return Uint8Array.of(...bytes, crc & 0xff, crc >>> 8);
}

/** Whether bytes end with their CRC: over those and it together it is zero. */
export function crcHolds(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && crc16(bytes) === 0;
}

/**
 * Where a request that begins at `start` ends: `Infinity` when that is still to come, `null` for a function whose length
 * is not known, `start` itself when no request can begin there.
 */
function rtuEnd(buffer: Uint8Array, start: number): number | null {
  const code = buffer[start + 1];
  if (code === undefined) return Infinity;
  if (code === 0 || code >= 0x80) return start; // no request has such a function
  if (code >= 1 && code <= 6) return start + 8;
  if (code !== 15 && code !== 16) return null;
  const count = buffer[start + 6];
  return count === undefined ? Infinity : start + 9 + count;
}

function rtuRequest(frame: Uint8Array): ModbusRequest {
  const unit = frame[0] ?? 0;
  return { unit, pdu: frame.slice(1, -2), wrap: (pdu) => withCrc(Uint8Array.of(unit, ...pdu)) };
}

/** The requests with a good CRC, wherever they stand between bytes that make none, and the rest that may become one. */
function takeRtu(buffer: Uint8Array): { requests: ModbusRequest[]; rest: Uint8Array } {
  const requests: ModbusRequest[] = [];
  let start = 0;
  let held: number | null = null;
  for (let at = 0; at < buffer.length; ) {
    let end = rtuEnd(buffer, at);
    if (end === null && at === start) end = crcHolds(buffer.subarray(at)) ? buffer.length : Infinity;
    if (end !== null && end - at <= RTU_MAX && end <= buffer.length && crcHolds(buffer.subarray(at, end))) {
      requests.push(rtuRequest(buffer.subarray(at, end)));
      start = end;
      at = end;
      held = null;
      continue;
    }
    if (end !== null && end > buffer.length) held ??= at;
    at += 1;
  }
  const rest = held === null ? buffer.subarray(buffer.length) : buffer.subarray(held);
  return { requests, rest: rest.length > RTU_MAX ? rest.subarray(-RTU_MAX) : rest };
}

/** How many bytes the MBAP frame at `start` takes; `null` when there is no MBAP header. */
function mbapLength(buffer: Uint8Array, start: number): number | null {
  const [protocolHigh, protocolLow, high = 0, low = 0] = buffer.subarray(start + 2, start + MBAP_HEADER);
  const length = high * 256 + low;
  if (protocolHigh !== 0 || protocolLow !== 0 || length < MBAP_MIN || length > MBAP_MAX) return null;
  return MBAP_HEADER + length;
}

function mbapRequest(frame: Uint8Array): ModbusRequest {
  const unit = frame[6] ?? 0;
  const wrap = (pdu: Uint8Array) =>
    Uint8Array.of(frame[0] ?? 0, frame[1] ?? 0, 0, 0, (pdu.length + 1) >>> 8, (pdu.length + 1) & 0xff, unit, ...pdu);
  return { unit, pdu: frame.slice(7), wrap };
}

/** Frame after frame. A header that is none ends it: without a mark in the stream there is no way to find the next. */
function takeMbap(buffer: Uint8Array): { requests: ModbusRequest[]; rest: Uint8Array } {
  const requests: ModbusRequest[] = [];
  let start = 0;
  while (buffer.length - start >= MBAP_HEADER) {
    const length = mbapLength(buffer, start);
    if (length === null) return { requests, rest: new Uint8Array() };
    if (buffer.length - start < length) break;
    requests.push(mbapRequest(buffer.subarray(start, start + length)));
    start += length;
  }
  return { requests, rest: buffer.subarray(start) };
}

/**
 * Which of the two a connection speaks, `null` while it cannot be told. A good CRC decides for RTU: `01 01 00 00 00 08`
 * is the head of an RTU request as well as an MBAP header.
 */
function recognise(buffer: Uint8Array): 'rtu' | 'mbap' | null {
  if (takeRtu(buffer).requests.length > 0) return 'rtu';
  if (buffer.length < MBAP_HEADER) return null;
  if (mbapLength(buffer, 0) === null) return 'rtu';
  const { requests, rest } = takeMbap(buffer);
  return requests.length > 0 && rest.length === 0 ? 'mbap' : null;
}

/** A framer for one connection. With `auto` the first whole request decides how the connection speaks from then on. */
export function createModbusFramer(mode: ModbusMode = 'auto'): ModbusFramer {
  let spoken: 'rtu' | 'mbap' | null = mode === 'auto' ? null : mode;
  let buffer: Uint8Array = new Uint8Array();
  return {
    push(bytes) {
      buffer = Buffer.concat([buffer, bytes]);
      spoken ??= recognise(buffer) ?? (buffer.length > UNDECIDED_MAX ? 'rtu' : null);
      if (spoken === null) return [];
      const { requests, rest } = spoken === 'rtu' ? takeRtu(buffer) : takeMbap(buffer);
      buffer = rest.slice();
      return requests;
    },
    pause() {
      buffer = new Uint8Array();
    },
    waiting: () => buffer.length > 0,
  };
}
