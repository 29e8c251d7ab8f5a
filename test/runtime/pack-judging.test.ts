/** What a pack makes of readings that come along a wire: late, twice, from elsewhere, or changed on the way. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { PERMISSION_ROLES, type Role } from '../../src/engine/vocabulary.ts';
import { parsePermission } from '../../src/runtime/permission.ts';
import type { StampedReading } from '../../src/runtime/stamp.ts';
import { allowed, healthy, HEALTHY, memoryStore, startPack, type Running } from './support/packs.ts';
import { seconds } from './support/arbitrary-seconds.ts';

/** A line on which every reading takes `delay` seconds; returns what was allowed at any moment. */
function overDelayedWire(delay: number, seconds: number): Running & { readonly everAllowed: boolean } {
  const running = startPack();
  const { clock, pack, readings, link, verdicts } = running;
  const way: { reading: StampedReading; at: number }[] = [];
  for (let i = 0; i < seconds * 4; i++) {
    clock.advance(0.25);
    if (i % 4 === 0) {
      link.observed(HEALTHY, clock.now());
      way.push({ reading: readings.at(-1)!, at: clock.now() + delay });
    }
    while (way[0] !== undefined && way[0].at <= clock.now()) pack.judge(way.shift()!.reading);
  }
  return { ...running, everAllowed: verdicts.some((v) => allowed(v).includes(true)) };
}

describe('a pack judging readings', () => {
  it('the order of arrival is not the order of events: an older reading never replaces a newer one', () => {
    const { clock, pack, readings, link, last, run } = startPack({ given: { cellOvervoltageDelay: 0 } });
    run(3);
    const innocent = readings.at(-1)!;
    pack.judge(innocent);
    clock.advance(0.1);
    pack.poll();
    const older = readings.at(-1)!;
    clock.advance(0.1);
    link.observed(healthy([3.3, 3.3, 3.8, 3.3]), clock.now());
    assert.equal(pack.judge(readings.at(-1)), 'judged');
    assert.equal(allowed(last())[0], false);
    assert.equal(pack.judge(older), 'repeated');
    assert.equal(pack.judge({ ...older, stamp: { ...older.stamp, sequence: 1 } }), 'repeated');
    clock.advance(3);
    assert.equal(allowed(last())[0], false);
  });

  it('a reading from the future is refused', () => {
    const { clock, pack, readings, run } = startPack();
    run(1);
    clock.advance(1);
    pack.poll();
    const reading = readings.at(-1)!;
    const stamp = { ...reading.stamp, monotonic: clock.now() + 60 };
    assert.equal(pack.judge({ ...reading, stamp }), 'repeated');
    assert.equal(pack.judge(reading), 'judged');
  });

  it('a number no reading ever had does not shut out the real ones', () => {
    for (const sequence of [Number.NaN, Infinity, 1e300]) {
      const { clock, pack, readings, run, last } = startPack();
      run(3);
      pack.poll();
      const reading = readings.at(-1)!;
      pack.judge({ ...reading, stamp: { ...reading.stamp, sequence } });
      run(30);
      assert.deepEqual(allowed(last()), [true, true], `after a reading with the number ${sequence}`);
      // And what was judged before stays judged.
      assert.equal(pack.judge(reading), 'repeated');
      assert.ok(clock.pending > 0);
    }
  });

  it('the reading of another pack, or of this one before a restart, is foreign', () => {
    const before = startPack({ instance: 'p-1' });
    before.run(2);
    const { pack, run, last, verdicts } = startPack({ instance: 'p-2', clock: before.clock });
    assert.equal(pack.judge(before.readings.at(-1)), 'foreign');
    assert.equal(verdicts.length, 0);
    run(2);
    assert.deepEqual(allowed(last()), [true, true]);
  });

  it('a wire that takes 4 s leaves leases of 1 s; one that takes longer than a value lives allows nothing', () => {
    const slow = overDelayedWire(4, 20);
    assert.ok(slow.everAllowed);
    for (const { permissions } of slow.verdicts) {
      const { charge } = permissions;
      if (charge?.allowed) assert.ok(charge.validUntil <= slow.clock.now() + 5);
    }
    const emitted = slow.last().permissions.charge!;
    assert.ok(emitted.validUntil - slow.clock.now() <= 1.001);
    assert.equal(overDelayedWire(5, 40).everAllowed, false);
    assert.equal(overDelayedWire(7, 40).everAllowed, false);
  });

  it('a wire that delivers everything twice, and the older ones once more, behaves as one that does not', () => {
    const straight = startPack();
    const echoing = startPack();
    const seen: Observation[] = Array.from({ length: 45 }, (_, i) =>
      healthy([3.3, 3.3, i > 10 && i < 20 ? 3.7 : 3.3, 3.3]),
    );
    for (const observation of seen) {
      straight.run(1, observation);
      echoing.run(1, observation);
      for (const reading of echoing.readings.slice(-4)) assert.equal(echoing.pack.judge(reading), 'repeated');
    }
    const told = ({ verdicts }: Running) =>
      verdicts.flatMap(({ events }) => events.map((e) => [e.row, e.edge, e.value, e.at]));
    assert.deepEqual(told(echoing), told(straight));
    assert.ok(told(straight).length >= 3);
  });
});

