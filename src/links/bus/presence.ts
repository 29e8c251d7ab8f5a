/** Whether a serial port that says it is open still exists. */
import type { Clock } from '../../engine/clock.ts';

/** What is asked of an open port. */
interface AskablePort {
  readonly isOpen: boolean;
  /** Asks for the modem lines. */
  get(done: (error: Error | null) => void): void;
}

/** Seconds between looks whether the port still exists. */
const PRESENCE_PERIOD = 2;

/**
 * Looks again and again, and calls back once the port has gone; returns the way to stop.
 *
 * Measured with serialport 13: a port that is hung up while one of its reads is under way gives no event at all; it
 * stays "open" and its driver reads nothing in a busy loop. Asking for the modem lines fails with EIO then. Other
 * failures mean only that the port has no such lines (a pseudo terminal).
 */
export function watchPresence(port: AskablePort, clock: Clock, gone: () => void): () => void {
  return clock.every(PRESENCE_PERIOD, () => {
    if (!port.isOpen) return;
    port.get((error) => {
      if (error !== null && /input\/output error|EIO/i.test(error.message)) gone();
    });
  });
}
