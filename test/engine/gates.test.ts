import assert from 'node:assert/strict';
import { CALM, healthyBench, play } from './properties/support/sequences.ts';
import { Bench } from '../support/pack.ts';

describe('gates', () => {
  it('123-R2 ECS-10 a gate that keeps charging and the loads off takes the contactor away only after its own delay', () => {
    const bench = healthyBench('123smartbms', { communicationDelay: 3, contactorDelay: 0 });
    bench.engine.seedSoc(0.5);
    // Too hot for both, and well again at the moment at which the cells are no longer heard by the BMS.
    play(bench, { ...CALM, after: 0.5, warmth: [66, 20, 20, 20], outside: 66 });
    for (let second = 0; second < 3; second++) {
      play(bench, { ...CALM, after: second === 0 ? 0.5 : 1, communication: false });
      const { charge, contactor } = bench.engine.protection.decision(bench.now).roles;
      assert.deepEqual([charge.reason, contactor.allowed], ['waiting', true], `${second} s`);
    }
    play(bench, { ...CALM, after: 1, communication: false });
    assert.equal(bench.allowed('contactor'), false);
  });

  it('VLB-2 loads that a silence took away do not come back while a cell is below the cut, whatever its delay', () => {
    const bench = new Bench('lifepo4').keep(5).silence(70);
    assert.equal(bench.load, false);
    const low = { cells: [3.3, 2.6, 3.3, 3.3] };
    bench.keep(5, low);
    assert.equal(bench.load, false, 'the warning has not had its 30 s, but nothing is on that needs it');
    bench.keep(60, low);
    assert.equal(bench.load, false);
    assert.equal(bench.keep(60, { cells: [3.25, 3.25, 3.25, 3.25] }).load, true);
  });
});
