/** State of charge with its uncertainty: what it may never do, what makes it sure and what makes it doubt. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SocEstimator, type SocInput } from '../../../src/engine/estimator/soc-estimator.ts';
import { parseSocState } from '../../../src/engine/estimator/soc-state.ts';
import { Battery, NOTHING, SETTINGS } from './support/battery.ts';

/** A sample that says: 25 °C, a cell voltage, a current. */
function sample(dt: number, current: number, cell: number, others: Partial<SocInput> = {}): SocInput {
  return { dt, current, cellMin: cell, cellMean: cell, temperature: 25, ...others };
}

function keep(
  estimator: SocEstimator,
  seconds: number,
  current: number,
  cell: number,
  others: Partial<SocInput> = {},
): void {
  for (let t = 0; t < seconds; t += 10) estimator.step(sample(10, current, cell, others));
}

function half(sigma = 0.02): SocEstimator {
  return new SocEstimator(SETTINGS, { soc: 0.5, sigma });
}

function assertNear(value: number, expected: number, most: number, what: string): void {
  assert.ok(Math.abs(value - expected) <= most, `${what} is ${value}, not ${expected} ± ${most}`);
}

const anything = fc.record({
  dt: fc.oneof(fc.double(), fc.double({ min: 0, max: 5000, noNaN: true })),
  current: fc.option(fc.oneof(fc.double(), fc.double({ min: -300, max: 300 }))),
  cellMin: fc.option(fc.oneof(fc.double(), fc.double({ min: 2, max: 4 }))),
  cellMean: fc.option(fc.oneof(fc.double(), fc.double({ min: 2, max: 4 }))),
  temperature: fc.option(fc.oneof(fc.double(), fc.double({ min: -30, max: 60 }))),
});

const plausible = fc.record({
  dt: fc.integer({ min: 1, max: 400 }),
  current: fc.option(fc.double({ min: -120, max: 120, noNaN: true }), { freq: 6 }),
  cell: fc.option(fc.double({ min: 2.6, max: 3.6, noNaN: true }), { freq: 6 }),
  temperature: fc.option(fc.double({ min: -20, max: 45, noNaN: true })),
});

describe('state of charge with its uncertainty: properties', () => {
  it('SOC stays within 0..1 and the uncertainty within its bounds whatever is said', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (inputs) => {
        const estimator = new SocEstimator(SETTINGS);
        for (const input of inputs) {
          const { soc, sigma } = estimator.step(input);
          assert.ok(soc >= 0 && soc <= 1, `SOC is ${soc}`);
          assert.ok(sigma >= 0.004 && sigma <= 0.29, `uncertainty is ${sigma}`);
        }
        assert.notEqual(parseSocState(JSON.parse(JSON.stringify(estimator.state()))), null);
      }),
    );
  });

  it('splitting a step into parts changes nothing beyond rounding', () => {
    const parts = fc.tuple(fc.array(plausible, { minLength: 5, maxLength: 60 }), fc.integer({ min: 2, max: 5 }));
    fc.assert(
      fc.property(parts, ([samples, times]) => {
        const whole = half();
        const split = half();
        for (const { dt, current, cell, temperature } of samples) {
          const said = { current, cellMin: cell, cellMean: cell, temperature };
          whole.step({ dt, ...said });
          for (let i = 0; i < times; i++) split.step({ dt: dt / times, ...said });
        }
        assertNear(split.soc, whole.soc, 1e-7, 'SOC');
        assertNear(split.sigma, whole.sigma, 1e-7, 'uncertainty');
      }),
    );
  });

  it('the same samples give the same numbers', () => {
    const run = (): SocEstimator => {
      const estimator = half(0.1);
      new Battery(0.6).run(estimator, -20, 7200).run(estimator, 15, 7200);
      return estimator;
    };
    assert.deepEqual(run().state(), run().state());
  });
});

