/** Charge and energy in and out, today and in total. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Counters } from '../../../src/engine/figures/counters.ts';
import type { BatterySample } from '../../../src/engine/figures/sample.ts';
import { Sum } from '../../../src/engine/figures/sum.ts';
import type { Tally } from '../../../src/engine/figures/tally.ts';
import { sampleOf } from './support/samples.ts';

const HOUR = 3_600_000;

function assertNear(value: number, expected: number, most: number): void {
  assert.ok(Math.abs(value - expected) <= most, `${value} is not ${expected} ± ${most}`);
}

/** Local time, so that the tests say the same in every time zone. */
function local(year: number, month: number, day: number, hour = 0, minute = 0): number {
  return new Date(year, month - 1, day, hour, minute).getTime();
}

/** An hour at `current`, told at `wall`. */
function hour(current: number, wall: number): BatterySample {
  return sampleOf({ dt: 3600, current, wall });
}

function flows(tally: Tally): number[] {
  return [
    tally.chargedAh,
    tally.dischargedAh,
    tally.chargedWh,
    tally.dischargedWh,
    tally.fromSources,
    tally.toConsumers,
  ];
}

/** Runs `test` in a time zone, where the machine knows it. */
function inZone(zone: string, test: () => void): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    test();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

const step = fc.record({
  dt: fc.double({ min: 0, max: 10, noNaN: true }),
  current: fc.double({ min: -200, max: 200, noNaN: true }),
  cell: fc.double({ min: 2, max: 4, noNaN: true }),
  gap: fc.boolean(),
  sources: fc.option(fc.double({ min: -50, max: 200, noNaN: true }), { nil: Number.NaN }),
  hours: fc.integer({ min: -30, max: 30 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function sampleOfStep({ dt, current, cell, gap, sources, hours }: Step): BatterySample {
  const wall = local(2026, 3, 10, 12) + hours * HOUR;
  const cells = [cell, cell, cell, cell];
  return sampleOf({ dt, current, cells, gap, currentIn: sources, currentOut: sources - current, wall });
}

describe('sum', () => {
  it('ECS-1 keeps steps of 10 µAh and of 1 mA in a second beside a million', () => {
    for (const amount of [1e-5, 1e-3 / 3600]) {
      const sum = new Sum();
      assert.ok(sum.restore([1_000_000, 0.25]));
      for (let i = 0; i < 100_000; i++) sum.add(amount);
      const [whole, fraction] = sum.state();
      assertNear(whole - 1_000_000 + fraction - 0.25, 100_000 * amount, amount * 1e-3);
    }
  });

  it('takes nothing that is not above 0 or absurd', () => {
    const sum = new Sum();
    sum.add(1.5);
    for (const amount of [Number.NaN, -1, 0, Infinity, -Infinity, 1e6]) sum.add(amount);
    assert.equal(sum.value, 1.5);
  });

  it('restores nothing but what it gave', () => {
    for (const found of [
      null,
      3,
      [],
      [1],
      [1, 2],
      [-1, 0],
      [0.5, 0],
      [1, -0.1],
      ['1', 0],
      [1, Number.NaN],
      [2 ** 60, 0],
    ]) {
      const sum = new Sum();
      sum.add(2.5);
      assert.equal(sum.restore(found), false);
      assert.equal(sum.value, 2.5);
    }
  });
});

describe('counters', () => {
  it('123-R10 counts charge and energy by direction, today and in total', () => {
    const counters = new Counters();
    const noon = local(2026, 3, 10, 12);
    counters.step(sampleOf({ dt: 7200, current: 10, cells: [3.4, 3.4, 3.4, 3.4], wall: noon }));
    counters.step(sampleOf({ dt: 3600, current: -5, cells: [3.2, 3.2, 3.2, 3.2], wall: noon + HOUR }));
    for (const tally of [counters.today, counters.total]) {
      assertNear(tally.chargedAh, 20, 1e-9);
      assertNear(tally.dischargedAh, 5, 1e-9);
      assertNear(tally.chargedWh, 20 * 13.6, 1e-9);
      assertNear(tally.dischargedWh, 5 * 12.8, 1e-9);
    }
  });

  it('ECS-1 counts days of a milliampere to the microampere-hour', () => {
    const counters = new Counters();
    counters.restore({ total: { dischargedAh: [1_000_000, 0] } });
    const sample = sampleOf({ dt: 1, current: -0.001, wall: local(2026, 3, 10, 12) });
    for (let i = 0; i < 3 * 86_400; i++) counters.step(sample);
    const [whole, fraction] = counters.total.state().dischargedAh;
    assertNear(whole - 1_000_000 + fraction, 0.072, 1e-6);
  });

  it('123-R7 tells sources and consumers apart where there are two sensors, each both ways', () => {
    const counters = new Counters();
    const wall = local(2026, 3, 10, 12);
    const cells = [3.25, 3.25, 3.25, 3.25];
    counters.step(sampleOf({ dt: 3600, current: 20, currentIn: 30, currentOut: 10, cells, wall }));
    assertNear(counters.total.fromSources, 390, 1e-9);
    assertNear(counters.total.toConsumers, 130, 1e-9);
    // The inverter charges from the grid, the solar charger takes its own consumption.
    counters.step(sampleOf({ dt: 3600, current: 19, currentIn: -1, currentOut: -20, cells, wall }));
    assertNear(counters.total.fromSources, 390 + 260, 1e-9);
    assertNear(counters.total.toConsumers, 130 + 13, 1e-9);
    assertNear(counters.today.fromSources, 650, 1e-9);
  });

  it('123-R7 does not know sources and consumers from the net current alone', () => {
    const counters = new Counters();
    counters.step(hour(10, local(2026, 3, 10, 12)));
    counters.step(sampleOf({ dt: 1, currentIn: 5, wall: local(2026, 3, 10, 12) }));
    counters.step(sampleOf({ dt: 1, currentOut: 5, wall: local(2026, 3, 10, 12) }));
    assert.deepEqual(flows(counters.total).slice(4), [Number.NaN, Number.NaN]);
    assert.deepEqual(flows(counters.today).slice(4), [Number.NaN, Number.NaN]);
  });

  it('counts charge without a voltage, and energy by the cells where the pack voltage is missing', () => {
    const counters = new Counters();
    const wall = local(2026, 3, 10, 12);
    counters.step(sampleOf({ dt: 3600, current: 10, voltage: Number.NaN, cells: [3, 3, 3, 3], wall }));
    assertNear(counters.total.chargedWh, 120, 1e-9);
    counters.step(sampleOf({ dt: 3600, current: 10, voltage: Number.NaN, cellMean: Number.NaN, wall }));
    assertNear(counters.total.chargedAh, 20, 1e-9);
    assertNear(counters.total.chargedWh, 120, 1e-9);
  });

  it('counts nothing in a gap', () => {
    const counters = new Counters();
    const wall = local(2026, 3, 10, 12);
    counters.step(sampleOf({ dt: 3600, gap: true, current: 10, currentIn: 10, currentOut: 0, wall }));
    assert.deepEqual(flows(counters.total), [0, 0, 0, 0, Number.NaN, Number.NaN]);
  });

  it('123-R10 clears the totals and today', () => {
    const counters = new Counters();
    const wall = local(2026, 3, 10, 12);
    counters.step(sampleOf({ dt: 3601, current: 10, currentIn: 20, currentOut: 10, wall }));
    counters.step(sampleOf({ dt: 3601, current: -10, currentIn: 0, currentOut: 10, wall }));
    for (const value of flows(counters.total)) assert.ok(value > 10);
    counters.clear();
    assert.deepEqual(flows(counters.total), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(flows(counters.today), [0, 0, 0, 0, 0, 0]);
  });

  it('123-R7 a day on which one sensor was seen knows no sources and consumers', () => {
    const counters = new Counters();
    counters.step(sampleOf({ dt: 1, currentIn: 20, currentOut: 10, wall: local(2026, 3, 10, 12) }));
    counters.step(hour(1, local(2026, 3, 11, 12)));
    assert.ok(Number.isNaN(counters.today.fromSources) && Number.isNaN(counters.today.toConsumers));
    assert.ok(counters.total.fromSources > 0);
  });
});

describe('today', () => {
  it('123-R10 ends at midnight of the machine, once', () => {
    const counters = new Counters();
    counters.step(hour(10, local(2026, 3, 10, 23, 58)));
    counters.step(hour(10, local(2026, 3, 10, 23, 59)));
    assertNear(counters.today.chargedAh, 20, 1e-9);
    counters.step(hour(3, local(2026, 3, 11)));
    counters.step(hour(3, local(2026, 3, 11, 0, 1)));
    assertNear(counters.today.chargedAh, 6, 1e-9);
    assertNear(counters.total.chargedAh, 26, 1e-9);
  });

  it('has 23, 24 or 25 hours as the calendar says', () => {
    for (const [month, day, hours] of [
      [3, 29, 23],
      [10, 25, 25],
      [6, 1, 24],
    ] as const) {
      inZone('Europe/Berlin', () => {
        const counters = new Counters();
        const start = local(2026, month, day);
        for (let i = 0; i < hours; i++) counters.step(hour(1, start + i * HOUR));
        assertNear(counters.today.chargedAh, hours, 1e-9);
        counters.step(hour(1, start + hours * HOUR));
        assertNear(counters.today.chargedAh, 1, 1e-9);
      });
    }
  });

  it('follows a day that has no midnight', () => {
    // Chile puts the clock forward at midnight.
    inZone('America/Santiago', () => {
      const counters = new Counters();
      const late = local(2026, 9, 5, 23, 30);
      counters.step(hour(1, late));
      for (let i = 1; i <= 23; i++) counters.step(hour(1, late + i * HOUR));
      assertNear(counters.today.chargedAh, 23, 1e-9);
    });
  });

  it('does not end by a clock that is not set, which starts in the past', () => {
    const counters = new Counters();
    const noon = local(2026, 3, 10, 12);
    counters.step(hour(1, 0));
    counters.step(hour(1, local(2023, 12, 30, 23)));
    counters.step(hour(1, noon));
    assertNear(counters.today.chargedAh, 3, 1e-9);
    for (const wall of [0, Number.NaN, Infinity, -1e15, 9e15]) counters.step(hour(1, wall));
    counters.step(hour(1, noon + HOUR));
    assertNear(counters.today.chargedAh, 9, 1e-9);
  });

  it('begins once when the clock jumps to another day, forth or back, and not when it jumps within the day', () => {
    const counters = new Counters();
    const noon = local(2026, 3, 10, 12);
    counters.step(hour(1, noon));
    counters.step(hour(1, noon - 6 * HOUR));
    counters.step(hour(1, noon + 6 * HOUR));
    assertNear(counters.today.chargedAh, 3, 1e-9);
    for (const day of [local(2031, 1, 1, 3), local(2025, 1, 1, 3)]) {
      counters.step(hour(1, day));
      counters.step(hour(1, day + HOUR));
      assertNear(counters.today.chargedAh, 2, 1e-9);
    }
  });

  it('goes on after a restart on the same day, and begins anew after one over midnight', () => {
    const before = new Counters();
    before.step(hour(5, local(2026, 3, 10, 12)));
    const saved: unknown = JSON.parse(JSON.stringify(before.state()));
    for (const [wall, expected] of [
      [local(2026, 3, 10, 20), 5],
      [local(2026, 3, 11, 1), 0],
    ] as const) {
      const after = new Counters();
      after.restore(saved);
      after.step(sampleOf({ dt: 8 * 3600, gap: true, wall }));
      assertNear(after.today.chargedAh, expected, 1e-9);
      assertNear(after.total.chargedAh, 5, 1e-9);
    }
  });
});

describe('counters at any time', () => {
  it('take over each sum that can be read, whatever the others are', () => {
    const counters = new Counters();
    counters.restore({ total: { chargedAh: [5, 0.5], dischargedAh: 'much', fromSources: [7, 0], toConsumers: [0.5] } });
    assert.deepEqual(flows(counters.total), [5.5, 0, 0, 0, 7, 0]);
    assert.deepEqual(flows(counters.today), [0, 0, 0, 0, Number.NaN, Number.NaN]);
  });

  it('never go back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const counters = new Counters();
        let before = flows(counters.total);
        for (const one of steps) {
          counters.step(sampleOfStep(one));
          const after = flows(counters.total);
          // What was not known before may become known.
          for (const [k, value] of after.entries()) assert.ok(Number.isNaN(before[k]!) || value >= before[k]!);
          before = after;
        }
      }),
    );
  });

  it('balance: what went in less what went out is what flowed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const counters = new Counters();
        let charge = 0;
        let energy = 0;
        let apart = 0;
        for (const one of steps) {
          counters.step(sampleOfStep(one));
          const flowed = one.gap ? 0 : (one.current * one.dt) / 3600;
          charge += flowed;
          energy += flowed * 4 * one.cell;
          if (!Number.isNaN(one.sources)) apart += flowed * 4 * one.cell;
        }
        const { chargedAh, dischargedAh, chargedWh, dischargedWh, fromSources, toConsumers } = counters.total;
        assertNear(chargedAh - dischargedAh, charge, 1e-9);
        assertNear(chargedWh - dischargedWh, energy, 1e-8);
        if (!Number.isNaN(fromSources)) assertNear(fromSources - toConsumers, apart, 1e-8);
      }),
    );
  });

  it('a step in two parts counts the same', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(step, share), { maxLength: 40 }), (steps) => {
        const whole = new Counters();
        const parts = new Counters();
        for (const [one, at] of steps) {
          whole.step(sampleOfStep(one));
          parts.step(sampleOfStep({ ...one, dt: one.dt * at }));
          parts.step(sampleOfStep({ ...one, dt: one.dt * (1 - at) }));
        }
        for (const span of ['today', 'total'] as const) {
          for (const [k, value] of flows(whole[span]).entries()) {
            if (Number.isNaN(value)) assert.ok(Number.isNaN(flows(parts[span])[k]!));
            else assertNear(flows(parts[span])[k]!, value, 1e-9);
          }
        }
      }),
    );
  });

  it('a restart changes nothing, wherever it falls', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), (steps, at) => {
        const through = new Counters();
        let restarted = new Counters();
        for (const [k, one] of steps.entries()) {
          if (k === at) {
            restarted = new Counters();
            restarted.restore(JSON.parse(JSON.stringify(through.state())));
          }
          through.step(sampleOfStep(one));
          restarted.step(sampleOfStep(one));
        }
        assert.deepEqual(restarted.state(), through.state());
      }),
    );
  });

  it('whatever is found in the store, they count on', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (found, day, sum) => {
        const counters = new Counters();
        counters.restore(found);
        counters.restore({ day, today: { chargedAh: sum, fromSources: sum }, total: sum });
        counters.step(hour(1, local(2026, 3, 10, 12)));
        for (const value of flows(counters.total).slice(0, 4)) assert.ok(value >= 0 && Number.isFinite(value));
        assert.ok(counters.total.chargedAh >= 1);
      }),
    );
  });
});
