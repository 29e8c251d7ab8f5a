/** The `offgridtec-smart-pro` profile against the manual of the Smart-Pro batteries (OGT) and what was resolved about it. */
import assert from 'node:assert/strict';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

const PROFILE = 'offgridtec-smart-pro';
const ROLES = ['charge', 'load', 'contactor', 'alternator', 'shed'] as const;

/** A pack with an alternator, so that all five permissions can be seen. */
const pack = (given: Given = {}): Bench => new Bench(PROFILE, { given: { starterVoltageMin: 13, ...given } });
const row = (said: Said = {}): Said => ({ starter: 14, ...said });
const third = (v: number): Said => row({ cells: [3.3, 3.3, v, 3.3] });
const warm = (t: number): Said => row({ temperatures: [t] });
const flow = (current: number): Said => row({ current });
const volts = (voltage: number, cells = 4): Said =>
  row({ voltage, cells: Array.from({ length: cells }, () => voltage / cells) });

/** The permissions that are off. */
const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
/** What is raised, as `rule(code) severity`. */
const active = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`} ${e.severity}`);

describe('offgridtec-smart-pro: cells', () => {
  it('OGT-1 a cell above 3.90 V stops charging at once, and at 3.60 V charging is back at once', () => {
    const bench = pack().keep(60, third(3.9));
    assert.equal(off(bench), '', '3.90 V is not above 3.9 V');
    bench.say(third(3.901));
    assert.equal(off(bench), 'charge alternator');
    const event = bench.events.find((e) => e.row === 'cell-overvoltage');
    assert.deepEqual(
      [event?.rule, event?.code, event?.severity, event?.edge, event?.cell, event?.value, event?.threshold],
      ['cell-overvoltage', null, 'alarm', 'raised', 3, 3.901, 3.9],
    );
    assert.equal(off(bench.keep(120, third(3.601))), 'charge alternator', 'not back at 3.6 V yet');
    assert.equal(off(bench.say(third(3.6))), '');
    assert.ok(bench.edges.includes('cell-overvoltage/cleared'), bench.edges.join());
  });

  it('OGT-2 a cell below 2.00 V stops discharging at once, and at 2.50 V it is allowed again; charging stays', () => {
    const bench = pack().keep(60, third(2));
    assert.equal(off(bench), '', '2.00 V is not below 2.0 V');
    bench.say(third(1.999));
    assert.equal(off(bench), 'load shed');
    const event = bench.events.find((e) => e.rule === 'cell-undervoltage');
    assert.deepEqual(
      [event?.code, event?.severity, event?.cell, event?.value, event?.threshold],
      [null, 'alarm', 3, 1.999, 2],
    );
    assert.equal(off(bench.keep(120, third(2.499))), 'load shed', 'not back at 2.5 V yet');
    assert.equal(off(bench.say(third(2.5))), '');
  });

  it('OGT-2 the cut waits for no warning, which comes at 2.50 V where others speak of damage', () => {
    const low = pack().keep(5, third(2.51));
    assert.equal(low.preAlarm, false);
    low.say(third(2.5));
    assert.deepEqual([low.preAlarm, off(low)], [true, '']);
    assert.ok(active(low).includes('pre-alarm warning'), active(low).join());
    const sudden = pack().say(row()).say(third(1.9));
    assert.equal(off(sudden), 'load shed');
    assert.equal(sudden.preAlarm, false, 'the loads are off: nothing to be warned of');
  });

  it('OGT-15 a cell above 3.65 V is warned of and stops nothing, until it is back at 3.60 V', () => {
    const bench = pack().keep(5, third(3.65));
    assert.deepEqual(active(bench), []);
    bench.say(third(3.651));
    assert.deepEqual(active(bench), ['cell-overvoltage(high) warning']);
    assert.equal(off(bench), '');
    bench.say(third(3.601));
    assert.deepEqual(active(bench), ['cell-overvoltage(high) warning']);
    bench.say(third(3.6));
    assert.deepEqual(active(bench), []);
  });
});

