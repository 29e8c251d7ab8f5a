/** VLB-11: the state of balance that a charge to the top shows. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Balance } from '../../../src/engine/figures/balance.ts';
import { createPack } from '../../../src/simulator/pack.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { SETTINGS, sampleOf } from './support/samples.ts';

type Said = Parameters<typeof sampleOf>[0];

const DAY = 86_400;
const FLAT = [3.33, 3.33, 3.33, 3.33];
const EVEN = [3.5, 3.503, 3.506, 3.508];
const APART = [3.5, 3.52, 3.54, 3.55];
const WIDE = [3.62, 3.5, 3.48, 3.47];

/** A battery's hours, second by second or slower. */
class Hours {
  balance: Balance;
  now = 1000;

  constructor(settings = SETTINGS) {
    this.balance = new Balance(settings);
  }

  /** Shows the same for so many seconds. @returns the state after it. */
  pass(seconds: number, said: Said, dt = 1): string {
    for (let i = 0; i < Math.round(seconds / dt); i++) {
      this.now += dt;
      this.balance.step(sampleOf({ dt, now: this.now, ...said }));
    }
    return this.balance.balance;
  }

  /** A charge that balances. */
  charge(): string {
    return this.pass(300, { cells: EVEN, current: 3 });
  }
}

describe('balance state', () => {
  it('VLB-11 is unknown at first use, however long the battery works in the flat part', () => {
    const hours = new Hours();
    assert.equal(hours.balance.balance, 'unknown');
    assert.equal(hours.pass(DAY, { cells: FLAT, current: 5 }, 10), 'unknown');
    assert.equal(hours.pass(DAY, { cells: [3.44, 3.44, 3.44, 3.44], current: 5 }, 10), 'unknown');
    assert.ok(Number.isNaN(hours.balance.age));
  });

  it('VLB-11 is known once the pack has been above 3.45 V a cell for a minute', () => {
    const hours = new Hours();
    assert.equal(hours.pass(55, { cells: APART, current: 3 }), 'unknown');
    assert.equal(hours.pass(10, { cells: APART, current: 3 }), 'balancing');
  });

  it('VLB-11 is known of a pack without a current sensor, of which nobody knows what flows', () => {
    const hours = new Hours();
    assert.equal(hours.pass(300, { cells: APART, current: Number.NaN, gap: true }), 'balancing');
    assert.equal(hours.pass(300, { cells: EVEN, current: Number.NaN, gap: true }), 'balanced');
    assert.equal(hours.pass(3600, { cells: WIDE, current: Number.NaN, gap: true }, 600), 'balanced');
  });

  it('VLB-11 a few false samples at the top tell nothing', () => {
    const hours = new Hours();
    for (let i = 0; i < 50; i++) {
      hours.pass(20, { cells: FLAT });
      hours.pass(5, { cells: WIDE });
    }
    assert.equal(hours.balance.balance, 'unknown');
    hours.pass(20, { cells: FLAT });
    // One frame that stands for two minutes is still a single measurement.
    hours.pass(120, { cells: APART, cellsAt: new Float64Array(4).fill(7) });
    assert.equal(hours.balance.balance, 'unknown');
  });

  it('VLB-11 all cells within 0.01 V at the top are balanced, and stay so until the next charge', () => {
    const hours = new Hours();
    assert.equal(hours.charge(), 'balanced');
    assert.equal(hours.pass(600, { cells: [3.55, 3.5, 3.47, 3.46], current: 0 }), 'balanced');
    assert.equal(hours.pass(DAY, { cells: FLAT, current: -20 }, 10), 'balanced');
    assert.equal(hours.pass(300, { cells: APART, current: 3 }), 'balancing');
    assert.equal(hours.charge(), 'balanced');
  });

  it('VLB-11 exactly 0.01 V apart is balanced, 0.012 V is not yet', () => {
    assert.equal(new Hours().pass(300, { cells: [3.5, 3.51, 3.5, 3.51], current: 3 }), 'balanced');
    assert.equal(new Hours().pass(300, { cells: [3.5, 3.512, 3.5, 3.5], current: 3 }), 'balancing');
  });

  it('VLB-11 a charge that ended unfinished leaves an imbalance', () => {
    const hours = new Hours();
    hours.pass(3600, { cells: APART, current: 3 });
    assert.equal(hours.pass(300, { cells: FLAT, current: -10 }), 'balancing');
    assert.equal(hours.pass(400, { cells: FLAT, current: -10 }), 'imbalance');
  });

  it('VLB-21 a charger that is switched on and off for minutes does not end the charge', () => {
    const hours = new Hours();
    hours.pass(300, { cells: APART, current: 3 });
    for (let i = 0; i < 60; i++) {
      assert.equal(hours.pass(180, { cells: [3.45, 3.38, 3.37, 3.37], current: -1 }), 'balancing');
      assert.equal(hours.pass(60, { cells: APART, current: 3 }), 'balancing');
    }
  });

  it('VLB-11 more than 0.1 V apart is imbalance at once, until a charge shows less', () => {
    const hours = new Hours();
    assert.equal(hours.pass(300, { cells: WIDE, current: 3 }), 'imbalance');
    assert.equal(hours.pass(DAY, { cells: FLAT, current: -3 }, 10), 'imbalance');
    assert.equal(hours.pass(300, { cells: APART, current: 3 }), 'balancing');
    assert.equal(hours.charge(), 'balanced');
  });

  it('VLB-11 a cell that runs ahead so far that the pack never gets to the top is an imbalance', () => {
    const cells = [3.6, ...Array.from({ length: 15 }, () => 3.36)];
    assert.equal(new Hours({ ...SETTINGS, cells: 16 }).pass(300, { cells, current: 3 }), 'imbalance');
  });

  it('VLB-11 a heavy load or a strong charge pulls cells apart that are balanced', () => {
    for (const current of [-60, 80]) {
      const hours = new Hours();
      hours.charge();
      assert.equal(hours.pass(600, { cells: WIDE, current }), 'balanced');
    }
  });

  it('VLB-11 cells that come together only because they are discharged are not balanced', () => {
    const hours = new Hours();
    hours.pass(300, { cells: APART, current: 3 });
    assert.equal(hours.pass(300, { cells: [3.46, 3.465, 3.462, 3.466], current: -1.2 }), 'balancing');
    const wide = new Hours();
    wide.pass(300, { cells: WIDE, current: 3 });
    assert.equal(wide.pass(300, { cells: APART, current: -1.2 }), 'imbalance');
    assert.equal(wide.pass(300, { cells: EVEN, current: -0.3 }), 'balanced');
  });

  it('VLB-11 is balancing while a device says so, also after the charge', () => {
    const hours = new Hours();
    hours.pass(300, { cells: APART, current: 3 });
    hours.pass(1200, { cells: FLAT });
    assert.equal(hours.balance.balance, 'imbalance');
    assert.equal(hours.pass(30, { cells: FLAT, balancing: true }), 'imbalance');
    assert.equal(hours.pass(60, { cells: FLAT, balancing: true }), 'balancing');
    assert.equal(hours.pass(30, { cells: FLAT }), 'balancing');
    assert.equal(hours.pass(60, { cells: FLAT }), 'imbalance');
  });

  it('VLB-11 is unknown again after 30 days without a charge, whether watched or not', () => {
    const watched = new Hours();
    watched.charge();
    assert.equal(watched.pass(29.9 * DAY, { cells: FLAT }, 3600), 'balanced');
    assert.equal(watched.pass(0.2 * DAY, { cells: FLAT }, 3600), 'unknown');

    const off = new Hours();
    off.charge();
    assert.equal(off.pass(29.9 * DAY, { gap: true, cells: FLAT }, 29.9 * DAY), 'balanced');
    assert.equal(off.pass(0.2 * DAY, { gap: true, cells: FLAT }, 0.2 * DAY), 'unknown');
    assert.equal(off.charge(), 'balanced');
  });

  it('VLB-11 a rest with one cell at its steep end is an imbalance; a cell that drops later is none (VLB-21)', () => {
    const low = [3.3, 3.3, 3.3, 3.15];
    const early = new Hours();
    early.charge();
    early.pass(7200, { cells: FLAT, current: -20 });
    assert.equal(early.pass(1000, { cells: low }), 'imbalance');

    const late = new Hours();
    late.charge();
    late.pass(7200, { cells: FLAT, current: -20 });
    late.pass(4000, { cells: FLAT });
    assert.equal(late.pass(36_000, { cells: low }, 5), 'balanced');
  });

  it('VLB-11 is nearly done at 3.55 V in every cell and less than 1.5 A', () => {
    const full = [3.55, 3.57, 3.58, 3.55];
    const hours = new Hours();
    hours.pass(300, { cells: full, current: 3 });
    assert.equal(hours.balance.nearlyDone, false);
    hours.pass(10, { cells: full, current: 1.4 });
    assert.equal(hours.balance.nearlyDone, true);
    hours.pass(300, { cells: [3.53, 3.6, 3.6, 3.6], current: 1.4 });
    assert.equal(hours.balance.nearlyDone, false);
    hours.pass(300, { cells: [3.55, 3.555, 3.55, 3.55], current: 1.4 });
    assert.equal(hours.balance.balance, 'balanced');
    assert.equal(hours.balance.nearlyDone, false);
  });

  it('VLB-11 noise of 5 mV on 16 balanced cells makes no imbalance and hides no balance', () => {
    const random = createRandom(5);
    const noise = (): number => 0.005 * Math.sqrt(-2 * Math.log(random() || 1)) * Math.cos(2 * Math.PI * random());
    const hours = new Hours({ ...SETTINGS, cells: 16 });
    const seen = new Set<string>();
    for (let i = 0; i < 7200; i++) {
      const cells = Array.from({ length: 16 }, () => 3.5 + noise());
      const state = hours.pass(1, { cells, current: 2 });
      seen.add(state);
      if (i > 300) assert.equal(state, 'balanced');
    }
    assert.equal(seen.has('imbalance'), false);
  });

  it('VLB-11 cells that are not known keep it unknown', () => {
    const hours = new Hours();
    const seen = hours.pass(600, {
      cells: [3.5, Number.NaN, 3.5, 3.5],
      cellMean: 3.5,
      cellMin: Number.NaN,
      cellMax: Number.NaN,
    });
    assert.equal(seen, 'unknown');
  });
});

