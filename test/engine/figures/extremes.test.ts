/** Lowest and highest values since the counters were cleared. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Extreme } from '../../../src/engine/figures/extreme.ts';
import { Extremes } from '../../../src/engine/figures/extremes.ts';
import { sampleOf } from './support/samples.ts';

const WALL = 1_780_000_000_000;
const NAN = Number.NaN;

function told({ value, at, cell }: Extreme): number[] {
  return [value, at, cell];
}

describe('extremes', () => {
  it('VLB-27 keep the lowest and highest of voltage, cells, temperature and current, with their time', () => {
    const extremes = new Extremes();
    extremes.step(
      sampleOf({ cells: [3.2, 3.3, 3.25, 3.31], voltage: 13.06, current: 20, temperature: 12, wall: WALL }),
    );
    extremes.step(
      sampleOf({ cells: [3.4, 3.5, 3.45, 3.2], voltage: 13.55, current: -70, temperature: 30, wall: WALL + 1 }),
    );
    extremes.step(
      sampleOf({ cells: [3.3, 3.3, 3.3, 3.3], voltage: 13.2, current: 5, temperature: 20, wall: WALL + 2 }),
    );
    assert.deepEqual(told(extremes.lowestVoltage), [13.06, WALL, NAN]);
    assert.deepEqual(told(extremes.highestVoltage), [13.55, WALL + 1, NAN]);
    assert.deepEqual(told(extremes.lowestCell), [3.2, WALL, 1]);
    assert.deepEqual(told(extremes.highestCell), [3.5, WALL + 1, 2]);
    assert.deepEqual(told(extremes.lowestTemperature), [12, WALL, NAN]);
    assert.deepEqual(told(extremes.highestTemperature), [30, WALL + 1, NAN]);
    assert.deepEqual(told(extremes.greatestCharge), [20, WALL, NAN]);
    assert.deepEqual(told(extremes.greatestDischarge), [70, WALL + 1, NAN]);
  });

  it('VLB-27 know no greatest current of a direction in which none flowed', () => {
    const extremes = new Extremes();
    extremes.step(sampleOf({ current: 0 }));
    extremes.step(sampleOf({ current: -3 }));
    assert.deepEqual(told(extremes.greatestCharge), [NAN, NAN, NAN]);
    assert.equal(extremes.greatestDischarge.value, 3);
  });

  it('VLB-27 see the cells that are known while others are not', () => {
    const extremes = new Extremes();
    const unknown = { cellMin: NAN, cellMax: NAN, cellMean: NAN, voltage: NAN };
    extremes.step(sampleOf({ cells: [NAN, 3.1, 3.4, NAN], ...unknown, wall: WALL }));
    assert.deepEqual(told(extremes.lowestCell), [3.1, WALL, 2]);
    assert.deepEqual(told(extremes.highestCell), [3.4, WALL, 3]);
    assert.deepEqual(told(extremes.lowestVoltage), [NAN, NAN, NAN]);
    extremes.step(sampleOf({ cells: [2.9, 3.1, 3.4, NAN], ...unknown, wall: WALL + 1 }));
    assert.deepEqual(told(extremes.lowestCell), [2.9, WALL + 1, 1]);
  });

  it('keep nothing of what is no measurement', () => {
    const extremes = new Extremes();
    const sample = { current: Infinity, voltage: -Infinity, temperature: 1e6, cells: [NAN, Infinity, -1e9, NAN] };
    extremes.step(sampleOf(sample));
    extremes.step(sampleOf({ wall: WALL }));
    extremes.step(sampleOf({ ...sample, current: -Infinity }));
    assert.deepEqual(told(extremes.lowestCell), [3.3, WALL, 1]);
    assert.deepEqual(told(extremes.highestCell), [3.3, WALL, 1]);
    assert.equal(extremes.lowestVoltage.value, 13.2);
    assert.equal(extremes.highestTemperature.value, 25);
    assert.ok(Number.isNaN(extremes.greatestCharge.value) && Number.isNaN(extremes.greatestDischarge.value));
  });

  it('have no time of a clock that was not set', () => {
    const extremes = new Extremes();
    extremes.step(sampleOf({ wall: 1000 }));
    assert.deepEqual(told(extremes.lowestVoltage), [13.2, NAN, NAN]);
  });

  it('VLB-27 begin anew when they are cleared', () => {
    const extremes = new Extremes();
    extremes.step(sampleOf({ cells: [2.5, 3.7, 3.3, 3.3], temperature: -5, current: 30 }));
    extremes.clear();
    assert.deepEqual(extremes.state(), new Extremes().state());
    extremes.step(sampleOf({ wall: WALL }));
    assert.deepEqual(told(extremes.lowestCell), [3.3, WALL, 1]);
    assert.equal(extremes.lowestTemperature.value, 25);
  });

  const some = (min: number, max: number) => fc.option(fc.double({ min, max, noNaN: true }), { nil: NAN });
  const step = fc.record({
    cells: fc.array(some(2, 4), { minLength: 4, maxLength: 4 }),
    voltage: some(8, 16),
    temperature: some(-30, 60),
    current: some(-200, 200),
    wall: fc.constantFrom(0, WALL, WALL + 1000),
  });

  it('are those of all that was seen, restarted anywhere', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.nat(20), (steps, at) => {
        let extremes = new Extremes();
        const through = new Extremes();
        for (const [k, one] of steps.entries()) {
          through.step(sampleOf(one));
          if (k === at) {
            const saved: unknown = JSON.parse(JSON.stringify(extremes.state()));
            extremes = new Extremes();
            extremes.restore(saved);
          }
          extremes.step(sampleOf(one));
        }
        // As text: JSON has no -0.
        assert.equal(JSON.stringify(extremes.state()), JSON.stringify(through.state()));
        const all = (values: readonly number[]): number[] => values.filter((value) => !Number.isNaN(value));
        const lowest = (values: readonly number[]): number => (values.length > 0 ? Math.min(...values) + 0 : NAN);
        const highest = (values: readonly number[]): number => (values.length > 0 ? Math.max(...values) + 0 : NAN);
        const cells = all(steps.flatMap((one) => one.cells));
        const currents = steps.map((one) => one.current);
        assert.equal(extremes.lowestCell.value, lowest(cells));
        assert.equal(extremes.highestCell.value, highest(cells));
        assert.equal(extremes.lowestVoltage.value, lowest(all(steps.map((one) => one.voltage))));
        assert.equal(extremes.highestTemperature.value + 0, highest(all(steps.map((one) => one.temperature))));
        assert.equal(extremes.greatestCharge.value, highest(currents.filter((current) => current > 0)));
        assert.equal(extremes.greatestDischarge.value, highest(currents.filter((c) => c < 0).map((c) => -c)));
        const number = extremes.lowestCell.cell;
        assert.ok(
          cells.length === 0 ? Number.isNaN(number) : steps.some((one) => one.cells[number - 1] === lowest(cells)),
        );
      }),
    );
  });

  it('whatever is found in the store, they go on', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (found, value, at) => {
        const extremes = new Extremes();
        extremes.restore(found);
        extremes.restore({ lowestCell: { value, at, cell: at }, highestVoltage: found });
        extremes.step(sampleOf({}));
        assert.ok(extremes.lowestCell.value <= 3.3);
        assert.ok(extremes.highestVoltage.value >= 13.2);
        const { cell, at: when } = extremes.lowestCell;
        assert.ok(Number.isNaN(cell) || Number.isInteger(cell));
        assert.ok(Number.isNaN(when) || when > 1_700_000_000_000);
      }),
    );
  });
});
