/** A pack runtime on a clock moved by hand, with a store in memory. */
import assert from 'node:assert/strict';
import type { Given } from '../../../src/engine/pack/validate.ts';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import type { ProfileId } from '../../../src/engine/vocabulary.ts';
import type { LinkListener } from '../../../src/links/link.ts';
import { PackRuntime, type Verdict } from '../../../src/runtime/pack-runtime.ts';
import type { StampedReading } from '../../../src/runtime/stamp.ts';
import type { Store } from '../../../src/runtime/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { settingsOf } from '../../support/pack.ts';

export interface MemoryStore extends Store {
  /** Every state that was written, as it would stand on the disk. */
  readonly writes: unknown[];
}

export function memoryStore(state: unknown = null): MemoryStore {
  const writes: unknown[] = [];
  return {
    writes,
    read: () => writes.at(-1) ?? state,
    write: (next) => void writes.push(JSON.parse(JSON.stringify(next))),
    settled: () => Promise.resolve(),
    problem: null,
    found: null,
    keepOff: () => undefined,
  };
}

export interface RunningOptions {
  /** A link is configured, heard or not. */
  readonly hasLink?: boolean;
  readonly clock?: ManualClock;
  readonly profile?: ProfileId;
  readonly given?: Given;
  readonly store?: Store;
  readonly instance?: string;
  readonly firstClose?: boolean;
}

export interface Running {
  readonly clock: ManualClock;
  readonly pack: PackRuntime;
  readonly readings: StampedReading[];
  readonly verdicts: Verdict[];
  /** What the pack gave its link to report to. */
  readonly link: LinkListener;
  last(): Verdict;
  /** Seconds, with a reading in each that goes along the wire. */
  run(seconds: number, seen?: Observation): void;
}

/** Four cells at rest, everything known. */
export const HEALTHY: Observation = healthy();

export function healthy(voltages: readonly number[] = [3.3, 3.3, 3.3, 3.3]): Observation {
  return {
    cellCount: voltages.length,
    cells: voltages.map((voltage, i) => ({ cell: i + 1, voltage })),
    temperatures: [20],
    current: 1,
    voltage: voltages.reduce((a, b) => a + b, 0),
  };
}

/** A pack with a monitor that keeps what it hears, and a protection node called `judge`. */
export function startPack(options: RunningOptions = {}): Running {
  const {
    clock = new ManualClock(),
    profile = 'lifepo4',
    store = memoryStore(),
    instance = 'p-1',
    hasLink = false,
  } = options;
  const readings: StampedReading[] = [];
  const verdicts: Verdict[] = [];
  let link: LinkListener | null = null;
  const pack = new PackRuntime({
    id: 'n1',
    name: 'house',
    settings: settingsOf(profile, options.given),
    firstClose: options.firstClose ?? true,
    clock,
    instance,
    store,
    openLink: (listener) => {
      link = listener;
      const counters = { frames: 0, discardedBytes: 0, refusedFrames: 0 };
      return hasLink ? { state: () => ({ ok: false, problem: 'silent', counters }), close: () => undefined } : null;
    },
    openFeed: () => assert.fail('no bytes are fed here'),
  });
  pack.onReading((reading) => readings.push(reading));
  assert.ok(pack.claimJudge('judge', (verdict) => verdicts.push(verdict)));
  return {
    clock,
    pack,
    readings,
    verdicts,
    link: link ?? assert.fail('the pack asked for no link'),
    last: () => verdicts.at(-1) ?? assert.fail('no verdict yet'),
    run(seconds, seen = HEALTHY) {
      for (let i = 0; i < seconds; i++) {
        clock.advance(1);
        link!.observed(seen, clock.now());
        pack.judge(readings.at(-1));
      }
    },
  };
}

/** Whether charging and the loads were allowed by the last verdict. */
export function allowed({ decision }: Verdict): [boolean, boolean] {
  return [decision.roles.charge.allowed, decision.roles.load.allowed];
}
