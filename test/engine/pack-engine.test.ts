/** The engine of one pack as a whole: what it says before it knows anything, and about readings that are damaged. */
import assert from 'node:assert/strict';
import type { Reading } from '../../src/engine/reading/reading.ts';
import { Bench } from '../support/pack.ts';

describe('the engine of a pack', () => {
  it('VLB-10 before the first decision no current may flow, and afterwards the limits are at once what they are', () => {
    const bench = new Bench('lifepo4');
    assert.equal(bench.engine.protection.ready, false);
    const { maxChargeVoltage, maxChargeCurrent, maxDischargeCurrent } = bench.engine.limits(bench.now);
    assert.deepEqual([maxChargeVoltage, maxChargeCurrent, maxDischargeCurrent], [3.45 * 4, 0, 0]);
    bench.say();
    assert.equal(bench.engine.protection.ready, true);
    assert.equal(bench.engine.limits(bench.now).maxChargeCurrent, 100, 'the start is no reason to hold them down');
  });

  it('OGT-12 a device that tells its count and no current is followed; one that tells a current only starts the count', () => {
    const blind = new Bench('lifepo4');
    for (const soc of [60, 55, 50]) blind.keep(5, { current: null, soc });
    assert.equal(Math.round(100 * blind.engine.soc), 50);
    const counted = new Bench('lifepo4');
    for (const soc of [60, 55, 50]) counted.keep(5, { current: -1, soc });
    assert.equal(Math.round(100 * counted.engine.soc), 60);
  });

  it('123-R6 a reading whose sensors were taken away counts the bypassing cell: the safe side', () => {
    const bench = new Bench('lifepo4').keep(3);
    const cells = [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3, temperature: cell === 2 ? 70 : 20 }));
    for (let second = 0; second < 7; second++) {
      bench.now += 1;
      const seen = { cells: cells.map((c) => ({ ...c, balancing: c.cell === 2 })), current: 0, voltage: 13.2 };
      bench.engine.observe('device', seen, bench.now);
      const reading = bench.engine.reading(bench.now, 0);
      const damaged = { ...reading, temperatures: undefined as unknown as Reading['temperatures'] };
      assert.doesNotThrow(() => bench.engine.protection.step(damaged, bench.now));
    }
    assert.deepEqual([bench.charge, bench.load], [false, false]);
  });
});
