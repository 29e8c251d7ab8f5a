/** What a pack remembers across a restart, what it must not believe, and how often it writes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PackEngine, type PackMemory } from '../../src/engine/pack-engine.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import { createSaver, settingsHash } from '../../src/runtime/saver.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settingsOf } from '../support/pack.ts';
import { allowed, healthy, memoryStore, startPack } from './support/packs.ts';

const MEMORY: PackMemory = {
  soc: 0.42,
  protection: {
    raised: [{ row: 'cell-overvoltage', seconds: 12 }],
    permissions: { charge: true, load: false },
    remote: false,
  },
};

function restored(saved: unknown, given: Given = {}): PackMemory | null {
  return createSaver({
    store: memoryStore(saved),
    clock: new ManualClock(),
    settings: settingsOf('lifepo4', given),
  }).restore();
}

const HASH = settingsHash(settingsOf('lifepo4'));

describe('the memory of a pack', () => {
  it('comes back whole under the same settings', () => {
    assert.deepEqual(restored({ settings: HASH, at: 0, memory: MEMORY }), MEMORY);
  });

  it('permissions lapse under other settings; trips, the remote switch and SOC stay', () => {
    const { soc, protection } = restored({ settings: HASH, at: 0, memory: MEMORY }, { cellOvervoltage: 3.6 })!;
    assert.equal(soc, 0.42);
    assert.deepEqual(protection.raised, MEMORY.protection.raised);
    assert.equal(protection.remote, false);
    assert.deepEqual(protection.permissions, {});
  });

  it('the hash of the settings is that of their values, whatever their order', () => {
    const settings = settingsOf('lifepo4');
    const turned = { ...settings, values: Object.fromEntries(Object.entries(settings.values).toReversed()) };
    assert.equal(settingsHash(turned as typeof settings), HASH);
    assert.notEqual(settingsHash(settingsOf('lifepo4', { cells: 5 })), HASH);
    assert.notEqual(settingsHash(settingsOf('123smartbms')), HASH);
    const differing = new Set(
      ['cellOvervoltage', 'leaseLoad', 'minimumOff'].map((name) =>
        settingsHash(settingsOf('lifepo4', { [name]: 3.5 })),
      ),
    );
    assert.equal(differing.size, 3);
  });

  const GARBAGE: [string, unknown][] = [
    ['nothing', null],
    ['a text', 'soc'],
    ['a list', []],
    ['no memory', { settings: HASH, at: 0 }],
    ['a memory that is none', { settings: HASH, at: 0, memory: 7 }],
    ['SOC beyond full', { settings: HASH, memory: { ...MEMORY, soc: 42 } }],
    ['SOC below empty', { settings: HASH, memory: { ...MEMORY, soc: -0.1 } }],
    ['SOC as text', { settings: HASH, memory: { ...MEMORY, soc: '0.5' } }],
    ['no SOC', { settings: HASH, memory: { protection: MEMORY.protection } }],
    ['no protection', { settings: HASH, memory: { soc: 0.5, protection: null } }],
    [
      'trips that are no list',
      { settings: HASH, memory: { soc: 0.5, protection: { ...MEMORY.protection, raised: {} } } },
    ],
    [
      'a trip that is null',
      { settings: HASH, memory: { soc: 0.5, protection: { ...MEMORY.protection, raised: [null] } } },
    ],
    [
      'a trip without a time',
      {
        settings: HASH,
        memory: { soc: 0.5, protection: { ...MEMORY.protection, raised: [{ row: 'cell-overvoltage' }] } },
      },
    ],
    [
      'a remote switch that is text',
      { settings: HASH, memory: { soc: 0.5, protection: { ...MEMORY.protection, remote: 'no' } } },
    ],
    [
      'permissions that are words',
      { settings: HASH, memory: { soc: 0.5, protection: { ...MEMORY.protection, permissions: { charge: 'no' } } } },
    ],
  ];
  for (const [what, saved] of GARBAGE) {
    it(`garbage in the file (${what}) is ignored as a whole`, () => {
      assert.equal(restored(saved), null);
    });
  }

  it('whatever one part of the file says, a pack starts, and allows nothing before it has read its battery', () => {
    const { protection } = MEMORY;
    const wrong = fc.anything({ withNullPrototype: true, withSparseArray: true });
    const saved = fc.oneof(
      wrong,
      wrong.map((settings) => ({ settings, at: 0, memory: MEMORY })),
      wrong.map((memory) => ({ settings: HASH, at: 0, memory })),
      wrong.map((soc) => ({ settings: HASH, at: 0, memory: { soc, protection } })),
      wrong.map((given) => ({ settings: HASH, at: 0, memory: { soc: 0.5, protection: given } })),
      fc.constantFrom('raised', 'permissions', 'remote').chain((part) =>
        wrong.map((given) => ({
          settings: HASH,
          at: 0,
          memory: { soc: 0.5, protection: { ...protection, [part]: given } },
        })),
      ),
      wrong.map((trip) => ({
        settings: HASH,
        at: 0,
        memory: { soc: 0.5, protection: { ...protection, raised: [trip] } },
      })),
    );
    fc.assert(
      fc.property(saved, (state) => {
        const { clock, verdicts, pack } = startPack({ store: memoryStore(state), firstClose: false });
        clock.advance(5);
        for (const verdict of verdicts) assert.deepEqual(allowed(verdict), [false, false]);
        assert.ok(Number.isNaN(pack.engine.soc) || (pack.engine.soc >= 0 && pack.engine.soc <= 1));
        pack.end();
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pack after a restart', () => {
  const BETWEEN = healthy([3.5, 3.5, 3.5, 3.5]);

  it('inside the band a stored permission comes back, a lapsed one does not', () => {
    const store = memoryStore();
    startPack({ store }).run(3);
    const same = startPack({ store, instance: 'p-2', firstClose: false });
    same.run(3, BETWEEN);
    assert.deepEqual(allowed(same.last()), [true, true]);
    const other = startPack({
      store,
      instance: 'p-3',
      firstClose: false,
      given: { cellOvervoltage: 3.6, cellOvervoltageClear: 3.4 },
    });
    other.run(3, BETWEEN);
    assert.equal(allowed(other.last())[0], false, 'other settings: nobody has allowed this');
  });

  it('a stored trip stays tripped under other settings, until its clear value has been seen', () => {
    const store = memoryStore();
    const first = startPack({ store });
    first.run(3);
    first.run(5, healthy([3.3, 3.3, 3.7, 3.3]));
    assert.equal(allowed(first.last())[0], false);
    const other = startPack({ store, instance: 'p-2', given: { cellOvervoltage: 3.64 } });
    other.run(60, BETWEEN);
    assert.equal(allowed(other.last())[0], false);
    other.run(30, healthy([3.4, 3.4, 3.4, 3.4]));
    assert.equal(allowed(other.last())[0], true);
  });

  it('VSB-5 switched off by remote, it stays off over a restart and under other settings', () => {
    const store = memoryStore();
    const first = startPack({ store });
    first.run(3);
    first.pack.setRemote(false);
    for (const given of [{}, { cellOvervoltage: 3.6 }]) {
      const next = startPack({ store, instance: 'p-2', given });
      next.run(30);
      assert.deepEqual(allowed(next.last()), [false, false]);
    }
  });

  it('a trip is on the disk as soon as the relay is told', () => {
    const store = memoryStore();
    const { run, last } = startPack({ store });
    run(3);
    let tripped = -1;
    for (let i = 0; i < 10 && tripped < 0; i++) {
      run(1, healthy([3.3, 3.3, 3.7, 3.3]));
      if (!allowed(last())[0]) tripped = i;
    }
    const { memory } = store.writes.at(-1) as { memory: PackMemory };
    assert.deepEqual(
      memory.protection.raised.map((r) => r.row),
      ['cell-overvoltage'],
    );
  });

  it('ended before its first reading it forgets nothing of what it had found', () => {
    const store = memoryStore({ settings: HASH, at: 0, memory: MEMORY });
    const { pack } = startPack({ store });
    pack.end();
    const { memory } = store.read() as { memory: PackMemory };
    assert.deepEqual(
      memory.protection.raised.map((r) => r.row),
      ['cell-overvoltage'],
    );
    assert.equal(memory.protection.permissions.load, false);
    assert.equal(memory.protection.remote, false);
    assert.equal(memory.soc, 0.42);
  });
});

describe('SD cards wear', () => {
  /** LiFePO4 at rest, roughly: enough to walk through every threshold of the profile. */
  function voltageAt(soc: number): number {
    if (soc > 0.98) return 3.37 + (soc - 0.98) * 14;
    if (soc < 0.05) return 2.7 + soc * 10;
    return 3.2 + 0.15 * soc;
  }

  /** A day of two full cycles, a reading every 5 s: from 2 % to 100 % and back, twice. */
  function writesOfADay(second: (t: number) => ReturnType<typeof healthy>): number {
    const store = memoryStore();
    const { clock, pack } = startPack({ store, given: { communicationTimeoutCharge: 30 } });
    for (let t = 0; t < 86_400; t += 5) {
      clock.advance(5);
      pack.judgeObservation(second(t));
    }
    return store.writes.length;
  }

  it('a day of two full cycles, with every edge on the way, costs at most 200 writes', function () {
    this.timeout(20_000);
    const HALF = 6 * 3600;
    const SPAN = 0.98;
    const writes = writesOfADay((t) => {
      const phase = (t % (2 * HALF)) / HALF;
      const soc = 0.02 + SPAN * (phase < 1 ? phase : 2 - phase);
      const v = voltageAt(soc);
      return { ...healthy([v, v, v, v]), soc: soc * 100, current: ((phase < 1 ? 1 : -1) * SPAN * 100) / 6 };
    });
    assert.ok(writes > 20, `${writes}: the day was too quiet to prove anything`);
    assert.ok(writes <= 200, `${writes} writes`);
  });

  it('a battery at rest costs none after its first permissions', function () {
    this.timeout(20_000);
    const writes = writesOfADay(() => ({ ...healthy(), current: 0 }));
    assert.ok(writes <= 3, `${writes} writes`);
  });

  it('an unknown SOC is no change of SOC', () => {
    const store = memoryStore();
    const clock = new ManualClock();
    const settings = settingsOf('lifepo4');
    const saver = createSaver({ store, clock, settings });
    const engine = new PackEngine(settings, { name: 'house' });
    for (let t = 0; t < 86_400; t += 60) saver.sometimes(engine, t);
    assert.equal(store.writes.length, 0);
    engine.seedSoc(0.5);
    saver.sometimes(engine, 86_400);
    assert.equal(store.writes.length, 1, 'that it is known now is worth a write');
    saver.sometimes(engine, 90_000);
    assert.equal(store.writes.length, 1);
  });
});