/** What may happen to a battery, a few minutes each. */
describe('balance of a simulated pack', () => {
  it('VLB-11 becomes balanced over days of full charges, and never sees an imbalance of 0.1 V again', () => {
    const day = (t: number): { charge: number; load: number } => {
      const hour = (t / 3600) % 24;
      return { charge: hour > 8 && hour < 17 ? 20 : 0, load: hour > 18 ? 8 : 1.2 };
    };
    const pack = createPack({ cells: 16, capacity: 100, seed: 1, flow: day });
    const hours = new Hours({ ...SETTINGS, cells: 16 });
    const story: string[] = [];
    for (let i = 0; i < (8 * DAY) / 10; i++) {
      pack.step(10);
      const { charge, load } = pack.flow();
      const state = hours.pass(10, { current: charge - load, cells: pack.cells().map((cell) => cell.voltage) }, 10);
      if (state !== story.at(-1)) story.push(state);
    }
    assert.equal(story[0], 'unknown');
    assert.ok(story.includes('balancing') && story.includes('imbalance'), story.join(' '));
    assert.equal(story.at(-1), 'balanced');
    const first = story.indexOf('balanced');
    assert.ok(!story.slice(first).includes('imbalance'), story.join(' '));
  });
});

const MOMENTS = fc.array(
  fc.record({
    cells: fc.constantFrom(FLAT, EVEN, APART, WIDE, [3.3, 3.3, 3.3, 3.15], [3.5, Number.NaN, 3.5, 3.5]),
    current: fc.constantFrom(-50, 0, 1, 20, 90, Number.NaN),
    balancing: fc.boolean(),
    gap: fc.constantFrom(false, false, false, true),
    seconds: fc.constantFrom(1, 20, 70, 700),
  }),
  { maxLength: 20 },
);

