/**
 * The bytes of messages, bounded: they are a stream, so none takes the place of another, but no line brings more than so
 * many in a while. Beyond it only the last ones of a window are kept; where some are missing the link finds its way back
 * as after any disturbance of a line, and believes a frame only when the next ones agree with it.
 */
import type { Clock } from '../engine/clock.ts';

/** Bytes a window: about seven times what the fastest line of a BMS (115 200 baud) brings. */
const PER_WINDOW = 4096;
/** s */
const WINDOW = 0.05;
/** Bytes that have waited longer than this are no news: something else has held up the process (s). */
const LATE = 1;

export interface ByteIntakeOptions {
  readonly clock: Clock;
  readonly perWindow?: number;
  readonly window?: number;
  readonly feed: (bytes: Uint8Array) => void;
  /** Told at the end of a window of how many messages bytes were lost, where there were any. Must not throw. */
  readonly shed?: (count: number) => void;
}

export interface ByteIntake {
  /** Takes in the bytes of one message. What has to wait is copied. */
  push(bytes: Uint8Array): void;
  /** Drops what waits and the timer. */
  close(): void;
}

export function createByteIntake(options: ByteIntakeOptions): ByteIntake {
  const { clock, feed, perWindow = PER_WINDOW, window = WINDOW } = options;
  /** The last bytes that wait, in a ring; made when it is first needed. */
  let ring: Uint8Array | null = null;
  let next = 0;
  let waiting = 0;
  let lastAt = -Infinity;
  let end = -Infinity;
  let used = 0;
  let shed = 0;
  let cancel: (() => void) | null = null;
  let isClosed = false;

  function keep(bytes: Uint8Array, now: number): void {
    ring ??= new Uint8Array(perWindow);
    if (waiting + bytes.length > perWindow) shed++;
    const last = bytes.length > perWindow ? bytes.subarray(bytes.length - perWindow) : bytes;
    const first = Math.min(last.length, perWindow - next);
    ring.set(last.subarray(0, first), next);
    ring.set(last.subarray(first), 0);
    next = (next + last.length) % perWindow;
    waiting = Math.min(perWindow, waiting + last.length);
    lastAt = now;
    cancel ??= clock.after(end - now, () => turn(clock.now()));
  }

  /** What waits, oldest first; nothing waits afterwards. */
  function takeOut(): Uint8Array | null {
    if (ring === null || waiting === 0) return null;
    const start = (next - waiting + perWindow) % perWindow;
    const bytes = new Uint8Array(waiting);
    const first = Math.min(waiting, perWindow - start);
    bytes.set(ring.subarray(start, start + first));
    bytes.set(ring.subarray(0, waiting - first), first);
    waiting = 0;
    return bytes;
  }

  function turn(now: number): void {
    cancel?.();
    cancel = null;
    const waited = takeOut();
    const isLate = now - lastAt > LATE;
    if (waited !== null && isLate) shed++;
    const bytes = isLate ? null : waited;
    end = now + window;
    used = bytes?.length ?? 0;
    if (shed > 0) options.shed?.(shed);
    shed = 0;
    if (bytes === null) return;
    try {
      feed(bytes);
    } catch {
      // Nothing may throw out of a timer: it would end the process. Bytes that cannot be used are lost bytes.
    }
  }

  return {
    push(bytes) {
      if (isClosed) return;
      const now = clock.now();
      if (now >= end) turn(now);
      if (waiting === 0 && used + bytes.length <= perWindow) {
        used += bytes.length;
        feed(bytes);
      } else keep(bytes, now);
    },
    close() {
      isClosed = true;
      cancel?.();
      cancel = null;
      waiting = 0;
    },
  };
}
