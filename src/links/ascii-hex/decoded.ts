/** One frame in the shared envelope by itself, as `decode` shows it. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { Decoded } from '../protocol.ts';
import { hex } from './answer.ts';
import { type Envelope, openEnvelope } from './envelope.ts';
import { printable } from './fields.ts';

export interface Told {
  readonly frame: Readonly<Record<string, unknown>>;
  readonly seen: Observation | null;
}

export interface DecodeOptions {
  /** Names of questions by their CID2. */
  readonly commands: Readonly<Record<number, string>>;
  /** Return codes beyond 0F. */
  readonly returnCodes?: readonly number[];
  /** What the INFO of a good answer tells; `null`: something else. */
  readonly read: (envelope: Envelope) => Told | null;
}

const LAST_COMMON_CODE = 0x0f;

/** Decodes a question, an answer or a refusal. Total. */
export function decodeEnvelope(bytes: Uint8Array, { commands, returnCodes = [], read }: DecodeOptions): Decoded {
  const opened = openEnvelope(bytes);
  if (!opened.ok) return { ok: false, refusal: opened.refusal, text: `no good frame: ${opened.text}` };
  const { envelope } = opened;
  const { version, address, kind, code, info } = envelope;
  const head = { version: hex(version), address, cid1: hex(kind) };
  const rest = { info: Buffer.from(info).toString('hex') };
  if (code > LAST_COMMON_CODE && !returnCodes.includes(code)) {
    const request = commands[code] ?? 'unknown';
    return { ok: true, frame: { ...head, request, cid2: hex(code), ...rest }, seen: null };
  }
  const told = code === 0 ? read(envelope) : null;
  if (told !== null) return { ok: true, frame: { ...head, returnCode: code, ...told.frame }, seen: told.seen };
  const says = isText(info) ? { text: printable(info) } : {};
  return { ok: true, frame: { ...head, returnCode: code, ...rest, ...says }, seen: null };
}

/** Mostly characters, blanks and zeros, and at least one character. */
function isText(info: Uint8Array): boolean {
  const fit = info.filter((byte) => byte === 0 || (byte >= 0x20 && byte < 0x7f)).length;
  return printable(info) !== '' && fit >= info.length * TEXT_SHARE;
}

const TEXT_SHARE = 0.8;
