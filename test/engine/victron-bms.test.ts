/** The `victron-smart-bms-12-200` profile against the manual of the Smart BMS 12-200 (VSB). Its alternator: `alternator.test.ts`. */
import assert from 'node:assert/strict';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

const PROFILE = 'victron-smart-bms-12-200';
/** `contactor` is the System+ port, `charge` and `load` are the two disconnect outputs. */
const ROLES = ['charge', 'load', 'contactor', 'alternator', 'shed'] as const;

const pack = (given: Given = {}): Bench => new Bench(PROFILE, { given });
const row = (said: Said = {}): Said => ({ starter: 14, ...said });
const third = (v: number): Said => row({ cells: [3.3, 3.3, v, 3.3] });
const warm = (t: number): Said => row({ temperatures: [t] });
const flow = (current: number): Said => row({ current });

const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
const active = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`} ${e.severity}`);

describe('victron-smart-bms-12-200: the three outputs', () => {
  it('VSB-1 allowed is the energised state: nothing is before anything is known, nor after the device has gone', () => {
    const bench = pack();
    bench.judge();
    assert.deepEqual([off(bench), bench.preAlarm], ['charge load contactor alternator shed', false]);
    bench.say(row());
    assert.deepEqual([off(bench), bench.preAlarm], ['', false]);
    bench.silence(5).silence(2);
    assert.equal(off(bench), 'charge load contactor alternator shed');
  });

  it('VSB-1 VSB-7 load disconnect drops on undervoltage (A-B11), with the pre-alarm (W-B12) half a minute before it', () => {
    const bench = pack().say(row()).say(third(2.8));
    assert.deepEqual([off(bench), bench.preAlarm], ['', true]);
    assert.deepEqual(active(bench), ['pre-alarm(W-B12) warning']);
    bench.keep(29, third(2.8));
    assert.deepEqual([off(bench), bench.preAlarm], ['', true]);
    bench.say(third(2.8));
    assert.deepEqual([off(bench), bench.preAlarm], ['load shed', false]);
    assert.ok(active(bench).includes('cell-undervoltage(A-B11) alarm'), active(bench).join());
  });

  it('VSB-1 VSB-7 below 2.50 V load disconnect drops at once, A-B11 too', () => {
    const bench = pack().say(row()).say(third(2.49));
    assert.equal(off(bench), 'load shed');
    assert.ok(active(bench).some((text) => text.startsWith('cell-undervoltage-critical(A-B11)')));
  });

  it('VSB-1 VLB-1 charge disconnect drops on overvoltage', () => {
    const bench = pack().keep(10, third(3.749));
    assert.equal(off(bench), '');
    bench.say(third(3.75));
    assert.equal(off(bench), 'charge alternator');
    assert.equal(off(bench.say(third(3.599))), '');
  });

  const TEMPERATURES: readonly (readonly [string, Given, number, number, string, string])[] = [
    ['VLB-6 VLB-8 below 5 °C', {}, 5, 4.9, 'charge alternator', 'charge-temperature-low(A-SL22) alarm'],
    ['VLB-6 above 50 °C', {}, 50, 50.1, 'charge alternator', 'charge-temperature-high warning'],
    [
      'VLB-6 VLB-8 above 75 °C',
      { chargeTemperatureMax: 85 },
      75,
      75.1,
      'charge alternator',
      'charge-temperature-high(A-SL15) alarm',
    ],
    [
      'VLB-6 a set limit of 50 °C for the loads',
      { dischargeTemperatureMax: 50, dischargeTemperatureMaxDelay: 0, chargeTemperatureMax: 85 },
      50,
      50.1,
      'load shed',
      'discharge-temperature-high alarm',
    ],
    [
      'VLB-6 a set limit of −20 °C for the loads',
      { dischargeTemperatureMin: -20, dischargeTemperatureMinDelay: 0, chargeTemperatureMin: -20 },
      -20,
      -20.1,
      'charge load alternator shed',
      'discharge-temperature-low alarm',
    ],
    [
      'VLB-6 above 50 °C the loads stay',
      { chargeTemperatureMax: 85 },
      50,
      50.1,
      '',
      'discharge-temperature-high(operating-range) warning',
    ],
    [
      'VLB-6 below −20 °C the loads stay',
      { chargeTemperatureMin: -20 },
      -20,
      -20.1,
      'charge alternator',
      'discharge-temperature-low(operating-range) warning',
    ],
  ];
  for (const [title, given, at, beyond, roles, told] of TEMPERATURES) {
    it(`VSB-1 ${title}: ${told}`, () => {
      const bench = pack(given).say(row()).keep(10, warm(at));
      assert.equal(off(bench), '');
      assert.ok(!active(bench).includes(told), `told at ${at} °C already`);
      bench.say(warm(beyond));
      assert.equal(off(bench), roles);
      assert.ok(active(bench).includes(told), active(bench).join());
    });
  }

  it('VSB-11 VLB-2 with the loads off charging is possible on every way, and brings them back at 3.20 V', () => {
    const bench = pack().say(row()).keep(60, third(2.7));
    assert.equal(off(bench), 'load shed', 'charge disconnect, alternator and System+ are still on');
    bench.keep(120, { ...third(3.19), current: 20 });
    assert.equal(off(bench), 'load shed');
    assert.equal(off(bench.say({ ...third(3.2), current: 20 })), '');
  });
});

