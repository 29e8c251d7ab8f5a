/** When the state of charge was last set, and when the battery was last full. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Calibration } from '../../../src/engine/figures/calibration.ts';
import { sampleOf } from './support/samples.ts';

const DAY = 86_400;
const WALL = 1_780_000_000_000;

function told(calibration: Calibration): unknown[] {
  const { age, to, how, at, secondsSinceFull, daysSinceFull } = calibration;
  return [age, to, how, at, secondsSinceFull, daysSinceFull];
}

describe('last calibration', () => {
  it('ECS-3 is unknown at first', () => {
    const calibration = new Calibration();
    calibration.step(sampleOf({ dt: 100 }));
    assert.deepEqual(told(calibration), [Number.NaN, Number.NaN, null, Number.NaN, Number.NaN, Number.NaN]);
  });

  it('ECS-3 says when, to what and by whom; gaps make it older', () => {
    const calibration = new Calibration();
    calibration.note(0.4, 'owner', sampleOf({ wall: WALL }));
    calibration.step(sampleOf({ dt: 60, wall: WALL + 60_000 }));
    calibration.step(sampleOf({ dt: 3600, gap: true, wall: WALL + 3_660_000 }));
    assert.deepEqual(told(calibration), [3660, 0.4, 'owner', WALL, Number.NaN, Number.NaN]);
    calibration.note(0.7, 'device', sampleOf({ wall: WALL + 4_000_000 }));
    assert.deepEqual(told(calibration).slice(0, 4), [0, 0.7, 'device', WALL + 4_000_000]);
  });

  it('ECS-3 notes by itself that the cells show full or empty', () => {
    const calibration = new Calibration();
    calibration.step(sampleOf({ anchor: 'empty', soc: 0.03, wall: WALL }));
    assert.deepEqual(told(calibration).slice(0, 4), [0, 0.03, 'empty', WALL]);
    calibration.step(sampleOf({ anchor: 'full', soc: 1, wall: WALL + 1000 }));
    assert.deepEqual(told(calibration), [0, 1, 'full', WALL + 1000, 0, 0]);
    calibration.step(sampleOf({ anchor: 'empty', soc: Number.NaN, wall: WALL + 2000 }));
    assert.deepEqual(told(calibration).slice(0, 3), [0, 0, 'empty']);
  });

  it('a battery that stays full is always just calibrated', () => {
    const calibration = new Calibration();
    for (let i = 0; i < 1000; i++) {
      calibration.step(sampleOf({ dt: 60, anchor: 'full', wall: WALL + i }));
      assert.deepEqual(told(calibration), [0, 1, 'full', WALL + i, 0, 0]);
    }
  });

  it('takes no SOC that is none, and keeps it within 0..1', () => {
    const calibration = new Calibration();
    calibration.note(Number.NaN, 'device', sampleOf({}));
    assert.equal(calibration.how, null);
    calibration.note(1.2, 'device', sampleOf({}));
    assert.equal(calibration.to, 1);
    calibration.note(-1, 'device', sampleOf({}));
    assert.equal(calibration.to, 0);
  });

  it('shows no time of a clock that was not set', () => {
    const calibration = new Calibration();
    calibration.note(0.5, 'owner', sampleOf({ wall: 5000 }));
    assert.ok(Number.isNaN(calibration.at));
    assert.equal(calibration.age, 0);
  });
});

describe('days since full', () => {
  it('VLB-12 counts from the last time that the cells showed it, and is unknown past 30 days', () => {
    const calibration = new Calibration();
    calibration.step(sampleOf({ anchor: 'full' }));
    calibration.step(sampleOf({ dt: 12.5 * DAY, gap: true }));
    assert.equal(calibration.daysSinceFull, 12.5);
    calibration.note(0.5, 'owner', sampleOf({}));
    calibration.step(sampleOf({ dt: 17.5 * DAY, gap: true, anchor: 'empty' }));
    assert.equal(calibration.daysSinceFull, 30);
    calibration.step(sampleOf({ dt: 1 }));
    assert.ok(Number.isNaN(calibration.daysSinceFull));
    assert.equal(calibration.secondsSinceFull, 30 * DAY + 1);
    calibration.step(sampleOf({ dt: 1, anchor: 'full' }));
    assert.equal(calibration.daysSinceFull, 0);
  });

  it("VLB-12 the owner's word does not make a full battery", () => {
    const calibration = new Calibration();
    calibration.note(1, 'owner', sampleOf({}));
    calibration.note(1, 'device', sampleOf({}));
    assert.ok(Number.isNaN(calibration.daysSinceFull));
  });
});

describe('calibration at any time', () => {
  const step = fc.record({
    dt: fc.integer({ min: 0, max: 1_000_000 }),
    anchor: fc.constantFrom('full' as const, 'empty' as const, null, null, null),
    gap: fc.boolean(),
    soc: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: Number.NaN }),
    wall: fc.constantFrom(0, WALL, WALL + 1e9),
  });

  it('a restart and a step in two parts change nothing', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.nat(30),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, at, share) => {
          const through = new Calibration();
          let restarted = new Calibration();
          for (const [k, one] of steps.entries()) {
            if (k === at) {
              restarted = new Calibration();
              restarted.restore(JSON.parse(JSON.stringify(through.state())));
            }
            through.step(sampleOf(one));
            const first = Math.floor(one.dt * share);
            restarted.step(sampleOf({ ...one, dt: first, anchor: null }));
            restarted.step(sampleOf({ ...one, dt: one.dt - first }));
          }
          assert.deepEqual(told(restarted), told(through));
        },
      ),
    );
  });

  it('a stored calibration that is not whole is none', () => {
    const whole = { age: 5, to: 0.5, how: 'owner', at: WALL, sinceFull: 7 };
    const calibration = new Calibration();
    calibration.restore(whole);
    assert.deepEqual(told(calibration).slice(0, 5), [5, 0.5, 'owner', WALL, 7]);
    for (const wrong of [{ age: null }, { age: -1 }, { to: 2 }, { to: null }, { how: 'nobody' }, { how: null }]) {
      const other = new Calibration();
      other.restore({ ...whole, ...wrong });
      assert.deepEqual(told(other).slice(0, 5), [Number.NaN, Number.NaN, null, Number.NaN, 7]);
    }
    calibration.restore({ ...whole, at: 1000 });
    assert.ok(Number.isNaN(calibration.at));
  });

  it('whatever is found in the store, nothing unbelievable comes of it', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (found, age, to) => {
        const calibration = new Calibration();
        calibration.restore(found);
        calibration.restore({ age, to, how: 'full', at: age, sinceFull: to });
        calibration.step(sampleOf({ dt: 1 }));
        assert.ok(Number.isNaN(calibration.age) || calibration.age >= 1);
        assert.ok(Number.isNaN(calibration.to) || (calibration.to >= 0 && calibration.to <= 1));
        assert.equal(Number.isNaN(calibration.age), calibration.how === null);
        assert.ok(Number.isNaN(calibration.secondsSinceFull) || calibration.secondsSinceFull >= 1);
        calibration.step(sampleOf({ anchor: 'full' }));
        assert.equal(calibration.daysSinceFull, 0);
      }),
    );
  });
});
