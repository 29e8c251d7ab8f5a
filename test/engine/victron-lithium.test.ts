/** The `victron-smart-lithium` profile against the manual of the Lithium Battery Smart (VLB) and what was resolved about it. */
import assert from 'node:assert/strict';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

const PROFILE = 'victron-smart-lithium';
const ROLES = ['charge', 'load', 'contactor', 'alternator', 'shed'] as const;

/** A pack with an alternator, so that all five permissions can be seen. */
const pack = (given: Given = {}): Bench => new Bench(PROFILE, { given: { starterVoltageMin: 13, ...given } });
const row = (said: Said = {}): Said => ({ starter: 14, ...said });
const third = (v: number): Said => row({ cells: [3.3, 3.3, v, 3.3] });
const warm = (t: number): Said => row({ temperatures: [t] });

const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
const active = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`} ${e.severity}`);
const refused = (given: Given): boolean => !resolveSettings(PROFILE, { cells: 4, capacity: 100, ...given }).ok;

describe('victron-smart-lithium: alarms and what the BMS does', () => {
  const ACTIONS: readonly (readonly [signal: string, said: Said, roles: string, preAlarm: boolean])[] = [
    ['low cell, loads off', third(2.4), 'load shed', false],
    ['high cell, chargers off', third(3.75), 'charge alternator', false],
    ['low temperature, chargers off', warm(4.9), 'charge alternator', false],
    ['high temperature, chargers off', warm(75.1), 'charge alternator', false],
    ['a cell that gets low: the warning, and nothing is cut', third(3.1), '', true],
  ];
  for (const [signal, said, roles, preAlarm] of ACTIONS) {
    it(`VLB-1 ${signal}`, () => {
      const bench = pack().say(row()).say(said);
      assert.deepEqual([off(bench), bench.preAlarm], [roles, preAlarm]);
    });
  }

  it('VLB-2 VLB-1 a cell at 2.80 V cuts the loads, at 2.81 V it does not', () => {
    assert.equal(off(pack().say(row()).keep(300, third(2.81))), '');
    const bench = pack().say(row()).say(third(2.8)).keep(29, third(2.8));
    assert.equal(off(bench), '', 'warned of for half a minute');
    bench.say(third(2.8));
    assert.equal(off(bench), 'load shed');
    const event = bench.events.find((e) => e.rule === 'cell-undervoltage');
    assert.deepEqual([event?.cell, event?.value, event?.threshold], [3, 2.8, 2.8]);
  });

  it('VLB-2 the loads come back at once when every cell is at 3.20 V, not before', () => {
    const bench = pack().say(row()).keep(60, third(2.7));
    assert.equal(off(bench), 'load shed');
    assert.equal(off(bench.keep(600, third(3.19))), 'load shed', 'one cell at 3.19 V');
    assert.equal(off(bench.keep(60, row({ cells: [3.19, 3.3, 3.3, 3.3] }))), 'load shed', 'now another one');
    assert.equal(off(bench.say(third(3.2))), '');
  });

  it('VLB-2 the cut can be set from 2.60 to 2.80 V', () => {
    assert.deepEqual(
      [2.59, 2.81].map((cellUndervoltage) => refused({ cellUndervoltage })),
      [true, true],
    );
    const bench = pack({ cellUndervoltage: 2.6 }).say(row()).keep(120, third(2.61));
    assert.equal(off(bench), '');
    assert.equal(off(bench.say(third(2.6))), 'load shed');
  });

  it('VLB-3 the pre-alarm can be set from 2.80 to 3.15 V, and above the cut', () => {
    assert.deepEqual(
      [2.79, 3.16, 2.8].map((preAlarm) => refused({ preAlarm })),
      [true, true, true],
    );
    assert.equal(refused({ preAlarm: 2.8, cellUndervoltage: 2.7 }), false);
    const bench = pack({ preAlarm: 3.15 }).say(row()).say(third(3.15));
    assert.equal(bench.preAlarm, true);
  });

  it('VLB-5 VLB-1 charging stops when a cell reaches 3.75 V, and resumes when it has fallen below 3.60 V', () => {
    const bench = pack().keep(60, third(3.749));
    assert.equal(off(bench), '');
    bench.say(third(3.75));
    assert.equal(off(bench), 'charge alternator');
    assert.ok(active(bench).includes('cell-overvoltage alarm'), active(bench).join());
    assert.equal(off(bench.keep(600, third(3.6))), 'charge alternator');
    assert.equal(off(bench.say(third(3.599))), '');
  });
});

