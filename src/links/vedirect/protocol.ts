/** Victron's VE.Direct among the protocols. */
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createCutter } from './blocks.ts';
import { readHexLine } from './hex.ts';
import { VEDIRECT_INFO } from './info.ts';
import { createVeDirect } from './listening.ts';
import { frameOf, observationOf } from './observe.ts';
import { readTextBlock } from './text.ts';

export const VEDIRECT: Protocol = {
  info: VEDIRECT_INFO,
  opens: { kind: 'listens', listening: createVeDirect },
  decode,
};

/** Reads one block, from its CR to its checksum byte, or one HEX line, from its colon to its LF. */
function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const pieces = createCutter().push(bytes, 0);
  const blocks = pieces.filter((piece) => piece.kind === 'block');
  const lines = pieces.filter((piece) => piece.kind === 'hex');
  if (blocks.length + lines.length === 0) {
    return {
      ok: false,
      refusal: 'length',
      text: 'no whole VE.Direct block or HEX line (it ends with its checksum byte or LF)',
    };
  }
  const [line] = lines;
  const [block] = blocks;
  if (block === undefined) {
    const read = readHexLine(line?.text ?? '');
    if (lines.length > 1) return { ok: false, refusal: 'length', text: 'these are several HEX lines: give one' };
    return read.ok
      ? { ok: true, frame: read.frame, seen: null }
      : { ok: false, refusal: read.refusal, text: refused(read.text) };
  }
  if (blocks.length > 1) return { ok: false, refusal: 'length', text: 'these are several VE.Direct blocks: give one' };
  const read = readTextBlock(block.bytes);
  if (!read.ok) return { ok: false, refusal: read.refusal, text: refused(read.text) };
  return { ok: true, frame: frameOf(read.fields, options), seen: observationOf(read.fields, options) };
}

const refused = (why: string): string => `no VE.Direct frame: ${why}`;