/** Puts `thing` in place of one leaf of the reading. */
function mangled(reading: StampedReading, which: number, thing: unknown): StampedReading {
  const copy = structuredClone(reading);
  const leaves: { in: Record<string, unknown>; key: string }[] = [];
  const collect = (part: Record<string, unknown>): void => {
    for (const key of Object.keys(part)) {
      if (part === (copy as unknown) && key === 'stamp') continue;
      const value = part[key];
      leaves.push({ in: part, key });
      if (typeof value === 'object' && value !== null) collect(value as Record<string, unknown>);
    }
  };
  collect(copy as unknown as Record<string, unknown>);
  const leaf = leaves[which % leaves.length]!;
  leaf.in[leaf.key] = thing;
  return copy;
}

const NOT_A_NUMBER = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, Number.NaN, '', '3.3', 'x', true, false, {}, [], [null], { value: 3.3 }),
  fc.string(),
  fc.date(),
);

describe('a reading that was damaged on its way', () => {
  const BAD: [string, Observation, 'charge' | 'load'][] = [
    ['a cell at 3.8 V', healthy([3.3, 3.3, 3.8, 3.3]), 'charge'],
    ['a cell at 2.6 V', healthy([3.3, 2.6, 3.3, 3.3]), 'load'],
    ['a battery at 70 °C', { ...HEALTHY, temperatures: [70] }, 'charge'],
    ['a battery at 70 °C', { ...HEALTHY, temperatures: [70] }, 'load'],
    ['150 A into 100 Ah', { ...HEALTHY, current: 150 }, 'charge'],
  ];
  for (const [what, seen, role] of BAD) {
    it(`${what} is never taken for a good battery, whatever one damaged value says (${role})`, () => {
      fc.assert(
        fc.property(fc.nat(), NOT_A_NUMBER, (which, thing) => {
          const { clock, pack, readings, link, last, run } = startPack();
          run(3);
          assert.deepEqual(allowed(last()), [true, true]);
          for (let i = 0; i < 130; i++) {
            clock.advance(1);
            link.observed(seen, clock.now());
            pack.judge(mangled(readings.at(-1)!, which, thing));
          }
          assert.equal(allowed(last())[role === 'charge' ? 0 : 1], false);
        }),
        { numRuns: 120 },
      );
    });
  }

  it('123-R6 a hot cell beside a hotter balancing one stays hot, whatever garbage stands for its temperature', () => {
    const cell = (n: number, temperature: number, balancing = false) => ({
      cell: n,
      voltage: 3.3,
      temperature,
      balancing,
    });
    const seen = { ...HEALTHY, cells: [cell(1, 70), cell(2, 75, true), cell(3, 20), cell(4, 20)] };
    for (const thing of [undefined, Number.NaN, [], {}, '', 'hot', true, new Date(0)] as unknown[]) {
      const { clock, pack, readings, link, last, run } = startPack();
      run(3);
      for (let i = 0; i < 130; i++) {
        clock.advance(1);
        link.observed(seen, clock.now());
        const reading = structuredClone(readings.at(-1)!);
        Object.assign(reading.cells[0]!, { temperature: thing });
        pack.judge(reading);
      }
      assert.equal(allowed(last())[1], false, `temperature ${JSON.stringify(thing)} (${typeof thing})`);
    }
  });

  it('is judged without a throw, and time goes on', () => {
    fc.assert(
      fc.property(fc.nat(), fc.anything({ withNullPrototype: true, withSparseArray: true }), (which, thing) => {
        const { clock, pack, readings, run, last } = startPack();
        run(2);
        pack.poll();
        pack.judge(mangled(readings.at(-1)!, which, thing));
        clock.advance(2);
        run(200);
        assert.deepEqual(allowed(last()), [true, true], 'good readings bring everything back');
      }),
      { numRuns: 100 },
    );
  });
});

