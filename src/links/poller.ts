/**
 * The link to a device that answers when asked: cycle after cycle, with what goes wrong in one sentence.
 *
 * It never throws and never rejects, whatever the device, the line or a listener does: a rejection would end Node-RED.
 */
import type { Clock } from '../engine/clock.ts';
import type { Observation } from '../engine/reading/observation.ts';
import type { BusStatus } from './bus/bus.ts';
import type { Device, Failure, Heard, Polled } from './device.ts';
import { agrees } from './doubt.ts';
import type { Link, LinkListener } from './link.ts';
import { createTeller, messageOf } from './teller.ts';

/** Cycles in a row that brought nothing before a device counts as lost and, where others share the line, is asked seldom. */
const SILENT_AFTER = 3;
/** Seconds without an answer after which it counts as lost too: some are asked too seldom to count to three in time. */
const LOST_AFTER = 4;
/** The same with a second answer lost: a Modbus unit that was silent is not asked anew for a while. */
const LOST_TWICE_AFTER = 2.9;
/** Seconds between two cycles of a device that does not answer while others are waiting: at first, and at most. */
const FIRST_BACK_OFF = 2;
const LONGEST_BACK_OFF = 10;
/** Seconds between two cycles of a silent device that has the line to itself. */
const LONELY_PERIOD = 1;
/** Seconds without any answer after which the line is opened anew, and from one attempt to the next. */
const REOPEN_AFTER = 20;
const REOPEN_EVERY = 30;
/** Further answers that are asked for where the check is weak and an answer agrees with none of those before. */
const MOST_DOUBTS = 3;
/** Answers before, any of which an answer may agree with: loads that jump between some levels are believed soon. */
const REMEMBERED = 4;

export interface PollerOptions {
  readonly device: Device;
  readonly clock: Clock;
  readonly listener: LinkListener;
  /** What is asked, for people: `JBD BMS at address 1`. */
  readonly title: string;
  /** What to look at when nothing comes, or only noise. */
  readonly remedy: { readonly silent: string; readonly noise: string };
  /** Seconds from the beginning of a cycle to the next. */
  readonly period: number;
  /** Sudden changes are asked about again. */
  readonly weak: boolean;
  readonly line: {
    status(): BusStatus;
    onStatus(listener: (status: BusStatus) => void): () => void;
    reopen(reason: string): void;
    /** Others use the line too. */
    isShared(): boolean;
    /** Monotonic second of the last byte of anybody on this line; absent: not known. */
    heardAt?(): number;
  };
  /** Called once, when the link is closed. */
  readonly release: () => void;
}

