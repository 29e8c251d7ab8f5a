/** What of the charge can be used, and how SOC is shown above the part that cannot. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { floorOf, innerSoc, shownSoc, usableShare } from '../../../src/engine/figures/usable.ts';

function assertNear(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) < 1e-9, `${value}, not ${expected}`);
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const temperature = fc.double({ min: -60, max: 80, noNaN: true });

describe('usable capacity', () => {
  it('VLB-15 is 100 % at 25 °C, 80 % at 0 °C and 50 % at −20 °C, in straight lines between', () => {
    for (const [at, expected] of [
      [25, 1],
      [12.5, 0.9],
      [0, 0.8],
      [-10, 0.65],
      [-20, 0.5],
    ] as const) {
      assertNear(usableShare(at), expected);
    }
  });

  it('VLB-15 a battery of 330 Ah has about 260 Ah at 0 °C and 160 Ah at −20 °C', () => {
    assert.ok(Math.abs(330 * usableShare(0) - 260) < 6);
    assert.ok(Math.abs(330 * usableShare(-20) - 160) < 6);
  });

  it('VLB-15 is all of it in the heat, and no less than was said in greater cold', () => {
    assert.equal(usableShare(60), 1);
    assert.equal(usableShare(Number.POSITIVE_INFINITY), 1);
    assert.equal(usableShare(-45), 0.5);
    assert.equal(usableShare(Number.NEGATIVE_INFINITY), 0.5);
  });

  it('an unknown temperature takes nothing away', () => {
    assert.equal(usableShare(Number.NaN), 1);
    assert.equal(floorOf(Number.NaN), 0);
  });
});

describe('floor of the charge', () => {
  it('123-R14 the owner lets 75 % of the rated capacity count', () => {
    assertNear(floorOf(Number.NaN, 0.75), 0.25);
    assertNear(floorOf(25, 0.75), 0.25);
  });

  it('what the owner keeps back serves the cold first', () => {
    assertNear(floorOf(10, 0.75), 0.25);
    assertNear(floorOf(-20, 0.75), 0.5);
  });

  it('an unknown share is all of it, and an impossible one leaves something to count', () => {
    assertNear(floorOf(25, Number.NaN), 0);
    assertNear(floorOf(25, 3), 0);
    assertNear(floorOf(25, 0), 0.95);
    assertNear(floorOf(25, -1), 0.95);
  });
});

describe('SOC above the floor', () => {
  it('ECS-2 is 0 % at the floor and 100 % when full', () => {
    assertNear(shownSoc(0.2, 0.2), 0);
    assertNear(shownSoc(0.6, 0.2), 0.5);
    assertNear(shownSoc(1, 0.2), 1);
    assert.equal(shownSoc(0.1, 0.2), 0);
    assert.ok(Number.isNaN(shownSoc(Number.NaN, 0.2)));
  });

  it('what is shown can be said back', () => {
    fc.assert(
      fc.property(share, temperature, share, (shown, at, owners) => {
        const floor = floorOf(at, owners);
        assert.ok(floor >= 0 && floor < 1);
        assert.ok(Math.abs(shownSoc(innerSoc(shown, floor), floor) - shown) < 1e-9);
      }),
    );
    assert.equal(innerSoc(7, 0.2), 1);
    assertNear(innerSoc(-1, 0.2), 0.2);
    assert.ok(Number.isNaN(innerSoc(Number.NaN, 0.2)));
  });

  it('never rises in greater cold', () => {
    fc.assert(
      fc.property(share, temperature, temperature, (soc, one, other) => {
        const [cold, warm] = one < other ? [one, other] : [other, one];
        assert.ok(shownSoc(soc, floorOf(cold)) <= shownSoc(soc, floorOf(warm)) + 1e-12);
      }),
    );
  });
});