describe('offgridtec-smart-pro: temperature', () => {
  it('OGT-6 charging from −5 °C on, discharging from −20 °C on', () => {
    const bench = pack().keep(60, warm(-5));
    assert.equal(off(bench), '', '−5 °C is inside');
    bench.say(warm(-5.1));
    assert.equal(off(bench), 'charge alternator');
    assert.deepEqual(active(bench), ['charge-temperature-low alarm']);
    assert.equal(off(bench.keep(60, warm(-20))), 'charge alternator', '−20 °C is inside for the loads');
    bench.say(warm(-20.1));
    assert.equal(off(bench), 'charge load alternator shed');
    assert.ok(active(bench).includes('discharge-temperature-low alarm'), active(bench).join());
    assert.equal(off(bench.keep(10, warm(-20))), 'charge load alternator shed', 'the clear delay is not over');
    assert.equal(off(bench.say(warm(-20))), 'charge alternator', 'the loads are back, charging is not');
    bench.keep(10, warm(-5));
    assert.equal(off(bench), 'charge alternator', 'the clear delay is not over');
    assert.equal(off(bench.say(warm(-5))), '');
  });

  it('OGT-6 OGT-4 charging up to 45 °C, discharging up to 60 °C and again at 50 °C, charging again below 45 °C', () => {
    const bench = pack().keep(60, warm(45));
    assert.equal(off(bench), '');
    bench.say(warm(45.1));
    assert.equal(off(bench), 'charge alternator');
    assert.deepEqual(active(bench), ['charge-temperature-high alarm']);
    assert.equal(off(bench.keep(60, warm(60))), 'charge alternator');
    bench.say(warm(60.1));
    assert.equal(off(bench), 'charge load alternator shed');
    assert.ok(active(bench).includes('discharge-temperature-high alarm'), active(bench).join());
    assert.equal(off(bench.keep(60, warm(50.1))), 'charge load alternator shed');
    assert.equal(off(bench.say(warm(50))), 'charge alternator', 'the loads at 50 °C');
    assert.equal(off(bench.keep(60, warm(45.1))), 'charge alternator');
    assert.equal(off(bench.keep(9, warm(44.9))), 'charge alternator', 'the clear delay is not over');
    assert.equal(off(bench.keep(2, warm(44.9))), '');
  });

  it('OGT-4 at 65 °C both directions stop whatever limits are set below, and clear by themselves at 50 °C', () => {
    const moved = { chargeTemperatureMax: 80, dischargeTemperatureMax: 80 };
    const bench = pack(moved).keep(60, warm(64.9));
    assert.equal(off(bench), '');
    bench.say(warm(65));
    assert.equal(off(bench), 'charge load alternator shed');
    assert.deepEqual(active(bench), ['discharge-temperature-high(over-temperature) fault']);
    assert.equal(off(bench.keep(600, warm(50.1))), 'charge load alternator shed');
    assert.equal(off(bench.say(warm(50))), '');
    assert.deepEqual(bench.edges, ['discharge-temperature-high(over-temperature)/cleared']);
  });
});

