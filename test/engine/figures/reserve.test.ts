/** The time left to damage after the loads were cut: the manuals' examples, what counts against it, and what does not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Reserve } from '../../../src/engine/figures/reserve.ts';
import type { BatterySettings } from '../../../src/engine/figures/sample.ts';
import { SETTINGS, sampleOf } from './support/samples.ts';

const HOUR = 3600;
const DAY = 86_400;
const EMPTY = [2.8, 2.9, 2.9, 2.9];

/** A reserve whose loads have just been cut. */
function cut(given: Partial<BatterySettings> = {}, resolution?: number): Reserve {
  const reserve = new Reserve({ ...SETTINGS, ...given }, resolution);
  reserve.step(sampleOf({ cells: EMPTY }), true);
  return reserve;
}

/** Time passes with a current, a second at a time or in larger steps. */
function pass(reserve: Reserve, seconds: number, current: number, step = 60): void {
  for (let t = 0; t < seconds; t += step) reserve.step(sampleOf({ cells: EMPTY, dt: step, current }), true);
}

const near = (actual: number, expected: number, share = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= share * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`);

describe('time left to damage', () => {
  it('OGT-11 200 Ah with a drain of 10 mA: 200 hours, the manual’s 8 days', () => {
    const { timeToDamage } = cut({ capacity: 200 });
    near(timeToDamage, 200 * HOUR);
    assert.equal(Math.floor(timeToDamage / DAY), 8);
  });

  it('VLB-17 100 Ah keep 1 Ah, which 10 mA take in 100 hours, the manual’s 4 days', () => {
    const reserve = cut();
    near(reserve.remaining, 1);
    near(reserve.timeToDamage, 100 * HOUR);
    assert.equal(Math.floor(reserve.timeToDamage / DAY), 4);
  });

  it('OGT-11 it runs down with the time, over a restart too, and never below nothing', () => {
    const reserve = cut();
    pass(reserve, 10 * HOUR, 0);
    near(reserve.timeToDamage, 90 * HOUR);
    reserve.step(sampleOf({ cells: EMPTY, dt: 40 * HOUR, gap: true }), true);
    near(reserve.timeToDamage, 50 * HOUR);
    reserve.step(sampleOf({ cells: EMPTY, dt: 60 * HOUR, gap: true }), true);
    assert.equal(reserve.timeToDamage, 0);
    pass(reserve, HOUR, 0);
    assert.equal(reserve.timeToDamage, 0);
  });

  it('OGT-11 there is none while the loads are not cut, and the next cut begins anew', () => {
    const reserve = new Reserve(SETTINGS);
    reserve.step(sampleOf({}), false);
    assert.equal(reserve.timeToDamage, Number.NaN);
    reserve.step(sampleOf({ cells: EMPTY }), true);
    pass(reserve, 50 * HOUR, 0);
    reserve.step(sampleOf({}), false);
    assert.equal(reserve.timeToDamage, Number.NaN);
    assert.equal(reserve.remaining, Number.NaN);
    reserve.step(sampleOf({ cells: EMPTY }), true);
    near(reserve.timeToDamage, 100 * HOUR);
  });

  it('VSB-12 123-R20 what the boards take themselves counts beside the drain', () => {
    // 0.224 W at the cut's 11.2 V are 20 mA.
    const reserve = new Reserve({ ...SETTINGS, selfConsumption: 0.224 });
    reserve.step(sampleOf({ cells: [2.8, 2.8, 2.8, 2.8], voltage: 11.2 }), true);
    near(reserve.timeToDamage, (1 / 0.03) * HOUR);
    reserve.step(sampleOf({ dt: 10 * HOUR, voltage: Number.NaN }), true);
    near(reserve.timeToDamage, (0.7 / 0.03) * HOUR);
  });

  it('OGT-11 a current that is measured takes the place of the drain that is set, once loads have had a minute to go off', () => {
    const reserve = cut();
    pass(reserve, 50, -2, 10);
    near(reserve.drain, 0.01);
    near(reserve.remaining, 1 - (2 * 50) / HOUR);
    pass(reserve, 20, -2, 10);
    near(reserve.drain, 2);
    near(reserve.timeToDamage, ((1 - (2 * 70) / HOUR) / 2) * HOUR);
    pass(reserve, HOUR, 0);
    near(reserve.drain, 0.01);
  });

  it('123-R7 a reading as small as the zero of the sensor is no measured drain; a fine sensor shows more', () => {
    const coarse = cut();
    pass(coarse, HOUR, -0.4);
    near(coarse.drain, 0.01);
    const fine = cut({}, 0.005);
    pass(fine, HOUR, -0.05);
    near(fine.drain, 0.05);
    near(fine.remaining, 0.95);
  });

  it('OGT-11 charging fills the reserve up again, up to what it was', () => {
    const reserve = cut();
    pass(reserve, 80 * HOUR, 0, 600);
    near(reserve.remaining, 0.2, 1e-6);
    pass(reserve, 360, 1, 60);
    near(reserve.remaining, 0.3, 1e-6);
    pass(reserve, 10 * HOUR, 5);
    near(reserve.remaining, 1);
    near(reserve.timeToDamage, 100 * HOUR);
  });

  it('OGT-11 a measured drain goes on through a gap', () => {
    const reserve = cut();
    pass(reserve, 120, -1);
    reserve.step(sampleOf({ cells: EMPTY, dt: HOUR / 2, gap: true }), true);
    near(reserve.remaining, 1 - 120 / HOUR - 0.5, 1e-6);
  });

  it('without a drain that is known there is no time', () => {
    assert.equal(cut({ residualDrain: Number.NaN }).timeToDamage, Number.NaN);
    assert.equal(cut({ residualDrain: 0 }).timeToDamage, Number.NaN);
    assert.equal(cut({ capacity: Number.NaN }).timeToDamage, Number.NaN);
  });

  const walk = fc.array(
    fc.record({
      dt: fc.double({ min: 0, max: 4000, noNaN: true }),
      current: fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constant(Number.NaN)),
      gap: fc.boolean(),
      loadsCut: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  );

  it('a round trip through JSON goes on as if nothing had happened, and nothing is ever below nothing', () => {
    const settings = { ...SETTINGS, selfConsumption: 0.2 };
    fc.assert(
      fc.property(walk, walk, (before, after) => {
        const one = new Reserve(settings);
        for (const { loadsCut, ...said } of before) one.step(sampleOf(said), loadsCut);
        const other = new Reserve(settings);
        other.restore(JSON.parse(JSON.stringify(one.state())));
        for (const { loadsCut, ...said } of after) {
          for (const reserve of [one, other]) reserve.step(sampleOf(said), loadsCut);
          assert.deepEqual(other.state(), one.state());
          assert.ok(!(one.timeToDamage < 0) && !(one.remaining < 0) && !(one.remaining > 1));
        }
      }),
    );
  });

  it('splitting a step into two changes nothing', () => {
    fc.assert(
      fc.property(walk, fc.double({ min: 0, max: 1, noNaN: true }), (moments, share) => {
        const whole = cut();
        const parts = cut();
        for (const { dt, current, gap } of moments) {
          whole.step(sampleOf({ dt, current, gap }), true);
          for (const part of [dt * share, dt - dt * share]) parts.step(sampleOf({ dt: part, current, gap }), true);
          near(parts.remaining, whole.remaining, 1e-6);
        }
      }),
    );
  });

  it('stored nonsense is not believed', () => {
    const things = [
      null,
      7,
      'x',
      [],
      {},
      { cut: true },
      { cut: true, left: -1 },
      { cut: true, left: 2 },
      { left: 0.5 },
    ];
    for (const thing of things) {
      const reserve = new Reserve(SETTINGS);
      reserve.restore(thing);
      assert.deepEqual(reserve.state(), new Reserve(SETTINGS).state(), JSON.stringify(thing));
    }
  });
});
