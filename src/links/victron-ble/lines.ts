/**
 * Adverts on a line of text, as a gateway prints them: `HEX` or `AA:BB:CC:DD:EE:FF HEX`, one a line, where HEX is the
 * manufacturer data behind the company id (it begins with 10).
 */

export interface TextAdvert {
  /** 12 hex digits in lower case; `null`: the line names no device. */
  readonly from: string | null;
  readonly bytes: Uint8Array;
}

/** Characters of the longest line. */
const LONGEST = 256;
const LINE = /^(?:([0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5})[ \t,;]+)?((?:[0-9a-f]{2})+)$/i;

/** Reads one line without its end; `null`: it is none. */
export function readLine(text: string): TextAdvert | null {
  const [, from, digits] = LINE.exec(text.trim()) ?? [];
  if (digits === undefined) return null;
  return { from: from === undefined ? null : plainAddress(from), bytes: Uint8Array.from(Buffer.from(digits, 'hex')) };
}

/** The 12 digits of a Bluetooth address; `null` for a name. */
export function plainAddress(text: string): string | null {
  const digits = text.replaceAll(/[:-]/g, '').toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) ? digits : null;
}

export interface Lines {
  /** Whole lines among what has arrived so far, oldest first. Total. */
  push(bytes: Uint8Array): string[];
  /** Bytes thrown away because no line is so long. */
  discarded(): number;
}

export function createLines(): Lines {
  let waiting = '';
  let discarded = 0;
  return {
    push(bytes) {
      waiting += Buffer.from(bytes).toString('latin1');
      const lines = waiting.split('\n');
      waiting = lines.pop() ?? '';
      if (waiting.length > LONGEST) {
        discarded += waiting.length;
        waiting = '';
      }
      return lines;
    },
    discarded: () => discarded,
  };
}
