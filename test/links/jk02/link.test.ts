/** The link to a JK board behind Bluetooth against the simulated one. */
import assert from 'node:assert/strict';
import { JK02 } from '../../../src/links/jk02/protocol.ts';
import { jk02Kind } from '../../../src/simulator/jk02.ts';
import { testFamily } from '../jk/family.ts';
import { benches, near } from '../support/benches.ts';
import { frameWith } from './build.ts';

describe('the link to a JK board by its frames of 300 bytes', () => {
  testFamily({
    protocol: JK02,
    device: jk02Kind,
    steps: { pack: 0.005, current: 0.001, temperature: 0.06 },
    oldest: 0.9,
  });

  const bench = benches({ protocol: JK02, device: jk02Kind });

  it('the layout follows from the hardware version', async () => {
    const b = bench();
    b.tell('layout 24s');
    b.tell('current -8');
    await b.pass(5);
    assert.equal(b.latest().extra?.['hardwareVersion'], '10.XG');
    assert.equal(b.latest().temperatures?.length, 2);
    near(b.latest().current, -8, 0.001);
    near(b.latest().voltage, 26.4, 0.5);
  });

  it('a layout that is set wrongly gives no values, and the sentence says what to set', async () => {
    const b = bench({ options: { variant: '24s' }, cells: 16 });
    await b.pass(8);
    assert.equal(b.seen.length, 0);
    assert.match(b.link.state().problem ?? '', /cannot be in the layout 24s: set the layout to auto/);
  });

  it('sensors T3 and T4 belong to the pack once they were told, and are missed from then on', async () => {
    const b = bench({ cells: 4 });
    await b.pass(6);
    assert.equal(b.latest().temperatures?.length, 4);
    b.tell('temperature 3 dead');
    await b.pass(3);
    assert.deepEqual(
      b.latest().temperatures?.map((celsius) => celsius === null),
      [false, false, true, false],
    );
    assert.equal(b.latest().hardware?.fault, 'sensor');
  });

  it('sensors that were never told are no part of the pack', async () => {
    const b = bench({ cells: 4 });
    b.tell('temperature 3 dead');
    b.tell('temperature 4 dead');
    await b.pass(6);
    assert.equal(b.latest().temperatures?.length, 2);
  });

  it('a broken current sensor and a short circuit', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('current unknown');
    await b.pass(3);
    assert.equal(b.latest().current, null);
    assert.equal(b.latest().hardware?.fault, 'current sensor');
    b.tell('current auto');
    b.tell('short on');
    await b.pass(3);
    const { hardware = {} } = b.latest();
    assert.deepEqual([hardware.shortCircuit, hardware.loadAllowed, hardware.fault], [true, false, '']);
  });

  it('frames without a status get a sentence of their own', async () => {
    const b = bench();
    b.tell('silence');
    for (let i = 0; i < 80; i += 1) {
      await b.pass(0.1);
      b.hear(frameWith(1, {}));
    }
    assert.match(b.link.state().problem ?? '', /its frames come, but none with its/);
  });

  it('every command it sends is one of the two that ask', async () => {
    const b = bench();
    await b.pass(5);
    b.tell('silence');
    await b.pass(5);
    assert.deepEqual(
      [...new Set(b.sent)].sort(),
      ['aa5590eb96000000000000000000000000000010', 'aa5590eb97000000000000000000000000000011'].sort(),
    );
  });
});
