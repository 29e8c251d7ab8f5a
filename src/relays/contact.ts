/**
 * A contact that is commanded and read back, whatever it hangs on: the order of commands, what counts as confirmed,
 * and when the hardware no longer obeys. A kind of board is a `ContactDriver`; everything that decides is here.
 */
import type { Clock } from '../engine/clock.ts';
import { createListeners } from '../links/bus/listeners.ts';
import type { RelayFault, RelayOutput, RelayState } from './relay.ts';

/** An answer of the hardware, or one sentence on why there is none. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly text: string };

/** What one command tells the hardware. */
export interface Wish {
  /** `true` holds, `false` lets go: also when the lease still runs, but not long enough for a hold. */
  readonly holds: boolean;
  /** Seconds that the hardware's own timer is to hold; 0 where it has none, and for letting go. */
  readonly seconds: number;
  /** An opening goes before everything else on the line, and nothing older may be carried out after it. */
  readonly urgent: boolean;
  /** Monotonic second after which a renewal must not be sent any more; Infinity for an opening. */
  readonly notAfter: number;
}

/** The hardware's own end of a hold. */
export interface ContactTimer {
  /** Its resolution: steps a second. A hold is rounded down to a whole step. */
  readonly perSecond: number;
  /** The longest hold it takes (s). */
  readonly longest: number;
}

/** One kind of board, as far as the wire goes. Its promises never reject. */
export interface ContactDriver {
  /** `null`: the hardware stays as it was commanded. */
  readonly timer: ContactTimer | null;
  /**
   * Seconds that a renewal may be old when it is sent: the board counts from the moment it hears, so this much is taken
   * off the hold. No hop extends what it was given.
   */
  readonly travel: number;
  send(wish: Wish): Promise<Answer<true>>;
  /** Where the contact is: `true` is held; `null` when this hardware cannot say. */
  read(): Promise<Answer<boolean | null>>;
  /** Calls back with `null` when the line is there again, and with a sentence when it is lost. */
  onLine(listener: (problem: string | null) => void): () => void;
  /** Gives the hardware back without commanding anything. */
  close(): void;
}

/** A hold shorter than this is not worth a command (s). */
const SHORTEST_HOLD = 0.2;
/** Between tries while the board does not answer or does not follow (s). */
const RETRY = 1;
/** Between looks at a contact that rests: hands, other programs and welding move contacts too (s). */
const LOOK = 5;
/** Commands that the board acknowledged but the contact did not follow, before it is called a fault. */
const TRIES = 3;