describe('victron-smart-lithium: temperature', () => {
  it('VLB-6 VLB-8 charging from 5 °C on, A-SL22 below', () => {
    const bench = pack().keep(60, warm(5));
    assert.equal(off(bench), '');
    bench.say(warm(4.9));
    assert.equal(off(bench), 'charge alternator');
    assert.deepEqual(active(bench), ['charge-temperature-low(A-SL22) alarm']);
    assert.equal(off(bench.say(warm(5))), '');
  });

  it('VLB-6 the minimum can be set from −20 to 20 °C, and below 5 °C with a warning', () => {
    assert.deepEqual(
      [-20.1, 20.1].map((t) => refused({ chargeTemperatureMin: t })),
      [true, true],
    );
    const warned = (chargeTemperatureMin: number): boolean => {
      const resolved = resolveSettings(PROFILE, { cells: 4, capacity: 100, chargeTemperatureMin });
      return resolved.ok && resolved.warnings.some((w) => w.kind === 'cold-charging');
    };
    assert.deepEqual([4.9, 5, 20].map(warned), [true, false, false]);
    const bench = pack({ chargeTemperatureMin: -20 }).keep(60, warm(-20));
    assert.equal(off(bench), '');
    assert.equal(off(bench.say(warm(-20.1))), 'charge alternator');
  });

  it('VLB-6 VLB-1 above 50 °C charging stops with a warning, the loads stay', () => {
    const bench = pack().keep(60, warm(50));
    assert.deepEqual([off(bench), active(bench)], ['', []]);
    bench.say(warm(50.1));
    assert.equal(off(bench), 'charge alternator');
    assert.ok(active(bench).includes('charge-temperature-high warning'), active(bench).join());
    assert.equal(off(bench.say(warm(45))), '');
  });

  it('VLB-6 VLB-8 above 75 °C the alarm A-SL15 stops the chargers, wherever the operating limit is set', () => {
    const bench = pack({ chargeTemperatureMax: 85 }).keep(60, warm(75));
    assert.equal(off(bench), '');
    bench.say(warm(75.1));
    assert.equal(off(bench), 'charge alternator');
    assert.ok(active(bench).includes('charge-temperature-high(A-SL15) alarm'), active(bench).join());
    assert.equal(bench.load, true, 'VLB-1 heat turns chargers off');
  });

  it('VLB-6 discharging beyond −20…50 °C is warned of; a number in the settings cuts the loads', () => {
    const inside = pack().say(row()).say(warm(50)).say(warm(-20));
    assert.ok(!active(inside).some((text) => text.includes('operating-range')), active(inside).join());
    const hot = pack().say(row()).keep(600, warm(50.1));
    assert.ok(active(hot).includes('discharge-temperature-high(operating-range) warning'), active(hot).join());
    assert.equal(hot.load, true);
    const cold = pack().say(row()).keep(600, warm(-20.1));
    assert.ok(active(cold).includes('discharge-temperature-low(operating-range) warning'), active(cold).join());
    assert.equal(cold.load, true);

    const set = { dischargeTemperatureMax: 50, dischargeTemperatureMin: -20 };
    for (const [at, beyond, rule] of [
      [50, 50.1, 'discharge-temperature-high'],
      [-20, -20.1, 'discharge-temperature-low'],
    ] as const) {
      const bench = pack(set).say(row()).keep(60, warm(at));
      assert.equal(bench.load, true);
      assert.equal(bench.keep(5, warm(beyond)).load, true, 'the delay is not over');
      assert.equal(bench.say(warm(beyond)).load, false);
      assert.ok(active(bench).includes(`${rule} alarm`), active(bench).join());
      bench.keep(60, warm(20));
      assert.equal(bench.load, false, 'the clear delay is not over');
      assert.equal(bench.say(warm(20)).load, true);
    }
  });

  it('VLB-7 the reading is shifted by −10…10 °C, and by nothing unless told', () => {
    assert.deepEqual(
      [-10.1, 10.1].map((temperatureOffset) => refused({ temperatureOffset })),
      [true, true],
    );
    assert.equal(off(pack().keep(2, warm(4.9))), 'charge alternator');
    assert.equal(off(pack({ temperatureOffset: 10 }).keep(2, warm(-5))), '');
    assert.equal(off(pack({ temperatureOffset: 10 }).keep(2, warm(-5.1))), 'charge alternator');
    assert.equal(off(pack({ temperatureOffset: -10 }).keep(2, warm(14.9))), 'charge alternator');
  });
});

