/** Where an answer begins and ends: on an RTU line by searching for it, in a Modbus TCP stream by its header. */
import {
  type AnswerData,
  MOST_RTU_BYTES,
  mbapLength,
  mbapRequest,
  parseMbapAnswer,
  parseRtuAnswer,
  type Refusal,
  rtuFrameLength,
  rtuRequest,
} from './modbus-codec.ts';
import { isRead, type ModbusRequest } from './modbus-request.ts';

export type Outcome =
  | { readonly kind: 'answer'; readonly data: AnswerData }
  | { readonly kind: 'exception'; readonly code: number }
  /** A whole answer with our number on it, but not to what was asked. Modbus TCP only. */
  | { readonly kind: 'mismatch'; readonly why: Refusal }
  /** What comes here is no Modbus TCP: the connection is of no use any more. */
  | { readonly kind: 'not-modbus' };

/** What was heard instead of an answer when the time was up. */
export type Unanswered =
  | { readonly heard: 'nothing' }
  | { readonly heard: 'noise'; readonly bytes: number }
  | { readonly heard: 'other'; readonly why: Refusal };

export interface Framing {
  /** The bytes of a checked request; from now on `receive` looks for its answer. */
  begin(request: ModbusRequest): Uint8Array;
  /** Takes bytes as they come, wanted or not; an outcome ends the request. */
  receive(chunk: Uint8Array): Outcome | null;
  /** Ends the request without an answer. */
  giveUp(): Unanswered;
  /** A new connection: nothing of the old one counts. */
  reset(): void;
}

const NO_BYTES = new Uint8Array(0);

/**
 * RTU. An answer may come after noise (drivers that switch direction produce some), after a late answer to something
 * else, or after our own request: two-wire adapters that leave the receiver on echo it. The echo of a write looks just
 * like its answer, so once a read has shown that the line echoes, the first copy of a write is not taken for one.
 */
export function createRtuFraming(): Framing {
  let request: ModbusRequest | null = null;
  let sent: Uint8Array = NO_BYTES;
  let buffer: Uint8Array = NO_BYTES;
  let lineEchoes = false;

  function end(): void {
    request = null;
    buffer = NO_BYTES;
  }

  /** Where to begin to search: behind the echo of the request, if there is one. */
  function afterEcho(asked: ModbusRequest): number {
    const at = isRead(asked) || lineEchoes ? indexOf(buffer, sent) : -1;
    return at < 0 ? 0 : at + sent.length;
  }

  function search(asked: ModbusRequest): Outcome | null {
    const start = afterEcho(asked);
    for (let at = start; at < buffer.length; at += 1) {
      const parsed = parseRtuAnswer(asked, buffer.subarray(at));
      if (parsed.kind !== 'answer' && parsed.kind !== 'exception') continue;
      if (isRead(asked)) lineEchoes = start > 0;
      return parsed.kind === 'answer'
        ? { kind: 'answer', data: parsed.data }
        : { kind: 'exception', code: parsed.code };
    }
    return null;
  }

  /** Why the first whole answer in the buffer is not ours; `null` when there is none. */
  function stranger(asked: ModbusRequest, start: number): Refusal | null {
    for (let at = start; at < buffer.length; at += 1) {
      if (rtuFrameLength(buffer, at) === null) continue;
      const parsed = parseRtuAnswer(asked, buffer.subarray(at));
      if (parsed.kind === 'refused') return parsed.why;
    }
    return null;
  }

  return {
    begin(next) {
      request = next;
      sent = rtuRequest(next);
      buffer = NO_BYTES;
      return sent;
    },
    receive(chunk) {
      if (request === null) return null;
      buffer = joined(buffer, chunk, sent.length + 2 * MOST_RTU_BYTES);
      const outcome = search(request);
      if (outcome !== null) end();
      return outcome;
    },
    giveUp() {
      const start = request === null ? 0 : afterEcho(request);
      const why = request === null ? null : stranger(request, start);
      if (start > 0) lineEchoes = true;
      const bytes = buffer.length - start;
      end();
      if (why !== null) return { heard: 'other', why };
      return bytes > 0 ? { heard: 'noise', bytes } : { heard: 'nothing' };
    },
    reset() {
      end();
      lineEchoes = false;
    },
  };
}

/** Modbus TCP: frames carry their length and the number of the request, so a late answer is known as such. */
export function createMbapFraming(): Framing {
  let request: ModbusRequest | null = null;
  let transaction = 0;
  let buffer: Uint8Array = NO_BYTES;
  let late = false;

  function receiveFrame(frame: Uint8Array): Outcome | null {
    if (request === null) return null;
    const parsed = parseMbapAnswer(request, transaction, frame);
    if (parsed.kind === 'answer') return { kind: 'answer', data: parsed.data };
    if (parsed.kind === 'exception') return { kind: 'exception', code: parsed.code };
    if (parsed.kind !== 'refused') return null;
    if (parsed.why !== 'transaction') return { kind: 'mismatch', why: parsed.why };
    late = true;
    return null;
  }

  return {
    begin(next) {
      request = next;
      transaction = (transaction + 1) & 0xffff;
      late = false;
      return mbapRequest(next, transaction);
    },
    receive(chunk) {
      buffer = joined(buffer, chunk, Number.POSITIVE_INFINITY);
      let outcome: Outcome | null = null;
      for (;;) {
        const length = mbapLength(buffer);
        if (length === 'protocol') {
          buffer = NO_BYTES;
          request = null;
          return outcome ?? { kind: 'not-modbus' };
        }
        if (length === null || buffer.length < length) return outcome;
        const found = receiveFrame(buffer.subarray(0, length));
        buffer = buffer.subarray(length);
        if (found === null) continue;
        request = null; // whatever follows in this chunk is late by definition
        outcome = found;
      }
    },
    giveUp() {
      request = null;
      return late ? { heard: 'other', why: 'transaction' } : { heard: 'nothing' };
    },
    reset() {
      request = null;
      buffer = NO_BYTES;
    },
  };
}

/** Both, shortened at the front to the newest `most` bytes: a babbling line must not fill the memory. */
function joined(before: Uint8Array, chunk: Uint8Array, most: number): Uint8Array {
  const all = new Uint8Array(before.length + chunk.length);
  all.set(before);
  all.set(chunk, before.length);
  return all.length > most ? all.slice(all.length - most) : all;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at += 1) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
