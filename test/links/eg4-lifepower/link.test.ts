/** The link to a LifePower4 or Basen against the simulated one. */
import assert from 'node:assert/strict';
import { EG4_LIFEPOWER } from '../../../src/links/eg4-lifepower/protocol.ts';
import { eg4LifepowerKind } from '../../../src/simulator/eg4-lifepower.ts';
import { benches, near } from '../support/benches.ts';
import type { LinkBench } from '../support/link-bench.ts';
import { frame, general, text } from './build.ts';

const UNDER = { protocol: EG4_LIFEPOWER, device: eg4LifepowerKind };

/** Answers by hand what the link asks, for so many seconds. */
async function answering(b: LinkBench, seconds: number, answers: Readonly<Record<string, Uint8Array>>): Promise<void> {
  b.tell('silence');
  let asked = b.sent.length;
  for (let n = 0; n < seconds * 20; n += 1) {
    await b.pass(0.05);
    for (const question of b.sent.slice(asked)) {
      const answer = answers[question.slice(4, 6)];
      if (answer !== undefined) b.hear(answer);
    }
    asked = b.sent.length;
  }
}

describe('the link to a LifePower4', () => {
  const bench = benches(UNDER);

  it('reads everything, every two seconds, with the second its cycle began', async () => {
    const b = bench();
    b.tell('current -12.5');
    await b.pass(20);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    const seen = b.latest();
    assert.equal(seen.cellCount, 8);
    assert.equal(seen.cells?.length, 8);
    for (const { voltage } of seen.cells ?? []) near(voltage, 3.3, 0.1);
    const sum = (seen.cells ?? []).reduce((all, { voltage }) => all + (voltage ?? 0), 0);
    near(seen.voltage, sum, 0.02);
    near(seen.current, -12.5, 0.01);
    near(seen.soc, 60, 1);
    assert.equal(seen.temperatures?.length, 4);
    for (const celsius of seen.temperatures ?? []) near(celsius, 23, 3);
    near(seen.bmsTemperature, 25.6, 1);
    assert.equal(seen.extra?.['hardware'], 'SIM-7E-0001');
    assert.deepEqual([seen.hardware?.chargeAllowed, seen.hardware?.['discharging']], [true, true]);
    assert.ok(b.seen.length >= 8, `${b.seen.length} readings in 20 s`);
    // The first one waited for the device, which had just told its version.
    for (const { at, cameAt } of b.seen.slice(1)) assert.ok(cameAt > at && cameAt - at < 0.2, `${cameAt - at} s old`);
    near(b.seen.at(-1)!.at - b.seen.at(-2)!.at, 2, 0.05);
  });

  it('a Basen tells its balancing cells and its switches too', async () => {
    const b = bench();
    b.tell('layout basen');
    b.tell('cell 2 3.58');
    b.tell('cell 5 3.7');
    await b.pass(8);
    const { hardware = {}, cells } = b.latest();
    assert.deepEqual(
      cells?.map(({ balancing }) => balancing),
      [false, true, false, false, true, false, false, false],
    );
    assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [false, true]);
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed], [false, true]);
    b.tell('temperature 1 dead');
    await b.pass(5);
    assert.equal(b.latest().hardware?.fault, 'NTC disconnection');
  });

  it('a weak cell and a dead sensor are seen', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('cell 3 2.61');
    b.tell('temperature 2 dead');
    b.tell('temperature 4 48');
    await b.pass(4);
    near(b.latest().cells?.[2]?.voltage, 2.61, 0.001);
    assert.equal(b.latest().temperatures?.[1], null);
    assert.equal(b.latest().temperatures?.[3], 48);
  });

  it('a sensor that has never told anything is none', async () => {
    const b = bench();
    b.tell('temperature 2 dead');
    await b.pass(8);
    assert.equal(b.latest().temperatures?.length, 3);
    assert.ok(b.latest().temperatures?.every((celsius) => typeof celsius === 'number'));
    b.tell('temperature 2 21');
    await b.pass(8);
    b.tell('temperature 2 dead');
    await b.pass(4);
    assert.deepEqual(
      b.latest().temperatures?.map((celsius) => celsius === null),
      [false, true, false, false],
    );
  });

  it('its own protections are refusals', async () => {
    const b = bench();
    b.tell('cell 1 2.4');
    await b.pass(5);
    assert.deepEqual([b.latest().hardware?.chargeAllowed, b.latest().hardware?.loadAllowed], [true, false]);
    b.tell('cell 1 auto');
    b.tell('short on');
    await b.pass(4);
    assert.deepEqual([b.latest().hardware?.shortCircuit, b.latest().hardware?.loadAllowed], [true, false]);
  });

  it('current counts the other way where the setting says so', async () => {
    const b = bench({ options: { currentSign: -1 } });
    b.tell('current 20');
    await b.pass(4);
    near(b.latest().current, -20, 0.01);
  });

  it('silence is told within 5 s with a remedy, and is over in two cycles', async () => {
    for (const after of [5, 5.5, 6, 6.5]) {
      const b = bench();
      await b.pass(after);
      assert.ok(b.link.state().ok);
      b.tell('silence');
      await b.pass(5);
      const { ok, problem } = b.link.state();
      assert.equal(ok, false, `silent after ${after} s`);
      assert.match(problem ?? '', /LifePower4.*address 1 does not answer.*the address/);
      const count = b.seen.length;
      b.tell('resume');
      await b.pass(4);
      assert.ok(b.link.state().ok);
      assert.ok(b.seen.length > count);
    }
  });

  it('on a bad line no wrong value gets through that a second answer contradicts', async () => {
    const b = bench();
    b.tell('current 0');
    await b.pass(6);
    b.tell('noise 0.001');
    const before = b.seen.length;
    await b.pass(240);
    assert.ok(b.seen.length - before > 20, `${b.seen.length - before} readings`);
    for (const { observation } of b.seen.slice(before)) {
      assert.equal(observation.cellCount, 8);
      // What differs less from the answer before than a battery changes in two seconds is not doubted.
      for (const { voltage } of observation.cells ?? []) near(voltage, 3.3, 0.2);
      for (const celsius of observation.temperatures ?? []) near(celsius, 22, 8);
      near(observation.current, 0, 41);
      near(observation.soc, 60, 6);
      assert.deepEqual([observation.hardware?.chargeAllowed, observation.hardware?.loadAllowed], [true, true]);
    }
    b.tell('noise off');
    await b.pass(5);
    assert.ok(b.link.state().ok);
  });

  it('another address does not answer, and one that does is not believed', async () => {
    const b = bench({ options: { address: 2 } });
    await b.pass(8);
    assert.equal(b.seen.length, 0);
    assert.match(b.link.state().problem ?? '', /address 2 does not answer/);
    await answering(b, 12, { '01': general({}, 1), '42': frame(1, 0x42, text('A')), '33': frame(1, 0x33, text('B')) });
    assert.equal(b.seen.length, 0);
    assert.match(b.link.state().problem ?? '', /address 1 answered, asked was address 2/);
    const own = bench({ options: { address: 0 }, simulated: { unit: 0 } });
    await own.pass(5);
    assert.ok(own.link.state().ok);
    assert.ok(own.sent.includes('7e000100000d'));
  });

  it('after the line was away another device is not believed', async () => {
    const b = bench();
    await b.pass(5);
    b.plugged(false);
    await b.pass(1);
    b.tell('identity 2');
    const count = b.seen.length;
    b.plugged(true);
    await b.pass(8);
    assert.equal(b.seen.length, count);
    assert.match(b.link.state().problem ?? '', /another device.*SIM-7E-0002.*SIM-7E-0001/);
    b.tell('identity 1');
    await b.pass(6);
    assert.ok(b.link.state().ok);
  });

  it('a device that tells no versions is read all the same', async () => {
    const b = bench();
    await answering(b, 15, { '01': general() });
    assert.equal(b.latest().cellCount, 4);
    assert.equal(b.latest().extra?.['hardware'], undefined);
    const named = bench();
    await answering(named, 15, { '01': general(), '33': frame(1, 0x33, text('Z02T04')) });
    assert.equal(named.latest().extra?.['firmware'], 'Z02T04');
  });

  it('an answer whose groups are not whole says so', async () => {
    const b = bench();
    await answering(b, 10, { '01': frame(1, 1, [0x01, 9, 0x0c, 0xf3]), '42': frame(1, 0x42, text('A')) });
    assert.equal(b.seen.length, 0);
    assert.match(b.link.state().problem ?? '', /groups are not whole/);
  });

  it('a slow device, and one whose answers come in lumps', async () => {
    const b = bench();
    b.tell('slow 0.4');
    await b.pass(12);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    b.tell('slow off');
    b.tell('trickle 16');
    const count = b.seen.length;
    await b.pass(6);
    assert.ok(b.seen.length >= count + 2);
  });

  it('only reads: nothing but the three known questions is ever asked', async () => {
    const b = bench();
    await b.pass(8);
    for (const question of b.sent) assert.match(question, /^7e01(01|42|33)00f[ce]0d$/);
  });
});
