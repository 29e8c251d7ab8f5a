/** What the links to the three kinds of JK boards have in common, against the simulated ones. */
import assert from 'node:assert/strict';
import type { Protocol } from '../../../src/links/protocol.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { benches, near } from '../support/benches.ts';

export interface Family {
  readonly protocol: Protocol;
  readonly device: DeviceKind;
  /** How finely it tells voltages, currents and temperatures. */
  readonly steps: { readonly pack: number; readonly current: number; readonly temperature: number };
  /** s a reading may be old when it comes. */
  readonly oldest: number;
}

/** Registers the tests; to be called inside a `describe`. */
export function testFamily({ protocol, device, steps, oldest }: Family): void {
  const bench = benches({ protocol, device });

  it('reads everything, every second, with the second its cycle began', async () => {
    const b = bench();
    b.tell('current -12.5');
    await b.pass(12);
    assert.equal(b.link.state().problem, null);
    const seen = b.latest();
    assert.equal(seen.cellCount, 8);
    assert.deepEqual(
      seen.cells?.map(({ cell }) => cell),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    const sum = (seen.cells ?? []).reduce((all, { voltage }) => all + (voltage ?? 0), 0);
    for (const { voltage } of seen.cells ?? []) near(voltage, 3.3, 0.1);
    near(seen.voltage, sum, 0.01 + steps.pack);
    near(seen.current, -12.5, steps.current);
    near(seen.soc, 60, 1);
    near(seen.bmsTemperature, 25.6, 1.5);
    for (const celsius of seen.temperatures ?? []) near(celsius, 22, 2);
    assert.equal(seen.cellMin, undefined, 'it tells no voltages of its own extremes');
    const { hardware = {} } = seen;
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed], [true, true]);
    assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [true, true]);
    assert.ok(b.seen.length >= 8, `${b.seen.length} readings in 12 s`);
    for (const { at, cameAt } of b.seen) assert.ok(cameAt - at > 0.003 && cameAt - at < oldest, `${cameAt - at} s old`);
    near(b.seen.at(-1)!.at - b.seen.at(-2)!.at, 1, 0.3);
  });

  it('a weak cell and a dead sensor are seen', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('cell 3 2.61');
    b.tell('temperature 1 dead');
    await b.pass(3);
    near(b.latest().cells?.[2]?.voltage, 2.61, 0.001);
    assert.equal(b.latest().temperatures?.[0], null);
    assert.ok((b.latest().temperatures?.length ?? 0) >= 2);
    b.tell('temperature 1 48');
    await b.pass(3);
    near(b.latest().temperatures?.[0], 48, steps.temperature);
  });

  it('temperatures below zero', async () => {
    const b = bench();
    b.tell('temperature 1 -3');
    b.tell('temperature 8 -17');
    await b.pass(4);
    near(b.latest().temperatures?.[0], -3, steps.temperature);
    near(b.latest().temperatures?.at(-1), -17, steps.temperature);
    assert.equal(b.latest().hardware?.chargeAllowed, false);
  });

  it('current counts the other way where the setting says so', async () => {
    const b = bench({ options: { currentSign: '-1' } });
    b.tell('current 20');
    await b.pass(4);
    near(b.latest().current, -20, steps.current);
  });

  it('its own protections are refusals, open MOSFETs by themselves are not', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('cell 1 3.7');
    await b.pass(3);
    const high = b.latest().hardware ?? {};
    assert.deepEqual(
      [high.chargeAllowed, high.loadAllowed, high['cellOvervoltage'], high['chargeSwitchClosed']],
      [false, true, true, false],
    );
    b.tell('cell 1 2.4');
    await b.pass(3);
    const low = b.latest().hardware ?? {};
    assert.deepEqual(
      [low.chargeAllowed, low.loadAllowed, low['cellUndervoltage'], low['loadSwitchClosed']],
      [true, false, true, false],
    );
  });

  it('a device that counts other cells than it has says so', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('count 7');
    await b.pass(3);
    assert.equal(b.latest().cellCount, 7);
    assert.equal(b.latest().cells?.length, 7);
  });

  it('silence is told within five seconds, and it is back within two cycles', async () => {
    const b = bench();
    await b.pass(4);
    assert.ok(b.link.state().ok);
    b.tell('silence');
    await b.pass(5);
    assert.equal(b.link.state().ok, false);
    assert.match(b.link.state().problem ?? '', /does not answer: check the cable/);
    b.tell('resume');
    const before = b.seen.length;
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.ok(b.seen.length > before);
  });

  it('on a noisy line nothing wrong gets through', async () => {
    const b = bench();
    b.tell('current 0');
    await b.pass(4);
    b.tell('noise 1e-3');
    const before = b.seen.length;
    await b.pass(120);
    b.tell('noise off');
    const noisy = b.seen.slice(before);
    for (const { observation: seen } of noisy) {
      assert.equal(seen.cellCount, 8);
      for (const { voltage } of seen.cells ?? []) near(voltage, 3.3, 0.16);
      near(seen.voltage, 26.5, 1.5);
      near(seen.current, 0, 20.1);
      near(seen.soc, 60, 4);
      for (const celsius of seen.temperatures ?? []) near(celsius, 22, 5);
    }
    await b.pass(5);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.ok(b.link.state().counters.refusedFrames > 0, 'there was noise');
  });

  it('a slow device is read, and one whose answers come in lumps', async () => {
    const b = bench();
    b.tell('slow 0.3');
    b.tell('trickle 20');
    await b.pass(8);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    near(b.latest().cells?.[0]?.voltage, 3.3, 0.1);
  });

  it('another device after the plug was pulled is refused, the same one is not', async () => {
    const b = bench();
    await b.pass(4);
    b.plugged(false);
    await b.pass(1);
    assert.match(b.link.state().problem ?? '', /unplugged/);
    b.tell('identity 7');
    b.plugged(true);
    const before = b.seen.length;
    await b.pass(6);
    assert.equal(b.seen.length, before);
    assert.match(b.link.state().problem ?? '', /another device answers than before/);
    b.tell('identity 1');
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });
}
