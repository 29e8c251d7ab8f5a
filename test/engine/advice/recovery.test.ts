/** The guided recovery of a deeply discharged battery: the way through it, each way out of it, and what is none. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Recovery } from '../../../src/engine/advice/recovery.ts';
import type { RecoveryStage } from '../../../src/engine/advice/recovery-plan.ts';
import type { BatterySample } from '../../../src/engine/figures/sample.ts';
import { SETTINGS, sampleOf } from '../figures/support/samples.ts';

const HOUR = 3600;
/** 100 Ah, four cells. */
const VERY_LOW = [1.6, 2.7, 2.7, 2.7];
const LOW = [2.3, 2.7, 2.7, 2.7];
const FULL = [3.55, 3.55, 3.56, 3.54];
const RESTED = [3.33, 3.33, 3.34, 3.33];

type Said = Parameters<typeof sampleOf>[0];

class Bench {
  recovery: Recovery;
  readonly stages: RecoveryStage[] = [];

  constructor(settings = SETTINGS) {
    this.recovery = new Recovery(settings);
  }

  /** So many seconds as said, in steps of `dt`. Cells may be a function of the time that has passed. */
  pass(seconds: number, said: Omit<Said, 'cells'> & { cells?: readonly number[] | ((t: number) => number[]) }): this {
    const { dt = 60, cells, ...rest } = said;
    for (let t = dt; t <= seconds; t += dt) {
      const now = typeof cells === 'function' ? cells(t) : (cells ?? RESTED);
      this.recovery.step(sampleOf({ ...rest, dt, cells: now }));
      if (this.stages.at(-1) !== this.recovery.stage) this.stages.push(this.recovery.stage);
    }
    return this;
  }

  /** A restart after so many seconds, with what JSON leaves of the state. */
  restart(seconds = 300): this {
    const stored: unknown = JSON.parse(JSON.stringify(this.recovery.state()));
    this.recovery = new Recovery(SETTINGS);
    this.recovery.restore(stored);
    this.recovery.step(sampleOf({ dt: seconds, gap: true, cells: RESTED }));
    return this;
  }

  get at(): RecoveryStage {
    return this.recovery.stage;
  }
}

const rising = (from: number, perHour: number, others: number) => (t: number) => {
  const cell = from + (perHour * t) / HOUR;
  return [cell, others + (perHour * t) / HOUR, others, others];
};

const atTrickle = (): Bench => new Bench().pass(120, { cells: VERY_LOW });
const atSlow = (): Bench => new Bench().pass(120, { cells: LOW });
const atFill = (): Bench => atSlow().pass(60, { cells: [3.46, 3.46, 3.46, 3.46], current: 10 });
const atSettle = (): Bench => atFill().pass(6 * HOUR, { cells: FULL, current: 2 });
const atRest = (): Bench => atSettle().pass(3 * HOUR, { cells: RESTED });

describe('recovery of a deeply discharged battery', () => {
  it('VLB-18 the whole way: trickle, slow charge, six hours full, a rest, a day of rest, and use', () => {
    const bench = atTrickle();
    assert.equal(bench.at, 'trickle');
    bench.pass(3 * HOUR, { cells: rising(1.6, 0.35, 2.7), current: 0.1 });
    assert.equal(bench.at, 'slow');
    bench.pass(4 * HOUR, { cells: (t) => Array<number>(4).fill(2.6 + (0.84 * t) / (4 * HOUR)), current: 10 });
    bench.pass(60, { cells: [3.45, 3.45, 3.45, 3.45], current: 10 });
    assert.equal(bench.at, 'fill');
    bench.pass(6 * HOUR - 60, { cells: FULL, current: 1 });
    assert.equal(bench.at, 'fill');
    bench.pass(60, { cells: FULL, current: 0.2 });
    assert.equal(bench.at, 'settle');
    bench.pass(3 * HOUR, { cells: RESTED });
    assert.equal(bench.at, 'rest');
    bench.pass(24 * HOUR - 60, { cells: RESTED });
    assert.equal(bench.at, 'rest');
    bench.pass(60, { cells: RESTED });
    assert.equal(bench.at, 'passed');
    bench.pass(HOUR, { cells: RESTED });
    assert.equal(bench.at, 'passed');
    bench.pass(120, { cells: RESTED, current: -8 });
    assert.deepEqual(bench.stages, ['trickle', 'slow', 'fill', 'settle', 'rest', 'passed', 'idle']);
  });

  it('VLB-18 a cell between 2.0 and 2.5 V needs no trickle', () => {
    assert.equal(atSlow().at, 'slow');
    assert.equal(atSlow().recovery.cell, 1);
    assert.equal(atSlow().recovery.cellVoltage, 2.3);
  });

  it('VLB-18 each stage says how long it still takes', () => {
    assert.equal(atSlow().recovery.left, Number.NaN);
    assert.equal(atFill().recovery.left, 6 * HOUR);
    assert.equal(atSettle().pass(HOUR, { cells: RESTED }).recovery.left, 2 * HOUR);
    assert.equal(atRest().pass(HOUR, { cells: RESTED }).recovery.left, 23 * HOUR);
  });
});

