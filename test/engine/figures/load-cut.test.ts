/** What the cells were like when the loads were cut: an empty battery, or one cell of it. */
import assert from 'node:assert/strict';
import { LoadCut } from '../../../src/engine/figures/load-cut.ts';
import { sampleOf } from './support/samples.ts';

describe('the moment the loads were cut', () => {
  it('VLB-21 keeps the lowest cell and the mean of that moment, until the next cut', () => {
    const cut = new LoadCut({ cells: 4 });
    assert.deepEqual([cut.cell, cut.voltage, cut.mean], [null, Number.NaN, Number.NaN]);
    cut.step(sampleOf({ cells: [3.2, 3.2, 3.2, 3.2] }), false);
    cut.step(sampleOf({ cells: [3.2, 3.2, 2.8, 3.2] }), true);
    assert.deepEqual([cut.cell, cut.voltage, cut.mean.toFixed(3)], [3, 2.8, '3.100']);
    cut.step(sampleOf({ cells: [2.7, 3.2, 2.9, 3.2] }), true);
    cut.step(sampleOf({ cells: [3.3, 3.3, 3.3, 3.3] }), false);
    assert.equal(cut.cell, 3);
    cut.step(sampleOf({ cells: [2.7, 2.8, 2.9, 2.9] }), true);
    assert.equal(cut.cell, 1);
  });

  it('a restart in the middle of a cut is no new one, and garbage is none', () => {
    const before = new LoadCut({ cells: 4 });
    before.step(sampleOf({ cells: [3.2, 3.2, 2.8, 3.2] }), true);
    const after = new LoadCut({ cells: 4 });
    after.restore(JSON.parse(JSON.stringify(before.state())));
    after.step(sampleOf({ cells: [2.7, 3.2, 2.9, 3.2] }), true);
    assert.equal(after.cell, 3);
    for (const garbage of [null, 7, 'x', [], { cell: 99, voltage: 'x', mean: 1e9, cut: 'yes' }]) {
      const cut = new LoadCut({ cells: 4 });
      cut.restore(garbage);
      assert.deepEqual([cut.cell, cut.voltage, cut.mean], [null, Number.NaN, Number.NaN]);
    }
  });
});
