/**
 * The commissioning test of a relay, without its buttons: what is noted while the contact opens, and what it proves.
 * Both the person who looks and the current have a say; neither alone is a proof.
 */
import { hasEnded, leastChange } from '../../node-red/relay-test-record.ts';
import type { Live } from './live.ts';

/** A key of the catalogue below `trial.result`. */
export type TrialResult =
  /** Seen, and the whole current ended. */
  | 'proven'
  /** Seen, and some of the current goes on. */
  | 'partly'
  /** Seen, and too little flowed to be sure of anything. */
  | 'little'
  /** Seen, and the current was not known. */
  | 'unknown'
  /** The current ended, and nobody has seen why. */
  | 'unseen'
  | 'reversed'
  /** The current that ended was not the one of this role. */
  | 'other-side'
  | 'nothing'
  | 'stuck'
  | 'failed'
  | 'sounded'
  | 'silent';

export interface Seen {
  /** Current before the contact opened, and at the end of the time it was open (A, positive charging). */
  readonly before: number | null;
  readonly after: number | null;
  /** The board says that the contact stayed where it was. */
  readonly stuck: boolean;
  /** The person's answer: it disconnected, or sounded. */
  readonly yes: boolean;
}

const CHARGES: readonly string[] = ['charge', 'alternator'];
const DRAWS: readonly string[] = ['load', 'shed', 'aux', 'precharge'];
/** Least current that a test can say something with (A). */
const LEAST = leastChange(0);

/** What a test has shown. */
export function judgeTrial(role: string, { before, after, stuck, yes }: Seen): TrialResult {
  if (stuck) return 'stuck';
  if (role === 'pre-alarm') return yes ? 'sounded' : 'silent';
  if (before === null || after === null) return yes ? 'unknown' : 'failed';
  const least = leastChange(before);
  const fallen = fallOf(role, before, after);
  if (hasEnded(before, after)) {
    if (fallen < 0) return 'other-side';
    return yes ? 'proven' : 'unseen';
  }
  if (fallen <= -least) return 'reversed';
  if (!yes) return 'failed';
  if (fallen >= least) return 'partly';
  return Math.abs(before) < LEAST ? 'little' : 'nothing';
}

/** How much of what the role is about has gone (A); negative: more flows with the open contact. */
function fallOf(role: string, before: number, after: number): number {
  if (CHARGES.includes(role)) return before - after;
  if (DRAWS.includes(role)) return after - before;
  return Math.abs(before) - Math.abs(after);
}

/** Results that stand in the record as "it disconnects"; whatever else was seen is a failure. */
export function hasPassed(result: TrialResult): boolean {
  return ['proven', 'partly', 'little', 'unknown', 'sounded'].includes(result);
}

export type TrialPhase = 'before' | 'open' | 'asked' | 'done';

export interface Trial {
  phase(): TrialPhase;
  /** The contact is closed and can be opened to see what happens. */
  ready(): boolean;
  heard(): Live | null;
  before(): number | null;
  after(): number | null;
  /** The runtime has said where the contact is and what flows. */
  hear(live: Live): void;
  /** The runtime has agreed to open the contact for some seconds. */
  opened(): void;
  /** The person has answered. Call it once, when asked. */
  answer(yes: boolean): TrialResult;
}

/** Longest that an end of the test is waited for (s); the runtime ends it far earlier. */
const PATIENCE = 60;

/** @param now monotonic seconds */
export function createTrial(role: string, now: () => number): Trial {
  let phase: TrialPhase = 'before';
  let last: Live | null = null;
  let before: number | null = null;
  let after: number | null = null;
  let stuck = false;
  let openedAt = 0;

  return {
    phase: () => phase,
    ready: () => phase === 'before' && last !== null && last.closed,
    heard: () => last,
    before: () => before,
    after: () => after,
    hear(live) {
      last = live;
      if (phase !== 'open') return;
      const since = now() - openedAt;
      if (live.reason !== 'test' || since > PATIENCE) {
        phase = 'asked';
        return;
      }
      stuck = live.actual === true;
      // What was measured before the contact opened says nothing of what flows now.
      if (live.age !== null && live.age < since) after = live.current;
    },
    opened() {
      before = last?.current ?? null;
      after = null;
      stuck = false;
      openedAt = now();
      phase = 'open';
    },
    answer(yes) {
      phase = 'done';
      return judgeTrial(role, { before, after, stuck, yes });
    },
  };
}
