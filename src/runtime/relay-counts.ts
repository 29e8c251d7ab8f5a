/** How often each relay has switched in its life: contacts wear out. Kept for all relays of one Node-RED in one store. */
import type { Clock } from '../engine/clock.ts';
import type { Store } from './store.ts';

const VERSION = 1;
/** Seconds between two writes, and writes in a day at most. */
const EVERY = 600;
const DAY = 86_400;
const MOST_A_DAY = 144;

export interface RelayCounts {
  /** How often the relay with this node id has switched. */
  switches(id: string): number;
  /** It has switched once more. */
  count(id: string): void;
  /** Writes what is new, as far as the day's writes allow, and resolves when it is on the disk. Never rejects. */
  settled(): Promise<void>;
}

export interface RelayCountsOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** Starts with what is stored; what is no count there is left out. */
export function createRelayCounts({ store, clock }: RelayCountsOptions): RelayCounts {
  const counts = restored(store);
  /** Monotonic seconds of the last writes, oldest first. */
  const writes: number[] = [];
  let isNew = false;
  let cancel: (() => void) | null = null;

  /** Seconds until the next write may come. */
  const wait = (every: number): number => {
    const ofDay = writes.length < MOST_A_DAY ? -Infinity : writes[0]! + DAY;
    return Math.max(ofDay, (writes.at(-1) ?? -Infinity) + every) - clock.now();
  };

  const write = (): void => {
    cancel?.();
    cancel = null;
    isNew = false;
    writes.push(clock.now());
    if (writes.length > MOST_A_DAY) writes.shift();
    store.write({ version: VERSION, counts: Object.fromEntries(counts) });
  };

  return {
    switches: (id) => counts.get(id) ?? 0,
    count(id) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      isNew = true;
      const seconds = wait(EVERY);
      if (seconds <= 0) write();
      else cancel ??= clock.after(seconds, write);
    },
    settled() {
      if (isNew && wait(0) <= 0) write();
      return store.settled();
    },
  };
}

function restored(store: Store): Map<string, number> {
  const stored = store.read();
  if (typeof stored !== 'object' || stored === null) return new Map();
  const { version, counts } = stored as Record<string, unknown>;
  if (typeof version === 'number' && version > VERSION) store.keepOff();
  if (version !== VERSION || typeof counts !== 'object' || counts === null) return new Map();
  return new Map(Object.entries(counts).filter((entry): entry is [string, number] => isCount(entry[1])));
}

function isCount(given: unknown): boolean {
  return Number.isSafeInteger(given) && (given as number) >= 0;
}