describe('what is no deep discharge', () => {
  it('VLB-18 a load pulls a cell down: no recovery', () => {
    assert.equal(new Bench().pass(HOUR, { cells: LOW, current: -5 }).at, 'idle');
    assert.equal(new Bench().pass(HOUR, { cells: LOW, current: -80 }).at, 'idle');
  });

  it('VLB-18 a cell that recovers within the minute after the load is off is not deep', () => {
    const bench = new Bench().pass(600, { cells: VERY_LOW, current: -50, dt: 1 });
    bench.pass(59, { cells: VERY_LOW, dt: 1 }).pass(HOUR, { cells: [2.55, 2.9, 2.9, 2.9], dt: 1 });
    assert.deepEqual(bench.stages, ['idle']);
    assert.equal(new Bench().pass(60, { cells: VERY_LOW, dt: 1 }).at, 'trickle');
  });

  it('VLB-18 a cell at 0 V is a wire that is off or a dead cell: it says so, and goes when the wire is back', () => {
    const bench = new Bench().pass(59, { cells: [3.3, 0, 3.3, 3.3], dt: 1 });
    assert.equal(bench.at, 'idle');
    bench.pass(HOUR, { cells: [3.3, 0, 3.3, 3.3] });
    assert.equal(bench.at, 'check-wire');
    assert.equal(bench.recovery.cell, 2);
    assert.equal(bench.recovery.cellVoltage, 0);
    bench.pass(120, { cells: RESTED });
    assert.deepEqual(bench.stages, ['idle', 'check-wire', 'idle']);
    assert.equal(bench.recovery.cell, null);
  });

  it('VLB-18 a wire between two cells that splits them unevenly is no deep cell either', () => {
    assert.equal(new Bench().pass(HOUR, { cells: [3.3, 2.1, 4.5, 3.3] }).at, 'check-wire');
  });

  it('VLB-18 under load a cell at 0 V is not judged', () => {
    assert.equal(new Bench().pass(HOUR, { cells: [3.3, 0.4, 3.3, 3.3], current: -40 }).at, 'idle');
  });

  it('what is not known is no deep discharge, and a gap is no time', () => {
    const bench = new Bench();
    bench.pass(HOUR, { cells: [Number.NaN, 2.7, 2.7, 2.7] });
    bench.pass(HOUR, { cells: VERY_LOW, current: Number.NaN });
    bench.pass(HOUR, { cells: VERY_LOW, gap: true });
    assert.deepEqual(bench.stages, ['idle']);
    const withoutCapacity = new Bench({ ...SETTINGS, capacity: Number.NaN });
    assert.equal(withoutCapacity.pass(HOUR, { cells: VERY_LOW }).at, 'idle');
  });
});

