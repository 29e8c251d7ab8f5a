/** The Pylontech link against two simulated modules. */
import assert from 'node:assert/strict';
import { PYLONTECH } from '../../../src/links/pylontech/protocol.ts';
import { pylontechKind } from '../../../src/simulator/pylontech.ts';
import { benchTests, describeLink } from '../ascii-hex/link-behaviour.ts';

const UNDER = { protocol: PYLONTECH, device: pylontechKind, address: 2 };

describeLink('a Pylontech module', UNDER);

describe('the questions of the Pylontech link', () => {
  const run = benchTests(UNDER);

  run("are the document's: values, alarms, now and then the charge management", async (bench) => {
    await bench.pass(25);
    const count = (text: string): number =>
      bench.sent.filter((sent) => Buffer.from(sent, 'hex').toString('latin1') === text).length;
    assert.ok(count('~20024642E00202FD33\r') >= 20);
    assert.ok(count('~20024644E00202FD31\r') >= 20);
    const management = count('~20024692E00202FD2E\r');
    assert.ok(management >= 2 && management <= 4, `${management}`);
  });

  run('the limits for chargers and loads are shown and judged by nobody', async (bench) => {
    await bench.pass(2);
    const { extra } = bench.latest();
    assert.equal(extra?.['chargeVoltageLimit'], 28.4);
    assert.equal(extra?.['dischargeVoltageLimit'], 23.2);
    assert.equal(extra?.['chargeCurrentLimit'], 50);
    assert.equal(extra?.['dischargeCurrentLimit'], -50);
    assert.equal(extra?.['chargeEnable'], true);
    assert.equal(extra?.['fullCapacity'], 100);
    assert.equal(extra?.['cycles'], 42);
  });

  run(
    'the second module is a pack of its own',
    async (bench) => {
      bench.tell('weak 5 -0.2');
      await bench.pass(2);
      assert.equal(bench.link.state().problem, null);
      assert.ok(bench.latest().cells!.every(({ voltage }) => voltage! > 3.2));
    },
    { options: { address: 3 } },
  );

  run(
    'the default address finds the first module of the default simulator',
    async (bench) => {
      await bench.pass(2);
      assert.equal(bench.link.state().problem, null);
    },
    { options: { address: '' }, simulated: { unit: 1 } },
  );

  run('a short circuit stops the loads', async (bench) => {
    await bench.pass(2);
    bench.tell('short on');
    await bench.pass(3);
    assert.equal(bench.latest().hardware!.loadAllowed, false);
    assert.equal(bench.latest().hardware!['dischargeOvercurrent'], true);
  });

  run('cold cells are not charged', async (bench) => {
    await bench.pass(2);
    bench.tell('temperature 4 -3');
    await bench.pass(3);
    const { chargeAllowed, loadAllowed } = bench.latest().hardware!;
    assert.deepEqual([chargeAllowed, loadAllowed], [false, true]);
  });
});
