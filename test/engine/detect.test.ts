/** The detectors one by one: what they find, and what they take for a battery. */
import assert from 'node:assert/strict';
import { FrozenWatch } from '../../src/engine/detect/frozen.ts';
import { Jumps } from '../../src/engine/detect/jumps.ts';
import { openWire } from '../../src/engine/detect/open-wire.ts';
import { ShortCircuits } from '../../src/engine/detect/short-circuits.ts';
import { Slope } from '../../src/engine/detect/slope.ts';
import type { CellReading } from '../../src/engine/reading/reading.ts';
import { Bench } from '../support/pack.ts';

const cellsOf = (voltages: readonly (number | null)[], age: number | null = 0): CellReading[] =>
  voltages.map((voltage) => ({ voltage, temperature: 20, balancing: false, age, source: 'test' }));

describe('how long until the loads are cut', () => {
  /** A cell that falls by so much a second, from the voltage on. */
  const falling = (from: number, perSecond: number, seconds: number, step = 1): number => {
    const slope = new Slope(2.8, 3.2);
    let until = Infinity;
    for (let t = 0; t <= seconds; t += step) until = slope.step(from - perSecond * t, 1000 + t);
    return until;
  };

  it('VLB-4 VSB-6 a straight fall is predicted after a few seconds, to the second', () => {
    for (const perSecond of [0.002, 0.005, 0.01, 0.02]) {
      for (const seconds of [4, 7, 15]) {
        const truth = (3.2 - perSecond * seconds - 2.8) / perSecond;
        const told = falling(3.2, perSecond, seconds);
        assert.ok(Math.abs(told - truth) < 1e-6, `${perSecond} V/s after ${seconds} s: ${told}, not ${truth}`);
      }
      assert.equal(falling(3.2, perSecond, 3), Infinity, 'three slopes are not enough');
    }
  });

  it('VLB-4 a fall that ends is forgotten when it is no longer most of what was seen', () => {
    const slope = new Slope(2.8, 3.2);
    let t = 0;
    for (; t < 10; t++) slope.step(3.1 - 0.01 * t, t);
    const stays = Array.from({ length: 4 }, () => slope.step(3.01, t++));
    assert.deepEqual(
      stays.map((until) => until < Infinity),
      [true, true, true, false],
    );
  });

  it('OGT-14 a cell that stands still or rises is not on its way to the cut', () => {
    assert.equal(falling(3.1, 0, 60), Infinity);
    assert.equal(falling(2.9, -0.001, 60), Infinity);
  });

  it('more than 0.1 V above the warning’s clear value nothing is looked at', () => {
    const slope = new Slope(2.8, 3.2);
    // From 3.35 V at 10 mV a second: 3.30 V after 5 s, and four slopes after 8 or, where the last digit has it so, 9 s.
    const told = Array.from({ length: 12 }, (_, t) => slope.step(3.35 - 0.01 * t, t));
    const first = told.findIndex((until) => until < Infinity);
    assert.ok(first === 8 || first === 9, `first told after ${first} s`);
    assert.equal(slope.step(3.31, 12), Infinity, 'above again');
    assert.equal(slope.step(3.2, 13), Infinity, 'it starts anew');
  });

  it('an unknown cell, a long gap and a clock that goes back start it anew', () => {
    for (const [voltage, at] of [
      [Number.NaN, 21],
      [2.9, 25.5],
      [2.9, 20],
      [2.9, 5],
    ] as const) {
      const slope = new Slope(2.8, 3.2);
      for (let t = 10; t <= 20; t++) slope.step(3.1 - 0.01 * (t - 10), t);
      assert.equal(slope.step(voltage, at), Infinity, `${voltage} at ${at}`);
      assert.equal(slope.step(2.89, at + 1), Infinity);
    }
    const slope = new Slope(2.8, 3.2);
    for (let t = 10; t <= 20; t++) slope.step(3.1 - 0.01 * (t - 10), t);
    assert.ok(slope.step(2.9, 25) < Infinity, 'five seconds are no gap');
  });

  it('below the cut no time is left, and never less than none', () => {
    assert.equal(falling(2.85, 0.02, 6), 0);
  });

  it('a step when a load is switched on, and a dip of one sample, are no fall', () => {
    const slope = new Slope(2.8, 3.2);
    for (let t = 0; t < 20; t++) slope.step(3.2, t);
    for (let t = 20; t < 40; t++) assert.equal(slope.step(3.0, t), Infinity, `${t - 20} s after the step`);
    assert.equal(slope.step(2.85, 40), Infinity);
    for (let t = 41; t < 60; t++) assert.equal(slope.step(3.0, t), Infinity);
  });
});

