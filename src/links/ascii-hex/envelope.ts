/**
 * The envelope that Pylontech, Seplos V2 and PACE share (from the Chinese telecom standard YD/T 1363):
 * `~` VER ADR CID1 CID2 LENGTH INFO CHKSUM CR, every byte between `~` and CR as two hex digits.
 *
 * An answer carries a return code (RTN) in the place of CID2. LENGTH is a check digit and, in three more digits, how
 * many digits INFO has. CHKSUM is 0x10000 less the sum of all characters between `~` and itself.
 */
import { sumOf, wordAt } from '../bus/bytes.ts';

export interface Envelope {
  /** Version of the protocol: 0x20 is 2.0. */
  readonly version: number;
  readonly address: number;
  /** CID1: what kind of device; 0x46 is a lithium battery. */
  readonly kind: number;
  /** CID2 of a question, RTN of an answer. */
  readonly code: number;
  /** At most 2047 bytes. */
  readonly info: Uint8Array;
}

export type EnvelopeRefusal = 'start' | 'end' | 'checksum' | 'digits' | 'length';

export type Opened =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly refusal: EnvelopeRefusal; readonly text: string };

const START = 0x7e;
const END = 0x0d;
/** Digits before INFO: VER, ADR, CID1, CID2 and LENGTH. */
const HEAD = 12;
const CHECKSUM = 4;
/** Characters of a frame without INFO. */
const SHORTEST = 1 + HEAD + CHECKSUM + 1;
const LONGEST_INFO = 0xfff;

/** The frame as it goes on the wire. Every number is cut to its byte. */
export function sealEnvelope({ version, address, kind, code, info }: Envelope): Uint8Array {
  const length = info.length * 2;
  const head = [version, address, kind, code].map((byte) => digits(byte & 0xff, 2)).join('');
  const text = `${head}${digits((lengthCheck(length) << 12) | length, 4)}${[...info].map((byte) => digits(byte, 2)).join('')}`;
  return Uint8Array.from(Buffer.from(`~${text}${digits(checksum(Buffer.from(text)), CHECKSUM)}\r`, 'ascii'));
}

/** Opens one frame, from its `~` to its CR and nothing else. Total. */
export function openEnvelope(frame: Uint8Array): Opened {
  if (frame[0] !== START) return refuse('start', 'it does not begin with ~');
  if (frame[frame.length - 1] !== END) return refuse('end', 'it does not end with CR');
  if (frame.length < SHORTEST)
    return refuse('length', `it has ${frame.length} characters, at least ${SHORTEST} are needed`);
  const text = frame.subarray(1, -1 - CHECKSUM);
  const told = numberIn(frame.subarray(-1 - CHECKSUM, -1));
  const right = checksum(text);
  if (told !== right) {
    return refuse(
      'checksum',
      `its checksum is ${told === null ? 'no number' : digits(told, 4)}, ${digits(right, 4)} would be right`,
    );
  }
  const bytes = bytesIn(text.subarray(0, text.length & ~1));
  if (bytes === null || numberIn(text.subarray(-1)) === null)
    return refuse('digits', 'it holds other characters than hex digits');
  const word = wordAt(bytes, 4);
  const length = word & LONGEST_INFO;
  if (word >> 12 !== lengthCheck(length))
    return refuse('length', `the check digit of its length ${digits(word, 4)} is wrong`);
  if (length !== text.length - HEAD || length % 2 !== 0) {
    return refuse('length', `it tells ${length} digits and holds ${text.length - HEAD}`);
  }
  const [version = 0, address = 0, kind = 0, code = 0] = bytes;
  return { ok: true, envelope: { version, address, kind, code, info: bytes.slice(HEAD / 2) } };
}

/** Every whole good frame in the bytes, in their order; noise, cut and damaged frames are passed over. Total. */
export function envelopesIn(bytes: Uint8Array): Envelope[] {
  const found: Envelope[] = [];
  let start = -1;
  for (const [at, byte] of bytes.entries()) {
    if (byte === START) start = at;
    if (byte !== END || start < 0) continue;
    const opened = openEnvelope(bytes.subarray(start, at + 1));
    if (opened.ok) found.push(opened.envelope);
    start = -1;
  }
  return found;
}

/** Whether two frames say the same: a line on which the sender hears itself gives every question back. */
export function sameEnvelope(one: Envelope, other: Envelope): boolean {
  const head = one.version === other.version && one.address === other.address && one.kind === other.kind;
  return head && one.code === other.code && Buffer.compare(one.info, other.info) === 0;
}

/** Four bits: 16 less the sum of the three digits of the length. */
function lengthCheck(length: number): number {
  return -((length & 0xf) + ((length >> 4) & 0xf) + ((length >> 8) & 0xf)) & 0xf;
}

function checksum(characters: Uint8Array): number {
  return -sumOf(characters) & 0xffff;
}

function digits(value: number, count: number): string {
  return value.toString(16).toUpperCase().padStart(count, '0');
}

/** `null`: not all of them are hex digits. */
function numberIn(characters: Uint8Array): number | null {
  const text = Buffer.from(characters).toString('latin1');
  return /^[0-9a-fA-F]+$/.test(text) ? Number.parseInt(text, 16) : null;
}

function bytesIn(characters: Uint8Array): Uint8Array | null {
  const text = Buffer.from(characters).toString('latin1');
  return /^(?:[0-9a-fA-F]{2})*$/.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : null;
}

function refuse(refusal: EnvelopeRefusal, text: string): Opened {
  return { ok: false, refusal, text };
}