describe('victron-smart-lithium: codes', () => {
  it('VLB-8 A-SL9 above 3.95 V, not at it', () => {
    const bench = pack().say(row()).keep(10, third(3.95));
    assert.ok(!active(bench).some((text) => text.includes('A-SL9')), active(bench).join());
    bench.say(third(3.951));
    assert.ok(
      active(bench).some((text) => text.startsWith('cell-overvoltage-critical(A-SL9)')),
      active(bench).join(),
    );
    const event = bench.events.find((e) => e.code === 'A-SL9');
    assert.deepEqual([event?.cell, event?.value, event?.threshold], [3, 3.951, 3.95]);
  });

  it('VLB-8 A-SL11 with the cut, W-SL12 with the warning before it', () => {
    const bench = pack().say(row()).say(third(3.1));
    assert.deepEqual(active(bench), ['pre-alarm(W-SL12) warning']);
    bench.keep(60, third(2.8));
    assert.ok(active(bench).includes('cell-undervoltage(A-SL11) alarm'), active(bench).join());
    const deep = pack().say(row()).say(third(2.49));
    assert.ok(
      active(deep).some((text) => text.startsWith('cell-undervoltage-critical(A-SL11)')),
      active(deep).join(),
    );
  });

  for (const code of ['E-SL1', 'E-SL2', 'E-SL9', 'E-SL10', 'E-SL24', 'E-SL119']) {
    it(`VLB-8 ${code} is told by the battery and passed on under its whole code`, () => {
      const bench = pack()
        .say(row())
        .say(row({ hardware: { fault: code } }));
      assert.deepEqual(active(bench), [`health(${code}) fault`]);
      bench.say(row({ hardware: { fault: '' } }));
      assert.deepEqual([active(bench), bench.edges], [[], [`health(${code})/cleared`]]);
    });
  }
});

describe('victron-smart-lithium: the second stage, and silence', () => {
  it('VLB-10 above 3.95 V the main contactor opens, 2 s after the chargers', () => {
    const bench = pack().say(row()).say(third(3.951));
    assert.equal(off(bench), 'charge alternator');
    assert.equal(off(bench.say(third(3.951))), 'charge alternator');
    assert.equal(off(bench.say(third(3.951))), 'charge contactor alternator');
    assert.equal(off(bench.keep(60, third(3.6))), 'charge contactor alternator');
    assert.equal(off(bench.say(third(3.599))), '');
  });

  it('VLB-10 a battery that goes on being discharged below the cut opens the main contactor; at rest charging stays possible', () => {
    const drawn = pack()
      .say(row())
      .keep(60, { ...third(2.4), current: -10 });
    assert.equal(off(drawn), 'load contactor shed');
    const rest = pack().say(row()).keep(60, third(2.4));
    assert.equal(off(rest), 'load shed');
  });

  it('VLB-10 both permissions are flags, and devices that take limits are told 0 A with them', () => {
    const bench = pack().say(row());
    const told = (): (number | null)[] => {
      const { maxChargeCurrent, maxDischargeCurrent } = bench.engine.limits(bench.now);
      return [maxChargeCurrent, maxDischargeCurrent];
    };
    assert.deepEqual(told(), [200, 200]);
    bench.say(third(3.75));
    const { charge, load } = bench.engine.protection.decision(bench.now).roles;
    assert.deepEqual(
      [charge, load],
      [
        { allowed: false, reason: 'cell-overvoltage' },
        { allowed: true, reason: null },
      ],
    );
    assert.equal(told()[0], 0);
    bench.say(third(2.4));
    assert.equal(bench.engine.protection.decision(bench.now).roles.load.reason, 'cell-undervoltage-critical');
    assert.equal(told()[1], 0);
  });

  it('VLB-9 a lost BMS cable turns off all chargers and all loads at once; both come back when it is restored', () => {
    const bench = pack().say(row()).say({ communication: false });
    assert.equal(off(bench), 'charge load alternator shed');
    assert.ok(active(bench).includes('communication alarm'), active(bench).join());
    bench.keep(600, { communication: false });
    assert.equal(bench.charge || bench.load, false);
    bench.say(row());
    assert.equal(off(bench), '');
  });

  it('VLB-9 silence of 5 s is a lost cable', () => {
    const bench = pack().say(row()).silence(4.9);
    assert.equal(off(bench), '');
    bench.silence(0.1);
    assert.equal(off(bench), 'charge load alternator shed');
    assert.equal(
      off(bench.silence(2)),
      'charge load contactor alternator shed',
      'the contactor 2 s after the chargers',
    );
    assert.equal(off(bench.say(row())), '');
  });
});

/** VLB-16: Ah, then A: most of both ways, recommended charge, recommended discharge. */
const MODELS = [
  [50, 100, 30, 50],
  [60, 120, 30, 60],
  [100, 200, 50, 100],
  [160, 320, 80, 160],
  [200, 400, 100, 200],
  [300, 600, 150, 300],
  [330, 400, 150, 300],
] as const;

