/** What a step sees of the battery: how much time it stands for, what flowed, and which voltages belong to it. */
import assert from 'node:assert/strict';
import { Sampler } from '../../../src/engine/figures/sampler.ts';
import { emptyReading, type Reading } from '../../../src/engine/reading/reading.ts';

interface Said {
  readonly current?: number | null;
  readonly cells?: readonly (number | null)[];
  /** Seconds since each cell was measured. */
  readonly ages?: readonly number[];
  readonly voltage?: number | null;
  readonly whole?: boolean;
}

function readingOf({ current = 0, cells = [3.3, 3.3], ages = [0, 0], voltage = null, whole = true }: Said): Reading {
  const reading = emptyReading('house', cells.length, 0);
  reading.current = { value: current, age: 0, source: 'device' };
  reading.voltage = { value: voltage, age: 0, source: 'device' };
  for (const [k, cell] of cells.entries()) {
    const at = reading.cells[k];
    if (at !== undefined) Object.assign(at, { voltage: cell, age: ages[k] ?? 0 });
  }
  const known = cells.filter((cell) => cell !== null);
  const extreme = { age: 0, source: 'device', cell: null, whole };
  reading.cellMin = { value: Math.min(...known), ...extreme };
  reading.cellMax = { value: Math.max(...known), ...extreme };
  return reading;
}

/** A sampler whose clock stands at `start`, and what it makes of readings so many seconds later. */
function bench(since = Number.NaN, start = 1000) {
  const sampler = new Sampler(2, since);
  let now = start;
  return (said: Said, after = 1) => {
    now += after;
    return { ...sampler.take(readingOf(said), now) };
  };
}

describe('the sample of a step', () => {
  it('123-R5 between two samples the current changes in a straight line', () => {
    const take = bench();
    assert.deepEqual([take({ current: 10 }).dt, take({ current: 20 }, 4).flow], [0, 15]);
    const third = take({ current: 20 }, 2);
    assert.deepEqual([third.dt, third.flow, third.gap], [2, 20, false]);
  });

  it('the first sample stands for no time, and after a restart for the time since the memory was made, as a gap', () => {
    assert.deepEqual([bench()({}).dt, bench()({}).gap], [0, true]);
    const { dt, gap, flow } = bench(400)({ current: 5 });
    assert.deepEqual([dt, gap, flow], [601, true, Number.NaN]);
  });

  it('a memory from the future stands for no time, and what comes after it counts', () => {
    const take = bench(5000);
    assert.equal(take({ current: 5 }).dt, 0);
    assert.deepEqual([take({ current: 5 }).dt, take({ current: 5 }).flow], [1, 5]);
  });

  it('a silence of up to a minute is bridged, and nothing is counted twice', () => {
    const take = bench();
    take({ current: 10 });
    const silent = [take({ current: null }, 20), take({ current: null }, 20)];
    assert.deepEqual(
      silent.map(({ dt, gap }) => [dt, gap]),
      [
        [0, false],
        [0, false],
      ],
    );
    const back = take({ current: 30 }, 20);
    assert.deepEqual([back.dt, back.flow, back.gap], [60, 20, false]);
  });

  it('a longer silence is a gap from its beginning on, and what comes after it counts again', () => {
    const take = bench();
    take({ current: 10 });
    take({ current: null }, 40);
    const told = take({ current: null }, 40);
    assert.deepEqual([told.dt, told.gap, told.flow], [80, true, Number.NaN]);
    assert.deepEqual([take({ current: null }, 5).dt], [5]);
    const back = take({ current: 30 }, 5);
    assert.deepEqual([back.dt, back.gap], [5, true]);
    assert.deepEqual([take({ current: 40 }, 2).flow], [35]);
  });

  it('samples more than an hour apart tell nothing of what flowed between them', () => {
    const take = bench();
    take({ current: 10 });
    assert.equal(take({ current: 10 }, 3600).gap, false);
    assert.equal(take({ current: 10 }, 3601).gap, true);
  });

  it('time does not run backwards', () => {
    const take = bench();
    take({ current: 10 });
    assert.deepEqual([take({ current: 10 }, -50).dt, take({ current: 10 }, 51).dt], [0, 1]);
  });

  it('123-R19 the mean cell is that of the pack where the table of cells lags behind the current', () => {
    const take = bench();
    assert.equal(take({ cells: [3.3, 3.4], voltage: 6.8 }).cellMean, 3.3499999999999996);
    assert.equal(take({ cells: [3.3, 3.4], ages: [0, 5], voltage: 6.8 }).cellMean, 3.4);
    assert.equal(take({ cells: [3.3, 3.4], ages: [0, 5] }).cellMean, 3.3499999999999996);
    assert.equal(take({ cells: [3.3, null] }).cellMean, Number.NaN);
  });

  it('extremes that do not speak for all cells are not taken for those of the pack', () => {
    const take = bench();
    assert.deepEqual([take({ whole: false }).cellMin, take({ whole: false }).cellMax], [Number.NaN, Number.NaN]);
    assert.deepEqual([take({ cells: [3.2, 3.4] }).cellMin, take({ cells: [3.2, 3.4] }).cellMax], [3.2, 3.4]);
  });
});
