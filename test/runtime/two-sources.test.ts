/** A pack with two devices: who speaks for what. */
import assert from 'node:assert/strict';
import { createTwoSources } from '../../src/runtime/two-sources.ts';

const CELLS = [{ cell: 1, voltage: 3.3 }];

describe('a BMS and a shunt on one pack', () => {
  it('the current is the shunt’s once it has told it, and never the BMS’s again', () => {
    const sources = createTwoSources();
    assert.equal(sources.first({ current: 1, cells: CELLS }).current, 1);
    assert.deepEqual(sources.second({ current: 1.234 }), { current: 1.234 });
    const seen = sources.first({ current: 1, cells: CELLS, voltage: 26.4 });
    assert.deepEqual(seen, { cells: CELLS, voltage: 26.4 });
  });

  it('a shunt that does not know takes nothing over', () => {
    const sources = createTwoSources();
    assert.deepEqual(sources.second({ soc: null, current: null }), { soc: null, current: null });
    assert.equal(sources.first({ soc: 50, current: 1 }).soc, 50);
  });

  it('cells, temperatures and flags are the BMS’s alone', () => {
    const sources = createTwoSources();
    const told = sources.second({
      cells: [{ cell: 1, voltage: 9 }],
      cellCount: 99,
      temperatures: [99],
      hardware: { chargeAllowed: true },
      current: 2,
      ages: { current: 3 },
    });
    assert.deepEqual(told, { current: 2, ages: { current: 3 } });
  });

  it('the pack voltage is the BMS’s where it tells one, else the shunt’s', () => {
    const sources = createTwoSources();
    assert.equal(sources.second({ voltage: 26.5 }).voltage, 26.5);
    sources.first({ voltage: 26.4 });
    assert.equal(sources.second({ voltage: 26.5 }).voltage, undefined);
  });

  it('a charger’s current is what flows in; the net current stays the BMS’s', () => {
    const sources = createTwoSources();
    assert.deepEqual(sources.second({ currentIn: 12 }), { currentIn: 12 });
    assert.deepEqual(sources.first({ current: 4, currentIn: 9 }), { current: 4 });
  });
});
