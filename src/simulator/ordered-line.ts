/** The way back from a device: whatever is late, nothing overtakes what was given before it. */
import type { Clock } from '../engine/clock.ts';

export interface OrderedLine {
  /** Sends it after so many seconds, at once for 0; later where something before it is still on its way. */
  put(bytes: Uint8Array, after: number): void;
  /** What is still on its way does not arrive. */
  close(): void;
}

/** A line with nothing on it. */
export function createOrderedLine(clock: Clock, send: (bytes: Uint8Array) => void): OrderedLine {
  const due = new Set<() => void>();
  let last = -Infinity;
  return {
    put(bytes, after) {
      const now = clock.now();
      last = Math.max(now + after, last);
      if (last <= now) return send(bytes);
      const cancel = clock.after(last - now, () => {
        due.delete(cancel);
        send(bytes);
      });
      due.add(cancel);
    },
    close() {
      for (const cancel of due) cancel();
      due.clear();
    },
  };
}
