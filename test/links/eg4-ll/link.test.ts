/** The link to an EG4 LL battery against the simulated one. */
import assert from 'node:assert/strict';
import { EG4_LL } from '../../../src/links/eg4-ll/protocol.ts';
import { eg4LlKind } from '../../../src/simulator/eg4-ll.ts';
import { benches, near } from '../support/benches.ts';
import { describeModbusBms } from '../support/modbus-bms.ts';

const BMS = { protocol: EG4_LL, device: eg4LlKind, currentStep: 0.01, tellsCells: true };

describe('the link to an EG4 LL', () => {
  const bench = benches(BMS);
  describeModbusBms(BMS);

  it('currents come in tenths where the setting says so', async () => {
    const b = bench({ options: { variant: 'current-0.1A' } });
    b.tell('current -4');
    await b.pass(3);
    near(b.latest().current, -40, 0.1);
  });

  it('a number of cells that cannot be makes the whole answer nonsense', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('count 0');
    const before = b.seen.length;
    await b.pass(5);
    assert.equal(b.seen.length, before);
    assert.match(String(b.link.state().problem), /says that it has 0 cells/);
    b.tell('count 20');
    await b.pass(3);
    assert.match(String(b.link.state().problem), /says that it has 20 cells/);
    b.tell('count 7');
    await b.pass(3);
    assert.equal(b.latest().cellCount, 7);
  });

  it('it does not tell its switches', async () => {
    const b = bench();
    for (const [amperes, state] of [
      [10, 'charging'],
      [-10, 'discharging'],
      [0, 'standby'],
    ] as const) {
      b.tell(`current ${amperes}`);
      await b.pass(3);
      assert.equal(b.latest().hardware?.['chargeSwitchClosed'], undefined);
      assert.equal(b.latest().extra?.['state'], state);
    }
  });
});
