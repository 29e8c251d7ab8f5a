/** The `ecs-smartpro` profile against the data page of the SmartPro module (ECS). */
import assert from 'node:assert/strict';
import type { Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

const ROLES = ['charge', 'load', 'contactor', 'alternator', 'shed'] as const;

/** A pack with an alternator, so that all five permissions can be seen. */
const pack = (given: Given = {}): Bench => new Bench('ecs-smartpro', { given: { starterVoltageMin: 13, ...given } });
const row = (said: Said = {}): Said => ({ starter: 14, ...said });
const second = (v: number): Said => row({ cells: [3.3, v, 3.3, 3.3] });
const flow = (current: number): Said => row({ current });

const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
const active = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`} ${e.severity}`);

describe('ecs-smartpro: load control and charge control', () => {
  it('ECS-7 charge control (OVP) takes charging alone: 3.65 V for 2 s, back below 3.45 V for 10 s', () => {
    const bench = pack().keep(60, second(3.649));
    assert.equal(off(bench), '');
    assert.equal(off(bench.keep(2, second(3.65))), '', 'the delay is not over');
    assert.equal(off(bench.say(second(3.65))), 'charge alternator');
    assert.deepEqual(active(bench), ['cell-overvoltage alarm']);
    assert.equal(bench.events[0]?.cell, 2);
    assert.equal(off(bench.keep(120, second(3.45))), 'charge alternator');
    assert.equal(off(bench.keep(10, second(3.449))), 'charge alternator', 'the clear delay is not over');
    assert.equal(off(bench.say(second(3.449))), '');
  });

  it('ECS-7 VLB-4 load control (LVP) takes the loads alone: 2.80 V, 30 s after the warning, back at 3.20 V for 10 s', () => {
    assert.equal(off(pack().say(row()).keep(300, second(2.801))), '');
    const bench = pack().say(row()).keep(3, second(2.8));
    assert.equal(bench.preAlarm, true);
    assert.equal(off(bench.keep(29, second(2.8))), '', '29 s after the warning');
    assert.equal(off(bench.say(second(2.8))), 'load shed');
    assert.ok(active(bench).includes('cell-undervoltage alarm'), active(bench).join());
    assert.equal(off(bench.keep(120, second(3.199))), 'load shed');
    assert.equal(off(bench.keep(10, second(3.2))), 'load shed', 'the clear delay is not over');
    assert.equal(off(bench.say(second(3.2))), '');
  });
});

/** ECS-8, ECS-13: cells, nominal and highest voltage of the three versions. */
const VERSIONS = [
  [4, 12, 15],
  [8, 24, 30],
  [16, 48, 60],
] as const;

describe('ecs-smartpro: 12, 24 and 48 V', () => {
  for (const [cells, nominal, highest] of VERSIONS) {
    const at = (voltage: number): Said => row({ voltage, cells: Array.from({ length: cells }, () => 3.4), current: 0 });

    it(`ECS-8 ${nominal} V: every one of ${cells} cells is watched`, () => {
      for (let cell = 1; cell <= cells; cell++) {
        const bench = pack({ cells });
        const one = (v: number): Said =>
          row({ cells: Array.from({ length: cells }, (_, i) => (i + 1 === cell ? v : 3.3)) });
        assert.equal(off(bench.keep(5, one(3.3))), '');
        bench.keep(3, one(3.7));
        assert.equal(off(bench), 'charge alternator');
        assert.equal(bench.events.find((e) => e.rule === 'cell-overvoltage')?.cell, cell);
      }
    });

    it(`ECS-13 ECS-7 ${nominal} V: charging stops at once at ${highest} V, the highest the module bears`, () => {
      const given = { cells, onPlausibility: 'ignore' };
      const bench = pack(given).keep(60, at(highest - 0.01));
      assert.equal(off(bench), '');
      bench.say(at(highest));
      assert.equal(off(bench), 'charge alternator');
      assert.deepEqual(active(bench), ['pack-overvoltage alarm']);
      assert.equal(off(bench.keep(120, at(3.6 * cells))), 'charge alternator');
      assert.equal(off(bench.keep(30, at(3.6 * cells - 0.01))), 'charge alternator', 'the clear delay is not over');
      assert.equal(off(bench.say(at(3.6 * cells - 0.01))), '');
    });
  }
});