describe('permissions of a pack', () => {
  it('none outlives the moment at which the oldest value it rests on becomes unknown', () => {
    // What charging, the loads and the second stage rest on in the profile lifepo4.
    const RESTS = ['cells', 'temperatures', 'current'] as const;
    const TIMEOUT = { charge: 5, load: 60 } as const;
    const part = fc.record({
      refresh: fc.subarray([...RESTS]),
      wait: seconds(0.1, 4),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const { clock, pack, readings, link, verdicts, run } = startPack();
        run(2);
        const measured = { cells: clock.now(), temperatures: clock.now(), current: clock.now() };
        for (const { refresh, wait } of parts) {
          clock.advance(wait);
          const seen = Object.fromEntries(refresh.map((name) => [name, HEALTHY[name]]));
          for (const name of refresh) measured[name] = clock.now();
          link.observed(seen, clock.now());
          const before = verdicts.length;
          pack.judge(readings.at(-1));
          const oldest = Math.min(...Object.values(measured));
          for (const { permissions } of verdicts.slice(before)) {
            for (const role of ['charge', 'load'] as const) {
              const permission = permissions[role];
              if (permission?.allowed) assert.ok(permission.validUntil <= oldest + TIMEOUT[role] + 1e-6);
            }
          }
        }
        const left = verdicts.flatMap(({ permissions }) =>
          permissions.charge?.allowed ? [permissions.charge.validUntil] : [],
        );
        assert.ok(Math.max(...left) <= clock.now() + 5 + 1e-6);
      }),
      { numRuns: 200 },
    );
  });

  it('every one of them can be read by whoever gets it, also those that were never allowed', () => {
    const running = startPack();
    running.clock.advance(70);
    const silent = running.last();
    running.run(3);
    for (const { permissions } of [silent, running.last()]) {
      for (const role of [...PERMISSION_ROLES, 'pre-alarm'] as Role[]) {
        const permission = permissions[role] ?? assert.fail(`nothing is said about ${role}`);
        assert.deepEqual(parsePermission(permission), permission, role);
        assert.deepEqual(JSON.parse(JSON.stringify(permission)), permission, role);
      }
    }
  });

  it('a role whose values are late stays silent, not refused, until its time is over', () => {
    const { clock, link, pack, readings, verdicts, last } = startPack();
    for (let i = 0; i < 4; i++) {
      clock.advance(1);
      link.observed({ cellCount: 4, cells: HEALTHY.cells! }, clock.now());
      pack.judge(readings.at(-1));
    }
    assert.ok(verdicts.every(({ permissions }) => permissions.charge === undefined && permissions.load === undefined));
    clock.advance(2);
    assert.equal(last().permissions.charge?.allowed, false, 'no temperature after 5 s');
    assert.equal(last().permissions.load, undefined, 'the loads have 60 s');
  });

  it('the alternator, precharge and aux are never allowed in this version', () => {
    const { run, verdicts } = startPack();
    run(30);
    for (const { permissions } of verdicts) {
      for (const role of ['alternator', 'precharge', 'aux'] as const) assert.notEqual(permissions[role]?.allowed, true);
    }
  });
});