describe('giving up', () => {
  const gaveUp = (bench: Bench, reason: string, cell: number | null): void => {
    assert.equal(bench.at, 'aborted');
    assert.equal(bench.recovery.abort, reason);
    assert.equal(bench.recovery.cell, cell);
    assert.equal(bench.recovery.left, Number.NaN);
  };

  it('VLB-18 a cell that has not risen in half an hour of slow charging', () => {
    const stuck = (t: number): number[] => [2.62 + (0.4 * t) / HOUR, 2.3, 2.7 + (0.4 * t) / HOUR, 2.9];
    const bench = atSlow().pass(1740, { cells: stuck, current: 10 });
    assert.equal(bench.at, 'slow');
    gaveUp(bench.pass(60, { cells: () => stuck(1800), current: 10 }), 'no-rise', 2);
    assert.equal(bench.recovery.cellVoltage, 2.3);
  });

  it('VLB-18 the lift by the current itself is no rise of a dead cell', () => {
    const bench = atSlow().pass(60, { cells: [2.3, 2.7, 2.7, 2.7], current: 10 });
    gaveUp(
      bench.pass(HOUR, { cells: (t) => [2.34, 2.7 + t / HOUR, 2.7 + t / HOUR, 2.7 + t / HOUR], current: 10 }),
      'no-rise',
      1,
    );
  });

  it('VLB-18 a cell on the plateau need not rise', () => {
    const cells = (t: number): number[] => [2.5 + (0.3 * t) / HOUR, 3.28, 3.28, 3.28];
    assert.equal(atSlow().pass(2 * HOUR, { cells, current: 10 }).at, 'slow');
  });

  it('VLB-18 only charging counts: neither pauses nor a charger that the BMS cycles give up a cell', () => {
    const cells = [2.6, 2.6, 2.6, 2.6];
    assert.equal(atSlow().pass(24 * HOUR, { cells, current: 0 }).at, 'slow');
    // Twenty minutes at a time, with pauses in which the cells sink back.
    const bench = atSlow();
    for (let k = 0; k < 5; k++) bench.pass(1200, { cells, current: 10 }).pass(600, { cells });
    assert.equal(bench.at, 'slow');
    // On for two minutes, off for three: 15 such periods are half an hour of charging.
    for (let k = 0; k < 16; k++) bench.pass(120, { cells, current: 10 }).pass(180, { cells });
    gaveUp(bench, 'no-rise', 1);
  });

  it('VLB-18 in the trickle a cell is given up once 0.1 A could have raised it', () => {
    const bench = atTrickle().pass(3480, { cells: VERY_LOW, current: 0.1 });
    assert.equal(bench.at, 'trickle');
    gaveUp(bench.pass(600, { cells: VERY_LOW, current: 0.1 }), 'no-rise', 1);
  });

  it('VLB-18 in the trickle the offset of a sensor is no charging', () => {
    const bench = new Bench().pass(120, { cells: VERY_LOW, current: 0.3 });
    assert.equal(bench.pass(24 * HOUR, { cells: VERY_LOW, current: 0.3 }).at, 'trickle');
    gaveUp(bench.pass(2 * HOUR, { cells: VERY_LOW, current: 0.4 }), 'no-rise', 1);
  });

  for (const [stage, bench, cells] of [
    ['slow', atSlow, (t: number) => Array<number>(4).fill(2.6 + (0.3 * t) / HOUR)],
    ['fill', atFill, () => FULL],
  ] as const) {
    it(`VLB-18 a temperature that rises sharply (${stage})`, () => {
      const warm = bench().pass(HOUR, { cells, current: 10, temperature: 25 });
      assert.equal(warm.at, stage);
      gaveUp(warm.pass(180, { cells: () => cells(HOUR), current: 10, temperature: 33 }), 'heat', null);
    });
  }

  it('VLB-18 a warm day, one wild value and a balancing board are no sharp rise', () => {
    const bench = atFill();
    for (let k = 0; k < 8; k++) bench.pass(1800, { cells: FULL, current: 0, temperature: 20 + 2 * k });
    bench.pass(1, { cells: FULL, current: 5, temperature: 49, dt: 1 });
    bench.pass(30, { cells: FULL, current: 5, temperature: 34, dt: 1 });
    bench.pass(600, { cells: FULL, current: 5, temperature: 60, balancing: true });
    assert.notEqual(bench.at, 'aborted');
  });

  it('VLB-18 a hot battery, at whatever stage', () => {
    for (const bench of [atTrickle(), atSlow(), atFill(), atSettle(), atRest()]) {
      const { at } = bench;
      const cells = at === 'trickle' ? VERY_LOW : at === 'slow' ? LOW : at === 'fill' ? FULL : RESTED;
      // It was warm before anybody looked: no sharp rise.
      bench.recovery.step(sampleOf({ cells, temperature: 46, gap: true, dt: 60 }));
      assert.equal(bench.pass(HOUR, { cells, temperature: 49 }).at, at);
      gaveUp(bench.pass(120, { cells, temperature: 50, current: Number.NaN }), 'hot', null);
    }
  });

  it('VLB-18 cells apart by more than 0.1 V after the six hours', () => {
    const apart = [3.55, 3.56, 3.42, 3.56];
    const bench = atFill()
      .pass(6 * HOUR, { cells: apart, current: 2 })
      .pass(60, { cells: apart, current: 2 });
    gaveUp(bench, 'spread-charged', 3);
    assert.equal(bench.recovery.cellVoltage, 3.42);
  });

  it('VLB-18 one wild look at the end of a stage decides nothing', () => {
    const bench = atFill().pass(6 * HOUR - 60, { cells: FULL, current: 2 });
    bench.pass(60, { cells: FULL.map((cell, i) => cell - (i === 2 ? 0.3 : 0)), current: 2, dt: 30 });
    assert.equal(bench.at, 'fill');
    assert.equal(bench.pass(60, { cells: FULL, current: 2 }).at, 'settle');
  });

  for (const [title, bench, hours] of [
    ['the first rest', atSettle, 3],
    ['the day of rest', atRest, 24],
  ] as const) {
    it(`VLB-18 less than 3.2 V a cell after ${title}`, () => {
      const sunk = [3.18, 3.19, 3.19, 3.19];
      gaveUp(bench().pass(hours * HOUR + 120, { cells: sunk }), 'low', 1);
    });

    it(`VLB-18 cells apart by more than 0.1 V after ${title}`, () => {
      const apart = [3.33, 3.33, 3.33, 3.21];
      gaveUp(bench().pass(hours * HOUR + 120, { cells: apart }), 'spread', 4);
      const together = [3.33, 3.33, 3.33, 3.24];
      assert.notEqual(bench().pass(hours * HOUR + 120, { cells: together }).at, 'aborted');
    });
  }

  it('VLB-18 it stays given up until the owner says that he knows, over a restart too', () => {
    const bench = atSettle().pass(4 * HOUR, { cells: [3.1, 3.1, 3.1, 3.1] });
    gaveUp(bench, 'low', 1);
    gaveUp(bench.restart().pass(HOUR, { cells: FULL, current: 5 }), 'low', 1);
    bench.recovery.reset();
    assert.equal(bench.at, 'idle');
    assert.equal(bench.recovery.abort, null);
    assert.equal(bench.pass(HOUR, { cells: RESTED }).at, 'idle');
    assert.equal(bench.pass(HOUR, { cells: LOW }).at, 'slow');
  });
});

