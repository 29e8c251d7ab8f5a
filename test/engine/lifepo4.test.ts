/** The `lifepo4` profile: what it trips at, clears at, after how long, and what it takes away. */
import assert from 'node:assert/strict';
import { Bench, type Said } from '../support/pack.ts';

const four = (v: number): number[] => [3.3, 3.3, v, 3.3];

interface Case {
  readonly title: string;
  readonly good: Said;
  readonly beyond: Said;
  readonly delay: number;
  /** Past the trip value but not at the clear value yet. */
  readonly between: Said;
  readonly clear: Said;
  readonly clearDelay: number;
  readonly off: readonly ('charge' | 'load')[];
  readonly event: string;
}

const CASES: readonly Case[] = [
  {
    title: 'VLB-1 a high cell stops charging at 3.65 V after 2 s, until it is below 3.45 V for 10 s',
    good: { cells: four(3.64) },
    beyond: { cells: four(3.65) },
    delay: 2,
    between: { cells: four(3.45) },
    clear: { cells: four(3.44) },
    clearDelay: 10,
    off: ['charge'],
    event: 'cell-overvoltage',
  },
  {
    title: 'VLB-10 ECS-10 a cell at 3.90 V opens the second stage too after 1 s, until it is below 3.60 V for 10 s',
    good: { cells: four(3.3) },
    beyond: { cells: four(3.9) },
    delay: 1,
    between: { cells: four(3.6) },
    clear: { cells: four(3.4) },
    clearDelay: 10,
    off: ['charge'],
    event: 'cell-overvoltage-critical',
  },
  {
    title: 'VLB-1 VLB-6 OGT-6 cold below 5 °C stops charging after 5 s, until 7 °C for 60 s',
    good: { temperatures: [5] },
    beyond: { temperatures: [4.9] },
    delay: 5,
    between: { temperatures: [6.9] },
    clear: { temperatures: [7] },
    clearDelay: 60,
    off: ['charge'],
    event: 'charge-temperature-low',
  },
  {
    title: 'VLB-1 OGT-6 heat above 45 °C stops charging after 5 s, until 42 °C for 60 s',
    good: { temperatures: [45] },
    beyond: { temperatures: [45.1] },
    delay: 5,
    between: { temperatures: [42.1] },
    clear: { temperatures: [42] },
    clearDelay: 60,
    off: ['charge'],
    event: 'charge-temperature-high',
  },
  {
    title: 'OGT-6 cold below −20 °C stops discharging too',
    good: { temperatures: [20] },
    beyond: { temperatures: [-20.1] },
    delay: 5,
    between: { temperatures: [-17.1] },
    clear: { temperatures: [20] },
    clearDelay: 60,
    off: ['charge', 'load'],
    event: 'discharge-temperature-low',
  },
  {
    title: 'OGT-4 OGT-6 heat above 60 °C stops discharging too, until 50 °C',
    good: { temperatures: [20] },
    beyond: { temperatures: [60.1] },
    delay: 5,
    between: { temperatures: [50.1] },
    clear: { temperatures: [20] },
    clearDelay: 60,
    off: ['charge', 'load'],
    event: 'discharge-temperature-high',
  },
  {
    title: 'VLB-16 charging above 1C stops after 10 s, and is tried again after 60 s',
    good: { current: 100 },
    beyond: { current: 100.1 },
    delay: 10,
    between: { current: 90 },
    clear: { current: 0 },
    clearDelay: 60,
    off: ['charge'],
    event: 'charge-overcurrent',
  },
  {
    title: 'OGT-3 VLB-16 an overload above 1C cuts the loads after 10 s, back 60 s after they are off',
    good: { current: -100 },
    beyond: { current: -100.1 },
    delay: 10,
    between: { current: -90 },
    clear: { current: 0 },
    clearDelay: 60,
    off: ['load'],
    event: 'discharge-overcurrent',
  },
  {
    title: 'OGT-3 an inrush above 2C for 1 s cuts the loads',
    good: { current: -100 },
    beyond: { current: -200.1 },
    delay: 1,
    between: { current: -90 },
    clear: { current: 0 },
    clearDelay: 60,
    off: ['load'],
    event: 'discharge-overcurrent',
  },
];

describe('lifepo4: the rules of the table', () => {
  for (const c of CASES) {
    it(c.title, () => {
      const bench = new Bench('lifepo4').keep(30, c.good);
      assert.deepEqual([bench.charge, bench.load], [true, true], 'well at the limit');
      const state = (): string => `${bench.charge},${bench.load}`;
      const off = `${!c.off.includes('charge')},${!c.off.includes('load')}`;

      const seen: string[] = [];
      for (let second = 0; second <= c.delay; second++) {
        bench.say(c.beyond);
        seen.push(...bench.events.map((e) => `${e.rule}/${e.edge}@${second}`));
        if (second < c.delay && c.event !== 'cell-overvoltage-critical')
          assert.equal(state(), 'true,true', `after ${second} s`);
      }
      assert.equal(state(), off, 'tripped');
      assert.ok(seen.includes(`${c.event}/raised@${c.delay}`), seen.join());

      bench.keep(200, c.between);
      assert.equal(state(), off, 'between trip and clear nothing comes back');
      for (let second = 0; second < c.clearDelay; second++) bench.say(c.clear);
      assert.equal(state(), off, 'the clear delay is not over');
      bench.keep(60, c.clear);
      assert.equal(state(), 'true,true', 'well again');
    });
  }

  it('OGT-6 at −20 °C and at 60 °C exactly the loads stay on', () => {
    assert.equal(new Bench('lifepo4').keep(30, { temperatures: [-20] }).load, true);
    assert.equal(new Bench('lifepo4').keep(30, { temperatures: [60] }).load, true);
  });

  it('OGT-3 an inrush of less than a second does not cut the loads', () => {
    const bench = new Bench('lifepo4').say();
    bench.say({ current: -400 }, 0.5).say({ current: -400 }, 0.4).say({ current: -20 }, 0.5).keep(20, { current: -20 });
    assert.equal(bench.load, true);
  });
});