describe('impossible jumps', () => {
  /** A quiet minute, so that "none" can be told. */
  const quiet = (limits: readonly number[], values: readonly number[]): Jumps => {
    const jumps = new Jumps(limits);
    for (let at = -60; at <= 0; at++) jumps.step(values, at);
    return jumps;
  };

  it('OGT-14 a step above the limit counts, one up to it does not', () => {
    const jumps = quiet([0.5, 15], [3.25, 20]);
    assert.equal(jumps.step([3.75, 35], 1), 0, 'half a volt and 15 K are the most');
    assert.equal(jumps.step([3.2, 35], 2), 1);
    assert.equal(jumps.step([3.2, 19.9], 3), 2);
    assert.equal(jumps.step([4, 40], 4), 3, 'two values that jump together are one jump');
  });

  it('a jump is forgotten after a minute', () => {
    const jumps = quiet([0.5], [3]);
    assert.equal(jumps.step([4], 1), 1);
    assert.equal(jumps.step([4], 61), 1);
    assert.equal(jumps.step([4], 61.1), 0);
  });

  it('before a quiet minute has been seen it cannot be told that there was none', () => {
    const jumps = new Jumps([0.5]);
    assert.ok(Number.isNaN(jumps.step([3], 1000)));
    assert.ok(Number.isNaN(jumps.step([3], 1059.9)));
    assert.equal(jumps.step([3], 1060), 0);
    const early = new Jumps([0.5]);
    early.step([3], 1000);
    assert.equal(early.step([4], 1001), 1, 'one that was seen is told at once');
  });

  it('samples further apart than five seconds tell nothing about speed, and an unknown value is no jump', () => {
    const jumps = quiet([0.5], [3]);
    assert.equal(jumps.step([4], 5), 1);
    assert.equal(quiet([0.5], [3]).step([4], 5.1), 0);
    const lost = quiet([0.5], [4]);
    assert.equal(lost.step([Number.NaN], 1), 0);
    assert.equal(lost.step([4], 2), 0, 'it came back where it was');
    lost.step([Number.NaN], 3);
    assert.equal(lost.step([3], 4), 1, 'it came back elsewhere');
  });

  it('however many there are, their number stays bounded', () => {
    const jumps = new Jumps([0.5]);
    const counts = Array.from({ length: 60 }, (_, i) => jumps.step([i % 2 === 0 ? 3 : 4], i)).filter((n) => n > 0);
    assert.equal(Math.max(...counts), 8);
  });
});

