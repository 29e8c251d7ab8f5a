/** VLB-21: what the cells of a resting battery show. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { halfGap, middleVoltage } from '../../../src/engine/estimator/ocv-curve.ts';
import { Rest } from '../../../src/engine/figures/rest.ts';
import { createPack } from '../../../src/simulator/pack.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { SETTINGS, sampleOf } from './support/samples.ts';

type Said = Parameters<typeof sampleOf>[0];

const HOUR = 3600;

class Hours {
  rest: Rest;
  now = 1000;
  readonly settings;

  constructor(settings = SETTINGS) {
    this.settings = settings;
    this.rest = new Rest(settings);
  }

  /** Shows what `said` makes of the seconds since its beginning. */
  pass(seconds: number, said: Said | ((t: number) => Said), dt = 1): void {
    const steps = Math.round(seconds / dt);
    for (let i = 1; i <= steps; i++) {
      this.now += dt;
      const shown = typeof said === 'function' ? said(i * dt) : said;
      this.rest.step(sampleOf({ dt, now: this.now, ...shown }));
    }
  }
}

/** One cell of four leaks `volts` in an hour. */
function leaking(volts: number, least = 3): (t: number) => Said {
  return (t) => ({ cells: [3.3, 3.301, Math.max(least, 3.3 - (volts * t) / HOUR), 3.302] });
}

describe('spread at rest', () => {
  it('VLB-21 is measured after ten minutes of hardly any current, and kept until the next rest', () => {
    const hours = new Hours();
    hours.pass(HOUR, { current: 20, cells: [3.3, 3.3, 3.3, 3.4] });
    assert.ok(Number.isNaN(hours.rest.spreadRest));
    hours.pass(595, { current: -1.9, cells: [3.3, 3.3, 3.3, 3.32] });
    assert.ok(Number.isNaN(hours.rest.spreadRest));
    hours.pass(10, { current: -1.9, cells: [3.3, 3.3, 3.3, 3.32] });
    assert.ok(Math.abs(hours.rest.spreadRest - 0.02) < 1e-9);
    assert.equal(hours.rest.lasted, 605);
    hours.pass(HOUR, { current: -30, cells: [3.2, 3.2, 3.1, 3.2] });
    assert.ok(Math.abs(hours.rest.spreadRest - 0.02) < 1e-9);
    assert.equal(hours.rest.spreadRestAge, HOUR);
    hours.pass(700, { cells: [3.3, 3.3, 3.3, 3.31] });
    assert.ok(Math.abs(hours.rest.spreadRest - 0.01) < 1e-9);
  });

  it('VLB-21 begins anew after a gap, an unknown current or a load', () => {
    for (const said of [{ gap: true }, { current: Number.NaN }, { current: 2.5 }, { flow: -2.5 }]) {
      const hours = new Hours();
      hours.pass(590, {});
      hours.pass(1, said);
      hours.pass(590, {});
      assert.ok(Number.isNaN(hours.rest.spreadRest), JSON.stringify(said));
    }
  });

  it('VLB-21 is smoothed: noise of 5 mV makes 2 mV of it', () => {
    const random = createRandom(3);
    const noise = (): number => 0.005 * Math.sqrt(-2 * Math.log(random() || 1)) * Math.cos(2 * Math.PI * random());
    const hours = new Hours({ ...SETTINGS, cells: 16 });
    hours.pass(HOUR, () => ({ cells: Array.from({ length: 16 }, () => 3.3 + noise()) }));
    assert.ok(hours.rest.spreadRest < 0.004, `${hours.rest.spreadRest}`);
  });
});