describe('timers run only while their condition holds', () => {
  it('VLB-18 the six hours count while it is charged', () => {
    const bench = atFill().pass(5 * HOUR, { cells: FULL, current: 0 });
    const { left } = bench.recovery;
    bench.pass(12 * HOUR, { cells: [3.34, 3.34, 3.34, 3.34], current: -2 });
    assert.equal(bench.recovery.left, left);
    assert.equal(bench.at, 'fill');
    bench.pass(HOUR, { cells: FULL, current: 1 });
    assert.equal(bench.at, 'settle');
  });

  it('VLB-18 a rest that is disturbed waits, and one that is used begins anew', () => {
    const bench = atRest().pass(10 * HOUR, { cells: RESTED });
    bench.pass(600, { cells: RESTED, current: -3 });
    assert.equal(bench.at, 'rest');
    assert.equal(bench.recovery.left, 14 * HOUR);
    bench.pass(HOUR, { cells: RESTED, current: -3 });
    assert.equal(bench.at, 'settle');
    // The boards' own drain disturbs no rest.
    assert.equal(bench.pass(3 * HOUR, { cells: RESTED, current: -0.2 }).at, 'rest');
  });

  it('VLB-18 a charge that was taken out again leads back to where the cells belong', () => {
    assert.equal(atSlow().pass(300, { cells: VERY_LOW }).at, 'trickle');
    assert.equal(atFill().pass(300, { cells: LOW }).at, 'slow');
    assert.equal(atFill().pass(300, { cells: VERY_LOW }).at, 'trickle');
    assert.equal(atFill().pass(300, { cells: LOW, current: -20 }).at, 'fill');
  });

  it('VLB-18 a wire that comes off in the middle stops nothing but the time', () => {
    const bench = atFill().pass(2 * HOUR, { cells: FULL, current: 5 });
    const { left } = bench.recovery;
    bench.pass(HOUR, { cells: [3.55, 0, 3.55, 3.55], current: 2 });
    assert.equal(bench.at, 'check-wire');
    assert.equal(bench.recovery.left, Number.NaN);
    bench.pass(60, { cells: FULL, current: 2 });
    assert.equal(bench.at, 'fill');
    assert.equal(bench.recovery.left, left - 60);
  });

  it('VLB-18 a restart in the middle goes on, and the time it took counts for nothing', () => {
    const bench = atFill().pass(2 * HOUR, { cells: FULL, current: 5 });
    const { left } = bench.recovery;
    bench.restart(20 * HOUR);
    assert.equal(bench.at, 'fill');
    assert.equal(bench.recovery.left, left);
    assert.equal(bench.pass(4 * HOUR, { cells: FULL, current: 1 }).at, 'settle');
    bench.pass(HOUR, { cells: RESTED }).restart(HOUR).pass(HOUR, { cells: RESTED });
    assert.equal(bench.at, 'settle');
    assert.equal(bench.pass(HOUR, { cells: RESTED }).at, 'rest');
  });
});

