/** What every user of a bus holds: a handle that can be given back without disturbing the others. */
import type { BusBase, BusStatus } from './bus.ts';
import type { Transport } from './transport.ts';

/** What a handle says once it was given back. */
const RELEASED: BusStatus = { state: 'closed', problem: 'given back' };

export interface Handle {
  readonly base: BusBase;
  isReleased(): boolean;
  /** Ties a subscription to the handle: it ends with it at the latest, and none begins after that. */
  subscribe(start: () => () => void): () => void;
}

/**
 * A handle on a transport. `release` is called once, when the handle is given back; after that it hears nothing more
 * and says `closed`.
 */
export function createHandle(transport: Transport, release: () => void): Handle {
  const stops = new Set<() => void>();
  let released = false;

  function subscribe(start: () => () => void): () => void {
    if (released) return () => {};
    const stop = start();
    stops.add(stop);
    return () => {
      stops.delete(stop);
      stop();
    };
  }

  return {
    isReleased: () => released,
    subscribe,
    base: {
      path: transport.path,
      status: () => (released ? RELEASED : transport.status()),
      onStatus: (listener) => subscribe(() => transport.onStatus(listener)),
      reopen(reason) {
        if (!released) transport.reopen(reason);
      },
      release() {
        if (released) return;
        released = true;
        for (const stop of stops) stop();
        stops.clear();
        release();
      },
    },
  };
}