describe('a cell that sags at rest', () => {
  it('VLB-21 is told with its number and its volts when it drops 0.1 V and more in hours', () => {
    const hours = new Hours();
    hours.pass(8 * HOUR, leaking(0.02, 3.15), 5);
    assert.equal(hours.rest.sagCell, 3);
    assert.ok(Math.abs(hours.rest.sagVolts - 0.147) < 0.01, `${hours.rest.sagVolts}`);
    assert.ok(hours.rest.sagAge < 10);
  });

  it('VLB-21 is found in any number of cells, at any place, whatever the order of their voltages', () => {
    for (const count of [2, 3, 5, 16]) {
      for (let place = 0; place < count; place++) {
        const hours = new Hours({ ...SETTINGS, cells: count });
        hours.pass(
          4 * HOUR,
          (t) => ({
            cells: Array.from(
              { length: count },
              (_, i) => 3.3 + 0.002 * (i % 3) - (i === place ? (0.04 * t) / HOUR : 0),
            ),
          }),
          30,
        );
        assert.equal(hours.rest.sagCell, place + 1, `${count} cells`);
        assert.ok(Math.abs(hours.rest.sagVolts - 0.15) < 0.01, `${hours.rest.sagVolts}`);
      }
    }
  });

  it('VLB-21 is not told before it is 0.1 V', () => {
    const hours = new Hours();
    hours.pass(24 * HOUR, leaking(0.02, 3.205), 5);
    assert.ok(Number.isNaN(hours.rest.sagCell));
    assert.ok(Number.isNaN(hours.rest.sagVolts));
  });

  it('VLB-21 a low cell of a nearly empty pack rests low and is no defect', () => {
    const hours = new Hours();
    hours.pass(24 * HOUR, { cells: [3.22, 3.22, 3.0, 3.22], current: -0.05 }, 5);
    assert.ok(Math.abs(hours.rest.spreadRest - 0.22) < 1e-9);
    assert.ok(Number.isNaN(hours.rest.sagCell));
  });

  it('VLB-21 a standby load that takes a low cell down its steep end makes no defect of it', () => {
    for (const current of [-0.1, -0.5, -1, -1.9]) {
      for (const start of [0.09, 0.11, 0.13, 0.16, 0.2, 0.3]) {
        const hours = new Hours();
        hours.pass(
          24 * HOUR,
          (t) => {
            const gone = (-current * t) / HOUR / 100;
            const at = (soc: number): number => middleVoltage(soc, 25) - halfGap(soc, 25);
            const [good, low] = [at(0.6 - gone), at(start - gone)];
            return { current, cells: [good, good, low, good] };
          },
          10,
        );
        assert.ok(Number.isNaN(hours.rest.sagCell), `${current} A from ${start}: ${hours.rest.sagVolts}`);
      }
    }
  });

  it('VLB-21 is found beside a standby load all the same', () => {
    const hours = new Hours();
    hours.pass(10 * HOUR, (t) => ({ ...leaking(0.02, 3.15)(t), current: -0.4 }), 5);
    assert.equal(hours.rest.sagCell, 3);
  });

  it('VLB-21 cells that relax after a load, or from the top after a charge, are sound', () => {
    const after = new Hours();
    after.pass(6 * HOUR, (t) => {
      const rises = 0.15 * Math.exp(-t / 1800);
      return { cells: [3.3 - rises, 3.3 - rises, 3.29 - 1.3 * rises, 3.3 - rises] };
    });
    assert.ok(Number.isNaN(after.rest.sagCell));

    const full = new Hours();
    full.pass(12 * HOUR, (t) => {
      const falls = Math.exp(-t / 7200);
      return { cells: [3.34 + 0.06 * falls, 3.34 + 0.06 * falls, 3.34 + 0.25 * falls, 3.335] };
    });
    assert.ok(Number.isNaN(full.rest.sagCell));
  });

  it('VLB-21 is kept through use, and well again after a rest as long without it', () => {
    const hours = new Hours();
    hours.pass(6 * HOUR, leaking(0.03, 3.15), 5);
    assert.equal(hours.rest.sagCell, 3);
    hours.pass(4 * HOUR, { current: 20 }, 5);
    hours.pass(2 * HOUR, {}, 5);
    assert.equal(hours.rest.sagCell, 3);
    assert.ok(hours.rest.sagAge >= 6 * HOUR);
    hours.pass(6 * HOUR, {}, 5);
    assert.ok(Number.isNaN(hours.rest.sagCell));
  });

  it('VLB-21 a false measurement of some minutes is no defect', () => {
    const hours = new Hours();
    hours.pass(HOUR, {});
    hours.pass(300, { cells: [3.3, 3.15, 3.3, 3.3] });
    hours.pass(HOUR, {});
    assert.ok(Number.isNaN(hours.rest.sagCell));
  });

  it('VLB-21 is told in the simulated pack with its number, and no other one is', () => {
    for (const soc of [25, 50, 80]) {
      const pack = createPack({ cells: 16, capacity: 100, soc, seed: 4 });
      const hours = new Hours({ ...SETTINGS, cells: 16 });
      const show = (current: number) => (): Said => {
        pack.forcedCurrent = current;
        pack.step(5);
        return { current, cells: pack.cells().map((cell) => cell.voltage) };
      };
      hours.pass(HOUR, show(-10), 5);
      hours.pass(24 * HOUR, show(0), 5);
      assert.ok(hours.rest.spreadRest < 0.02);
      assert.ok(Number.isNaN(hours.rest.sagCell));
      hours.pass(HOUR, show(10), 5);
      for (let hour = 1; hour <= 24; hour++) {
        const fault = pack.faults[10];
        assert.ok(fault !== undefined);
        fault.voltageOffset = -0.006 * hour;
        hours.pass(HOUR, show(0), 5);
      }
      assert.equal(hours.rest.sagCell, 11, `${soc} %`);
      assert.ok(Math.abs(hours.rest.sagVolts - 0.138) < 0.01, `${hours.rest.sagVolts}`);
    }
  });
});