describe('a sense wire that is off', () => {
  const find = (voltages: readonly (number | null)[]) => {
    const known = voltages.filter((v): v is number => v !== null);
    return openWire(cellsOf(voltages), Math.max(...known) - Math.min(...known));
  };

  it('OGT-14 two neighbours that lean to opposite sides by the same much', () => {
    assert.deepEqual(find([3.3, 3.7, 2.9, 3.3]), { lean: 0.4, cell: 2 });
    assert.deepEqual(find([2.9, 3.7, 3.3, 3.3]), { lean: 0.4, cell: 1 });
    assert.deepEqual(find([3.3, 3.3, 2.95, 3.65]), { lean: 0.35, cell: 3 });
  });

  it('a little lean, a lean to one side, and one that is not balanced are cells', () => {
    assert.equal(find([3.3, 3.59, 3.01, 3.3]).cell, 0, '0.29 V');
    assert.equal(find([3.3, 3.7, 3.7, 3.3]).cell, 0, 'both up');
    assert.equal(find([3.3, 3.8, 2.85, 3.3]).cell, 2, 'up by 0.5 V and down by 0.45 V: as good as the same');
    assert.equal(find([3.3, 3.85, 2.9, 3.3]).cell, 0, 'up by 0.55 V and down by 0.4 V: not one point');
    assert.equal(find([3.3, 3.9, 3.3, 2.7]).cell, 0, 'no neighbours');
    assert.equal(find([3.3, 3.3, 3.3, 3.3]).cell, 0);
  });

  it('an outlier elsewhere, or two cells alone: none is found', () => {
    assert.equal(find([3.3, 3.7, 2.9, 3.3, 3.6, 3.3]).cell, 0, 'another cell is off too');
    assert.equal(find([3.7, 2.9]).cell, 0);
  });

  it('a cell or a spread that is not known: it cannot be told', () => {
    assert.deepEqual(find([null, 3.7, 2.9, 3.3]), { lean: Number.NaN, cell: 0 });
    assert.deepEqual(openWire(cellsOf([3.3, 3.7, 2.9, 3.3]), Number.NaN), { lean: Number.NaN, cell: 0 });
  });
});

describe('short circuits in turns', () => {
  it('OGT-5 a new one counts once, however long it lasts, for ten minutes', () => {
    const counter = new ShortCircuits();
    assert.equal(counter.step(false, 0), 0);
    assert.equal(counter.step(true, 1), 1);
    assert.equal(counter.step(true, 2), 1);
    assert.equal(counter.step(false, 3), 1);
    assert.equal(counter.step(true, 4), 2);
    assert.equal(counter.step(false, 601), 2);
    assert.equal(counter.step(false, 601.5), 1);
    assert.equal(counter.step(false, 605), 0);
  });

  it('a reset forgets those before it, not one that lasts', () => {
    const counter = new ShortCircuits();
    counter.step(true, 1);
    counter.forget();
    assert.equal(counter.step(true, 2), 0, 'it is the same one');
    counter.step(false, 3);
    assert.equal(counter.step(true, 4), 1);
  });
});