describe('victron-smart-bms-12-200: the System+ port', () => {
  it('VSB-4 charging and discharging on it are allowed separately, and the port stays for the other way', () => {
    const high = pack().say(row()).keep(30, third(3.75));
    assert.equal(off(high), 'charge alternator');
    const low = pack().say(row()).keep(60, third(2.7));
    assert.equal(off(low), 'load shed');
  });

  it('VSB-4 VLB-10 beyond A-SL9 (3.95 V) the port itself opens, 2 s after the chargers were told', () => {
    const bench = pack().say(row()).keep(10, third(3.95));
    assert.equal(off(bench), 'charge alternator');
    bench.keep(2, third(3.96));
    assert.equal(bench.allowed('contactor'), false, 'the chargers have been off for long');
    assert.ok(active(bench).some((text) => text.startsWith('cell-overvoltage-critical(A-SL9)')));
    assert.equal(off(bench.say(third(3.599))), '');
  });

  it('VSB-4 VSB-7 200 A of discharge continuously, above for 10 s the loads go: A-A12', () => {
    const bench = pack().say(row()).keep(60, flow(-200));
    assert.equal(off(bench), '');
    assert.equal(off(bench.keep(10, flow(-200.1))), '', 'the delay is not over');
    assert.equal(off(bench.say(flow(-200.1))), 'load shed');
    assert.ok(active(bench).includes('discharge-overcurrent(A-A12) alarm'), active(bench).join());
    assert.equal(off(bench.keep(60, flow(0))), 'load shed', 'the clear delay is not over');
    assert.equal(off(bench.say(flow(0))), '');
  });

  it('VSB-4 VLB-16 200 A of charge continuously, above for 10 s the chargers go', () => {
    const bench = pack().say(row()).keep(60, flow(200));
    assert.equal(off(bench), '');
    assert.equal(off(bench.keep(10, flow(200.1))), '', 'the delay is not over');
    assert.equal(off(bench.say(flow(200.1))), 'charge alternator');
    assert.ok(active(bench).includes('charge-overcurrent alarm'), active(bench).join());
  });

  it('VSB-4 VSB-7 400 A is the peak: above it the loads go at once, A-A12', () => {
    const bench = pack().say(row()).keep(3, flow(-400));
    assert.equal(off(bench), '');
    bench.say(flow(-400.1));
    assert.equal(off(bench), 'load shed');
    assert.deepEqual(
      bench.events.map((e) => [e.rule, e.code, e.row, e.threshold]),
      [['discharge-overcurrent', 'A-A12', 'discharge-overcurrent-peak', 400]],
    );
  });
});