describe('balance state over time', () => {
  it('VLB-11 goes on after a save and restore as if nothing had happened', () => {
    fc.assert(
      fc.property(MOMENTS, MOMENTS, (before, after) => {
        const [kept, other] = [new Hours(), new Hours()];
        for (const { seconds, ...said } of before) for (const one of [kept, other]) one.pass(seconds, said, 5);
        other.balance = new Balance(SETTINGS);
        other.balance.restore(JSON.parse(JSON.stringify(kept.balance.state())));
        assert.equal(other.balance.balance, kept.balance.balance);
        for (const { seconds, ...said } of after) {
          assert.equal(other.pass(seconds, said, 5), kept.pass(seconds, said, 5));
          assert.equal(other.balance.nearlyDone, kept.balance.nearlyDone);
          assert.deepEqual(other.balance.age, kept.balance.age);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('VLB-11 does not depend on how time is cut: a change comes at most one step earlier or later', () => {
    fc.assert(
      fc.property(MOMENTS, (moments) => {
        const [whole, halves] = [new Hours(), new Hours()];
        const [mine, theirs]: [string[], string[]] = [[], []];
        for (const { seconds: given, ...said } of moments) {
          // What lasts for just the minute that it takes may be a step too short: here it lasts for longer, or not for long.
          const seconds = given === 70 ? 150 : given;
          for (let t = 0; t < seconds; t += 5) {
            // The same measurement, seen once or twice.
            const cellsAt = new Float64Array(4).fill(whole.now + 5);
            mine.push(whole.pass(5, { ...said, cellsAt }, 5));
            theirs.push(halves.pass(5, { ...said, cellsAt }, 2.5));
          }
        }
        for (let i = 1; i < mine.length - 1; i++) {
          const around = new Set(mine.slice(i - 1, i + 2));
          // Two changes in one step may come one after the other, with another state in between.
          assert.ok(around.size > 1 || around.has(theirs[i] ?? ''), `${theirs[i]} at step ${i}, not ${mine[i]}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('VLB-11 takes nothing over from a state that is none', () => {
    fc.assert(
      fc.property(fc.anything(), (found) => {
        const balance = new Balance(SETTINGS);
        balance.restore(found);
        assert.equal(balance.balance, 'unknown');
      }),
    );
    const balance = new Balance(SETTINGS);
    balance.restore({ age: -5, means: { values: [1, 2], weight: 'x' }, leaving: null, finished: 'yes' });
    assert.equal(balance.balance, 'unknown');
  });
});