describe('frozen values', () => {
  const AH = 100;
  /** A watch that has seen the cells move. */
  function living(): FrozenWatch {
    const watch = new FrozenWatch(AH);
    watch.step(3.2, 3.21, 0, 3.205, [], -2);
    watch.step(3.25, 3.26, 0, 3.255, [], -1);
    return watch;
  }
  /** A device that repeats the same cells while the current does as told, second by second. */
  const repeat = (currents: readonly number[], watch = living()) => {
    let at = 0;
    let found = { seconds: -1, cell: 0 };
    for (const current of currents) found = { ...watch.step(3.3, 3.31, current, 3.305, cellsOf([3.3, 3.31]), at++) };
    return found;
  };

  it('OGT-14 the same cells are no evidence while little flows', () => {
    assert.equal(repeat(Array<number>(3000).fill(5)).seconds, -1);
    assert.equal(repeat([0, ...Array<number>(50).fill(19.9)]).seconds, -1, 'a step below 0.2C');
  });

  it('they are when the current has stepped by 0.2C, counted from the last change', () => {
    assert.equal(repeat([0, 0, 0, 0, 20]).seconds, 4);
    assert.equal(repeat([10, 10, -10]).seconds, 2);
    assert.equal(repeat([0, 0, 20, 0, 0]).seconds, 4, 'it stays although the current is back');
  });

  it('they are when 15 % of the capacity have flowed', () => {
    const ten = Array<number>(5401).fill(10);
    assert.equal(repeat(ten.slice(0, 5400)).seconds, -1);
    assert.equal(repeat(ten).seconds, 5400);
    assert.equal(repeat(ten.map((i) => -i)).seconds, 5400, 'out of the battery too');
  });

  it('an unknown current tells nothing; the first known one is what the next is compared with', () => {
    assert.equal(repeat([Number.NaN, Number.NaN, Number.NaN]).seconds, -1);
    assert.equal(repeat([Number.NaN, 50, 50]).seconds, -1);
    assert.equal(repeat([Number.NaN, 50, 70]).seconds, 2);
  });

  it('a cell that moves ends it, and so does a clock that goes back', () => {
    const watch = living();
    assert.ok(repeat([0, 50], watch).seconds > 0);
    assert.equal(watch.step(3.301, 3.31, 50, 3.305, [], 2).seconds, -1);
    assert.equal(watch.step(3.301, 3.31, 50, 3.305, [], 3).seconds, -1);
    assert.ok(watch.step(3.301, 3.31, 80, 3.305, [], 4).seconds > 0);
    assert.equal(watch.step(3.301, 3.31, 50, 3.305, [], 1).seconds, -1);
  });

  it('before a cell has been seen to move it cannot be told that they live', () => {
    const watch = new FrozenWatch(AH);
    assert.ok(Number.isNaN(watch.step(3.3, 3.31, 0, 3.305, [], 1).seconds));
    assert.ok(Number.isNaN(watch.step(Number.NaN, Number.NaN, 0, Number.NaN, [], 2).seconds), 'lost is no movement');
    assert.ok(Number.isNaN(watch.step(3.3, 3.31, 0, 3.305, [], 3).seconds));
    assert.equal(watch.step(3.3, 3.32, 0, 3.31, [], 4).seconds, -1);
  });

  it('one cell that stays while the others move is named', () => {
    const watch = new FrozenWatch(AH);
    let found = { seconds: -1, cell: 0 };
    const drift = (t: number): number => 3.3 + t * 0.001;
    for (let t = 0; t <= 80; t++) {
      const v = drift(t);
      found = { ...watch.step(3.3, v, 5, v, cellsOf([v, 3.3, v]), t) };
    }
    assert.equal(found.cell, 2);
    assert.ok(found.seconds >= 60, `${found.seconds} s`);
    const next = watch.step(3.31, 3.4, 5, 3.4, cellsOf([3.4, 3.31, 3.4]), 95);
    assert.deepEqual([next.cell, next.seconds], [0, -1], 'it has moved');
  });

  it('of two the one that stays for longer; old, lost and unmeasured cells are none', () => {
    const play = (tell: (t: number, v: number) => CellReading[]): number => {
      const watch = new FrozenWatch(AH);
      let cell = 0;
      for (let t = 0; t <= 100; t++) {
        const v = 3.3 + t * 0.001;
        cell = watch.step(3.3, v, 5, v, tell(t, v), t).cell;
      }
      return cell;
    };
    assert.equal(
      play((t, v) => cellsOf([v, t < 25 ? v : 3.325, 3.3])),
      3,
    );
    assert.equal(
      play((t, v) => cellsOf([v, 3.3, t < 25 ? v : 3.325])),
      2,
    );
    assert.equal(
      play((_, v) => [...cellsOf([v]), ...cellsOf([3.3], 30)]),
      0,
      'measured half a minute ago',
    );
    assert.equal(
      play((_, v) => [...cellsOf([v]), ...cellsOf([3.3], null)]),
      0,
    );
    assert.equal(
      play((_, v) => cellsOf([v, null])),
      0,
    );
    assert.equal(
      play((t, v) => cellsOf(t < 60 ? [v, 3.3] : [v, 3.3, v])),
      0,
      'another number of cells starts anew',
    );
  });
});

