/** The VE.Direct link against the simulated SmartShunt and MPPT. */
import assert from 'node:assert/strict';
import { VEDIRECT } from '../../../src/links/vedirect/protocol.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { vedirectKind, vedirectMpptKind } from '../../../src/simulator/vedirect.ts';
import { near } from '../support/benches.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';

const bench = (device: DeviceKind = vedirectKind, variant = ''): LinkBench =>
  createLinkBench({ protocol: VEDIRECT, device, cells: 4, options: { variant } });

describe('VE.Direct: the link', () => {
  it('reads a SmartShunt: values, ages, calibrated SOC', async () => {
    const b = bench();
    b.tell('current -20');
    await b.pass(4.5);
    const seen = b.latest();
    assert.equal(b.link.state().problem, null);
    near(seen.voltage, 13.2, 0.4);
    near(seen.current, -20, 0.01);
    near(seen.soc, 60, 0.5);
    assert.equal(seen.hardware?.socCalibrated, true);
    assert.equal(typeof seen.extra?.['chargeCycles'], 'number');
    const { at, cameAt } = b.seen.at(-1)!;
    assert.ok(cameAt - at <= 0.1, 'not older than it is');
    b.close();
  });

  it('says that it does not know the SOC, and tells the starter battery (VSB-2)', async () => {
    const b = bench();
    b.tell('calibrated no');
    b.tell('starter 12.7');
    await b.pass(4);
    assert.equal(b.latest().soc, null);
    assert.equal(b.latest().hardware?.socCalibrated, false);
    assert.equal(b.latest().starterVoltage, 12.7);
    b.tell('current unknown');
    await b.pass(4);
    assert.equal(b.latest().current, null);
    b.close();
  });

  it('reads an MPPT as what the charger gives', async () => {
    const b = bench(vedirectMpptKind);
    b.tell('current 14');
    await b.pass(4);
    near(b.latest().currentIn, 14, 0.05);
    assert.equal(b.latest().current, undefined);
    b.close();
    const forced = bench(vedirectMpptKind, 'shunt');
    forced.tell('current 14');
    await forced.pass(4);
    near(forced.latest().current, 14, 0.05);
    forced.close();
  });

  it('HEX lines in between, a trickle and a slow device do no harm', async () => {
    for (const command of ['hex on', 'trickle 7', 'slow 0.6']) {
      const b = bench();
      b.tell(command);
      await b.pass(6);
      assert.equal(b.link.state().ok, true, command);
      assert.equal(b.link.state().counters.discardedBytes, 0, command);
      b.close();
    }
  });

  it('silence makes it not ok within 6 s, with what to look at; two blocks bring it back', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('silence');
    await b.pass(6.5);
    assert.equal(b.link.state().ok, false);
    assert.match(b.link.state().problem ?? '', /says nothing: check the cable.*19200 8N1/);
    b.tell('resume');
    await b.pass(2.1);
    assert.equal(b.link.state().ok, true);
    b.close();
  });

  it('a device that was pulled is told at once', async () => {
    const b = bench();
    await b.pass(4);
    b.plugged(false);
    assert.equal(b.link.state().ok, false);
    assert.match(b.link.state().problem ?? '', /unplugged/);
    b.plugged(true);
    await b.pass(3);
    assert.equal(b.link.state().ok, true);
    b.close();
  });

  it('another device on the port is refused', async () => {
    const b = bench(vedirectMpptKind);
    await b.pass(4);
    b.tell('identity 2');
    await b.pass(7);
    assert.equal(b.link.state().ok, false);
    assert.match(b.link.state().problem ?? '', /another device talks than before/);
    b.close();
  });

  it('one flipped bit in a thousand: blocks are lost, no value that jumps gets through', async () => {
    const b = bench();
    b.tell('current -20');
    b.tell('soc 60');
    b.tell('noise 0.001');
    await b.pass(300);
    assert.ok(b.seen.length > 30, `${b.seen.length} of 300`);
    assert.ok(b.link.state().counters.refusedFrames > 30);
    for (const { observation } of b.seen) {
      near(observation.current, -20, 20);
      near(observation.voltage, 13.2, 0.6);
      near(observation.soc, 59, 3);
    }
    b.close();
  });

  it('another protocol on the line is noise with a hint', async () => {
    const b = bench();
    b.tell('silence');
    for (let second = 0; second < 8; second += 1) {
      await b.pass(1);
      b.hear(Uint8Array.from({ length: 58 }, (_, i) => (i * 37 + second) & 0xff));
    }
    assert.equal(b.link.state().ok, false);
    assert.match(b.link.state().problem ?? '', /no frame of it: check the line settings/);
    b.close();
  });
});
