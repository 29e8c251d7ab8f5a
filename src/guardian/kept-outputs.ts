/** The outputs that the guardian keeps: held until a lease ends, and opened then, whoever lives or dies. */
import type { Clock } from '../engine/clock.ts';
import { outputKey, type OutputSpec } from '../relays/output-spec.ts';
import type { OpenedOutput } from '../relays/open-output.ts';
import type { RelayOutput, RelayState } from '../relays/relay.ts';
import type { Inheritance, OnExit } from './protocol.ts';
import type { BusProblem } from '../links/bus/address.ts';

/** Seconds an output that was let go is given to confirm it. */
const LAST_WORD = 5;
/**
 * Seconds for which an opening that failed is tried again when nobody is left who would: the line may come back. Not for
 * ever, because a board that was taken away never does.
 */
const LAST_TRY = 3600;

interface Kept {
  readonly spec: OutputSpec;
  readonly output: RelayOutput;
  onExit: OnExit;
  until: number;
  /** When it was let go last. */
  releasedAt: number;
  cancelEnd: (() => void) | null;
  /** Told of every change while somebody owns it. */
  tell: ((state: RelayState) => void) | null;
}

export interface KeptOutputs {
  /**
   * Takes an output on, or finds the one that is kept already (of a Node-RED that ended a moment ago), with its lease.
   * @returns what is wrong with its bus, or `null`
   */
  claim(id: number, spec: OutputSpec, onExit: OnExit, tell: (state: RelayState) => void): BusProblem | null;
  hold(id: number, until: number): void;
  release(id: number): void;
  /** Gives it up; one that is still held is let go first. */
  close(id: number): void;
  /** Nobody renews any more: what is to open at once is let go, the rest when its lease ends. */
  orphan(): void;
  releaseAll(): void;
  /**
   * What is held now, and what was let go and has not confirmed it, for a successor; from here on nothing is commanded any
   * more.
   */
  handOver(): Inheritance[];
  inherit(held: readonly Inheritance[]): void;
  /**
   * Nothing is held, and what was let go has confirmed it or has had its time.
   * @param soon whoever waits cannot wait for a line that is gone
   */
  isDone(soon: boolean): boolean;
}

export function createKeptOutputs(clock: Clock, open: (spec: OutputSpec) => OpenedOutput): KeptOutputs {
  const kept = new Map<string, Kept>();
  const owned = new Map<number, Kept>();

  function take(spec: OutputSpec, onExit: OnExit): Kept | BusProblem {
    const opened = open(spec);
    if (!opened.ok) return opened.problem;
    const { output } = opened;
    const one: Kept = { spec, output, onExit, until: -Infinity, releasedAt: -Infinity, cancelEnd: null, tell: null };
    output.onChange(() => one.tell?.(output.state()));
    kept.set(outputKey(spec), one);
    return one;
  }

  function release(one: Kept): void {
    one.cancelEnd?.();
    one.cancelEnd = null;
    one.until = -Infinity;
    one.releasedAt = clock.now();
    one.output.release();
  }

  function hold(one: Kept, until: number): void {
    const now = clock.now();
    if (!(until > now)) return release(one);
    one.cancelEnd?.();
    one.until = until;
    one.output.hold(until);
    one.cancelEnd = clock.after(until - now, () => release(one));
  }

  function drop(one: Kept): void {
    one.tell = null;
    one.cancelEnd?.();
    one.output.close();
    if (kept.get(outputKey(one.spec)) === one) kept.delete(outputKey(one.spec));
  }

  /** Another contact, or the same one driven otherwise: the old one is let go before it is dropped. */
  function replace(one: Kept): void {
    release(one);
    kept.delete(outputKey(one.spec));
    clock.after(LAST_WORD, () => drop(one));
  }

  return {
    claim(id, spec, onExit, tell) {
      const key = outputKey(spec);
      let one = kept.get(key);
      if (one !== undefined && JSON.stringify(one.spec) !== JSON.stringify(spec)) {
        replace(one);
        one = undefined;
      }
      if (one === undefined) {
        const taken = take(spec, onExit);
        if ('problem' in taken) return taken;
        one = taken;
      }
      one.onExit = onExit;
      one.tell = tell;
      owned.set(id, one);
      tell(one.output.state());
      return null;
    },
    hold(id, until) {
      const one = owned.get(id);
      if (one !== undefined) hold(one, until);
    },
    release(id) {
      const one = owned.get(id);
      if (one !== undefined) release(one);
    },
    close(id) {
      const one = owned.get(id);
      owned.delete(id);
      if (one === undefined || [...owned.values()].includes(one)) return;
      if (one.until > clock.now()) replace(one);
      else drop(one);
    },
    orphan() {
      owned.clear();
      for (const one of kept.values()) {
        one.tell = null;
        if (one.onExit === 'open') release(one);
      }
    },
    releaseAll() {
      for (const one of kept.values()) release(one);
    },
    handOver() {
      const now = clock.now();
      const isOpen = (one: Kept): boolean => one.releasedAt === -Infinity || one.output.state().verified;
      const list = [...kept.values()]
        .filter((one) => one.until > now || !isOpen(one))
        .map(({ spec, onExit, until }) => ({ spec, onExit, until: Math.max(until, 0) }));
      for (const one of kept.values()) drop(one);
      return list;
    },
    inherit(held) {
      for (const { spec, onExit, until } of held) {
        if (kept.has(outputKey(spec))) continue;
        const one = take(spec, onExit);
        if (!('problem' in one)) hold(one, until);
      }
    },
    isDone(soon) {
      const now = clock.now();
      return [...kept.values()].every((one) => {
        if (one.until > now) return false;
        const { verified, fault } = one.output.state();
        if (verified || one.releasedAt === -Infinity) return true;
        // Hardware that cannot be read back has no fault, and has heard it by then.
        return now - one.releasedAt >= (soon || fault === null ? LAST_WORD : LAST_TRY);
      });
    },
  };
}