const MOMENTS = fc.array(
  fc.record({
    cells: fc.constantFrom(
      [3.3, 3.3, 3.3, 3.3],
      [3.3, 3.31, 3.18, 3.3],
      [3.3, 3.31, 3.1, 3.3],
      [3.1, 3.1, 3.0, 3.1],
      [3.3, Number.NaN, 3.3, 3.3],
    ),
    current: fc.constantFrom(-50, -1.5, 0, 0, 1, Number.NaN),
    gap: fc.constantFrom(false, false, false, false, true),
    seconds: fc.constantFrom(5, 200, 700, 5000),
  }),
  { maxLength: 12 },
);

function figures(rest: Rest): number[] {
  return [rest.lasted, rest.spreadRest, rest.spreadRestAge, rest.sagCell, rest.sagVolts, rest.sagAge];
}

describe('rest over time', () => {
  it('VLB-21 goes on after a save and restore as if nothing had happened', () => {
    fc.assert(
      fc.property(MOMENTS, MOMENTS, (before, after) => {
        const [kept, other] = [new Hours(), new Hours()];
        for (const { seconds, ...said } of before) for (const one of [kept, other]) one.pass(seconds, said, 5);
        other.rest = new Rest(SETTINGS);
        other.rest.restore(JSON.parse(JSON.stringify(kept.rest.state())));
        assert.deepEqual(figures(other.rest), figures(kept.rest));
        for (const { seconds, ...said } of after) {
          for (const one of [kept, other]) one.pass(seconds, said, 5);
          assert.deepEqual(figures(other.rest), figures(kept.rest));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('VLB-21 does not depend on how time is cut: a change comes at most one step earlier or later', () => {
    // Of lasted, spread and its age, cell, volts and its age: the volts are those of the last step that still sagged.
    const tolerance = [0, 1e-4, 5, 0, 0.01, 5];
    fc.assert(
      fc.property(MOMENTS, (moments) => {
        const [whole, halves] = [new Hours(), new Hours()];
        const [mine, theirs]: [number[][], number[][]] = [[], []];
        for (const { seconds, ...said } of moments) {
          for (let t = 0; t < seconds; t += 5) {
            const cellsAt = new Float64Array(4).fill(whole.now + 5);
            whole.pass(5, { ...said, cellsAt }, 5);
            halves.pass(5, { ...said, cellsAt }, 2.5);
            mine.push(figures(whole.rest));
            theirs.push(figures(halves.rest));
          }
        }
        for (let i = 1; i < mine.length - 1; i++) {
          for (const [figure, most] of tolerance.entries()) {
            const value = theirs[i]?.[figure];
            const near = mine.slice(i - 1, i + 2).map((row) => row[figure] ?? Number.NaN);
            assert.ok(
              near.some((one) => Object.is(one, value) || Math.abs(one - (value ?? Number.NaN)) <= most),
              `figure ${figure} at step ${i}: ${value}, not ${near[1]}`,
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('VLB-21 takes nothing over from a state that is none', () => {
    const nothing = figures(new Rest(SETTINGS));
    fc.assert(
      fc.property(fc.anything(), (found) => {
        const rest = new Rest(SETTINGS);
        rest.restore(found);
        assert.deepEqual(figures(rest), nothing);
      }),
    );
    const rest = new Rest(SETTINGS);
    rest.restore({ found: 2.5, foundSag: 0.2, spread: '0.1', base: [1, 2, 3], spreadAge: -1 });
    assert.deepEqual(figures(rest), nothing);
  });
});
