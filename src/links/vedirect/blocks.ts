/**
 * Cuts a VE.Direct stream into blocks of text and HEX lines, after Victron's "VE.Direct Protocol" (text mode) and
 * "BlueSolar HEX protocol".
 *
 * A block is lines `CR LF label TAB value`, the last with the label `Checksum` and one byte of any value, so that all
 * bytes of the block, from its first CR on, add up to 0 modulo 256. Lines `: … LF` of the HEX protocol may stand
 * anywhere in between and do not count. A colon in the place of the checksum byte is that byte.
 */

/** What a piece of the stream is. */
export type Piece =
  /** All bytes of a block, CR first, checksum byte last; whether it is right is not looked at here. */
  | { readonly kind: 'block'; readonly bytes: Uint8Array; readonly at: number }
  /** The characters between colon and LF. */
  | { readonly kind: 'hex'; readonly text: string }
  /** Bytes that became neither. */
  | { readonly kind: 'lost'; readonly count: number };

/** Bytes of the longest block and of the longest HEX line that are waited for; real ones stay below half of it. */
const LONGEST_BLOCK = 1024;
const LONGEST_HEX = 256;
/** Seconds after its first byte at which half a block is given up: whole ones come within a tenth, a bridge may dawdle. */
const LATE = 2;

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const CHECKSUM_LABEL = Uint8Array.from(Buffer.from('\r\nChecksum\t', 'latin1'));

export interface Cutter {
  /** Takes bytes as they arrive, at the monotonic second `at`. Total. */
  push(bytes: Uint8Array, at: number): Piece[];
}

/** Nothing has arrived yet. */
export function createCutter(): Cutter {
  const block = new Uint8Array(LONGEST_BLOCK);
  let length = 0;
  let beganAt = 0;
  let isHex = false;
  let hex = '';

  /** The label `Checksum` and its TAB have just come: whatever follows is the checksum byte. */
  function awaitsChecksum(): boolean {
    const from = length - CHECKSUM_LABEL.length;
    return from >= 0 && CHECKSUM_LABEL.every((byte, i) => block[from + i] === byte);
  }

  function lose(pieces: Piece[]): void {
    if (length > 0) pieces.push({ kind: 'lost', count: length });
    length = 0;
  }

  function takeHex(byte: number, pieces: Piece[]): void {
    if (byte === LF) {
      pieces.push({ kind: 'hex', text: hex });
    } else if (hex.length < LONGEST_HEX) {
      hex += String.fromCharCode(byte);
      return;
    } else pieces.push({ kind: 'lost', count: hex.length + 2 });
    isHex = false;
    hex = '';
  }

  function take(byte: number, at: number, pieces: Piece[]): void {
    if (isHex) return takeHex(byte, pieces);
    const isLast = awaitsChecksum();
    if (byte === COLON && !isLast) {
      isHex = true;
      return;
    }
    if (length === 0) {
      // A block begins with CR; what stands before it belongs to one that was not heard from its beginning.
      if (byte !== CR) {
        pieces.push({ kind: 'lost', count: 1 });
        return;
      }
      beganAt = at;
    }
    block[length] = byte;
    length += 1;
    if (isLast) {
      pieces.push({ kind: 'block', bytes: block.slice(0, length), at: beganAt });
      length = 0;
    } else if (length === LONGEST_BLOCK) lose(pieces);
  }

  return {
    push(bytes, at) {
      const pieces: Piece[] = [];
      if (length > 0 && at - beganAt > LATE) lose(pieces);
      for (const byte of bytes) take(byte, at, pieces);
      return pieces;
    },
  };
}