describe('lifepo4: warning before the cut', () => {
  it('VLB-3 VLB-4 the pre-alarm sounds from 3.10 V on, at least 30 s before the loads are cut', () => {
    const bench = new Bench('lifepo4').say();
    bench.keep(3, { cells: four(3.1) });
    assert.equal(bench.preAlarm, true);
    const since = bench.now;
    bench.say({ cells: four(2.7) });
    for (let i = 0; i < 100 && bench.load; i++) bench.say({ cells: four(2.7) });
    assert.ok(bench.now - since >= 30, `cut after ${bench.now - since} s`);
    assert.ok(bench.now - since <= 32);
    assert.equal(bench.preAlarm, false, 'VLB-3 it is off once the loads are cut');
    assert.equal(bench.charge, true, 'VSB-11 charging stays possible');
  });

  it('VLB-3 the pre-alarm is off again once the lowest cell is above 3.20 V, and the loads never went', () => {
    const bench = new Bench('lifepo4').say().keep(3, { cells: four(3.05) });
    assert.equal(bench.preAlarm, true);
    bench.keep(60, { cells: four(3.2) });
    assert.equal(bench.preAlarm, true, 'not above 3.20 V');
    bench.keep(12, { cells: four(3.205) });
    assert.deepEqual([bench.preAlarm, bench.load], [false, true]);
  });

  it('VLB-2 the loads come back only when every cell is at 3.20 V', () => {
    const bench = new Bench('lifepo4').say().keep(60, { cells: four(2.8) });
    assert.equal(bench.load, false);
    bench.keep(60, { cells: four(3.19) });
    assert.equal(bench.load, false);
    bench.keep(10, { cells: four(3.2) });
    assert.equal(bench.load, false, 'clear delay');
    bench.say({ cells: four(3.2) });
    assert.equal(bench.load, true);
  });

  it('VLB-2 at 2.80 V exactly the loads go, at 2.81 V they stay', () => {
    assert.equal(new Bench('lifepo4').say().keep(120, { cells: four(2.81) }).load, true);
    assert.equal(new Bench('lifepo4').say().keep(120, { cells: four(2.8) }).load, false);
  });

  it('VLB-4 below 2.50 V nobody waits for the warning', () => {
    const bench = new Bench('lifepo4').say().say({ cells: four(2.5) });
    assert.equal(bench.load, false);
    assert.deepEqual(bench.edges, ['cell-undervoltage-critical/raised']);
  });

  it('VLB-20 VSB-6 with the pre-alarm off the cut does not wait for it', () => {
    const bench = new Bench('lifepo4', { given: { preAlarmMode: 'off' } }).say().keep(6, { cells: four(2.7) });
    assert.deepEqual([bench.load, bench.preAlarm], [false, false]);
  });

  it('VSB-10 loads that can wait are shed earlier, at a settable SOC', () => {
    const bench = new Bench('lifepo4', { given: { shedSoc: 30, shedSocClear: 40 } });
    bench.engine.seedSoc(0.29);
    bench.keep(12);
    assert.deepEqual([bench.allowed('shed'), bench.load], [false, true]);
    bench.engine.seedSoc(0.41);
    bench.keep(70);
    assert.equal(bench.allowed('shed'), true);
  });
});

describe('lifepo4: silence', () => {
  it('VLB-9 charge goes after 5 s of silence, the loads after 60 s with the pre-alarm sounding, both come back', () => {
    const bench = new Bench('lifepo4').say();
    for (let second = 1; second < 5; second++) {
      bench.silence();
      assert.deepEqual([bench.charge, bench.load, bench.preAlarm], [true, true, false], `after ${second} s`);
    }
    bench.silence();
    assert.deepEqual([bench.charge, bench.load, bench.preAlarm], [false, true, true]);
    assert.deepEqual(bench.edges, ['communication/raised']);
    for (let second = 6; second < 60; second++) {
      bench.silence();
      assert.equal(bench.load, true, `after ${second} s`);
    }
    bench.silence();
    assert.deepEqual([bench.load, bench.preAlarm], [false, false]);
    assert.deepEqual(bench.edges, ['communication/raised']);
    bench.say();
    assert.deepEqual([bench.charge, bench.load], [true, true]);
  });

  it('one lost cell is silence about the whole pack, and says which value is missing', () => {
    const bench = new Bench('lifepo4').say();
    bench.keep(5, { cells: [3.3, null, 3.3, 3.3] });
    assert.equal(bench.charge, false);
    assert.equal(bench.events[0]?.rule, 'sensor');
    assert.equal(bench.events[0]?.missing, 'cellMax');
    bench.keep(60, { cells: [3.3, null, 3.3, 3.3] });
    assert.equal(bench.load, false);
  });

  it('a lost temperature sensor stops charging', () => {
    const bench = new Bench('lifepo4').say().keep(5, { temperatures: [null] });
    assert.equal(bench.charge, false);
  });

  it('the number of cells must be the one in the settings', () => {
    const bench = new Bench('lifepo4');
    for (let i = 0; i < 10; i++) {
      bench.now += 1;
      const extreme = { value: 3.3, cell: 1 };
      bench.engine.observe(
        'device',
        { cellCount: 5, cellMin: extreme, cellMax: extreme, temperatures: [20], current: 0, voltage: 13.2 },
        bench.now,
      );
      bench.judge();
    }
    assert.deepEqual([bench.charge, bench.load], [false, false]);
  });
});