describe('state of charge with its uncertainty: anchors', () => {
  it('123-R5 full is when the lowest cell stands at the full voltage at the tail current for the full time', () => {
    const estimator = half();
    keep(estimator, 170, 3, 3.52);
    assert.ok(estimator.soc < 0.9);
    keep(estimator, 70, 3, 3.52);
    assert.equal(estimator.soc, 1);
    assertNear(estimator.sigma, 0.005, 1e-3, 'uncertainty');
  });

  it('123-R5 where no tail current is asked for, high cells are full whatever flows, and that is not very sure', () => {
    const literal = { ...SETTINGS, tailCurrent: Number.POSITIVE_INFINITY };
    const charging = new SocEstimator(literal, { soc: 0.5, sigma: 0.02 });
    keep(charging, 240, 50, 3.55);
    assert.equal(charging.soc, 1);
    assertNear(charging.sigma, 0.03, 1e-3, 'uncertainty');
    assert.equal(charging.takeCorrection()?.reason, 'full');
    keep(charging, 240, 3, 3.55);
    assertNear(charging.sigma, 0.005, 1e-3, 'uncertainty at a small current');
    const uneven = new SocEstimator(literal, { soc: 0.5, sigma: 0.02 });
    keep(uneven, 3600, 3, 3.52, { cellMin: 3.4 });
    assert.ok(uneven.soc < 0.995, `SOC is ${uneven.soc}`);
  });

  it('123-R5 where no tail current is asked for, a battery without a current sensor is full by its cells', () => {
    const estimator = new SocEstimator({ ...SETTINGS, tailCurrent: Number.POSITIVE_INFINITY });
    for (let t = 0; t < 170; t += 10) estimator.step({ ...NOTHING, dt: 10, cellMin: 3.52, cellMean: 3.53 });
    assert.ok(estimator.soc < 0.9);
    estimator.step({ ...NOTHING, dt: 10, cellMin: 3.52, cellMean: 3.53 });
    assert.equal(estimator.soc, 1);
    const asked = half();
    for (let t = 0; t < 300; t += 10) asked.step({ ...NOTHING, dt: 10, cellMin: 3.52, cellMean: 3.53 });
    assert.ok(asked.soc < 0.9);
    const unseen = new SocEstimator({ ...SETTINGS, tailCurrent: Number.POSITIVE_INFINITY, fullTime: 0 });
    unseen.step({ ...NOTHING, dt: 600, cellMin: 3.52, cellMean: 3.53 });
    assert.ok(unseen.soc < 0.9, 'what the cells did for ten minutes is not known');
  });

  it('an anchor is told once, in the step in which the cells showed it', () => {
    const estimator = half();
    const told: number[] = [];
    for (let t = 10; t <= 300; t += 10) {
      estimator.step(sample(10, 3, 3.52));
      if (estimator.takeAnchor() === 'full') told.push(t);
      assert.equal(estimator.takeAnchor(), null);
    }
    assert.deepEqual(told, [180, 240, 300]);
    estimator.step(sample(10, -2, 3.3));
    assert.equal(estimator.takeAnchor(), null);
    keep(estimator, 250, -2, 2.7);
    assert.equal(estimator.takeAnchor(), null, 'the last step showed none');
    let empty = 0;
    for (let t = 0; t < 60; t += 10) {
      estimator.step(sample(10, -2, 2.7));
      if (estimator.takeAnchor() === 'empty') empty++;
    }
    assert.equal(empty, 1);
  });

  it('123-R5 high cells at a charging current, or one low cell, are not full', () => {
    const charging = half();
    keep(charging, 3600, 30, 3.55);
    assert.ok(charging.soc < 0.995, `SOC is ${charging.soc}`);
    const uneven = half();
    keep(uneven, 3600, 3, 3.52, { cellMin: 3.4 });
    assert.ok(uneven.soc < 0.995, `SOC is ${uneven.soc}`);
  });

  it('counting alone never makes a battery full', () => {
    const estimator = half();
    for (let i = 0; i < 360; i++) estimator.step({ ...NOTHING, dt: 60, current: 50 });
    assert.equal(estimator.soc, 0.99);
  });

  it('a full battery is full until it is discharged', () => {
    const estimator = half();
    keep(estimator, 300, 1, 3.52);
    for (let i = 0; i < 60; i++) estimator.step({ ...NOTHING, dt: 60, current: -1 });
    assertNear(estimator.soc, 0.99, 0.006, 'SOC');
    for (let i = 0; i < 60; i++) estimator.step({ ...NOTHING, dt: 60, current: -5 });
    for (let i = 0; i < 60; i++) estimator.step({ ...NOTHING, dt: 60, current: 30 });
    assert.equal(estimator.soc, 0.99);
  });

  it('a cell far down at a small current is empty; under load or in the cold it is not', () => {
    const empty = half();
    keep(empty, 130, -2, 2.7);
    assertNear(empty.soc, 0.005, 0.02, 'SOC');
    const loaded = half();
    keep(loaded, 130, -80, 2.7);
    assert.ok(loaded.soc > 0.3, `SOC is ${loaded.soc}`);
    const cold = half();
    keep(cold, 130, -2, 2.7, { temperature: -15 });
    assert.ok(cold.soc > 0.3, `SOC is ${cold.soc}`);
  });

  it('tells a correction of more than 2 % once, with its reason', () => {
    const estimator = half();
    keep(estimator, 300, 1, 3.52);
    const told = estimator.takeCorrection();
    assert.equal(told?.reason, 'full');
    assert.equal(told?.to, 1);
    assert.ok(told !== null && told.to - told.from > 0.02);
    assert.equal(estimator.takeCorrection(), null);
    keep(estimator, 600, 1, 3.52);
    assert.equal(estimator.takeCorrection(), null);
  });
});

