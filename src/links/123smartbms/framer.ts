/**
 * Finds frames in a stream that has no header, no length and no end mark.
 *
 * A window of 58 bytes slides over the stream, byte by byte; what has signs where signs belong, possible cell numbers
 * and a right checksum is a frame. A frame found does not hide another that overlaps it: when a frame is cut short and
 * the next follows, head and tail may fit together by chance (1 in 256), and must not swallow the true one.
 *
 * Silence alone decides nothing, because a network bridge may pause inside a frame. Only bytes that have waited longer
 * for the rest of their frame than a pause explains are thrown away.
 */
import { AT, checksum, FRAME_LENGTH, hasCellNumbers, hasSigns, u8 } from './layout.ts';

/** Seconds from a frame's first byte to its last: 0.06 on the line; more only where a network lies between. */
export const LONGEST_FRAME = 2;

/** Bytes looked at in one go; what remains of a frame waits in front of them. */
const SLICE = 4096;

export interface FoundFrame {
  /** The 58 bytes. */
  readonly bytes: Uint8Array;
  /** Monotonic second at which the first of them arrived: its values are at least that old. */
  readonly at: number;
}

export interface Framer {
  /** Takes what arrived at a monotonic second, in any portions; returns the frames it completes, oldest first. */
  push(chunk: Uint8Array, at: number): FoundFrame[];
  /** Bytes that belonged to no good frame. */
  discardedBytes(): number;
  /** Windows that look like a frame but fail the checksum, or name a cell that cannot be. */
  refusedFrames(): number;
}

/** A framer with an empty buffer. Work per byte and memory are bounded, whatever arrives. */
export function createFramer(): Framer {
  const held = new Uint8Array(FRAME_LENGTH + SLICE);
  const arrived = new Float64Array(held.length);
  let start = 0;
  let end = 0;
  /** How many bytes from `start` on belong to a frame already found. */
  let claimed = 0;
  let discardedBytes = 0;
  let refusedFrames = 0;

  function dropFirst(): void {
    start++;
    if (claimed > 0) claimed--;
    else discardedBytes++;
  }

  function append(bytes: Uint8Array, at: number): void {
    held.copyWithin(0, start, end);
    arrived.copyWithin(0, start, end);
    end -= start;
    start = 0;
    held.set(bytes, end);
    arrived.fill(at, end, end + bytes.length);
    end += bytes.length;
  }

  function windowIsFrame(): boolean {
    if (!hasSigns(held, start)) return false;
    const sumFits = checksum(held, start) === u8(held, start + AT.checksum);
    const numbersFit = hasCellNumbers(held, start);
    if (sumFits && numbersFit) return true;
    if (sumFits || numbersFit) refusedFrames++;
    return false;
  }

  function search(found: FoundFrame[]): void {
    for (; end - start >= FRAME_LENGTH; dropFirst()) {
      if (!windowIsFrame()) continue;
      found.push({ bytes: held.slice(start, start + FRAME_LENGTH), at: arrived[start] as number });
      claimed = FRAME_LENGTH;
    }
  }

  return {
    push(chunk, at) {
      const found: FoundFrame[] = [];
      while (start < end && at - (arrived[start] as number) > LONGEST_FRAME) dropFirst();
      for (let from = 0; from < chunk.length; from += SLICE) {
        append(chunk.subarray(from, from + SLICE), at);
        search(found);
      }
      return found;
    },
    discardedBytes: () => discardedBytes,
    refusedFrames: () => refusedFrames,
  };
}
