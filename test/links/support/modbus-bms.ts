/** What every link to a BMS behind Modbus does alike, against its simulated device. */
import assert from 'node:assert/strict';
import type { Protocol } from '../../../src/links/protocol.ts';
import type { DeviceKind, DeviceOptions, SimulatedDevice } from '../../../src/simulator/device.ts';
import { benches, near } from './benches.ts';
import type { LinkBench } from './link-bench.ts';
import { rtu } from './rtu.ts';

export interface ModbusBms {
  readonly protocol: Protocol;
  readonly device: DeviceKind;
  /** Steps of its cell voltages and currents, V and A. */
  readonly currentStep: number;
  /** Whether it tells how many cells it has. */
  readonly tellsCells: boolean;
}

/** Seconds until the link is (not) ok, at most `most`. */
async function untilOk(b: LinkBench, ok: boolean, most: number): Promise<number> {
  const from = b.clock.now();
  while (b.link.state().ok !== ok && b.clock.now() - from < most) await b.pass(0.05);
  return b.clock.now() - from;
}

/** Tests that hold for all of them. */
export function describeModbusBms(bms: ModbusBms): void {
  const bench = benches(bms);
  const other = (b: LinkBench, changed: Partial<DeviceOptions> = {}): SimulatedDevice => {
    const common = { clock: b.clock, cells: 8, speed: 1, capacity: 100, soc: 60, unit: 1, channels: 8 };
    return bms.device.create({ ...common, report: () => undefined, ...changed });
  };

  it('reads pack and cells every second, with the second its cycle began', async () => {
    const b = bench();
    b.tell('current -12.5');
    await b.pass(10);
    assert.ok(b.link.state().ok, String(b.link.state().problem));
    const seen = b.latest();
    assert.equal(seen.cellCount, bms.tellsCells ? 8 : undefined);
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
    near(seen.current, -12.5, bms.currentStep);
    near(seen.soc, 60, 1);
    assert.equal(seen.temperatures?.length, 4);
    for (const celsius of seen.temperatures ?? []) near(celsius, 22, 3);
    near(seen.bmsTemperature, 24, 3);
    const { hardware = {} } = seen;
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed, hardware.fault], [true, true, '']);
    near(seen.extra?.['remainingCapacity'], 60, 1);
    near(seen.extra?.['fullCapacity'], 100, 0.1);
    assert.deepEqual([seen.extra?.['cycles'], seen.extra?.['soh']], [42, 99]);
    assert.ok(b.seen.length >= 9, `${b.seen.length} readings in 10 s`);
    for (const { at, cameAt } of b.seen) assert.ok(cameAt - at > 0.003 && cameAt - at < 0.4, `${cameAt - at} s old`);
    near(b.seen.at(-1)!.at - b.seen.at(-2)!.at, 1, 0.05);
  });

  it('a weak cell, a dead sensor and a warm one are seen', async () => {
    const b = bench();
    await b.pass(2);
    b.tell('cell 3 2.61');
    b.tell('temperature 2 dead');
    b.tell('temperature 4 48');
    await b.pass(3);
    near(b.latest().cells?.[2]?.voltage, 2.61, 0.001);
    assert.equal(b.latest().temperatures?.[1], null);
    near(b.latest().temperatures?.[3], 48, 0.1);
    assert.notEqual(b.latest().hardware?.fault, '', 'it notices the sensor itself');
  });

  it('current counts the other way where the setting says so', async () => {
    const b = bench({ options: { currentSign: '-1' } });
    b.tell('current 20');
    await b.pass(3);
    near(b.latest().current, -20, bms.currentStep);
  });

  it('its own protections are refusals', async () => {
    const b = bench();
    await b.pass(2);
    const allowed = () => [b.latest().hardware?.chargeAllowed, b.latest().hardware?.loadAllowed];
    b.tell('cell 1 3.7');
    await b.pass(2);
    assert.deepEqual(allowed(), [false, true]);
    b.tell('cell 1 2.4');
    await b.pass(2);
    assert.deepEqual(allowed(), [true, false]);
    b.tell('cell 1 auto');
    b.tell('short on');
    await b.pass(2);
    assert.deepEqual(allowed(), [true, false]);
    assert.equal(b.latest().hardware?.shortCircuit, true);
    b.tell('short off');
    b.tell('temperature 1 -5');
    await b.pass(2);
    assert.deepEqual(allowed(), [false, true]);
  });

  it('silence is said within 5 s, with what to look at, and ends within two cycles', async () => {
    const b = bench();
    await b.pass(4);
    b.tell('silence');
    assert.ok((await untilOk(b, false, 10)) <= 5);
    const problem = String(b.link.state().problem);
    assert.match(problem, /does not answer: check .*the address/);
    assert.ok(problem.startsWith(bms.protocol.info.title), problem);
    const before = b.seen.length;
    await b.pass(20);
    assert.equal(b.seen.length, before, 'nothing is made up');
    b.tell('resume');
    // A silent device is asked every second, and its time-out may just have begun.
    assert.ok((await untilOk(b, true, 10)) <= 3.5);
  });

  it('never begins well when nobody is there, and finds the device when it comes', async () => {
    const b = bench();
    b.tell('silence');
    await b.pass(14); // a network line was opened anew meanwhile
    assert.equal(b.seen.length, 0);
    assert.match(String(b.link.state().problem), /does not answer/);
    b.tell('resume');
    assert.ok((await untilOk(b, true, 10)) <= 5);
  });

  it('on a line that flips one bit in a thousand no value is wrong, and readings still come', async () => {
    const b = bench();
    b.tell('current -10');
    await b.pass(2);
    b.tell('noise 0.001');
    const before = b.seen.length;
    await b.pass(300);
    const came = b.seen.slice(before);
    assert.ok(came.length > 60, `${came.length} readings in 300 s`);
    for (const { observation } of came) {
      if (observation.current !== undefined) near(observation.current, -10, bms.currentStep);
      for (const { voltage } of observation.cells ?? []) near(voltage, 3.3, 0.1);
      assert.equal(observation.hardware?.fault ?? '', '');
    }
  });

  it('noise by itself is said to be noise or silence, never a reading', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('noise 0.3');
    const before = b.seen.length;
    await b.pass(10);
    assert.equal(b.seen.length, before);
    assert.match(String(b.link.state().problem), /check /);
  });

  it('bytes of somebody else between answers do no harm', async () => {
    const b = bench();
    await b.pass(2);
    for (let n = 0; n < 10; n++) {
      b.hear(rtu(1, 3, 2, 0x11, n));
      b.hear(Uint8Array.of(0xff, n, 0x55));
      await b.pass(0.7);
    }
    await b.pass(3);
    assert.ok(b.link.state().ok, String(b.link.state().problem));
    for (const { observation } of b.seen) near(observation.voltage, 26.5, 1);
  });

  it('an unplugged line is said at once and read again when it is back', async () => {
    const b = bench();
    await b.pass(3);
    b.plugged(false);
    assert.equal(b.link.state().problem, 'unplugged');
    await b.pass(3);
    b.plugged(true);
    assert.ok((await untilOk(b, true, 10)) <= 3);
  });

  it('another device in its place is not believed; the same one is', async () => {
    const b = bench();
    await b.pass(3);
    const stranger = other(b);
    assert.equal(stranger.command('identity 2'), null);
    b.plugged(false);
    b.replace(stranger);
    b.plugged(true);
    await b.pass(1);
    const before = b.seen.length;
    await b.pass(6);
    assert.equal(b.seen.length, before);
    assert.match(String(b.link.state().problem), /another device answers than before .*deploy/);
    b.plugged(false);
    b.replace(other(b));
    b.plugged(true);
    await b.pass(6);
    assert.ok(b.link.state().ok, String(b.link.state().problem));
  });

  it('a slow device and one that answers in lumps are read', async () => {
    const b = bench();
    b.tell('slow 0.4');
    await b.pass(12);
    assert.ok(b.link.state().ok, String(b.link.state().problem));
    b.tell('slow off');
    b.tell('trickle 7');
    const before = b.seen.length;
    await b.pass(6);
    assert.ok(b.link.state().ok && b.seen.length - before >= 5);
  });

  it('a wrong address is silence that names the address; the right one is asked', async () => {
    const b = bench({ options: { address: '5' } });
    await b.pass(8);
    assert.equal(b.seen.length, 0);
    assert.ok(b.states.some(({ problem }) => problem?.includes('at address 5 does not answer')));
    const right = bench({ options: { address: '5' }, simulated: { unit: 5 } });
    await right.pass(3);
    assert.ok(right.link.state().ok, String(right.link.state().problem));
  });

  it('is read over Modbus TCP too', async () => {
    const b = bench({ kind: 'modbus-tcp' });
    await b.pass(3);
    assert.ok(b.link.state().ok, String(b.link.state().problem));
    near(b.latest().voltage, 26.5, 1);
  });
}
