/** Round-trip efficiency between two full batteries. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Efficiency, EXPECTED_EFFICIENCY } from '../../../src/engine/figures/efficiency.ts';
import { sampleOf } from './support/samples.ts';

const SETTINGS = { capacity: 100 };

function assertNear(value: number, expected: number, most = 1e-9): void {
  assert.ok(Math.abs(value - expected) <= most, `${value} is not ${expected} ± ${most}`);
}

/** `amount` Ah (+ charges) at `cell` volts a cell, minute by minute. */
function flow(efficiency: Efficiency, amount: number, cell: number): void {
  const cells = [cell, cell, cell, cell];
  for (let i = 0; i < 60; i++) efficiency.step(sampleOf({ dt: 60, current: amount, cells }));
}

function full(efficiency: Efficiency): void {
  efficiency.step(sampleOf({ anchor: 'full' }));
}

/** Discharges `out` Ah at 3.2 V and charges as much as the efficiencies ask for. */
function roundTrip(efficiency: Efficiency, out: number, charge: number, energy: number): void {
  flow(efficiency, -out, 3.2);
  flow(efficiency, out / charge, (3.2 * charge) / energy);
  full(efficiency);
}

describe('round-trip efficiency', () => {
  it('ECS-3 is what came out of what went in, from full to full', () => {
    const efficiency = new Efficiency(SETTINGS);
    full(efficiency);
    flow(efficiency, -50, 3.2);
    flow(efficiency, 50.5, 3.45);
    assert.ok(Number.isNaN(efficiency.energy) && Number.isNaN(efficiency.charge));
    full(efficiency);
    assertNear(efficiency.charge, 50 / 50.5);
    assertNear(efficiency.energy, (50 * 3.2) / (50.5 * 3.45));
  });

  it('OGT-15 has 92 % to compare with', () => {
    assert.equal(EXPECTED_EFFICIENCY, 0.92);
  });

  it('ECS-3 begins with the first full battery, and not before it', () => {
    const efficiency = new Efficiency(SETTINGS);
    roundTrip(efficiency, 50, 0.9, 0.8);
    assert.ok(Number.isNaN(efficiency.energy));
    roundTrip(efficiency, 50, 0.99, 0.95);
    assertNear(efficiency.energy, 0.95);
  });

  it('ECS-3 does not come of less than a tenth of the capacity, nor of a battery that stays full', () => {
    const efficiency = new Efficiency(SETTINGS);
    full(efficiency);
    for (let i = 0; i < 50; i++) roundTrip(efficiency, 9, 0.99, 0.95);
    assert.ok(Number.isNaN(efficiency.energy) && Number.isNaN(efficiency.charge));
    // What trickled in while it stayed full is not part of the next round.
    roundTrip(efficiency, 11, 0.99, 0.95);
    assertNear(efficiency.energy, 0.95);
  });

  it('ECS-3 does not come of a count with a gap, or without a current or a voltage', () => {
    for (const lost of [{ gap: true, dt: 0 }, { flow: Number.NaN }, { voltage: Number.NaN, cellMean: Number.NaN }]) {
      const efficiency = new Efficiency(SETTINGS);
      full(efficiency);
      efficiency.step(sampleOf(lost));
      roundTrip(efficiency, 50, 0.99, 0.95);
      assert.ok(Number.isNaN(efficiency.energy) && Number.isNaN(efficiency.charge));
      roundTrip(efficiency, 50, 0.99, 0.94);
      assertNear(efficiency.energy, 0.94);
    }
  });

  it('a frame that is held back is no gap', () => {
    const efficiency = new Efficiency(SETTINGS);
    full(efficiency);
    efficiency.step(sampleOf({ dt: 0, flow: Number.NaN }));
    roundTrip(efficiency, 50, 0.99, 0.95);
    assertNear(efficiency.energy, 0.95);
  });

  it('ECS-3 weighs the rounds by what was discharged and forgets the old ones', () => {
    const efficiency = new Efficiency(SETTINGS);
    full(efficiency);
    roundTrip(efficiency, 20, 0.99, 0.9);
    roundTrip(efficiency, 80, 0.99, 0.96);
    assert.ok(efficiency.energy > 0.945 && efficiency.energy < 0.96, `${efficiency.energy}`);
    for (let i = 0; i < 20; i++) roundTrip(efficiency, 80, 0.98, 0.85);
    assertNear(efficiency.energy, 0.85, 0.01);
    assertNear(efficiency.charge, 0.98, 0.001);
  });

  it('a count that cannot be right is not taken', () => {
    for (const [charge, energy] of [
      [0.4, 0.4],
      [1.3, 1.1],
      [1, 1.3],
      [0.6, 0.45],
    ] as const) {
      const efficiency = new Efficiency(SETTINGS);
      full(efficiency);
      roundTrip(efficiency, 50, charge, energy);
      assert.ok(Number.isNaN(efficiency.energy) && Number.isNaN(efficiency.charge));
    }
    const efficiency = new Efficiency(SETTINGS);
    full(efficiency);
    flow(efficiency, -50, 3.2);
    full(efficiency);
    assert.ok(Number.isNaN(efficiency.energy));
  });

  it('is not known without a capacity', () => {
    const efficiency = new Efficiency({ capacity: Number.NaN });
    full(efficiency);
    roundTrip(efficiency, 50, 0.99, 0.95);
    assert.ok(Number.isNaN(efficiency.energy));
  });
});