describe('victron-smart-bms-12-200: codes', () => {
  it('VSB-7 A-A12 short circuit: loads and System+ at once, until somebody has looked', () => {
    const bench = pack().say(row({ hardware: { shortCircuit: false } }));
    bench.say(row({ hardware: { shortCircuit: true } }));
    assert.equal(off(bench), 'load contactor shed');
    assert.deepEqual(active(bench), ['short-circuit(A-A12) fault']);
    bench.keep(60, row({ hardware: { shortCircuit: false } }));
    assert.equal(off(bench), 'load contactor shed');
    bench.engine.protection.reset();
    assert.equal(off(bench.say(row({ hardware: { shortCircuit: false } }))), '');
  });

  it('VSB-7 A-B15 the BMS is too hot: all of its ports and outputs, back a minute after it says so', () => {
    const bench = pack()
      .say(row())
      .say(row({ hardware: { bmsOverTemperature: true } }));
    assert.deepEqual(active(bench), ['bms-temperature-high(A-B15) alarm']);
    assert.equal(off(bench), 'charge load alternator shed');
    bench.keep(2, row({ hardware: { bmsOverTemperature: true } }));
    assert.equal(off(bench), 'charge load contactor alternator shed', 'System+ 2 s after the chargers');
    bench.keep(60, row({ hardware: { bmsOverTemperature: false } }));
    assert.equal(off(bench), 'charge load contactor alternator shed', 'the clear delay is not over');
    bench.say(row({ hardware: { bmsOverTemperature: false } }));
    assert.equal(off(bench), '');
  });

  it('VSB-7 VLB-9 E-B32 the battery cable is lost: everything at once, back when it is restored', () => {
    const bench = pack().say(row()).say({ communication: false });
    assert.equal(off(bench), 'charge load alternator shed');
    assert.ok(active(bench).includes('communication(E-B32) alarm'), active(bench).join());
    bench.say({ communication: false }).say({ communication: false });
    assert.equal(off(bench), 'charge load contactor alternator shed', 'System+ 2 s after the chargers');
    assert.equal(off(bench.say(row())), '');
  });

  for (const code of ['E-B30', 'E-B31', 'E-B33']) {
    it(`VSB-7 ${code} is told by the BMS and passed on under its code`, () => {
      const bench = pack()
        .say(row())
        .say(row({ hardware: { fault: code } }));
      assert.deepEqual(active(bench), [`health(${code}) fault`]);
      assert.deepEqual(active(bench.say(row({ hardware: { fault: '' } }))), []);
    });
  }
});

describe('victron-smart-bms-12-200: settings', () => {
  it('VSB-5 remote off stops the alternator and System+ unless told otherwise, and the protection goes on', () => {
    const bench = pack().say(row());
    bench.engine.protection.remote = false;
    bench.say(row());
    assert.equal(off(bench), 'contactor alternator', 'the disconnect outputs stay');
    bench.say(third(3.75));
    assert.equal(off(bench), 'charge contactor alternator');
    assert.ok(active(bench).includes('cell-overvoltage alarm'), active(bench).join());
    bench.engine.protection.remote = true;
    bench.say(third(3.75));
    assert.equal(off(bench), 'charge alternator', 'remote on gives back only what the rules allow');
    assert.equal(off(bench.say(third(3.5))), '');
  });

  it('VSB-5 set to everything, remote off stops the disconnect outputs too', () => {
    const bench = pack({ remoteScope: 'everything' }).say(row());
    bench.engine.protection.remote = false;
    bench.say(row()).keep(2, row());
    assert.equal(off(bench), 'charge load contactor alternator shed');
    bench.engine.protection.remote = true;
    assert.equal(off(bench.say(row())), '');
  });

  it('VSB-12 its own 17.5 mA are counted: 0.42 Ah a day', () => {
    const bench = pack();
    bench.engine.seedSoc(0.5);
    const still = row({ cells: [3.2, 3.2, 3.2, 3.2], current: 0 });
    bench.say(still);
    for (let minute = 0; minute < 24 * 60; minute++) bench.say(still, 60);
    const drained = (0.5 - bench.engine.soc) * 100;
    assert.ok(Math.abs(drained - 0.42) < 0.03, `${drained} Ah of 100`);
  });

  it('VSB-3 a charge limit from 13.0 to 15.3 V, above 14.4 V with a warning', () => {
    const resolve = (alternatorVoltageLimit: number) =>
      resolveSettings(PROFILE, { cells: 4, capacity: 100, alternatorVoltageLimit });
    assert.deepEqual(
      [12.99, 13, 15.3, 15.31].map((limit) => resolve(limit).ok),
      [false, true, true, false],
    );
    const warned = [14.2, 14.4, 14.41, 15.3].map((limit) => {
      const resolved = resolve(limit);
      return resolved.ok && resolved.warnings.some((w) => w.kind === 'high-charge-limit');
    });
    assert.deepEqual(warned, [false, false, true, true]);
  });
});
