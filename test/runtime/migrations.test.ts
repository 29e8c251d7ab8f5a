/** Stored states of earlier versions are read, those of later ones are left alone. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import { bringForward, STATE_VERSION } from '../../src/runtime/migrations.ts';
import { savedFrom } from '../../src/runtime/saved-state.ts';
import { openStore } from '../../src/runtime/store.ts';
import { allowed, HEALTHY, memoryStore, startPack } from './support/packs.ts';

const VERSION_1 = {
  settings: '3292d41067700a63',
  at: 1767225630000,
  memory: {
    soc: 0.625,
    protection: {
      raised: [{ row: 'short-circuit', seconds: 24 }],
      permissions: { charge: true, load: false },
      remote: true,
      roles: { load: { openings: [], closings: [29], off: 24 } },
    },
    sensors: [1],
  },
  released: 'mark-1',
};

describe('a stored state of another version', () => {
  it('1 → 2 → 3: everything is kept; the name, what had been logged, and what was learned, nobody knows', () => {
    assert.deepEqual(bringForward(VERSION_1), { ...VERSION_1, version: 3, name: '' });
    assert.ok(typeof savedFrom(VERSION_1) === 'object');
  });

  it('2 → 3: everything is kept, and the state of charge starts as unsure as a number alone is', () => {
    const version2 = { ...VERSION_1, version: 2, name: 'house' };
    assert.deepEqual(bringForward(version2), { ...version2, version: 3 });
    const { engine } = startPack({ store: memoryStore(version2) }).pack;
    assert.equal(engine.soc, 0.625);
    assert.ok(Number(engine.reading(1000, 0).soc.uncertainty) > 5);
  });

  it('of version 3 what was learned goes on', () => {
    const first = startPack({ given: { capacity: 200 } });
    first.pack.syncSoc(50);
    first.run(7200, { ...HEALTHY, current: -20 });
    const memory = first.pack.engine.memory(first.clock.now());
    const saved = { version: 3, name: 'house', settings: '', at: first.clock.wall(), memory };
    const store = memoryStore(JSON.parse(JSON.stringify(saved)));
    const { engine } = startPack({ store, given: { capacity: 200 } }).pack;
    assert.ok(Math.abs(engine.figures.counters.total.dischargedAh - 40) < 0.1);
    assert.ok(Math.abs(engine.soc - first.pack.engine.soc) < 1e-9);
    assert.ok(Number(engine.reading(1000, 0).soc.uncertainty) < 5);
  });

  it('what was learned may be garbage: the rest is used', () => {
    for (const garbage of [null, 'x', 7, [], { version: 99 }, { version: 1, counters: { total: 'x' } }]) {
      const memory = { ...VERSION_1.memory, estimator: garbage, figures: garbage };
      const { engine } = startPack({ store: memoryStore({ ...VERSION_1, version: 3, name: 'house', memory }) }).pack;
      assert.equal(engine.soc, 0.625);
      assert.equal(engine.figures.counters.total.dischargedAh, 0);
    }
  });

  it('of this version it stays as it is', () => {
    const state = { ...VERSION_1, version: STATE_VERSION, name: 'house' };
    assert.equal(bringForward(state), state);
  });

  it('of a later version it is told apart from garbage', () => {
    for (const later of [STATE_VERSION + 1, 99]) {
      assert.equal(bringForward({ ...VERSION_1, version: later }), 'newer');
      assert.equal(savedFrom({ version: later, all: 'different' }), 'newer');
    }
    for (const garbage of [0, -1, 1.5, '2', null, {}])
      assert.equal(bringForward({ ...VERSION_1, version: garbage }), null);
  });

  it('whatever is stored, the steps throw nothing', () => {
    const state = fc.oneof(
      fc.anything(),
      fc.record({ version: fc.constantFrom(1, 2, undefined), memory: fc.anything(), settings: fc.anything() }),
    );
    fc.assert(
      fc.property(state, (stored) => {
        const brought = bringForward(stored);
        if (typeof brought === 'object' && brought !== null) assert.equal(brought['version'], STATE_VERSION);
        savedFrom(stored);
      }),
    );
  });

  it('a pack starts from the files of version 1: SOC, latch, times, remote and the release that was given', async () => {
    const root = mkdtempSync(join(tmpdir(), 'cellwarden-version-1-'));
    try {
      const folder = join(root, 'n1');
      mkdirSync(folder);
      for (const name of ['a', 'b']) {
        copyFileSync(new URL(`support/version-1/${name}.slot`, `file://${__filename}`), join(folder, `${name}.json`));
      }
      const store = openStore(folder, (report) => assert.fail(report.kind), { owner: 'n1' });
      const running = startPack({ store, given: { switchesPerHour: 30 } });
      // The mark was obeyed before the restart: it must not release the latch once more.
      running.pack.release('mark-1');
      running.run(30);
      assert.ok(Math.abs(running.pack.engine.soc - 0.625) < 0.001);
      assert.deepEqual(running.last().decision.latched, ['short-circuit']);
      assert.deepEqual(allowed(running.last()), [false, false]);
      assert.equal(running.pack.engine.protection.log.history('short-circuit').count, 1);
      running.pack.end();
      await running.pack.settled();
      const state = openStore(folder, () => undefined).read() as { version: number; name: string; memory: PackMemory };
      assert.equal(state.version, STATE_VERSION);
      assert.equal(state.name, 'house');
      assert.ok(state.memory.protection.log?.rows.some(({ row }) => row === 'short-circuit'));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('a pack does not use a state of a later version, and keeps off it', () => {
    let keptOff = 0;
    const store = { ...memoryStore({ ...VERSION_1, version: STATE_VERSION + 1 }), keepOff: () => void keptOff++ };
    const running = startPack({ store });
    running.run(5);
    assert.equal(keptOff, 1);
    assert.ok(Number.isNaN(running.pack.engine.soc));
    assert.deepEqual(running.last().decision.active, []);
  });
});