describe('the judge of a pack', () => {
  it('a second one is refused, and hears nothing', () => {
    const { pack, run } = startPack();
    let heard = 0;
    assert.equal(
      pack.claimJudge('second', () => heard++),
      false,
    );
    run(3);
    assert.equal(heard, 0);
    pack.releaseJudge('second');
    assert.equal(
      pack.claimJudge('third', () => heard++),
      false,
      'who never had it cannot give it away',
    );
  });

  it('a rebuilt one gets the same answers, and no edge is told twice', () => {
    const { clock, pack, run, verdicts, link, readings } = startPack();
    run(5);
    run(5, healthy([3.3, 3.3, 3.7, 3.3]));
    pack.releaseJudge('judge');
    const told = verdicts.length;
    clock.advance(0.003);
    const again: Running['verdicts'] = [];
    assert.ok(pack.claimJudge('judge', (verdict) => again.push(verdict)));
    assert.deepEqual([verdicts.length, again.length], [told, 0], 'nothing is said before the first verdict');
    for (let i = 0; i < 3; i++) {
      clock.advance(1);
      link.observed(healthy([3.3, 3.3, 3.7, 3.3]), clock.now());
      pack.judge(readings.at(-1));
    }
    assert.equal(allowed(again.at(-1)!)[0], false);
    assert.deepEqual(
      again.flatMap((v) => v.events),
      [],
    );
    const sequences = [...verdicts, ...again].map((v) => v.permissions.load!.sequence);
    assert.deepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
  });

  it('while nobody judges, nothing is permitted, and what was missed does not come back as permission', () => {
    const { clock, pack, run, verdicts } = startPack();
    run(5);
    pack.releaseJudge('judge');
    const told = verdicts.length;
    clock.advance(120);
    assert.equal(verdicts.length, told);
    const again: Running['verdicts'] = [];
    pack.claimJudge('judge', (verdict) => again.push(verdict));
    clock.advance(2);
    assert.ok(again.length > 0);
    for (const verdict of again) assert.deepEqual(allowed(verdict), [false, false]);
  });
});

describe('the state of charge of a pack', () => {
  it('a device that knows seeds it once; after that it is counted', () => {
    const { run, pack } = startPack();
    run(1, { ...HEALTHY, soc: 70 });
    assert.ok(Math.abs(pack.engine.soc - 0.7) < 1e-3);
    run(5, { ...HEALTHY, soc: 20 });
    assert.ok(Math.abs(pack.engine.soc - 0.7) < 1e-3);
  });

  it('one that has none, or an impossible one, leaves it unknown', () => {
    for (const soc of [null, -1, 101, Number.NaN, 1e9]) {
      const { run, pack, readings } = startPack();
      run(3, { ...HEALTHY, soc });
      assert.ok(Number.isNaN(pack.engine.soc), String(soc));
      assert.equal(readings.at(-1)!.soc.value, null);
    }
  });

  it('the owner sets it, and it is written down at once', () => {
    const store = memoryStore();
    const { run, pack, readings } = startPack({ store });
    run(3);
    pack.syncSoc(55);
    const { memory } = store.writes.at(-1) as { memory: { soc: number } };
    assert.equal(memory.soc, 0.55);
    run(1);
    assert.ok(Math.abs(readings.at(-1)!.soc.value! - 55) < 0.1);
  });
});
