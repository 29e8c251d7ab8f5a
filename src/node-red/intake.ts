/**
 * What stands between a node's input and its work: a storm of messages is cut down to what can be used, never queued.
 *
 * The first messages of a window are handled at once. Beyond that only the newest of each kind waits, and is handled when
 * the window ends; what it takes the place of is shed. So both the work and what is held have a bound, whatever comes in.
 *
 * Of what is shed, the worst is kept all the same. A source that sends a thousand good readings and a single bad one under
 * one topic would otherwise have the bad one swallowed by the good one after it, and a rule without a delay, which
 * would have opened for it, would never see it. The worst is handled in its turn, before the newest, so that the newest is
 * what stands afterwards, as without a storm. The worst is looked for over all kinds together: what trips for a value
 * trips for a worse one too, and a storm of more topics than are told apart hides nothing either.
 */
import type { Clock } from '../engine/clock.ts';

/** Messages handled at once within a window. */
const PER_WINDOW = 50;
/** s */
const WINDOW = 0.05;
/** Kinds told apart; what comes under more shares one place. */
const KINDS = 64;
/** The place that is shared. No kind is called so: a kind is a text. */
const OTHERS = null;

export interface IntakeOptions<T> {
  readonly clock: Clock;
  /** Messages handled at once within a window. */
  readonly perWindow?: number;
  /** Length of a window, s. */
  readonly window?: number;
  /** Does the work. `at` is the monotonic second at which the message came in. */
  readonly handle: (item: T, at: number) => void;
  /** A message that nobody will handle: it was shed, or handling it threw the error. Must not throw. */
  readonly give: (item: T, error?: Error) => void;
  /**
   * How bad the message is, in several respects: of each the highest is kept. Always the same respects in the same order,
   * or an empty list; NaN where it says nothing. Asked only for messages that have to wait. Must not throw.
   */
  readonly badness?: (item: T) => readonly number[];
  /** Told at the end of a window how many messages were shed in it, where there were any. Must not throw. */
  readonly shed?: (count: number) => void;
}

export interface Intake<T> {
  /** @param kind what a newer message takes the place of an older one by; `null`: handled at once, never shed */
  take(item: T, kind: string | null): void;
  /** Messages have had to wait in this window or the one before. */
  readonly isStorm: boolean;
  /** Drops what waits and the timer; what comes afterwards is given back at once. */
  close(): void;
}

interface Held<T> {
  readonly item: T;
  readonly at: number;
  readonly order: number;
  /** In how many places it stands: as the newest of its kind, and for each respect in which it is the worst. */
  places: number;
}

/** Nothing waits yet, and no timer runs while nothing does. */
export function createIntake<T>(options: IntakeOptions<T>): Intake<T> {
  const { clock, handle, give, perWindow = PER_WINDOW, window = WINDOW } = options;
  const newest = new Map<string | typeof OTHERS, Held<T>>();
  /** By respect; a place is empty while nothing has been said in it. */
  const worst: ({ badness: number; held: Held<T> } | undefined)[] = [];
  let end = -Infinity;
  let stormUntil = -Infinity;
  let used = 0;
  let orders = 0;
  let shed = 0;
  let cancel: (() => void) | null = null;
  let isClosed = false;

  /** Nothing may throw out of a timer: it would end the process. */
  function work(item: T, at: number): void {
    try {
      handle(item, at);
    } catch (error) {
      give(item, error instanceof Error ? error : new Error(String(error)));
    }
  }

  function keep(item: T, kind: string, now: number): void {
    const held: Held<T> = { item, at: now, order: orders++, places: 1 };
    const place = newest.has(kind) || newest.size < KINDS ? kind : OTHERS;
    const before = newest.get(place);
    newest.set(place, held);
    options.badness?.(item).forEach((badness, i) => {
      const known = worst[i];
      // NaN is never higher.
      if (!(badness > (known?.badness ?? -Infinity))) return;
      held.places++;
      worst[i] = { badness, held };
      if (known !== undefined) leave(known.held);
    });
    if (before !== undefined) leave(before);
    stormUntil = end + window;
    cancel ??= clock.after(end - now, () => turn(clock.now()));
  }

  function leave(held: Held<T>): void {
    if (--held.places > 0) return;
    shed++;
    give(held.item);
  }

  /** Empties the places; what stood in them, in the order in which it came. */
  function takeOut(): Held<T>[] {
    if (newest.size === 0) return [];
    const all = new Set(newest.values());
    for (const one of worst) if (one !== undefined) all.add(one.held);
    newest.clear();
    worst.length = 0;
    return [...all].sort((a, b) => a.order - b.order);
  }

  /** A window ends and the next one starts: what has waited is part of its share. */
  function turn(now: number): void {
    cancel?.();
    cancel = null;
    const waited = takeOut();
    end = now + window;
    used = waited.length;
    if (shed > 0) options.shed?.(shed);
    shed = 0;
    for (const { item, at } of waited) {
      if (isClosed) give(item);
      else work(item, at);
    }
  }

  return {
    take(item, kind) {
      if (isClosed) return give(item);
      const now = clock.now();
      // Not left to the timer alone: it may be kept from coming by the storm itself.
      if (now >= end) turn(now);
      if (kind === null || ++used <= perWindow) work(item, now);
      else keep(item, kind, now);
    },
    get isStorm() {
      return clock.now() < stormUntil;
    },
    close() {
      isClosed = true;
      cancel?.();
      cancel = null;
      for (const { item } of takeOut()) give(item);
    },
  };
}