describe('ecs-smartpro: the second, independent stage', () => {
  it('ECS-10 a cell at 3.90 V for 1 s opens the main contactor, whatever the first stage waits for', () => {
    const bench = pack({ cellOvervoltageDelay: 3600 }).say(row()).keep(60, second(3.899));
    assert.equal(off(bench), '', 'the first stage waits for an hour');
    assert.equal(off(bench.say(second(3.9))), '');
    assert.equal(off(bench.say(second(3.9))), 'charge alternator', 'the chargers go first');
    assert.deepEqual(active(bench), ['cell-overvoltage-critical fault']);
    bench.say(second(3.9));
    assert.equal(off(bench), 'charge alternator');
    assert.equal(off(bench.say(second(3.9))), 'charge contactor alternator', '2 s later the contactor');
    assert.equal(off(bench.keep(120, second(3.6))), 'charge contactor alternator');
    assert.equal(off(bench.keep(10, second(3.599))), 'charge contactor alternator', 'the clear delay is not over');
    assert.equal(off(bench.say(second(3.599))), '');
  });

  it('ECS-10 a cell at 2.50 V cuts the loads at once, whatever the first stage waits for', () => {
    const bench = pack({ preAlarmMinimum: 600 }).say(row()).keep(60, second(2.501));
    assert.equal(off(bench), '', 'the first stage waits for the warning');
    bench.say(second(2.5));
    assert.equal(off(bench), 'load shed');
    assert.ok(active(bench).includes('cell-undervoltage-critical fault'), active(bench).join());
    assert.equal(bench.allowed('contactor'), true, 'the charge path stays');
    assert.equal(off(bench.keep(120, second(3.199))), 'load shed');
    assert.equal(off(bench.keep(10, second(3.2))), 'load shed', 'the clear delay is not over');
    assert.equal(off(bench.say(second(3.2))), '');
  });

  it('ECS-11 a short circuit that the hardware has cut opens everything that discharges, and we do not reconnect', () => {
    const bench = pack().say(row({ hardware: { shortCircuit: false } }));
    bench.say(row({ hardware: { shortCircuit: true } }));
    assert.equal(off(bench), 'load contactor shed', 'the contactor waits for nothing');
    assert.deepEqual(active(bench), ['short-circuit fault']);
    bench.keep(3600, row({ hardware: { shortCircuit: false } }));
    assert.equal(off(bench), 'load contactor shed');
    assert.deepEqual(bench.engine.protection.decision(bench.now).latched, ['short-circuit']);
    assert.deepEqual(bench.engine.protection.reset(), ['short-circuit']);
    assert.equal(off(bench.say(row({ hardware: { shortCircuit: false } }))), '');
  });
});

describe('ecs-smartpro: current and temperature', () => {
  it('ECS-12 125 A continuously: above for 10 s the loads go, back below 112 A for 60 s', () => {
    const bench = pack().keep(60, flow(-125));
    assert.equal(off(bench), '');
    assert.equal(off(bench.keep(10, flow(-125.1))), '', 'the delay is not over');
    assert.equal(off(bench.say(flow(-125.1))), 'load shed');
    assert.deepEqual(active(bench), ['discharge-overcurrent alarm']);
    assert.equal(off(bench.keep(120, flow(-112))), 'load shed');
    assert.equal(off(bench.keep(60, flow(0))), 'load shed', 'the clear delay is not over');
    assert.equal(off(bench.say(flow(0))), '');
  });

  it('ECS-12 125 A continuously: above for 10 s charging goes, back below 112 A for 60 s', () => {
    const bench = pack().keep(60, flow(125));
    assert.equal(off(bench), '');
    assert.equal(off(bench.keep(10, flow(125.1))), '', 'the delay is not over');
    assert.equal(off(bench.say(flow(125.1))), 'charge alternator');
    assert.deepEqual(active(bench), ['charge-overcurrent alarm']);
    assert.equal(off(bench.keep(120, flow(112))), 'charge alternator');
    assert.equal(off(bench.keep(60, flow(0))), 'charge alternator', 'the clear delay is not over');
    assert.equal(off(bench.say(flow(0))), '');
  });

  it('ECS-12 650 A is a peak of 100 µs: whoever still sees more cuts the loads at once', () => {
    const bench = pack().say(row()).say(flow(-650));
    assert.equal(off(bench), '');
    bench.say(flow(-650.1));
    assert.equal(off(bench), 'load shed');
    assert.ok(active(bench).includes('discharge-overcurrent(peak) alarm'), active(bench).join());
    bench.keep(60, flow(0));
    assert.equal(off(bench), 'load shed');
    assert.equal(off(bench.say(flow(0))), '');
  });

  /** LiPro boards measure every cell's own temperature; cell 4 differs from the others. */
  const cellAt = (bench: Bench, temperature: number, seconds: number): Bench => {
    for (let i = 0; i < seconds; i++) {
      bench.now += 1;
      const cells = [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3, temperature: cell === 4 ? temperature : 20 }));
      bench.engine.observe('lipro', { cells, current: 0, voltage: 13.2, starterVoltage: 14 }, bench.now);
      bench.judge();
    }
    return bench;
  };

  for (const { name, good, beyond, back, roles, event } of [
    { name: 'below 5 °C', good: 5, beyond: 4.9, back: 7, roles: 'charge alternator', event: 'charge-temperature-low' },
    {
      name: 'above 45 °C',
      good: 45,
      beyond: 45.1,
      back: 42,
      roles: 'charge alternator',
      event: 'charge-temperature-high',
    },
    {
      name: 'below −20 °C',
      good: -20,
      beyond: -20.1,
      back: -17,
      roles: 'charge load alternator shed',
      event: 'discharge-temperature-low',
    },
    {
      name: 'above 60 °C',
      good: 60,
      beyond: 60.1,
      back: 50,
      roles: 'charge load alternator shed',
      event: 'discharge-temperature-high',
    },
  ]) {
    it(`ECS-9 one cell ${name} for 5 s takes ${roles}, and is named`, () => {
      const bench = cellAt(pack(), 20, 5);
      cellAt(bench, good, 30);
      const before = off(bench);
      assert.notEqual(before, roles, 'not at the limit itself');
      cellAt(bench, beyond, 5);
      assert.equal(off(bench), before, 'the delay is not over');
      cellAt(bench, beyond, 1);
      assert.equal(off(bench), roles);
      const told = bench.events.find((e) => e.rule === event);
      assert.deepEqual([told?.cell, told?.value, told?.severity], [4, beyond, 'alarm']);
      cellAt(bench, back, 60);
      assert.equal(off(bench), roles, 'the clear delay is not over');
      cellAt(bench, back, 1);
      assert.equal(off(bench), before);
      cellAt(bench, 20, 61);
      assert.equal(off(bench), '');
    });
  }
});