export function contactOutput(driver: ContactDriver, clock: Clock): RelayOutput {
  const listeners = createListeners<[]>();
  /** Held until then; -Infinity: released. */
  let until = -Infinity;
  /** Nothing is commanded before somebody asks: a rebuilt node must not move a relay. */
  let asked = false;
  /** Number of the newest command. */
  let latest = 0;
  let dirty = false;
  let busy = false;
  let closed = false;
  let actual: boolean | null = null;
  /** The state, held or not, that the contact has confirmed since it was asked for. A lease ends without a word. */
  let confirmed: boolean | null = null;
  /** What was acknowledged last by hardware that cannot be read back. */
  let acknowledged: boolean | null = null;
  let problem: string | null = null;
  let fault: RelayFault | null = null;
  let disobeyed = 0;
  let cancelNext: (() => void) | null = null;

  const held = (): boolean => until > clock.now();

  const report = (next: Omit<RelayState, 'commanded' | 'verified'> & { confirmed: boolean | null }): void => {
    const same =
      next.actual === actual && next.confirmed === confirmed && next.problem === problem && next.fault === fault;
    if (same) return;
    ({ actual, confirmed, problem, fault } = next);
    listeners.tell();
  };

  const unheard = (why: string): void => report({ actual: null, confirmed: null, problem: why, fault: 'lost' });

  const wishNow = (): Wish => {
    const now = clock.now();
    const left = until - now - driver.travel;
    // A board that counts whole seconds cannot hold for less than one.
    const holds = left >= Math.max(SHORTEST_HOLD, driver.timer === null ? 0 : 1 / driver.timer.perSecond);
    // An opening goes before everything else on the line; repeating one that is confirmed does not.
    if (!holds) return { holds, seconds: 0, urgent: confirmed !== false, notAfter: Infinity };
    const { timer } = driver;
    const seconds = timer === null ? 0 : Math.min(timer.longest, Math.floor(left * timer.perSecond) / timer.perSecond);
    return { holds, seconds, urgent: false, notAfter: now + driver.travel };
  };

  /** One command and its read-back. What comes of it no longer counts once a newer one has been started. */
  const command = async (mine: number): Promise<void> => {
    const told = wishNow();
    // The board may have let go again from here on: it does not count later than it was told to.
    const ends = told.seconds > 0 ? clock.now() + told.seconds : Infinity;
    // What was confirmed before is not, once the contact is told otherwise.
    if (confirmed !== told.holds) confirmed = null;
    const sent = await driver.send(told);
    if (mine !== latest) return;
    if (!sent.ok) return unheard(sent.text);
    const read = await driver.read();
    if (mine !== latest) return;
    if (!read.ok) return unheard(read.text);
    const now = read.value;
    if (now === null) {
      acknowledged = told.holds;
      return report({ actual: null, confirmed: null, problem: null, fault: null });
    }
    const follows = now === told.holds;
    if (follows) disobeyed = 0;
    else if (clock.now() < ends) disobeyed += 1;
    const tried = disobeyed >= TRIES;
    report({
      actual: now,
      confirmed: follows ? now : null,
      problem: tried
        ? `the contact does not follow: commanded ${told.holds ? 'on' : 'off'}, read back ${now ? 'on' : 'off'}`
        : null,
      fault: tried ? (now ? 'stays-closed' : 'stays-open') : null,
    });
  };

  /** A look at a contact that rests where it was told to. */
  const look = async (mine: number): Promise<void> => {
    const read = await driver.read();
    if (mine !== latest) return;
    if (!read.ok) return unheard(read.text);
    if (read.value === null || read.value === held()) return;
    // Somebody else has moved it: told again what it is to be, and that counts as disobeyed until it follows.
    report({ actual: read.value, confirmed: null, problem, fault });
    dirty = true;
  };

  const run = (what: (mine: number) => Promise<void>): void => {
    if (closed) return;
    const mine = ++latest;
    busy = true;
    dirty = false;
    cancelNext?.();
    cancelNext = null;
    what(mine).then(
      () => done(mine),
      (error: unknown) => {
        unheard(error instanceof Error ? error.message : String(error));
        done(mine);
      },
    );
  };

  const start = (): void => run(command);

  const done = (mine: number): void => {
    if (mine !== latest) return;
    busy = false;
    if (closed) return;
    if (dirty) return start();
    // A hold is repeated by its owner; a release that is not confirmed is repeated here, for as long as it takes.
    const rests = confirmed === false || (actual === null && fault === null && acknowledged === false);
    if (held()) return;
    cancelNext = rests ? clock.after(LOOK, () => run(confirmed === false ? look : command)) : clock.after(RETRY, start);
  };

  /** The newest wish is carried out when the command before it is through. */
  const ask = (): void => {
    asked = true;
    if (busy) dirty = true;
    else start();
  };

  const stopLine = driver.onLine((why) => {
    if (why !== null) unheard(why);
    else if (asked) ask();
  });

  const release = (): void => {
    const news = until !== -Infinity;
    until = -Infinity;
    if (!news) return ask();
    // Opening waits for nobody: whatever was on its way no longer counts.
    confirmed = null;
    acknowledged = null;
    asked = true;
    start();
  };

  return {
    hold(to) {
      if (!(to > clock.now())) return release();
      if (!held()) confirmed = null;
      until = to;
      ask();
    },
    release,
    state: (): RelayState => ({ commanded: held(), actual, verified: confirmed === held(), problem, fault }),
    onChange: (listener) => listeners.add(listener),
    close() {
      closed = true;
      cancelNext?.();
      stopLine();
      listeners.clear();
      driver.close();
    },
  };
}