describe('victron-smart-lithium: models and banks', () => {
  function currents(given: Given, most: number, charge: number, discharge: number): void {
    const cells = Array.from({ length: Number(given['cells'] ?? 4) }, () => 3.3);
    const at = (current: number): Said => row({ cells, current });
    const charged = pack(given).say(at(0)).keep(60, at(most));
    assert.equal(off(charged), '', `charging with ${most} A`);
    assert.equal(off(charged.keep(10, at(most + 0.1))), '', 'the delay is not over');
    assert.equal(off(charged.say(at(most + 0.1))), 'charge alternator');
    assert.ok(active(charged).includes('charge-overcurrent alarm'), active(charged).join());
    assert.equal(off(charged.keep(120, at(charge))), 'charge alternator', 'not below the recommended current');
    assert.equal(off(charged.keep(60, at(charge - 0.1))), 'charge alternator', 'the clear delay is not over');
    assert.equal(off(charged.say(at(charge - 0.1))), '');

    const loaded = pack(given).say(at(0)).keep(60, at(-most));
    assert.equal(off(loaded), '', `discharging with ${most} A`);
    assert.equal(off(loaded.keep(10, at(-most - 0.1))), '', 'the delay is not over');
    assert.equal(off(loaded.say(at(-most - 0.1))), 'load shed');
    assert.ok(
      loaded.engine.protection.decision(loaded.now).active.some((e) => e.rule === 'discharge-overcurrent'),
      active(loaded).join(),
    );
    assert.equal(off(loaded.keep(120, at(-discharge))), 'load shed', 'not below the recommended current');
    assert.equal(off(loaded.keep(60, at(-discharge + 0.1))), 'load shed', 'the clear delay is not over');
    assert.equal(off(loaded.say(at(-discharge + 0.1))), '');
  }

  for (const [capacity, most, charge, discharge] of MODELS) {
    it(`VLB-16 12.8 V ${capacity} Ah: ${most} A at most, again below ${charge} A of charge, ${discharge} A of discharge`, () => {
      currents({ capacity }, most, charge, discharge);
    });
  }
  it('VLB-16 25.6 V 200 Ah: 400 A at most, again below 100 A of charge, 200 A of discharge', () => {
    currents({ cells: 8, capacity: 200 }, 400, 100, 200);
  });

  it('VLB-16 chargers are asked for 14.2 V (4 cells) and 28.4 V (8 cells)', () => {
    for (const [cells, asked] of [
      [4, 14.2],
      [8, 28.4],
    ] as const) {
      const bench = pack({ cells }).say(row({ cells: Array.from({ length: cells }, () => 3.3) }));
      assert.equal(Math.round(bench.engine.limits(bench.now).maxChargeVoltage * 1000) / 1000, asked);
    }
  });

  it('VLB-19 five batteries in parallel carry five times the current', () => {
    currents({ capacity: 500, parallel: 5 }, 1000, 250, 500);
  });

  it('VLB-19 four 12.8 V or two 25.6 V batteries in series are one alarm chain: any of the 16 cells acts', () => {
    for (let cell = 1; cell <= 16; cell++) {
      const one = (v: number): Said => row({ cells: Array.from({ length: 16 }, (_, i) => (i + 1 === cell ? v : 3.3)) });
      const high = pack({ cells: 16 }).say(one(3.3)).say(one(3.75));
      assert.equal(off(high), 'charge alternator');
      assert.equal(high.events.find((e) => e.rule === 'cell-overvoltage')?.cell, cell);
      const low = pack({ cells: 16 }).say(one(3.3)).say(one(2.4));
      assert.equal(off(low), 'load shed');
      assert.equal(low.events.find((e) => e.rule === 'cell-undervoltage-critical')?.cell, cell);
    }
  });

  it('VLB-19 packs with an engine each know nothing of each other: one that alarms says no for itself', () => {
    const first = pack().say(row());
    const second = pack().say(row()).say(third(3.75));
    first.say(row());
    assert.deepEqual([off(first), off(second)], ['', 'charge alternator']);
  });

  it('VLB-23 a device follows its own signal (charge, load), or a relay in the line (contactor): each has its permission', () => {
    const bench = pack().say(row());
    bench.keep(60, third(3.75));
    assert.equal(off(bench), 'charge alternator', 'the signals of the chargers only');
    bench.say(third(3.599)).say(third(2.4));
    assert.equal(off(bench), 'load shed', 'the signals of the loads only');
    bench.say(third(3.3)).keep(3, third(3.96));
    assert.equal(off(bench), 'charge contactor alternator', 'what goes further opens the line');
  });
});
