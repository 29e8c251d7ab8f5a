/** How often relays have switched: never forgotten for long, never written often. */
import assert from 'node:assert/strict';
import { createRelayCounts } from '../../src/runtime/relay-counts.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { memoryStore } from './support/packs.ts';

const DAY = 86_400;

describe('the switch counts of the relays', () => {
  it('go on after a restart', () => {
    const store = memoryStore();
    const first = createRelayCounts({ store, clock: new ManualClock() });
    first.count('r1');
    assert.equal(first.switches('r1'), 1);
    assert.equal(first.switches('r2'), 0);
    const clock = new ManualClock();
    const second = createRelayCounts({ store, clock });
    assert.equal(second.switches('r1'), 1);
    second.count('r1');
    second.count('r2');
    clock.advance(600);
    const third = createRelayCounts({ store, clock: new ManualClock() });
    assert.deepEqual([third.switches('r1'), third.switches('r2')], [2, 1]);
  });

  it('the first is written at once, what follows ten minutes later in one write', () => {
    const store = memoryStore();
    const clock = new ManualClock();
    const counts = createRelayCounts({ store, clock });
    for (let i = 0; i < 50; i++) {
      counts.count('r1');
      clock.advance(1);
    }
    assert.equal(store.writes.length, 1);
    clock.advance(549);
    assert.equal(store.writes.length, 1);
    clock.advance(1);
    assert.deepEqual(store.writes.at(-1), { version: 1, counts: { r1: 50 } });
    clock.advance(DAY);
    assert.equal(store.writes.length, 2, 'nothing new, nothing written');
    assert.equal(clock.pending, 0);
  });

  it('a relay that chatters all day, through deploys without number, costs at most 144 writes', async () => {
    const store = memoryStore();
    const clock = new ManualClock();
    const counts = createRelayCounts({ store, clock });
    const times: number[] = [];
    for (let t = 0; t < 2 * DAY; t += 10) {
      counts.count('r1');
      if (t % 60 === 0) await counts.settled();
      while (times.length < store.writes.length) times.push(clock.now());
      clock.advance(10);
    }
    for (let i = 144; i < times.length; i++) assert.ok(times[i]! - times[i - 144]! >= DAY, `write ${i}`);
    assert.ok(times.length >= 144 && times.length <= 288, `${times.length} writes in two days`);
    assert.equal(counts.switches('r1'), (2 * DAY) / 10);
  });

  it('before the process ends, what is new is written at once', async () => {
    const store = memoryStore();
    const clock = new ManualClock();
    const counts = createRelayCounts({ store, clock });
    counts.count('r1');
    counts.count('r1');
    await counts.settled();
    assert.deepEqual(store.writes.at(-1), { version: 1, counts: { r1: 2 } });
    assert.equal(clock.pending, 0);
    await counts.settled();
    assert.equal(store.writes.length, 2);
  });

  it('what is no count is left out, and no id is special', () => {
    const stored = JSON.parse(
      '{"version":1,"counts":{"r1":3,"r2":-1,"r3":"4","r4":1.5,"r5":null,"__proto__":7}}',
    ) as object;
    const store = memoryStore(stored);
    const counts = createRelayCounts({ store, clock: new ManualClock() });
    assert.deepEqual(
      ['r1', 'r2', 'r3', 'r4', 'r5', '__proto__', 'constructor'].map((id) => counts.switches(id)),
      [3, 0, 0, 0, 0, 7, 0],
    );
    counts.count('__proto__');
    assert.equal(createRelayCounts({ store, clock: new ManualClock() }).switches('__proto__'), 8);
    assert.equal(Object.hasOwn(Object.prototype, 'r1'), false);
  });

  for (const garbage of [null, 7, 'x', [], {}, { version: 1 }, { version: 1, counts: null }, { counts: { r1: 3 } }]) {
    it(`from ${JSON.stringify(garbage)} they start at none`, () => {
      const counts = createRelayCounts({ store: memoryStore(garbage), clock: new ManualClock() });
      assert.equal(counts.switches('r1'), 0);
    });
  }

  it('those of a later version are not used and not written over', () => {
    let keptOff = 0;
    const store = { ...memoryStore({ version: 2, counts: { r1: 3 } }), keepOff: () => void keptOff++ };
    assert.equal(createRelayCounts({ store, clock: new ManualClock() }).switches('r1'), 0);
    assert.equal(keptOff, 1);
  });
});