describe('offgridtec-smart-pro: overload and short circuit', () => {
  it('OGT-3 above the continuous current the loads go after 5 s, and come back 8 s after the load is off', () => {
    const bench = pack().keep(60, flow(-100));
    assert.equal(off(bench), '', '100 A is not above 100 A');
    bench.keep(5, flow(-100.1));
    assert.equal(off(bench), '', 'not at once');
    bench.say(flow(-100.1));
    assert.equal(off(bench), 'load shed');
    assert.ok(active(bench).includes('discharge-overcurrent alarm'), active(bench).join());
    assert.equal(off(bench.keep(60, flow(-20))), 'load shed', 'something still draws');
    assert.equal(off(bench.keep(8, flow(0))), 'load shed', '7 s after the load is off');
    assert.equal(off(bench.say(flow(0))), '', '8 s after the load is off');
  });

  it('OGT-3 an inrush up to the peak passes when it is short; above the peak the loads go at once', () => {
    const bench = pack().say(row()).keep(4, flow(-500)).keep(30, flow(-50));
    assert.equal(off(bench), '');
    bench.say(flow(-500.1));
    assert.equal(off(bench), 'load shed');
    assert.deepEqual(
      bench.events.map((e) => [e.rule, e.code, e.value, e.threshold]),
      [['discharge-overcurrent', 'peak', 500.1, 500]],
    );
    assert.equal(off(bench.keep(8, flow(0))), 'load shed');
    assert.equal(off(bench.say(flow(0))), '');
  });

  const short = row({ hardware: { shortCircuit: true } });
  const ended = row({ hardware: { shortCircuit: false } });

  it('OGT-5 one short circuit resets by itself: everything that discharges at once, back 8 s after it ended', () => {
    const bench = pack().say(ended).say(short);
    assert.equal(off(bench), 'load contactor shed');
    assert.deepEqual(active(bench), ['short-circuit fault']);
    assert.equal(off(bench.keep(30, short)), 'load contactor shed');
    assert.equal(off(bench.keep(8, ended)), 'load contactor shed');
    assert.equal(off(bench.say(ended)), '');
  });

  /** Reports of a short circuit, each followed by its end for `pause` seconds. */
  const reports = (bench: Bench, count: number, pause: number): Bench => {
    for (let i = 0; i < count; i++) bench.say(short).keep(pause, ended);
    return bench;
  };

  it('OGT-5 three within ten minutes are a loop: no more retries, until the battery is charged above 13.8 V', () => {
    const bench = reports(pack().say(ended), 2, 20);
    assert.equal(off(bench), '', 'two are no loop');
    reports(bench, 1, 20);
    assert.equal(off(bench), 'load shed', 'charging stays possible, through the contactor too');
    assert.deepEqual(active(bench), ['short-circuit-loop fault']);
    assert.equal(off(bench.keep(1800, ended)), 'load shed', 'time does not end it');
    assert.equal(off(bench.keep(60, { ...volts(13.8), current: 5 })), 'load shed', '13.8 V is not above 13.8 V');
    assert.equal(off(bench.keep(60, { ...volts(13.81), current: 0 })), 'load shed', 'nothing charges');
    bench.keep(10, { ...volts(13.81), current: 5 });
    assert.equal(off(bench), 'load shed', 'the clear delay is not over');
    assert.equal(off(bench.say({ ...volts(13.81), current: 5 })), '');
  });

  it('OGT-5 short circuits that lie further apart are no loop', () => {
    const bench = reports(pack().say(ended), 4, 301);
    assert.equal(off(bench), '');
    assert.deepEqual(active(bench), []);
  });
});

/** OGT-9: Ah, then A: continuous discharge, highest charge, recommended charge, peak. */
const MODELS = [
  [12, 10, 10, 5, 20],
  [30, 30, 30, 10, 50],
  [50, 50, 50, 25, 500],
  [100, 100, 100, 50, 500],
  [150, 150, 150, 75, 500],
  [200, 200, 200, 100, 500],
] as const;

