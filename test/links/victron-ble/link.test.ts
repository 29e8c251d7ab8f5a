/** The link to a Victron Smart Lithium battery against the simulated one, by way of a gateway of lines. */
import assert from 'node:assert/strict';
import type { GivenOptions } from '../../../src/links/options.ts';
import { VICTRON_BLE } from '../../../src/links/victron-ble/protocol.ts';
import { SIMULATED_KEY, victronBleKind } from '../../../src/simulator/victron-ble.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';
import { OTHER_KEY } from './build.ts';

function bench(options: GivenOptions = {}, cells = 4): LinkBench {
  const given = { secret: SIMULATED_KEY, ...options };
  return createLinkBench({ protocol: VICTRON_BLE, device: victronBleKind, cells, options: given });
}

const volts = (b: LinkBench): (number | null | undefined)[] => (b.latest().cells ?? []).map(({ voltage }) => voltage);

describe('Victron adverts: the link', () => {
  it('reads every cell of a healthy battery, 4 or 8, and nothing is forbidden (VLB-1)', async () => {
    for (const cells of [4, 8]) {
      const b = bench({}, cells);
      await b.pass(4.5);
      assert.equal(b.link.state().problem, null);
      const seen = b.latest();
      assert.equal(seen.cellCount, cells);
      for (const voltage of volts(b)) assert.ok(typeof voltage === 'number' && voltage > 3.2 && voltage < 3.4);
      assert.ok(Math.abs((seen.voltage ?? 0) - 3.3 * cells) < 0.1 * cells);
      assert.deepEqual(seen.temperatures, [22]);
      assert.equal(seen.hardware?.chargeAllowed, true);
      assert.equal(seen.hardware?.loadAllowed, true);
      const { at, cameAt } = b.seen.at(-1)!;
      assert.ok(cameAt - at <= 0.1);
      b.close();
    }
  });

  it('VLB-2 VLB-3 a weak cell: warning, pre-alarm, and the permission to discharge goes', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('cell 3 3.0');
    await b.pass(2.5);
    assert.equal(volts(b)[2], 3);
    assert.equal(b.latest().hardware?.['preAlarm'], true);
    assert.equal(b.latest().hardware?.loadAllowed, true);
    b.tell('cell 3 2.4');
    await b.pass(2.5);
    assert.equal(volts(b)[2], 2.6, 'the lowest it can tell');
    assert.equal(b.latest().hardware?.loadAllowed, false);
    assert.equal(b.latest().hardware?.chargeAllowed, true);
    assert.equal(b.latest().extra?.['messages'], 'A-SL11 W-SL12');
    b.close();
  });

  it('a high cell, a dead sensor, a fault (VLB-5, VLB-8)', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('cell 1 3.7');
    await b.pass(2.5);
    assert.equal(volts(b)[0], 3.7);
    assert.equal(b.latest().hardware?.chargeAllowed, false);
    b.tell('cell 1 auto');
    b.tell('temperature 1 dead');
    b.tell('fault balancer');
    await b.pass(2.5);
    assert.deepEqual(b.latest().temperatures, [null]);
    assert.equal(b.latest().hardware?.fault, 'E-SL1');
    b.close();
  });

  it('VLB-9 silence makes it not ok within 6 s; it is back in two adverts', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('silence');
    await b.pass(6.5);
    assert.equal(b.link.state().ok, false);
    assert.match(b.link.state().problem ?? '', /says nothing: check the cable/);
    b.tell('resume');
    await b.pass(2.1);
    assert.equal(b.link.state().ok, true);
    b.close();
  });

  it('a gateway that is stuck on one advert is as good as silence', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('stuck on');
    const before = b.seen.length;
    await b.pass(7);
    assert.equal(b.seen.length, before);
    assert.match(b.link.state().problem ?? '', /repeats one advert/);
    b.tell('stuck off');
    await b.pass(1.1);
    assert.equal(b.link.state().ok, true);
    b.close();
  });

  it('the stale key is said by the link', async () => {
    const b = bench({ secret: OTHER_KEY });
    await b.pass(7);
    assert.match(b.link.state().problem ?? '', /: the key is stale: copy it anew from VictronConnect$/);
    b.tell(`key ${OTHER_KEY}`);
    await b.pass(2.1);
    assert.equal(b.link.state().ok, true);
    b.close();
  });

  it('another battery in the air is not ours', async () => {
    const b = bench({ device: 'C0:FF:EE:00:00:01' });
    await b.pass(4);
    assert.equal(b.link.state().ok, true);
    b.tell('identity 2');
    await b.pass(7);
    assert.match(b.link.state().problem ?? '', /none from this device/);
    b.tell('addresses off');
    await b.pass(2.1);
    assert.equal(b.link.state().ok, true, 'a gateway that names nobody is believed by the key');
    b.close();
  });

  it('slow, in lumps, after a restart: nothing is lost', async () => {
    for (const command of ['slow 0.7', 'trickle 9', 'restart']) {
      const b = bench();
      await b.pass(2);
      b.tell(command);
      await b.pass(6);
      assert.equal(b.link.state().ok, true, command);
      assert.equal(b.link.state().counters.discardedBytes, 0, command);
      b.close();
    }
  });

  it('one flipped bit in a thousand: no cell jumps', async () => {
    const b = bench();
    b.tell('noise 0.001');
    await b.pass(300);
    assert.ok(b.seen.length > 30, `${b.seen.length} of 300`);
    for (const { observation } of b.seen) {
      for (const { voltage } of observation.cells ?? []) {
        assert.ok(typeof voltage === 'number' && voltage > 3.1 && voltage < 3.5, String(voltage));
      }
      assert.equal(observation.hardware?.shortCircuit, false);
    }
    b.close();
  });

  it('without a key the settings are refused', () => {
    assert.throws(() => bench({ secret: '12 34' }), /32 hex digits/);
  });
});
