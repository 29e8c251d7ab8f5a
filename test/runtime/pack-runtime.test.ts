/** A pack, alive: what it says and when, what it judges, what it remembers. */
import assert from 'node:assert/strict';
import type { LinkListener } from '../../src/links/link.ts';
import { PackRuntime, type Verdict } from '../../src/runtime/pack-runtime.ts';
import type { StampedReading } from '../../src/runtime/stamp.ts';
import type { Store } from '../../src/runtime/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settingsOf } from '../support/pack.ts';
import type { Observation } from '../../src/engine/reading/observation.ts';

const HEALTHY: Observation = {
  cells: [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3 })),
  temperatures: [20],
  current: 1,
  voltage: 13.2,
  soc: 60,
};

function memoryStore(state: unknown = null): Store & { writes: unknown[] } {
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

function packOf(
  options: { store?: Store; clock?: ManualClock; instance?: string; profile?: 'lifepo4' | '123smartbms' } = {},
) {
  const clock = options.clock ?? new ManualClock();
  const verdicts: Verdict[] = [];
  const readings: StampedReading[] = [];
  let listener: LinkListener | null = null;
  const pack = new PackRuntime({
    id: 'n1',
    name: 'house',
    settings: settingsOf(options.profile ?? 'lifepo4'),
    firstClose: true,
    clock,
    instance: options.instance ?? 'p-1',
    store: options.store ?? memoryStore(),
    openLink: (given) => {
      listener = given;
      return null;
    },
    openFeed: () => assert.fail('no bytes are fed here'),
  });
  pack.onReading((reading) => readings.push(reading));
  assert.ok(pack.claimJudge('protection', (verdict) => verdicts.push(verdict)));
  /** A second with a reading that goes along the wire. */
  const second = (seen: Observation = HEALTHY): void => {
    clock.advance(1);
    listener!.observed(seen, clock.now());
    pack.judge(readings.at(-1));
  };
  return { clock, pack, verdicts, readings, second, last: (): Verdict => verdicts.at(-1)! };
}

describe('a pack at run time', () => {
  it('says nothing before its first verdict, then names the first readings as the cause', () => {
    const { clock, verdicts, second, last } = packOf();
    clock.advance(3);
    assert.equal(verdicts.length, 0);
    second();
    assert.equal(last().permissions.charge?.allowed, true);
    assert.deepEqual(
      last().events.map((e) => [e.row, e.edge]),
      [['start', 'cleared']],
    );
  });

  it('withdraws in the end when no reading ever comes', () => {
    const { clock, last } = packOf();
    clock.advance(61);
    assert.equal(last().permissions.charge?.allowed, false);
    assert.equal(last().permissions.load?.allowed, false);
    assert.ok(last().decision.active.some((e) => e.rule === 'communication'));
  });

  it('repeats its permissions at least every 2 s, each with a new sequence', () => {
    const { clock, second, verdicts } = packOf();
    for (let i = 0; i < 10; i++) second();
    clock.advance(2);
    const sequences = verdicts.map((v) => v.permissions.charge!.sequence);
    assert.ok(sequences.length >= 11, String(sequences.length));
    assert.deepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
  });

  it('cutting the wire is silence, and silence opens, although the link goes on', () => {
    const { clock, pack, readings, second, last } = packOf();
    second();
    for (let i = 0; i < 6; i++) {
      clock.advance(1);
      pack.observe('link', HEALTHY, clock.now());
    }
    assert.ok(readings.length > 6);
    assert.equal(last().permissions.charge?.allowed, false);
    assert.equal(last().permissions.load?.allowed, true);
  });

  it('a reading that comes again, late, or from elsewhere keeps nothing alive', () => {
    const { clock, pack, readings, second, last } = packOf();
    second();
    const old = readings.at(-1)!;
    assert.equal(pack.judge(old), 'repeated');
    assert.equal(pack.judge({ ...old, stamp: { ...old.stamp, instance: 'q-1', sequence: 99 } }), 'foreign');
    assert.equal(pack.judge(42), 'no-reading');
    clock.advance(1);
    pack.poll();
    const delayed = readings.at(-1)!;
    clock.advance(4.9);
    assert.equal(pack.judge(delayed), 'judged');
    clock.advance(0.5);
    assert.equal(last().permissions.charge?.allowed, false, 'its values were measured 6.4 s ago');
  });

  it('no lease lasts past the age at which the oldest value becomes unknown', () => {
    const { clock, pack, readings, second, last } = packOf();
    second();
    const measured = clock.now();
    assert.equal(last().permissions.charge!.validUntil, measured + 5);
    assert.equal(last().permissions.load!.validUntil, measured + 60);
    clock.advance(3);
    pack.poll();
    pack.judge(readings.at(-1));
    assert.equal(last().permissions.charge!.validUntil, measured + 5);
    assert.equal(last().permissions.load!.validUntil, measured + 60);
  });

  it('one protection a pack: a second one is refused until the first is gone', () => {
    const { pack } = packOf();
    assert.equal(
      pack.claimJudge('other', () => undefined),
      false,
    );
    assert.equal(
      pack.claimJudge('protection', () => undefined),
      true,
    );
    pack.releaseJudge('protection');
    assert.equal(
      pack.claimJudge('other', () => undefined),
      true,
    );
  });

  it('monitors hear once that values have become unknown', () => {
    const { clock, readings, second } = packOf();
    second();
    clock.advance(30);
    const unknown = readings.filter((r) => r.cellMin.value === null);
    assert.equal(unknown.length, 1);
    assert.equal(unknown[0]!.cellMin.cause, 'stale');
  });

  it('a restart finds SOC, a raised rule and the permissions again; other settings only SOC and the rule', () => {
    const store = memoryStore();
    const first = packOf({ store });
    first.second();
    for (let i = 0; i < 3; i++) first.second({ ...HEALTHY, cells: [{ cell: 2, voltage: 3.7 }] });
    assert.equal(first.last().permissions.charge?.allowed, false);
    first.pack.end();
    const between = { ...HEALTHY, cells: HEALTHY.cells!.map((c) => ({ ...c, voltage: 3.5 })), soc: 10 };
    const again = packOf({ store, instance: 'p-2' });
    for (let i = 0; i < 30; i++) again.second(between);
    assert.equal(again.last().permissions.charge?.allowed, false, 'a stored trip stays tripped');
    assert.ok(again.pack.engine.soc > 0.59);
    const other = packOf({ store, instance: 'p-3', profile: '123smartbms' });
    assert.ok(other.pack.engine.soc > 0.59);
  });

  it('writes seldom: a day of two full cycles stays below 200 writes', () => {
    const store = memoryStore();
    const { clock, pack, second } = packOf({ store });
    for (let minute = 0; minute < 24 * 60; minute++) {
      const soc = 0.5 + 0.45 * Math.sin((minute / (12 * 60)) * 2 * Math.PI);
      pack.engine.seedSoc(soc);
      second();
      clock.advance(2);
      second();
      // The rest of the minute passes in silence short enough not to trip anything.
      clock.advance(1);
    }
    assert.ok(store.writes.length < 200, String(store.writes.length));
  });

  it('a wall clock that jumps by years changes nothing', () => {
    const { clock, second, last } = packOf();
    second();
    clock.stepWall(-50 * 365 * 86_400_000);
    second();
    clock.stepWall(100 * 365 * 86_400_000);
    second();
    assert.deepEqual([last().permissions.charge?.allowed, last().permissions.load?.allowed], [true, true]);
  });
});
