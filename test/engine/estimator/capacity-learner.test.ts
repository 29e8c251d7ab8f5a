/** Learned capacity and state of health. */
import assert from 'node:assert/strict';
import { CapacityLearner } from '../../../src/engine/estimator/capacity-learner.ts';
import { SocEstimator, type SocInput, type SocSettings } from '../../../src/engine/estimator/soc-estimator.ts';
import { parseSocState } from '../../../src/engine/estimator/soc-state.ts';
import { Battery, type Follower, NOTHING, SETTINGS } from './support/battery.ts';

const HOUR = 3600;

function configured(capacity: number): SocSettings {
  return { ...SETTINGS, capacity };
}

function learnerOf(capacity: number): CapacityLearner {
  return new CapacityLearner(configured(capacity));
}

/** A battery that goes from full to `low` and back, `cycles` times, with a load that comes and goes. */
function cycle(battery: Battery, follower: Follower, cycles: number, low: number): void {
  for (let i = 0; i < cycles; i++) {
    while (battery.soc > low) battery.run(follower, -30, 120).run(follower, -4, 600);
    battery.run(follower, -0.4, HOUR);
    while (battery.soc < 1) battery.run(follower, 20, 600);
    battery.run(follower, 0.5, HOUR / 2).run(follower, -0.4, HOUR);
  }
}

function assertNear(value: number, expected: number, most: number, what: string): void {
  assert.ok(Math.abs(value - expected) <= most, `${what} is ${value}, not ${expected} ± ${most}`);
}

describe('learned capacity', () => {
  it('is the configured one at first, and nothing is told of it', () => {
    const learner = learnerOf(100);
    assert.equal(learner.guess, 100);
    assert.ok(learner.sigma > 15);
    assert.ok(Number.isNaN(learner.capacity));
    assert.ok(Number.isNaN(learner.soh));
  });

  for (const [capacity, offset] of [
    [110, 0.2],
    [90, -0.2],
    [100, 0],
  ] as const) {
    it(`ECS-3 is right within 2 % after two weeks of partial cycles: ${capacity} Ah configured, ${offset} A of offset`, () => {
      const learner = learnerOf(capacity);
      const battery = new Battery(0.9);
      battery.offset = offset;
      cycle(battery, learner, 12, 0.2);
      assertNear(learner.capacity, 100, 2, 'capacity');
      assert.ok(Math.abs(learner.capacity - 100) <= 2 * learner.sigma);
      assertNear(learner.soh, 100 / capacity, 2 / capacity, 'SOH');
    });
  }

  it('ECS-3 an old battery is found out, and the state of charge then counts with its capacity', () => {
    const settings = configured(140);
    const start = { soc: 0.9, sigma: 0.05 };
    const [estimator, alone] = [new SocEstimator(settings, start), new SocEstimator(settings, start)];
    const learner = new CapacityLearner(settings);
    let [corrections, error, errorAlone] = [0, 0, 0];
    const battery = new Battery(0.9);
    const both: Follower = {
      step(input: SocInput) {
        for (const one of [learner, estimator, alone]) one.step(input);
        if (learner.correct(estimator)) corrections++;
        error = Math.max(error, Math.abs(estimator.soc - battery.soc));
        errorAlone = Math.max(errorAlone, Math.abs(alone.soc - battery.soc));
      },
    };
    cycle(battery, both, 12, 0.2);
    assertNear(learner.soh, 100 / 140, 0.02, 'SOH');
    assert.ok(corrections >= 1 && corrections <= 5, `${corrections} corrections`);
    assertNear(estimator.capacity, 100, 4, 'capacity that is counted with');
    error = 0;
    errorAlone = 0;
    cycle(battery, both, 1, 0.2);
    assert.ok(error < 0.04 && error < errorAlone, `error ${error}, without the learned capacity ${errorAlone}`);
  });

  it('a capacity that is only a little off is not refuted: the state of charge goes its own way', () => {
    const estimator = new SocEstimator(configured(110), { soc: 0.9, sigma: 0.05 });
    const learner = learnerOf(110);
    let corrections = 0;
    const both: Follower = {
      step(input: SocInput) {
        learner.step(input);
        estimator.step(input);
        if (learner.correct(estimator)) corrections++;
      },
    };
    cycle(new Battery(0.9), both, 8, 0.2);
    assert.equal(corrections, 0);
  });

  it('a battery that stays on the plateau tells nothing of its capacity', () => {
    const learner = learnerOf(110);
    const battery = new Battery(0.6);
    for (let i = 0; i < 40; i++) battery.run(learner, -10, HOUR).run(learner, 10, HOUR);
    assert.ok(Number.isNaN(learner.soh));
    assert.ok(learner.sigma > 5, `uncertainty is ${learner.sigma}`);
  });

  it('an anchor that shows that all was wrong makes it forget what it had learned', () => {
    const learner = learnerOf(100);
    cycle(new Battery(0.9), learner, 12, 0.2);
    assert.ok(learner.soh > 0.9);
    // Another battery is put in place, which is empty.
    new Battery(0).run(learner, -2, 300);
    assert.ok(Number.isNaN(learner.soh));
    assert.ok(learner.sigma > 15, `uncertainty is ${learner.sigma}`);
  });

  it('a load that hides the offset of the sensor, day after day, does not add up to a wrong capacity', () => {
    const learner = learnerOf(110);
    const battery = new Battery(0.6);
    battery.offset = -0.3;
    for (let day = 0; day < 60; day++) battery.day(learner, 0.6);
    assertNear(learner.guess, 100, 4, 'capacity');
    assert.ok(Math.abs(learner.guess - 100) <= 2 * learner.sigma);
  });

  it('a year without a word makes it a little less sure: batteries age', () => {
    const learner = learnerOf(100);
    cycle(new Battery(0.9), learner, 12, 0.2);
    const before = learner.sigma;
    for (let month = 0; month < 12; month++) learner.step({ ...NOTHING, dt: 30 * 86_400 });
    assert.ok(learner.sigma > before && learner.sigma < before + 1.5, `${learner.sigma} after ${before}`);
  });

  it('goes on after a restart, and keeps what it knows when the configured capacity is corrected', () => {
    const learner = learnerOf(110);
    const battery = new Battery(0.9);
    cycle(battery, learner, 12, 0.2);
    const saved = parseSocState(JSON.parse(JSON.stringify(learner.state())));
    assert.ok(saved !== null);
    const same = CapacityLearner.restored(configured(110), saved);
    assertNear(same.guess, learner.guess, 1e-6, 'capacity');
    assertNear(same.sigma, learner.sigma, 1e-4, 'uncertainty');
    const corrected = CapacityLearner.restored(configured(100), saved);
    assertNear(corrected.capacity, learner.capacity, 1e-6, 'capacity');
    assertNear(corrected.soh, learner.capacity / 100, 1e-6, 'SOH');
    const other = CapacityLearner.restored(configured(200), saved);
    assert.equal(other.guess, 200);
    assert.ok(Number.isNaN(other.soh));
  });

  it('takes the word of the owner on the zero of the sensor', () => {
    const told = learnerOf(100);
    const untold = learnerOf(100);
    told.zero(0.4);
    for (const learner of [told, untold]) new Battery(0.2).run(learner, -10, 2 * HOUR);
    assert.notDeepEqual(told.state(), untold.state());
  });
});
