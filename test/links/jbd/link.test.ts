/** The link to a JBD BMS against the simulated one. */
import assert from 'node:assert/strict';
import { JBD } from '../../../src/links/jbd/protocol.ts';
import { jbdKind } from '../../../src/simulator/jbd.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { benches, near } from '../support/benches.ts';
import { allAllowed, describeBmsLine } from '../support/bms-line.ts';
import { answer, basics, cells } from './build.ts';

const UNDER = { protocol: JBD, device: jbdKind };

describe('the link to a JBD BMS', () => {
  const bench = benches(UNDER);

  it('reads everything, every second, with the second its cycle began', async () => {
    const b = bench();
    b.tell('current -12.5');
    await b.pass(10);
    assert.ok(b.link.state().ok);
    const seen = b.latest();
    assert.equal(seen.cellCount, 8);
    assert.deepEqual(
      seen.cells?.map(({ cell }) => cell),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    for (const { voltage, balancing } of seen.cells ?? []) {
      near(voltage, 3.3, 0.1);
      assert.equal(balancing, false);
    }
    const sum = (seen.cells ?? []).reduce((all, { voltage }) => all + (voltage ?? 0), 0);
    near(seen.voltage, sum, 0.02);
    near(seen.current, -12.5, 0.01);
    near(seen.soc, 60, 1);
    assert.equal(seen.temperatures?.length, 8);
    for (const celsius of seen.temperatures ?? []) near(celsius, 22, 3);
    assert.equal(seen.bmsTemperature, undefined, 'it tells none');
    assert.equal(seen.cellMin, undefined, 'it tells none');
    const { hardware = {}, extra } = seen;
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed, hardware.fault], [true, true, '']);
    assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [true, true]);
    assert.equal(extra?.['model'], 'SIM-SP1-L');
    assert.ok(b.seen.length >= 9, `${b.seen.length} readings in 10 s`);
    for (const { at, cameAt } of b.seen) assert.ok(cameAt - at > 0.005 && cameAt - at < 0.2, `${cameAt - at} s old`);
    const last = b.seen.at(-1)!;
    near(last.at - b.seen.at(-2)!.at, 1, 0.05);
  });

  it('a weak cell and a dead sensor are seen', async () => {
    const b = bench();
    b.tell('cell 3 2.61');
    b.tell('temperature 2 dead');
    b.tell('temperature 5 48');
    await b.pass(3);
    near(b.latest().cells?.[2]?.voltage, 2.61, 0.001);
    assert.equal(b.latest().temperatures?.[1], null);
    near(b.latest().temperatures?.[4], 48, 0.1);
  });

  it('current counts the other way where the setting says so', async () => {
    const b = bench({ options: { currentSign: '-1' } });
    b.tell('current 20');
    await b.pass(2);
    near(b.latest().current, -20, 0.01);
  });

  it('its own protections are refusals, its switches are not', async () => {
    const b = bench();
    await b.pass(2);
    b.tell('cell 1 3.7');
    await b.pass(2);
    const over = b.latest().hardware ?? {};
    assert.deepEqual([over.chargeAllowed, over.loadAllowed, over['cellOvervoltage']], [false, true, true]);
    assert.equal(over['chargeSwitchClosed'], false);
    b.tell('cell 1 auto');
    b.tell('short on');
    await b.pass(2);
    const short = b.latest().hardware ?? {};
    assert.deepEqual([short.shortCircuit, short.loadAllowed], [true, false]);
    b.tell('short off');
    // Written by somebody else on the line.
    b.device.connect(() => undefined).receive(Buffer.from('dd5ae1020003ff1a77', 'hex'));
    await b.pass(2);
    const off = b.latest().hardware ?? {};
    assert.deepEqual([off['chargeSwitchClosed'], off['loadSwitchClosed'], off['switchedOff']], [false, false, true]);
    assert.deepEqual([off.chargeAllowed, off.loadAllowed], [true, true]);
  });

  describeBmsLine({
    start: bench,
    silence: { told: /JBD.*does not answer.*(cable|awake)/, back: 3 },
    noise: { quiet: 2, settling: 0, readings: 30, check: allAllowed, back: 3 },
    stranger: { told: /another device.*SIM-SP2-L.*SIM-SP1-L/, refused: 4, back: 3 },
    slow: { delay: 0.3, lasts: 6, age: 0.6, lump: 20, lumps: 3 },
  });

  it('the first question after sleep may be lost: it is asked again', async () => {
    const b = bench();
    b.tell('silence');
    await b.pass(0.3);
    b.tell('resume');
    await b.pass(2);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });

  it('a BMS that counts other cells than it tells is not believed about them', async () => {
    const b = bench();
    b.tell('silence');
    await b.pass(0.2);
    let asked = b.sent.length;
    for (let n = 0; n < 200; n += 1) {
      await b.pass(0.05);
      for (const question of b.sent.slice(asked)) {
        if (question.startsWith('dda503')) b.hear(basics());
        if (question.startsWith('dda504')) b.hear(cells(3300, 3300, 3300));
        if (question.startsWith('dda505')) b.hear(answer(0x05, [], 0x80));
      }
      asked = b.sent.length;
    }
    assert.match(b.link.state().problem ?? '', /counts 4 cells.*voltages of 3/);
    assert.equal(b.latest().cells, undefined);
    near(b.latest().voltage, 13.28, 0.001);
  });

  it('only reads: nothing but registers 03, 04 and 05 is ever asked for', async () => {
    const b = bench();
    await b.pass(5);
    for (const question of b.sent) assert.match(question, /^dda50[345]00ff/);
  });
});

describe('the PIN of a JBD Bluetooth module', () => {
  const bench = benches(UNDER);

  it('is handed over once, before anything else', async () => {
    const b = bench({ options: { secret: '000000' } });
    b.tell('guard on');
    await b.pass(5);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.equal(b.sent[0], 'ffaa15063030303030303b');
    assert.equal(b.sent.filter((question) => question.startsWith('ffaa')).length, 1);
  });

  it('a wrong one is told as such', async () => {
    const b = bench({ options: { secret: '123456' } });
    b.tell('guard on');
    await b.pass(5);
    assert.match(b.link.state().problem ?? '', /does not accept the PIN/);
    assert.doesNotMatch(b.link.state().problem ?? '', /123456/);
  });

  it('is handed over again to a module that has forgotten it', async () => {
    const b = bench({ options: { secret: '000000' } });
    b.tell('guard on');
    await b.pass(3);
    b.plugged(false);
    await b.pass(1);
    b.plugged(true);
    await b.pass(6);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });

  it('a wire that knows of none answers all the same', async () => {
    const deaf: DeviceKind = {
      ...jbdKind,
      create(options) {
        const device = jbdKind.create(options);
        return {
          ...device,
          connect(send) {
            const peer = device.connect(send);
            return { ...peer, receive: (bytes) => (bytes[0] === 0xff ? undefined : peer.receive(bytes)) };
          },
        };
      },
    };
    const b = bench({ options: { secret: '000000' }, device: deaf });
    await b.pass(4);
    assert.equal(b.sent.filter((question) => question.startsWith('ffaa')).length, 2);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });
});