describe('state of charge with its uncertainty: what is known', () => {
  it('nothing is known at first', () => {
    const { soc, sigma } = new SocEstimator(SETTINGS);
    assert.deepEqual([soc, sigma], [0.5, 0.29]);
  });

  it('makes less sure by counting without a voltage, and surer by a full battery', () => {
    const estimator = half(0.01);
    let before = estimator.sigma;
    for (let hour = 0; hour < 6; hour++) {
      for (let i = 0; i < 60; i++) estimator.step({ ...NOTHING, dt: 60, current: hour % 2 === 0 ? 10 : -10 });
      assert.ok(estimator.sigma > before, `${estimator.sigma} after ${before}`);
      before = estimator.sigma;
    }
    keep(estimator, 300, 1, 3.52);
    assertNear(estimator.sigma, 0.005, 1e-3, 'uncertainty');
  });

  it('a voltage on the slope tells much, one on the plateau little', () => {
    const slope = new SocEstimator(SETTINGS);
    new Battery(0.3).run(slope, -15, 3600);
    assertNear(slope.soc, 0.15, 0.08, 'SOC');
    assert.ok(slope.sigma < 0.06, `uncertainty on the slope is ${slope.sigma}`);
    const plateau = new SocEstimator(SETTINGS);
    new Battery(0.55).run(plateau, -5, 3600);
    assert.ok(plateau.sigma > 0.08, `uncertainty on the plateau is ${plateau.sigma}`);
    assert.ok(Math.abs(plateau.soc - 0.5) < 2 * plateau.sigma);
  });

  it('a wrong start is found out by one passage through the slopes', () => {
    const estimator = new SocEstimator(SETTINGS, { soc: 0.5, sigma: 0.3 });
    const battery = new Battery(0.8).run(estimator, -20, 3.4 * 3600);
    assertNear(estimator.soc, battery.soc, 0.05, 'SOC');
  });

  it('a wrong capacity is found out between full and the lower slope', () => {
    const estimator = new SocEstimator({ ...SETTINGS, capacity: 110 }, { soc: 1, sigma: 0.01 });
    const battery = new Battery(1).run(estimator, -20, 4.6 * 3600);
    const counted = 1 - 92 / 110;
    assert.ok(Math.abs(estimator.soc - battery.soc) < Math.abs(counted - battery.soc) / 2, `SOC is ${estimator.soc}`);
    battery.run(estimator, 20, 5 * 3600).run(estimator, -20, 4.6 * 3600);
    assertNear(estimator.soc, battery.soc, 0.03, 'SOC in the second cycle');
  });

  it('takes the word of the owner or a device, kept within its bounds', () => {
    const estimator = half();
    estimator.seed({ soc: 0.8, sigma: 0.05 });
    assert.deepEqual([estimator.soc, estimator.sigma], [0.8, 0.05]);
    estimator.seed({ soc: 7, sigma: 9 });
    assert.deepEqual([estimator.soc, estimator.sigma], [1, 0.29]);
    estimator.seed({ soc: Number.NaN, sigma: 0.1 });
    assert.deepEqual([estimator.soc, estimator.sigma], [1, 0.29]);
  });
});

