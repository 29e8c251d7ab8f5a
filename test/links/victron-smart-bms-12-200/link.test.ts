import assert from 'node:assert/strict';
import type { GivenOptions } from '../../../src/links/options.ts';
import { VICTRON_SMART_BMS } from '../../../src/links/victron-smart-bms-12-200/protocol.ts';
import { victronSmartBmsKind } from '../../../src/simulator/victron-smart-bms.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';

describe('Victron Smart BMS 12-200 on an input board: link', () => {
  let bench: LinkBench;
  afterEach(() => bench.close());

  function start(options: GivenOptions = {}, more: Partial<Parameters<typeof createLinkBench>[0]> = {}): LinkBench {
    bench = createLinkBench({ protocol: VICTRON_SMART_BMS, device: victronSmartBmsKind, cells: 4, options, ...more });
    return bench;
  }

  /** load, charge, pre-alarm */
  const told = () => {
    const { loadAllowed, chargeAllowed, preAlarm } = bench.latest().hardware ?? {};
    return [loadAllowed, chargeAllowed, preAlarm];
  };

  it('VSB-1 passes on what the BMS allows, and nothing else', async () => {
    for (const kind of ['tcp', 'modbus-tcp'] as const) {
      start({}, { kind });
      await bench.pass(2);
      assert.equal(bench.link.state().problem, null);
      assert.deepEqual(bench.latest(), { hardware: { chargeAllowed: true, loadAllowed: true, preAlarm: false } });
      bench.tell('cell 2 3.8');
      await bench.pass(1);
      assert.deepEqual(told(), [true, false, false]);
      bench.tell('cell 2 2.4');
      await bench.pass(1);
      assert.equal(told()[0], false);
      bench.close();
    }
  });

  it('VSB-6, VLB-4 the pre-alarm comes 30 s before the loads go', async () => {
    start();
    await bench.pass(2);
    bench.tell('cell 2 2.7');
    await bench.pass(2);
    assert.deepEqual(told(), [true, true, true]);
    await bench.pass(30);
    assert.equal(told()[0], false);
  });

  it('VSB-6 an intermittent pre-alarm is one all the time, and ends with it', async () => {
    start();
    bench.tell('intermittent on');
    bench.tell('cell 2 3.0');
    await bench.pass(2);
    const from = bench.seen.length;
    await bench.pass(10);
    assert.deepEqual(
      [...new Set(bench.seen.slice(from).map(({ observation }) => observation.hardware?.['preAlarm']))],
      [true],
    );
    bench.tell('cell 2 3.3');
    await bench.pass(4);
    assert.equal(told()[2], false);
  });

  it('VSB-1 a broken wire and a dead BMS read as not allowed', async () => {
    for (const map of ['', 'inverted']) {
      start({ map });
      if (map === 'inverted') bench.tell('inverted on');
      await bench.pass(1);
      assert.deepEqual(told(), [true, true, false]);
      bench.tell('wire load cut');
      await bench.pass(1);
      assert.deepEqual(told(), [false, true, false]);
      bench.tell('wire charge cut');
      await bench.pass(1);
      assert.deepEqual(told(), [false, false, false]);
      bench.tell('wire load whole');
      bench.tell('wire charge whole');
      bench.tell('dead on');
      await bench.pass(1);
      assert.deepEqual(told(), [false, false, false]);
      bench.close();
    }
    start();
  });

  it('a silent board is told within 5 s, and is back in two cycles', async () => {
    start();
    await bench.pass(2);
    bench.tell('silence');
    await bench.pass(5);
    assert.match(bench.link.state().problem ?? '', /input board at address 1 does not answer: check the cable/);
    bench.tell('resume');
    await bench.pass(2.5);
    assert.equal(bench.link.state().problem, null);
    assert.deepEqual(told(), [true, true, false]);
  });

  it('with a bit in a thousand wrong, nothing wrong is told', async () => {
    start();
    bench.tell('noise 0.001');
    await bench.pass(60);
    assert.ok(bench.seen.length > 30, String(bench.seen.length));
    for (const { observation } of bench.seen) {
      assert.deepEqual(observation.hardware, { chargeAllowed: true, loadAllowed: true, preAlarm: false });
    }
  });

  it('a slow board, one at another address, and one without such inputs', async () => {
    start();
    bench.tell('slow 0.4');
    await bench.pass(3);
    assert.equal(bench.link.state().problem, null);
    bench.close();
    start({ address: 3 });
    await bench.pass(5);
    assert.match(bench.link.state().problem ?? '', /address 3 does not answer/);
    bench.close();
    start({ map: 'load = input 20' });
    await bench.pass(5);
    assert.equal(bench.seen.length, 0);
    assert.match(bench.link.state().problem ?? '', /refused: illegal address/);
  });
});
