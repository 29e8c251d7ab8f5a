/** One frame of a protocol that is a table of Modbus registers: what all such protocols decode alike. */
import { exceptionSentence, readRtuFrame, type RtuFrame } from './modbus-frame.ts';
import type { Decoded } from './protocol.ts';

/** A part of the table that is asked for in one go. */
export interface Block {
  readonly fn: 1 | 2 | 3 | 4;
  readonly first: number;
  readonly count: number;
}

export type Answer = Extract<RtuFrame, { ok: true }>;
type Taken = Extract<Decoded, { ok: true }>;

/**
 * @param title of the device, for sentences
 * @param blocks by name, to say what a request asks for
 * @param answer what an answer holds: it does not say itself which registers it is about
 */
export function decodeModbus(
  bytes: Uint8Array,
  title: string,
  blocks: Readonly<Record<string, Block>>,
  answer: (frame: Answer) => Taken,
): Decoded {
  const frame = readRtuFrame(bytes);
  if (!frame.ok) return { ok: false, refusal: frame.refusal, text: `no frame of ${title}: ${frame.text}` };
  if (frame.kind === 'exception') return { ok: false, refusal: 'exception', text: exceptionSentence(frame) };
  if (frame.kind === 'answer' && frame.first === undefined) return answer(frame);
  const { ok: _ok, ...fields } = frame;
  return { ok: true, frame: { ...fields, block: blockAt(blocks, frame.first ?? 0) }, seen: null };
}

/** An answer of which nothing is known but its numbers. */
export function unknownAnswer({ ok: _ok, ...frame }: Answer): Taken {
  return { ok: true, frame: { ...frame, block: null }, seen: null };
}

function blockAt(blocks: Readonly<Record<string, Block>>, address: number): string | null {
  const found = Object.entries(blocks).find(([, { first, count }]) => address >= first && address < first + count);
  return found?.[0] ?? null;
}