describe('state of charge with its uncertainty: the offset of the current sensor', () => {
  it('123-R8 is learned while a switched-off battery does nothing', () => {
    const estimator = half();
    const battery = new Battery(0.5);
    battery.offset = 0.4;
    battery.run(estimator, -20, 1800).run(estimator, 0, 1800);
    assertNear(estimator.currentOffset, 0.4, 0.1, 'offset');
    battery.run(estimator, 0, 24 * 3600);
    assertNear(estimator.soc, battery.soc, 0.03, 'SOC after a day');
  });

  it('123-R8 is set when somebody says that no current flows', () => {
    const estimator = half();
    estimator.zero(-0.35);
    assertNear(estimator.currentOffset, -0.35, 0.02, 'offset');
    estimator.zero(Number.NaN);
    assertNear(estimator.currentOffset, -0.35, 0.02, 'offset');
  });

  it('ECS-4 the self-consumption of the monitor is counted, and is no offset', () => {
    const estimator = new SocEstimator({ ...SETTINGS, selfConsumption: 6.6, cells: 4 }, { soc: 0.5, sigma: 0.02 });
    for (let i = 0; i < 24 * 60; i++) estimator.step({ ...NOTHING, dt: 60, current: i % 2 === 0 ? 0 : 0.001 });
    assertNear(estimator.currentOffset, 0.0005, 0.001, 'offset');
    assertNear(estimator.soc, 0.5 - (0.5 * 24) / 100, 0.005, 'SOC after a day');
  });

  it('a load that is always on is not taken for it', () => {
    const estimator = half();
    const battery = new Battery(0.5);
    for (let day = 0; day < 4; day++) {
      battery.day(estimator, 0.6);
      assertNear(estimator.soc, battery.soc, 0.03, `SOC after day ${day}`);
    }
    assertNear(estimator.currentOffset, 0, 0.15, 'offset');
  });

  it('an offset that a load hides is found out by full charges', () => {
    const estimator = half();
    const battery = new Battery(0.5);
    battery.offset = 0.5;
    battery.day(estimator, 0.5);
    const first = Math.abs(estimator.soc - battery.soc);
    for (let day = 1; day < 6; day++) battery.day(estimator, 0.5);
    const last = Math.abs(estimator.soc - battery.soc);
    assert.ok(last < 0.25 * first, `error ${first} after a day, ${last} after six`);
    assert.ok(last < 2 * estimator.sigma, `error ${last}, uncertainty ${estimator.sigma}`);
  });
});

