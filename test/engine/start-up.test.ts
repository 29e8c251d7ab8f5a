/** What is allowed after a start, and what is remembered. */
import assert from 'node:assert/strict';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import { Bench } from '../support/pack.ts';

const memory = (charge: boolean, load: boolean, raised: string[] = []): PackMemory => ({
  soc: 0.5,
  protection: {
    raised: raised.map((row) => ({ row, seconds: 100 })),
    permissions: { charge, load, contactor: true, shed: load },
    remote: true,
  },
});
const inBand = { cells: [3.0, 3.3, 3.3, 3.55] };

describe('start-up', () => {
  it('nothing is allowed before every value the active rules use is known', () => {
    const bench = new Bench('lifepo4');
    const tell = (seen: Parameters<typeof bench.engine.observe>[1]): void => {
      bench.now += 1;
      bench.engine.observe('device', seen, bench.now);
      bench.judge();
      assert.deepEqual([bench.charge, bench.load], [false, false]);
    };
    tell({});
    tell({ cells: [1, 2, 3].map((cell) => ({ cell, voltage: 3.3 })) });
    tell({ cells: [{ cell: 4, voltage: 3.3 }] });
    tell({ temperatures: [20] });
    bench.say();
    assert.deepEqual([bench.charge, bench.load], [true, true]);
  });

  it('inside a hysteresis band the stored permission counts', () => {
    const on = new Bench('lifepo4', { firstClose: false, memory: memory(true, true) }).say(inBand);
    assert.deepEqual([on.charge, on.load], [true, true]);
    const off = new Bench('lifepo4', { firstClose: false, memory: memory(false, false) }).keep(100, inBand);
    assert.deepEqual([off.charge, off.load], [false, false]);
    off.keep(1);
    assert.deepEqual([off.charge, off.load], [true, true], 'clear values close');
  });

  it('inside a band and with nothing stored the first close decides', () => {
    assert.equal(new Bench('lifepo4', { firstClose: true }).say(inBand).load, true);
    assert.equal(new Bench('lifepo4', { firstClose: false }).keep(50, inBand).load, false);
  });

  it('a stored trip stays tripped until its clear value is seen', () => {
    const bench = new Bench('lifepo4', { memory: memory(true, true, ['cell-overvoltage']) });
    bench.keep(60, { cells: [3.5, 3.5, 3.5, 3.5] });
    assert.equal(bench.charge, false);
    bench.keep(11, { cells: [3.4, 3.4, 3.4, 3.4] });
    assert.equal(bench.charge, true);
  });

  it('a device that comes late does not lose the stored permission', () => {
    const bench = new Bench('123smartbms', { firstClose: false, memory: { ...memory(true, true), soc: 0.97 } });
    for (let i = 0; i < 600; i++) bench.silence();
    assert.deepEqual([bench.charge, bench.load], [false, false]);
    bench.say();
    assert.deepEqual([bench.charge, bench.load], [true, true], 'SOC 97 % is inside the band of charge restart');
  });

  it('a lost store and an unknown SOC do not lock the house off', () => {
    const bench = new Bench('123smartbms', { firstClose: false }).say();
    assert.deepEqual([bench.charge, bench.load], [true, true]);
    assert.ok(bench.edges.includes('soc-unknown/raised'));
  });

  it('a device of its own mind seeds SOC, once', () => {
    const bench = new Bench('123smartbms', { firstClose: false }).say({ soc: 70 });
    assert.equal(bench.engine.soc, 0.7);
    bench.say({ soc: 10 });
    assert.ok(bench.engine.soc > 0.69);
  });

  it('what is remembered brings back the same decisions', () => {
    const before = new Bench('lifepo4').say().keep(3, { cells: [3.7, 3.3, 3.3, 3.3] });
    assert.equal(before.charge, false);
    const stored = JSON.parse(JSON.stringify(before.engine.memory(before.now))) as PackMemory;
    const after = new Bench('lifepo4', { memory: stored, firstClose: false }).keep(20, { cells: [3.5, 3.3, 3.3, 3.3] });
    assert.deepEqual([after.charge, after.load], [false, true]);
  });

  it('VSB-5 remote off takes everything away, remote on gives back only what the rules allow', () => {
    const bench = new Bench('lifepo4').say();
    bench.engine.protection.remote = false;
    bench.say();
    assert.deepEqual([bench.charge, bench.load], [false, false]);
    assert.deepEqual(bench.edges, ['remote/raised']);
    bench.keep(5, { cells: [3.7, 3.3, 3.3, 3.3] });
    bench.engine.protection.remote = true;
    bench.say({ cells: [3.7, 3.3, 3.3, 3.3] });
    assert.deepEqual([bench.charge, bench.load], [false, true]);
  });
});