describe('offgridtec-smart-pro: models', () => {
  /** Both sides of the three currents of a pack. */
  function currents(given: Given, discharge: number, charge: number, recommended: number, peak: number): void {
    const cells = Array.from({ length: Number(given['cells'] ?? 4) }, () => 3.3);
    const at = (current: number): Said => row({ cells, current });
    const bench = pack(given).keep(60, at(-discharge));
    assert.equal(off(bench), '', `discharging with ${discharge} A`);
    assert.equal(off(bench.keep(6, at(-discharge - 0.1))), 'load shed', `above ${discharge} A`);

    const charged = pack(given).keep(60, at(charge));
    assert.equal(off(charged), '', `charging with ${charge} A`);
    charged.keep(10, at(charge + 0.1));
    assert.equal(off(charged), '', 'after 9 s');
    charged.say(at(charge + 0.1));
    assert.equal(off(charged), 'charge alternator', `above ${charge} A`);
    assert.ok(active(charged).includes('charge-overcurrent alarm'), active(charged).join());
    assert.equal(off(charged.keep(200, at(recommended))), 'charge alternator', 'still at the recommended current');
    assert.equal(off(charged.keep(61, at(recommended - 0.1))), '');

    const rush = pack(given).say(at(0)).say(at(-peak));
    assert.equal(off(rush), '', `an inrush of ${peak} A`);
    assert.equal(off(rush.say(at(-peak - 0.1))), 'load shed', `above ${peak} A`);
  }

  for (const [capacity, discharge, charge, recommended, peak] of MODELS) {
    it(`OGT-9 ${capacity} Ah: ${discharge} A of discharge, ${charge} A of charge, ${peak} A at the peak`, () => {
      currents({ capacity }, discharge, charge, recommended, peak);
    });
  }

  it('OGT-9 OGT-10 two 100 Ah batteries in parallel: 200 A continuously both ways, the peak stays 500 A', () => {
    currents({ capacity: 200, parallel: 2 }, 200, 200, 100, 500);
  });

  // Together they may carry more than the peak of one, which stays (see above).
  it('OGT-10 any number of batteries may stand in parallel, ten of 12 and of 30 Ah', () => {
    const wanted = [
      [12, 10],
      [30, 10],
      [100, 6],
      [200, 3],
    ] as const;
    const refused = wanted.filter(
      ([capacity, parallel]) => !resolveSettings(PROFILE, { cells: 4, capacity: capacity * parallel, parallel }).ok,
    );
    assert.deepEqual(refused, []);
  });

  for (const [cells, name] of [
    [8, '24 V'],
    [16, '48 V'],
  ] as const) {
    it(`OGT-10 ${name} in series add voltage and no current`, () => {
      currents({ cells, capacity: 100 }, 100, 100, 50, 500);
    });
  }

  it('OGT-9 a capacity that is no model is warned of', () => {
    const resolved = resolveSettings(PROFILE, { cells: 4, capacity: 75 });
    assert.ok(resolved.ok);
    assert.ok(
      resolved.warnings.some((w) => w.kind === 'no-such-model'),
      JSON.stringify(resolved.warnings),
    );
  });
});

describe('offgridtec-smart-pro: pack voltage', () => {
  for (const [cells, highest, working, back] of [
    [4, 14.6, 11, 14.39],
    [8, 29.2, 22, 28.78],
  ] as const) {
    it(`OGT-8 ${cells} cells: up to ${highest} V is charging, above is warned of; so is ${working} V; neither switches`, () => {
      const bench = pack({ cells }).keep(60, volts(highest, cells));
      assert.deepEqual(active(bench), [], `${highest} V is the highest charge voltage, not beyond it`);
      bench.keep(6, volts(highest + 0.01, cells));
      assert.ok(active(bench).includes('pack-overvoltage warning'), active(bench).join());
      assert.equal(off(bench), '');
      bench.keep(31, volts(back, cells));
      assert.deepEqual(active(bench), []);

      bench.keep(60, volts(working + 0.01, cells));
      assert.deepEqual(active(bench), [], 'inside the working range');
      bench.keep(6, volts(working, cells));
      assert.deepEqual(active(bench), ['pack-undervoltage warning']);
      assert.equal(off(bench), '');
    });
  }

  it('OGT-8 chargers are asked for 14.4 V (4 cells) and 28.8 V (8 cells)', () => {
    for (const [cells, asked] of [
      [4, 14.4],
      [8, 28.8],
    ] as const) {
      const bench = pack({ cells }).say(volts(3.3 * cells, cells));
      assert.equal(Math.round(bench.engine.limits(bench.now).maxChargeVoltage * 1000) / 1000, asked);
    }
  });
});
