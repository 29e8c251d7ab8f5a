/** How a battery was used lately: cycles a day, lasting currents, idleness, charges that ended too soon. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lately } from '../../../src/engine/figures/lately.ts';
import { sampleOf } from './support/samples.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A battery of 100 Ah, `hours` long in steps of a minute. */
function used(lately: Lately, hours: number, current: (hour: number) => number, atTop = false, offset = 0): Lately {
  for (let t = 0; t < hours * HOUR; t += 60) {
    lately.step(sampleOf({ dt: 60, now: t, current: current((t / HOUR) % 24) }), atTop, offset);
  }
  return lately;
}

const fresh = (): Lately => new Lately({ capacity: 100 });

describe('how a battery was used lately', () => {
  it('VLB-12 cycles a day are what was discharged, over days', () => {
    const lately = used(fresh(), 10 * 24, (hour) => (hour < 5 ? -8 : hour > 10 && hour < 14 ? 10 : 0));
    assert.ok(Math.abs(lately.cyclesPerDay - 0.4) < 0.03, String(lately.cyclesPerDay));
    assert.ok(Math.abs(lately.daysKnown - 10) < 0.01);
    assert.ok(Number.isNaN(fresh().cyclesPerDay));
  });

  it('VLB-12 the greatest rate is one that lasted for a minute, and fades', () => {
    const lately = fresh();
    lately.step(sampleOf({ dt: 1, current: -300 }), false);
    assert.ok(lately.greatestRate < 0.1, 'inrush is not use');
    used(lately, 1, () => -60);
    assert.ok(Math.abs(lately.greatestRate - 0.6) < 0.01);
    used(lately, 10 * 24, () => -5);
    assert.ok(lately.greatestRate < 0.3);
  });

  it('OGT-13 VLB-32 it is idle while next to nothing flows, also while nobody looks, and not any more once it is used', () => {
    const lately = used(fresh(), 48, () => -0.05);
    assert.ok(lately.idleFor > 47 * HOUR, String(lately.idleFor));
    lately.step(sampleOf({ dt: 30 * DAY, gap: true, current: Number.NaN }), false);
    assert.ok(lately.idleFor > 31 * DAY);
    assert.equal(used(lately, 1, () => -10).idleFor, 0);
    lately.step(sampleOf({ dt: DAY, gap: true, current: Number.NaN }), false);
    assert.equal(lately.idleFor, 0, 'a battery in use is not idle because nobody looked');
  });

  it('OGT-13 the offset of the sensor is no use', () => {
    assert.ok(used(fresh(), 48, () => -0.6, false, -0.6).idleFor > 47 * HOUR);
    assert.equal(used(fresh(), 48, () => -0.6).idleFor, 0);
  });

  it('OGT-17 charges that leave the top before the battery was full are short', () => {
    const lately = fresh();
    const charge = (full: boolean): void => {
      lately.step(sampleOf({ dt: 60 }), true);
      lately.step(sampleOf({ dt: 60, anchor: full ? 'full' : null }), true);
      lately.step(sampleOf({ dt: 60 }), false);
    };
    for (let n = 0; n < 5; n++) charge(true);
    assert.equal(lately.hasShortCharges, false);
    for (let n = 0; n < 3; n++) charge(false);
    assert.equal(lately.hasShortCharges, true);
    for (let n = 0; n < 3; n++) charge(true);
    assert.equal(lately.hasShortCharges, false);
  });

  it('a day without a current sensor is a day too', () => {
    const lately = fresh();
    for (let t = 0; t < DAY; t += 60) lately.step(sampleOf({ dt: 60, gap: true, current: Number.NaN }), false);
    assert.ok(Math.abs(lately.daysKnown - 1) < 1e-9);
    lately.step(sampleOf({ dt: 20 * DAY, gap: true, current: Number.NaN }), false);
    assert.ok(Math.abs(lately.daysKnown - 1) < 1e-9, 'nobody watched');
  });

  it('what was stored goes on, and what is none is left out', () => {
    const moment = fc.record({
      dt: fc.constantFrom(0, 1, 60, 3000, 90_000),
      current: fc.double({ min: -200, max: 200, noNaN: true }),
      gap: fc.boolean(),
      top: fc.boolean(),
      full: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(moment), fc.array(moment), fc.anything(), (before, after, garbage) => {
        const going = fresh();
        const step = (lately: Lately, { dt, current, gap, top, full }: (typeof before)[number]): void =>
          lately.step(sampleOf({ dt, gap, current: gap ? Number.NaN : current, anchor: full ? 'full' : null }), top);
        for (const one of before) step(going, one);
        const restored = fresh();
        restored.restore(garbage);
        restored.restore(JSON.parse(JSON.stringify(going.state())));
        for (const one of after) {
          step(going, one);
          step(restored, one);
        }
        assert.deepEqual(JSON.stringify(restored.state()), JSON.stringify(going.state()));
      }),
    );
  });
});
