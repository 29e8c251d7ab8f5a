/** A pack with several devices: who speaks for what. */
import assert from 'node:assert/strict';
import { emptyReading, type Hardware } from '../../src/engine/reading/reading.ts';
import { createSharedSources } from '../../src/runtime/shared-sources.ts';

const CELLS = [{ cell: 1, voltage: 3.3 }];
const TIMEOUTS = { chargeTimeout: 5, loadTimeout: 60 };
const shared = () => createSharedSources(TIMEOUTS);

/** The flags of a reading in which the BMS says `own`. */
function flagsOf(sources: ReturnType<typeof shared>, own: Hardware, now: number): Hardware {
  const reading = { ...emptyReading('house', 1, 0), hardware: { ...own } };
  sources.apply(reading, now);
  return reading.hardware;
}

describe('a BMS and a shunt on one pack', () => {
  it('the current is the shunt’s once it has told it, and never the BMS’s again', () => {
    const sources = shared();
    assert.equal(sources.first({ current: 1, cells: CELLS }).current, 1);
    assert.deepEqual(sources.further('second', { current: 1.234 }, 1), { current: 1.234 });
    const seen = sources.first({ current: 1, cells: CELLS, voltage: 26.4 });
    assert.deepEqual(seen, { cells: CELLS, voltage: 26.4 });
  });

  it('a shunt that does not know takes nothing over', () => {
    const sources = shared();
    assert.deepEqual(sources.further('second', { soc: null, current: null }, 1), { soc: null, current: null });
    assert.equal(sources.first({ soc: 50, current: 1 }).soc, 50);
  });

  it('cells and temperatures are the BMS’s alone', () => {
    const told = shared().further(
      'second',
      { cells: [{ cell: 1, voltage: 9 }], cellCount: 99, temperatures: [99], current: 2, ages: { current: 3 } },
      1,
    );
    assert.deepEqual(told, { current: 2, ages: { current: 3 } });
  });

  it('the pack voltage is the BMS’s where it tells one, else the shunt’s', () => {
    const sources = shared();
    assert.equal(sources.further('second', { voltage: 26.5 }, 1).voltage, 26.5);
    sources.first({ voltage: 26.4 });
    assert.equal(sources.further('second', { voltage: 26.5 }, 1).voltage, undefined);
  });

  it('a charger’s current is what flows in; the net current stays the BMS’s', () => {
    const sources = shared();
    assert.deepEqual(sources.further('second', { currentIn: 12 }, 1), { currentIn: 12 });
    assert.deepEqual(sources.first({ current: 4, currentIn: 9 }), { current: 4 });
  });

  it('of two further devices the second goes before the third, whoever spoke first', () => {
    const sources = shared();
    assert.equal(sources.further('third', { current: 3 }, 1).current, 3);
    assert.equal(sources.further('second', { current: 2 }, 1).current, 2);
    assert.equal(sources.further('third', { current: 3 }, 2).current, undefined);
  });
});

describe('permissions and faults of further devices', () => {
  it('VSB-1 take away what the BMS allows, and give nothing that it does not', () => {
    const sources = shared();
    sources.further('second', { hardware: { chargeAllowed: false, loadAllowed: true } }, 10);
    assert.deepEqual(flagsOf(sources, { chargeAllowed: true, loadAllowed: false }, 11), {
      chargeAllowed: false,
      loadAllowed: false,
    });
    assert.deepEqual(flagsOf(sources, {}, 11), { chargeAllowed: false, loadAllowed: true });
  });

  it('VSB-1 a device that has fallen silent permits no charging, and later no loads', () => {
    const sources = shared();
    sources.further('second', { hardware: { chargeAllowed: true, loadAllowed: true } }, 10);
    assert.deepEqual(flagsOf(sources, {}, 14.9), { chargeAllowed: true, loadAllowed: true });
    assert.deepEqual(flagsOf(sources, {}, 15), { chargeAllowed: false, loadAllowed: true });
    assert.deepEqual(flagsOf(sources, {}, 70), { chargeAllowed: false, loadAllowed: false });
  });

  it('VSB-1 one that is there for its permissions alone permits nothing before it is heard', () => {
    const sources = createSharedSources({ ...TIMEOUTS, permits: ['third'] });
    assert.deepEqual(flagsOf(sources, { chargeAllowed: true }, 10), { chargeAllowed: false, loadAllowed: false });
    sources.further('third', { hardware: { chargeAllowed: true, loadAllowed: true } }, 10);
    assert.deepEqual(flagsOf(sources, { chargeAllowed: true }, 10), { chargeAllowed: true, loadAllowed: true });
  });

  it('a fault or a short circuit is added, an all-clear hides nothing, and other flags are told where there is none', () => {
    const sources = shared();
    sources.further('second', { hardware: { shortCircuit: true, fault: '', preAlarm: true } }, 10);
    assert.deepEqual(flagsOf(sources, { fault: 'E1', shortCircuit: false }, 11), {
      fault: 'E1',
      shortCircuit: true,
      preAlarm: true,
    });
    assert.deepEqual(flagsOf(sources, { fault: 'E1' }, 20), { fault: 'E1' });
  });
});
