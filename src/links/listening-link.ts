/** The link to a device that talks by itself: silence is the only sign of a lost one. */
import type { Clock } from '../engine/clock.ts';
import type { BusStatus } from './bus/bus.ts';
import type { ListenedTo, Listening } from './device.ts';
import type { FedLink, LinkListener } from './link.ts';
import { createTeller } from './teller.ts';

/** Seconds without a good frame after which the link is not ok. */
const SILENT_AFTER = 5;
/** Seconds without a byte after which the line is opened anew, and from one attempt to the next. */
const REOPEN_AFTER = 20;
const REOPEN_EVERY = 30;
/** Seconds between two looks at the clock. */
const LOOK_EVERY = 1;

export interface ListeningLinkOptions {
  readonly listening: Listening;
  readonly clock: Clock;
  readonly listener: LinkListener;
  /** For people: `SmartShunt or BMV (VE.Direct)`. */
  readonly title: string;
  readonly remedy: { readonly silent: string; readonly noise: string };
  /** Absent: the link lives on `push` alone. */
  readonly line?: {
    status(): BusStatus;
    onStatus(listener: (status: BusStatus) => void): () => void;
    onBytes(listener: (chunk: Uint8Array, at: number) => void): () => void;
    reopen(reason: string): void;
  };
  /** Called once, when the link is closed. */
  readonly release?: () => void;
}

/** Starts listening. */
export function createListeningLink(options: ListeningLinkOptions): FedLink {
  const { listening, clock, listener, title, remedy, line } = options;
  const started = clock.now();
  let closed = false;
  let frames = 0;
  let bytesAt = -Infinity;
  let goodAt = -Infinity;
  let quietSince = started;

  const teller = createTeller(listener, {
    first: `${title}: nothing has come yet`,
    lead: `${title}: `,
    counters: () => ({ frames, ...listening.counters() }),
  });
  const { become } = teller;

  function tell({ seen, at }: ListenedTo): void {
    if (closed) return;
    frames += 1;
    goodAt = clock.now();
    if (teller.observed(seen, at)) become(null);
  }

  function push(bytes: Uint8Array, at: number): void {
    if (closed || bytes.length === 0) return;
    bytesAt = quietSince = at;
    for (const heard of listening.push(bytes, at)) tell(heard);
  }

  function look(): void {
    const now = clock.now();
    if (line !== undefined && line.status().state !== 'open') return;
    if (now - Math.max(goodAt, started) > SILENT_AFTER) {
      const own = listening.problem();
      if (own !== null) become(`${title}: ${own}`);
      else if (now - bytesAt > SILENT_AFTER) become(`${title} says nothing: ${remedy.silent}`);
      else become(`${title}: bytes come that are no frame of it: ${remedy.noise}`);
    }
    if (now - quietSince >= REOPEN_AFTER) {
      quietSince = now - REOPEN_AFTER + REOPEN_EVERY;
      line?.reopen(`${title} has said nothing for ${REOPEN_AFTER} s`);
    }
  }

  const stopBytes = line?.onBytes(push);
  const stopStatus = line?.onStatus(({ state: is, problem: why }) => {
    quietSince = clock.now();
    if (is !== 'open' && is !== 'connecting') become(why ?? 'the line is closed');
  });
  const stopLooking = clock.every(LOOK_EVERY, look);

  return {
    state: teller.state,
    push,
    close() {
      if (closed) return;
      closed = true;
      teller.close();
      stopBytes?.();
      stopStatus?.();
      stopLooking();
      options.release?.();
    },
  };
}
