/**
 * A byte line that keeps itself open: it reconnects by itself, with growing pauses, and says in one sentence why it is
 * down. That an open line has fallen silent is not its business: only a link knows when its device should have spoken.
 */
import type { Clock } from '../../engine/clock.ts';
import type { BusStatus } from './bus.ts';
import { createListeners } from './listeners.ts';

/** One connection, from the attempt to its end. */
export interface Wire {
  /** Queues bytes; false when it takes none. */
  write(bytes: Uint8Array): boolean;
  /**
   * Ends it; no event comes after that. `orderly` still delivers what was written; `abort` throws it away, so that
   * a command of this connection cannot arrive after one of the next.
   */
  close(how: 'orderly' | 'abort'): void;
}

export interface WireEvents {
  opened(): void;
  received(chunk: Uint8Array): void;
  /** The attempt failed or the connection ended; comes once and last. */
  ended(problem: string): void;
}

/** Starts one connection. Must not throw, and must not call `events` before it has returned. */
export type Connect = (events: WireEvents) => Wire;

export interface Transport {
  readonly path: string;
  status(): BusStatus;
  onStatus(listener: (status: BusStatus) => void): () => void;
  onBytes(listener: (chunk: Uint8Array, at: number) => void): () => void;
  /** Queues bytes; false when the line is not open or takes no more. */
  write(bytes: Uint8Array): boolean;
  /** Drops an open connection and makes a fresh one a second later. Does nothing while there is none. */
  reopen(reason: string): void;
  /** For good. Idempotent; leaves no timer and no socket. */
  close(): void;
}

const FIRST_PAUSE = 1;
export const LONGEST_PAUSE = 15;
/** A connection that still brings bytes after so long is a good one: the next loss starts with a short pause again. */
export const PROVEN_AFTER = 30;

export interface TransportOptions {
  readonly path: string;
  readonly connect: Connect;
  readonly clock: Clock;
  /** Seconds before the first attempt: the port's former holder has just begun to close it. Default 0. */
  readonly firstAttemptAfter?: number;
}

/**
 * Opens a line and keeps it open until `close`. Pauses between attempts: 1, 2, 4 … 15 s.
 * @returns at once, in the state `connecting`; it never throws and never gives up.
 */
export function createTransport({ path, connect, clock, firstAttemptAfter = 0 }: TransportOptions): Transport {
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  let status: BusStatus = { state: 'connecting', problem: `opening ${path}` };
  let wire: Wire | null = null;
  let failures = 0;
  let openedAt = 0;
  let cancelRetry: (() => void) | null = null;

  function become(next: BusStatus): void {
    if (next.state === status.state && next.problem === status.problem) return;
    status = next;
    statusListeners.tell(next);
  }

  function attempt(): void {
    cancelRetry = null;
    const current = connect({
      opened() {
        if (wire !== current) return;
        openedAt = clock.now();
        become({ state: 'open', problem: null });
      },
      received(chunk) {
        if (wire !== current) return;
        const now = clock.now();
        if (now - openedAt >= PROVEN_AFTER) failures = 0;
        byteListeners.tell(chunk, now);
      },
      ended(problem) {
        if (wire !== current) return;
        wire = null;
        failures += 1;
        retryIn(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 10)));
        become({ state: 'lost', problem });
      },
    });
    wire = current;
  }

  function retryIn(seconds: number): void {
    cancelRetry?.();
    cancelRetry = clock.after(seconds, attempt);
  }

  if (firstAttemptAfter > 0) retryIn(firstAttemptAfter);
  else attempt();

  return {
    path,
    status: () => status,
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    write: (bytes) => status.state === 'open' && wire !== null && wire.write(bytes),
    reopen(reason) {
      if (status.state !== 'open' || wire === null) return;
      const old = wire;
      wire = null;
      old.close('abort');
      // No growing pause: whoever asks for a fresh connection has waited for an answer first, and that paces it.
      retryIn(FIRST_PAUSE);
      become({ state: 'lost', problem: reason });
    },
    close() {
      if (status.state === 'closed') return;
      cancelRetry?.();
      cancelRetry = null;
      const old = wire;
      wire = null;
      old?.close('orderly');
      byteListeners.clear();
      become({ state: 'closed', problem: 'closed' });
      statusListeners.clear();
    },
  };
}