/** Starts asking; the first cycle begins as soon as the line is open. */
export function createPoller(options: PollerOptions): Link {
  const { device, clock, listener, title, remedy, period, weak, line } = options;
  let closed = false;
  let busy = false;
  let cancelNext: (() => void) | null = null;
  let failures = 0;
  let frames = 0;
  let refused = 0;
  let heardAt = clock.now();
  let reopenedAt = -Infinity;
  /** Who answered first, and whether the line has been away since. */
  let identity: string | null = null;
  let unproven = device.identify !== undefined;
  /** The last answers, believed or not, where the check is weak. */
  let before: readonly Observation[] = [];

  const teller = createTeller(listener, {
    first: `${title}: no answer has come yet`,
    lead: `${title}: `,
    counters: () => ({ frames, discardedBytes: 0, refusedFrames: refused }),
  });
  const { become } = teller;

  function sentence({ reason, text }: Failure): string {
    if (reason === 'silent') return `${title} does not answer: ${remedy.silent}`;
    if (reason === 'noise') return `${title}: ${text}: ${remedy.noise}`;
    return reason === 'line' ? text : `${title}: ${text}`;
  }

  /** `null`: it is the one it was. */
  async function stranger(): Promise<Failure | null> {
    if (!unproven || device.identify === undefined) return null;
    const told: Heard<string> = await device.identify();
    if (!told.ok) return told;
    if (identity !== null && told.value !== identity) {
      const text = `another device answers than before (${told.value}, it was ${identity}): if that is right, deploy the flows`;
      return { ok: false, reason: 'other', text };
    }
    identity = told.value;
    unproven = false;
    return null;
  }

  async function poll(): Promise<Polled & { readonly at: number }> {
    let at = clock.now();
    let polled = await device.poll();
    let isBelieved = isConfirmed(polled);
    for (let doubts = 0; !isBelieved && doubts < MOST_DOUBTS; doubts += 1) {
      at = clock.now();
      polled = await device.poll();
      isBelieved = isConfirmed(polled);
    }
    if (!isBelieved) {
      const text = 'answers contradict each other, so none of them can be believed';
      return { seen: null, failure: { ok: false, reason: 'noise', text }, at };
    }
    return { ...polled, at: polled.at ?? at };
  }

  /** Nothing speaks against it: the check is strong, nothing was heard, or an answer before says the same. */
  function isConfirmed({ seen }: Polled): boolean {
    if (!weak || seen === null) return true;
    const isAgreed = before.some((one) => agrees(one, seen));
    before = [...before, seen].slice(-REMEMBERED);
    return isAgreed;
  }

  function heard({ seen, failure, at }: Polled & { readonly at: number }): void {
    if (closed) return;
    if (seen !== null) {
      failures = 0;
      frames += 1;
      heardAt = clock.now();
      if (!teller.observed(seen, at)) return;
    }
    if (failure === null) return become(null);
    if (failure.reason !== 'silent' && failure.reason !== 'line') refused += 1;
    if (seen === null) failures += 1;
    // One lost answer is an ordinary event: the values are still fresh.
    const patience = failures > 1 ? LOST_TWICE_AFTER : LOST_AFTER;
    const early = failures < SILENT_AFTER && clock.now() - heardAt <= patience;
    if (seen === null && early && teller.state().ok && failure.reason !== 'line') return;
    become(sentence(failure));
  }

  async function cycle(): Promise<void> {
    const foreign = await stranger();
    if (foreign === null) heard(await poll());
    else heard({ seen: null, failure: foreign, at: clock.now() });
  }

  function pauseAfter(began: number): number {
    const spent = clock.now() - began;
    // One that is asked seldom is asked again sooner after an answer was lost.
    if (failures < SILENT_AFTER) return Math.max(0, (failures > 0 ? Math.min(period, LONELY_PERIOD) : period) - spent);
    if (!line.isShared()) return Math.max(0, Math.max(period, LONELY_PERIOD) - spent);
    const more = Math.min(4, failures - SILENT_AFTER);
    return Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** more);
  }

  function reopenWhenDead(): void {
    const now = clock.now();
    const last = Math.max(heardAt, line.heardAt?.() ?? -Infinity);
    if (now - last < REOPEN_AFTER || now - reopenedAt < REOPEN_EVERY) return;
    reopenedAt = now;
    // A port whose adapter has vanished can stay "open" for ever.
    line.reopen(`${title} has not answered for ${REOPEN_AFTER} s`);
  }

  function go(): void {
    cancelNext?.();
    cancelNext = null;
    if (closed || busy) return;
    const { state: is, problem: why } = line.status();
    if (is !== 'open') {
      // "Opening" is no trouble yet; a line that is down says better what is wrong than any silence.
      if (is !== 'connecting') become(why ?? 'the line is closed');
      return;
    }
    busy = true;
    const began = clock.now();
    const next = (): void => {
      busy = false;
      if (closed) return;
      reopenWhenDead();
      cancelNext = clock.after(pauseAfter(began), go);
    };
    cycle()
      .catch((error: unknown) => become(`${title}: ${messageOf(error)}`))
      .then(next)
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : new Error(String(error))));
  }

  const stopStatus = line.onStatus(({ state: is, problem: why }) => {
    if (is === 'open') {
      // Nobody pulls a plug and puts it back without a chance of mistaking it.
      unproven = device.identify !== undefined;
      before = [];
      failures = 0;
      heardAt = clock.now();
      return go();
    }
    if (is !== 'connecting') become(why ?? 'the line is closed');
  });
  cancelNext = clock.after(0, go);

  return {
    state: teller.state,
    close() {
      if (closed) return;
      closed = true;
      teller.close();
      cancelNext?.();
      stopStatus();
      options.release();
    },
  };
}