describe('state of charge with its uncertainty: gaps and restarts', () => {
  it('a gap goes on with the mean current, and makes less sure the longer it is', () => {
    const estimator = half(0.01);
    for (let i = 0; i < 90; i++) estimator.step({ ...NOTHING, dt: 60, current: i % 2 === 0 ? -30 : -10 });
    const before = estimator.soc;
    let sigma = estimator.sigma;
    estimator.step({ ...NOTHING, dt: 600 });
    assertNear(estimator.soc, before - (20 * 600) / 3600 / 100, 0.01, 'SOC');
    for (const dt of [600, 3600, 36_000]) {
      assert.ok(estimator.sigma > sigma);
      sigma = estimator.sigma;
      estimator.step({ ...NOTHING, dt });
    }
  });

  it('after a month without a word anything is possible, and no more than that', () => {
    const estimator = half(0.01);
    new Battery(0.5).run(estimator, -20, 3600);
    estimator.step({ ...NOTHING, dt: 30 * 86_400 });
    assert.ok(estimator.sigma <= 0.29 && estimator.sigma > 0.2, `uncertainty is ${estimator.sigma}`);
    assert.ok(estimator.soc >= 0 && estimator.soc <= 1);
  });

  it('goes on after a restart as if there had been none', () => {
    const one = half(0.1);
    const battery = new Battery(0.55);
    for (let i = 0; i < 60; i++) battery.run(one, -30, 60).run(one, 10, 60);
    const saved = parseSocState(JSON.parse(JSON.stringify(one.state())));
    assert.ok(saved !== null);
    const other = SocEstimator.restored(SETTINGS, saved);
    assertNear(other.soc, one.soc, 1e-9, 'SOC');
    assertNear(other.sigma, one.sigma, 1e-5, 'uncertainty');
    const twin = new Battery(battery.soc);
    new Battery(battery.soc).run(one, 20, 7200);
    twin.run(other, 20, 7200);
    assertNear(other.soc, one.soc, 0.002, 'SOC two hours later');
    assertNear(other.sigma, one.sigma, 0.002, 'uncertainty two hours later');
  });

  /** The state of one that ran for a day in a house, whose sensor is off by 0.3 A. */
  function aDay(capacity: number): { readonly estimator: SocEstimator; readonly battery: Battery } {
    const estimator = new SocEstimator({ ...SETTINGS, capacity }, { soc: 0.5, sigma: 0.02 });
    const battery = new Battery(0.5);
    battery.offset = 0.3;
    battery.day(estimator, 0.6).day(estimator, 0.6);
    return { estimator, battery };
  }

  it('a corrected capacity changes units, not what was learned', () => {
    const { estimator, battery } = aDay(110);
    const other = SocEstimator.restored({ ...SETTINGS, capacity: 100 }, estimator.state());
    assertNear(other.currentOffset, estimator.currentOffset, 1e-6, 'offset');
    assertNear(other.capacity, estimator.capacity, 1e-6, 'capacity');
    assertNear(other.capacitySigma, estimator.capacitySigma, 1e-4, 'its uncertainty');
    assertNear(other.soc, estimator.soc, 1e-9, 'SOC');
    assert.ok(other.sigma >= 0.03, `uncertainty is ${other.sigma}`);
    const before = other.soc;
    for (let i = 0; i < 60; i++) {
      for (const one of [estimator, other]) one.step({ ...NOTHING, dt: 60, current: -10 });
    }
    assertNear(other.soc - before, estimator.soc - before, 2e-3, 'SOC of an hour');
    const twin = new Battery(battery.soc);
    for (const one of [battery, twin]) one.offset = 0.3;
    battery.day(other, 0.6);
    twin.day(estimator, 0.6);
    assertNear(other.soc, estimator.soc, 0.02, 'SOC a day later');
  });

  it('a capacity that changes much is another battery: only the sensors are the same', () => {
    const { estimator } = aDay(100);
    const other = SocEstimator.restored({ ...SETTINGS, capacity: 200 }, estimator.state());
    assert.equal(other.capacity, 200);
    assertNear(other.capacitySigma, 0.067 * 200, 0.01, 'uncertainty of the capacity');
    assertNear(other.currentOffset, estimator.currentOffset, 1e-6, 'offset');
    assertNear(other.soc, estimator.soc, 1e-9, 'SOC');
    assert.ok(other.sigma >= 0.0999, `uncertainty is ${other.sigma}`);
    assert.notEqual(parseSocState(JSON.parse(JSON.stringify(other.state()))), null);
  });

  it('a battery that was full is full after a restart', () => {
    const estimator = half();
    keep(estimator, 300, 1, 3.52);
    const saved = parseSocState(JSON.parse(JSON.stringify(estimator.state())));
    assert.ok(saved !== null);
    assert.equal(SocEstimator.restored(SETTINGS, saved).soc, 1);
  });

  it('a damaged or foreign state is not taken', () => {
    const good = JSON.parse(JSON.stringify(half().state()));
    assert.notEqual(parseSocState(good), null);
    const { belief } = good;
    const broken: unknown[] = [
      null,
      7,
      [],
      {},
      { ...good, version: 2 },
      { ...good, capacity: 0 },
      { ...good, capacity: '100' },
      { ...good, capacity: 1e300 },
      { ...good, temperature: 1e5 },
      { ...good, recent: { mean: -1e300, square: 1 } },
      { ...good, recent: { mean: 0, square: 1e300 } },
      { ...good, polarisation: { ...good.polarisation, fast: 1e300 } },
      { ...good, belief: { ...belief, covariance: [1e15, ...belief.covariance.slice(1)] } },
      { ...good, full: 'yes' },
      { ...good, trusted: undefined },
      { ...good, temperature: null },
      { ...good, recent: { mean: 0, square: -1 } },
      { ...good, polarisation: { ...good.polarisation, resistance: 0 } },
      { ...good, belief: { ...belief, values: belief.values.slice(1) } },
      { ...good, belief: { ...belief, values: belief.values.map(() => 'a') } },
      { ...good, belief: { ...belief, covariance: belief.covariance.map((cell: number) => -cell) } },
      { ...good, belief: { ...belief, covariance: belief.covariance.map(() => 1).fill(5, 1, 2) } },
    ];
    for (const [index, state] of broken.entries()) assert.equal(parseSocState(state), null, `number ${index}`);
  });

  it('counts on without voltages, and learns nothing from impossible ones', () => {
    for (const cell of [null, 0, 9, Number.NaN]) {
      const estimator = half();
      for (let i = 0; i < 60; i++) estimator.step({ ...NOTHING, dt: 60, current: -20, cellMean: cell, cellMin: cell });
      assertNear(estimator.soc, 0.3, 1e-9, `SOC with ${cell} V`);
    }
  });
});