describe('too much current', () => {
  for (const [stage, bench, cells, allowed, tooMuch] of [
    ['trickle', atTrickle, VERY_LOW, 0.3, 0.4],
    ['slow', atSlow, LOW, 11, 11.5],
    ['fill', atFill, FULL, 55, 56],
  ] as const) {
    it(`VLB-18 is told for the stage ${stage}, and taken back a minute after it has ended`, () => {
      const charged = bench().pass(60, { cells, current: allowed, dt: 1 });
      assert.equal(charged.recovery.tooMuch, false);
      assert.equal(charged.pass(9, { cells, current: tooMuch, dt: 1 }).recovery.tooMuch, false);
      assert.equal(charged.pass(1, { cells, current: tooMuch, dt: 1 }).recovery.tooMuch, true);
      assert.equal(charged.pass(59, { cells, current: allowed, dt: 1 }).recovery.tooMuch, true);
      assert.equal(charged.pass(1, { cells, current: allowed, dt: 1 }).recovery.tooMuch, false);
    });
  }

  it('VLB-18 an ordinary battery may be charged as it likes', () => {
    assert.equal(new Bench().pass(HOUR, { cells: RESTED, current: 100 }).recovery.tooMuch, false);
  });
});

describe('the state of a recovery', () => {
  const voltage = fc.oneof(fc.double({ min: -0.2, max: 4.2, noNaN: true }), fc.constant(Number.NaN));
  const samples: fc.Arbitrary<BatterySample[]> = fc.array(
    fc
      .record({
        dt: fc.constantFrom(0, 1, 60, 1800, 4 * HOUR),
        gap: fc.boolean(),
        current: fc.constantFrom(Number.NaN, -50, -0.1, 0, 0.1, 0.5, 10, 60),
        cells: fc.oneof(
          fc.array(voltage, { minLength: 4, maxLength: 4 }),
          fc.constantFrom(VERY_LOW, LOW, FULL, RESTED, [3.46, 3.46, 3.46, 3.46]),
        ),
        temperature: fc.constantFrom(Number.NaN, 20, 28, 55),
        balancing: fc.boolean(),
      })
      .map(sampleOf),
    { maxLength: 25 },
  );

  it('a round trip through JSON goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(samples, samples, (before, after) => {
        const one = new Recovery(SETTINGS);
        for (const sample of before) one.step(sample);
        const other = new Recovery(SETTINGS);
        other.restore(JSON.parse(JSON.stringify(one.state())));
        for (const sample of after) {
          one.step(sample);
          other.step(sample);
          assert.deepEqual(other.state(), one.state());
          assert.equal(one.stage === 'aborted', one.abort !== null);
          assert.ok(!(one.left < 0));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stored nonsense is not believed', () => {
    const fresh = JSON.stringify(new Recovery(SETTINGS).state());
    const things = [null, 5, 'rest', [], {}, { stage: 'x' }, { stage: 'aborted' }, { stage: 'slow', abort: 'low' }];
    for (const thing of [...things, { stage: 'check-wire' }, { stage: 'aborted', abort: 'x' }]) {
      const recovery = new Recovery(SETTINGS);
      recovery.restore(thing);
      assert.equal(JSON.stringify(recovery.state()), fresh, JSON.stringify(thing));
    }
  });
});