describe('round-trip efficiency at any time', () => {
  it('is taken over with the round that lasts', () => {
    const efficiency = new Efficiency(SETTINGS);
    full(efficiency);
    roundTrip(efficiency, 50, 0.99, 0.95);
    flow(efficiency, -50, 3.2);
    const again = new Efficiency(SETTINGS);
    again.restore(JSON.parse(JSON.stringify(efficiency.state())));
    assertNear(again.energy, 0.95);
    for (const one of [efficiency, again]) {
      flow(one, 50.5, 3.5);
      full(one);
    }
    assert.deepEqual(again.state(), efficiency.state());
    assert.ok(again.energy < 0.94);
  });

  const step = fc.record({
    dt: fc.double({ min: 0, max: 1800, noNaN: true }),
    current: fc.double({ min: -60, max: 60, noNaN: true }),
    gap: fc.constantFrom(false, false, false, false, false, true),
    anchor: fc.constantFrom('full' as const, 'empty' as const, null, null, null, null),
    cell: fc.double({ min: 3, max: 3.6, noNaN: true }),
  });
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  const sample = ({ cell, ...rest }: Step) => sampleOf({ ...rest, cells: [cell, cell, cell, cell] });

  it('a restart changes nothing, wherever it falls', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, at) => {
        const through = new Efficiency(SETTINGS);
        let restarted = new Efficiency(SETTINGS);
        for (const [k, one] of steps.entries()) {
          if (k === at) {
            restarted = new Efficiency(SETTINGS);
            restarted.restore(JSON.parse(JSON.stringify(through.state())));
          }
          through.step(sample(one));
          restarted.step(sample(one));
        }
        assert.deepEqual(restarted.state(), through.state());
      }),
    );
  });

  it('a step in two parts counts the same', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(step, share), { maxLength: 40 }), (steps) => {
        const whole = new Efficiency(SETTINGS);
        const parts = new Efficiency(SETTINGS);
        for (const [one, at] of steps) {
          whole.step(sample(one));
          parts.step(sample({ ...one, dt: one.dt * at, anchor: null }));
          parts.step(sample({ ...one, dt: one.dt * (1 - at) }));
        }
        assert.equal(parts.state().whole, whole.state().whole);
        for (const [k, value] of whole.state().since.entries()) assertNear(parts.state().since[k]!, value, 1e-7);
        for (const [k, value] of whole.state().before.entries()) assertNear(parts.state().before[k]!, value, 1e-6);
      }),
    );
  });

  it('whatever is found in the store, nothing unbelievable comes of it', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.anything(),
        fc.array(fc.anything(), { minLength: 4, maxLength: 4 }),
        (found, whole, list) => {
          const efficiency = new Efficiency(SETTINGS);
          efficiency.restore(found);
          efficiency.restore({ whole, since: list, before: list });
          for (const value of [efficiency.energy, efficiency.charge]) {
            assert.ok(Number.isNaN(value) || (value >= 0.5 && value <= 1.2));
          }
          full(efficiency);
          for (let i = 0; i < 3; i++) roundTrip(efficiency, 50, 0.99, 0.95);
          assert.ok(efficiency.energy >= 0.5 && efficiency.energy <= 1.2);
        },
      ),
    );
  });
});