describe('the detectors in the engine', () => {
  const rows = (bench: Bench): string[] => bench.engine.protection.decision(bench.now).active.map((e) => e.row);

  it('what no row reads is not looked for: with every policy at ignore nothing is found', () => {
    const given = { onPlausibility: 'ignore', onFrozen: 'ignore', preAlarmMode: 'off' };
    const bench = new Bench('lifepo4', { given, without: ['shortCircuits'] }).say();
    for (let i = 0; i < 60; i++)
      bench.say({ temperatures: [i % 2 === 0 ? 20 : 38], voltage: 20, current: i % 2 === 0 ? 0 : 90 });
    for (let i = 0; i < 5; i++) {
      bench.say({ hardware: { shortCircuit: true } }).say({ hardware: { shortCircuit: false } });
    }
    bench.engine.protection.reset();
    bench.keep(20);
    assert.deepEqual(
      rows(bench).filter((row) => /jumps|sum|wire|frozen|loop/.test(row)),
      [],
    );
  });

  it('OGT-14 a pack voltage below or above what the cells can add up to is a wrong sum', () => {
    const find = (voltage: number, cells = [3.2, 3.3, 3.3, 3.4]): boolean =>
      rows(new Bench('lifepo4', { given: { onPlausibilityDelay: 0 } }).say().say({ cells, voltage })).includes(
        'sum-of-cells',
      );
    // 80 mV a cell beyond the lowest and the highest are told.
    assert.deepEqual([find(12.47), find(12.49), find(13.91), find(13.93)], [true, false, false, true]);
    assert.deepEqual(
      [find(12.47, [3.2, 3.3, null as never, 3.4])],
      [false],
      'of a part of the cells nothing can be told',
    );
  });

  it('OGT-14 the lowest and highest of a part of the cells jump when a cell comes or goes: no jump is counted', () => {
    const bench = new Bench('lifepo4', {
      given: { onPlausibilityDelay: 0, cellOvervoltage: 4, cellOvervoltageCritical: 4.2 },
    });
    bench.say();
    for (let i = 0; i < 20; i++) bench.say({ cells: [3.3, 3.3, 3.3, i % 2 === 0 ? 3.9 : null] });
    assert.ok(!rows(bench).includes('jumps'));
    const real = new Bench('lifepo4', {
      given: { onPlausibilityDelay: 0, cellOvervoltage: 4, cellOvervoltageCritical: 4.2 },
    });
    real.say();
    for (let i = 0; i < 4; i++) real.say({ cells: [3.3, 3.3, 3.3, i % 2 === 0 ? 3.9 : 3.3] });
    assert.ok(rows(real).includes('jumps'));
  });

  it('VLB-4 the cell that falls is named by the warning', () => {
    const bench = new Bench('lifepo4', { given: { preAlarmDelay: 0, preAlarm: 2.9, preAlarmClear: 3.2 } }).say();
    // Down to 2.95 V: above the pre-alarm's own threshold.
    for (let i = 0; i < 30; i++) bench.say({ cells: [3.3, 3.3, 3.24 - i * 0.01, 3.3] });
    const { active } = bench.engine.protection.decision(bench.now);
    const event = active.find((e) => e.row === 'pre-alarm-soon');
    assert.equal(event?.cell, 3, active.map((e) => e.row).join());
    assert.ok(!active.some((e) => e.row === 'pre-alarm'));
  });

  it('a storm of readings tells no more than five a second: what is counted by samples is not stormed', () => {
    const given = { onPlausibilityDelay: 0 };
    const bench = new Bench('lifepo4', { given }).say();
    for (let i = 0; i < 40; i++) bench.say({ temperatures: [i % 2 === 0 ? 20 : 38] }, 0.01);
    assert.ok(!rows(bench).includes('jumps'), 'two of them are looked at');
    for (let i = 0; i < 8; i++) bench.say({ temperatures: [i % 2 === 0 ? 20 : 38] }, 0.25);
    assert.ok(rows(bench).includes('jumps'));
  });
});
