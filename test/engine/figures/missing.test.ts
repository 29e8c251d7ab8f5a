/** VLB-13: what the cells lack against the fullest one, and how long balancing takes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { halfGap, middleVoltage } from '../../../src/engine/estimator/ocv-curve.ts';
import { MissingCharge, chargerRestarts, rebalancingHours } from '../../../src/engine/figures/missing.ts';
import type { BatterySettings } from '../../../src/engine/figures/sample.ts';
import { createPack } from '../../../src/simulator/pack.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { SETTINGS, sampleOf } from './support/samples.ts';

type Said = Parameters<typeof sampleOf>[0];

/** Voltage of a cell of our own curve that is being charged; beyond full it goes on as steeply. */
function charged(soc: number): number {
  const at = (x: number): number => middleVoltage(x, 25) + halfGap(x, 25);
  return soc <= 1 ? at(soc) : at(1) + (soc - 1) * 9.6;
}

class Charge {
  part: MissingCharge;
  now = 1000;

  constructor(settings: BatterySettings = SETTINGS) {
    this.part = new MissingCharge(settings);
  }

  pass(seconds: number, said: Said | (() => Said), dt = 1): void {
    for (let i = 0; i < Math.round(seconds / dt); i++) {
      this.now += dt;
      this.part.step(sampleOf({ dt, now: this.now, ...(typeof said === 'function' ? said() : said) }));
    }
  }
}

interface Plan {
  /** Ah that each cell begins below full. */
  readonly below: readonly number[];
  /** A of the charger, and V of the whole pack at which it holds. */
  readonly current: number;
  readonly hours: number;
  /** V of a cell over its SOC. */
  readonly curve?: (soc: number) => number;
  readonly noise?: number;
  readonly dt?: number;
  readonly settings?: Partial<BatterySettings>;
}

/** Charges synthetic cells of 100 Ah without any balancing, at a current that falls when the highest cell is at 3.65 V. */
function chargeWithout(plan: Plan): { charge: Charge; lacks: number[] } {
  const { below, curve = charged, noise = 0, dt = 1 } = plan;
  const random = createRandom(11);
  const normal = (): number => Math.sqrt(-2 * Math.log(random() || 1)) * Math.cos(2 * Math.PI * random());
  const charge = new Charge({ ...SETTINGS, cells: below.length, ...plan.settings });
  const socs = below.map((ah) => 1 - ah / 100);
  let current = plan.current;
  charge.pass(
    plan.hours * 3600,
    () => {
      if (Math.max(...socs.map(curve)) >= 3.65) current *= 0.9;
      for (const [i, soc] of socs.entries()) socs[i] = soc + (current * dt) / 3600 / 100;
      return { current, cells: socs.map((soc) => curve(soc) + noise * normal()) };
    },
    dt,
  );
  const best = Math.max(...socs);
  return { charge, lacks: socs.map((soc) => (best - soc) * 100) };
}

function within(value: number, expected: number, most: number): void {
  assert.ok(Math.abs(value - expected) <= most, `${value} is not ${expected} ± ${most}`);
}

describe('time to rebalance', () => {
  it('VLB-13 200 Ah with one cell at half takes 55 h at 1.8 A and 27 new starts of a 2 h charge', () => {
    assert.equal(Math.floor(rebalancingHours(100, 1.8)), 55);
    assert.equal(chargerRestarts(rebalancingHours(100, 1.8), 7200), 27);

    const charge = new Charge({ ...SETTINGS, capacity: 200 });
    charge.pass(600, { current: 0, cells: [charged(1), charged(1), charged(0.5), charged(1)] });
    assert.equal(charge.part.worst, 3);
    within(charge.part.largest, 100, 1);
    assert.equal(Math.floor(charge.part.hours), 55);
    assert.equal(charge.part.restarts, 27);
  });

  it('VLB-13 is not known without a balance current, or without an absorption time', () => {
    const without = new Charge({ ...SETTINGS, balanceCurrent: Number.NaN, absorptionTime: 0 });
    without.pass(600, { cells: [3.5, 3.5, 3.5, charged(0.95)] });
    assert.ok(without.part.largest > 3);
    assert.ok(Number.isNaN(without.part.hours));
    assert.ok(Number.isNaN(rebalancingHours(10, 0)));
    assert.ok(Number.isNaN(chargerRestarts(5, Number.NaN)));
    assert.ok(Number.isNaN(chargerRestarts(5, 0)));
  });
});

describe('charge that cells lack', () => {
  it('VLB-13 is not known before a charge reached the top', () => {
    const charge = new Charge();
    charge.pass(7200, { current: 10, cells: [3.44, 3.4, 3.3, 3.4] });
    charge.pass(7200, { current: -10, cells: [3.5, 3.5, 3.3, 3.5] });
    charge.pass(7200, { current: 40, cells: [3.5, 3.5, 3.3, 3.5] });
    for (const ah of charge.part.missing) assert.ok(Number.isNaN(ah));
    const { worst, largest, largestUncertainty, hours, restarts, spreadTop, age } = charge.part;
    for (const one of [worst, largest, largestUncertainty, hours, restarts, spreadTop, age]) {
      assert.ok(Number.isNaN(one));
    }
  });

  it('VLB-13 one cell 10 Ah short out of 100 is told within a quarter', () => {
    for (const current of [2, 10, 25]) {
      const { charge, lacks } = chargeWithout({ below: [20, 20, 30, 20], current, hours: 30 / current });
      within(lacks[2] ?? 0, 10, 1e-6);
      assert.equal(charge.part.worst, 3);
      within(charge.part.largest, 10, 2.5);
      assert.ok(charge.part.largestUncertainty > 3, 'on the plateau it is not sure');
    }
  });

  it('VLB-13 noise of 5 mV does not make it jump', () => {
    for (const dt of [1, 5]) {
      const { charge } = chargeWithout({ below: [10, 10, 20, 10], current: 10, hours: 3, noise: 0.005, dt });
      assert.equal(charge.part.worst, 3);
      within(charge.part.largest, 10, 2.5);
    }
  });

  it('VLB-13 cells alike lack less than 2 Ah, whatever the noise', () => {
    for (const count of [4, 16]) {
      for (const noise of [0, 0.005]) {
        const below = Array.from({ length: count }, () => 10);
        const { charge } = chargeWithout({ below, current: 20, hours: 3, noise });
        assert.ok(charge.part.largest < 2, `${charge.part.largest} Ah`);
      }
    }
  });

  it('VLB-13 few Ah are counted between the passing of 3.45 V, whatever the curve', () => {
    const steep = (soc: number): number => 3.34 + 0.25 * Math.exp((soc - 1) * 40) + 0.02 * soc;
    const { charge, lacks } = chargeWithout({ below: [10, 10.4, 11, 11.5], current: 20, hours: 3, curve: steep });
    for (const [i, lack] of lacks.entries()) {
      within(charge.part.counted[i] ?? Number.NaN, lack, 0.1);
      within(charge.part.missing[i] ?? Number.NaN, lack, 0.5);
      assert.ok((charge.part.uncertainty[i] ?? Number.NaN) < 0.6);
    }
  });

  it('VLB-13 counting goes on through loads, and ends where it is not known what flowed', () => {
    const full = { current: 10, cells: [3.46, 3.43, 3.43, 3.43] };
    const all = { current: 10, cells: [3.5, 3.46, 3.46, 3.46] };
    const load = { current: -20, cells: [3.3, 3.3, 3.3, 3.3] };
    const low = { current: 10, cells: [3.42, 3.42, 3.42, 3.42] };

    const counted = new Charge();
    counted.pass(300, low);
    counted.pass(1800, full);
    counted.pass(600, load);
    counted.pass(1800, full);
    counted.pass(300, all);
    within(counted.part.counted[1] ?? Number.NaN, 10 - 20 / 6, 0.7);
    assert.equal(counted.part.counted[0], 0);

    const lost = new Charge();
    lost.pass(300, low);
    lost.pass(1800, full);
    lost.pass(600, { gap: true }, 600);
    lost.pass(1800, full);
    lost.pass(300, all);
    assert.ok(Number.isNaN(lost.part.counted[1]));

    const late = new Charge();
    late.pass(1800, full);
    late.pass(300, all);
    assert.ok(Number.isNaN(late.part.counted[0]), 'its beginning was not seen');
  });

  it('VLB-13 a silence that is bridged ends no count, and a charge that passed 3.45 V unseen begins none', () => {
    const low = { current: 10, cells: [3.42, 3.42, 3.42, 3.42] };
    const full = { current: 10, cells: [3.46, 3.43, 3.43, 3.43] };
    const all = { current: 10, cells: [3.5, 3.46, 3.46, 3.46] };
    const bridged = new Charge();
    bridged.pass(300, low);
    bridged.pass(1800, full);
    bridged.part.step(sampleOf({ ...full, dt: 0, now: bridged.now, current: Number.NaN }));
    bridged.pass(1800, full);
    bridged.pass(300, all);
    within(bridged.part.counted[1] ?? Number.NaN, 10, 0.7);

    const unseen = new Charge();
    unseen.pass(300, low);
    unseen.pass(100, { cells: all.cells, current: Number.NaN });
    unseen.pass(300, all);
    assert.ok(Number.isNaN(unseen.part.counted[0]), 'its beginning was not seen');
  });

  it('VLB-13 current and cold are taken off the voltage', () => {
    for (const temperature of [5, 25, 40]) {
      const cell = (soc: number): number => middleVoltage(soc, temperature) + halfGap(soc, temperature);
      const charge = new Charge();
      charge.part.resistance = 0.03;
      const adds = 0.2 * 0.03 * 2.9 * (temperature === 5 ? 2.08 : temperature === 25 ? 1 : 0.96);
      const cells = [cell(0.997), cell(0.997), cell(0.8), cell(0.9)].map((volts) => volts + adds);
      charge.pass(900, { current: 20, temperature, cells });
      within(charge.part.missing[2] ?? Number.NaN, 19.7, 1);
      within(charge.part.missing[3] ?? Number.NaN, 9.7, 1);
    }
  });

  it('VLB-13 is kept with its age and its spread until the next top', () => {
    const charge = new Charge();
    charge.pass(600, { current: 5, cells: [3.55, 3.5, 3.4, 3.52] });
    const lacked = charge.part.largest;
    within(charge.part.spreadTop, 0.15, 1e-6);
    assert.equal(charge.part.age, 0);
    // It relaxes after the charge, every cell in its own way.
    charge.pass(600, { current: 0, cells: [3.46, 3.38, 3.36, 3.4] });
    charge.pass(86_400, { current: -10 }, 10);
    charge.pass(3600, { gap: true }, 3600);
    within(charge.part.spreadTop, 0.15, 0.01);
    within(charge.part.largest, lacked, 0.2);
    within(charge.part.age, 600 + 86_400 + 3600, 120);
    charge.pass(600, { current: 5, cells: [3.5, 3.5, 3.5, 3.5] });
    assert.ok(charge.part.largest < 0.01);
    assert.equal(charge.part.age, 0);
  });

  it('VLB-13 single false samples at the top change nothing', () => {
    const charge = new Charge();
    for (let i = 0; i < 50; i++) {
      charge.pass(20, { current: 5 });
      charge.pass(5, { current: 5, cells: [3.6, 3.3, 3.3, 3.3] });
    }
    assert.ok(Number.isNaN(charge.part.largest));
  });

  it('VLB-13 the simulated pack: counted is what a cell lacked, missing what balancing has left of it', () => {
    // Cells that are charged alike but begin apart: two packs in series.
    const ahead = createPack({ cells: 3, capacity: 100, soc: 85, seed: 2 });
    const behind = createPack({ cells: 1, capacity: 100, soc: 75, seed: 7 });
    const settings = { ...SETTINGS, balanceCurrent: 1 };
    const charge = new Charge(settings);
    const lowest = (): number => Math.min(...[...ahead.cells(), ...behind.cells()].map((cell) => cell.voltage));
    let early = Number.NaN;
    for (let i = 0; i < 16 * 720 && lowest() < 3.5; i++) {
      const volts = [...ahead.cells(), ...behind.cells()].map((cell) => cell.voltage);
      // A charger that gives way before a cell comes to harm.
      const current = Math.max(...volts) > 3.6 ? 1 : 15;
      for (const pack of [ahead, behind]) {
        pack.forcedCurrent = current;
        pack.step(5);
      }
      const cells = [...ahead.cells(), ...behind.cells()].map((cell) => cell.voltage);
      charge.pass(5, { current, cells }, 5);
      if (Number.isNaN(early) && !Number.isNaN(charge.part.largest)) early = charge.part.largest;
    }
    assert.ok(lowest() >= 3.5, 'the charge was finished');
    assert.ok(early > 5, `${early} Ah at first`);
    within(charge.part.counted[3] ?? Number.NaN, 10, 2.5);
    assert.ok(charge.part.largest < 3, `${charge.part.largest} Ah left`);
  });

  it('VLB-13 simulated cells alike lack less than 2 Ah', () => {
    for (const seed of [1, 2, 3, 4]) {
      const pack = createPack({ cells: 16, capacity: 100, soc: 90, seed });
      const charge = new Charge({ ...SETTINGS, cells: 16, balanceCurrent: 1 });
      pack.forcedCurrent = 10;
      for (let i = 0; i < 5 * 720; i++) {
        const volts = pack.cells().map((cell) => cell.voltage);
        pack.forcedCurrent = Math.max(...volts) > 3.55 ? 0.5 : 10;
        pack.step(5);
        const { charge: current } = pack.flow();
        charge.pass(5, { current, cells: pack.cells().map((cell) => cell.voltage) }, 5);
      }
      assert.ok(charge.part.largest < 2, `${charge.part.largest} Ah`);
    }
  });
});

const MOMENTS = fc.array(
  fc.record({
    cells: fc.constantFrom(
      [3.33, 3.33, 3.33, 3.33],
      [3.44, 3.42, 3.41, 3.43],
      [3.5, 3.44, 3.42, 3.47],
      [3.6, 3.55, 3.46, 3.52],
      [3.5, Number.NaN, 3.4, 3.4],
    ),
    current: fc.constantFrom(-50, 0, 1, 20, Number.NaN),
    balancing: fc.boolean(),
    gap: fc.constantFrom(false, false, false, false, true),
    seconds: fc.constantFrom(5, 100, 700, 4000),
  }),
  { maxLength: 12 },
);

function figures({ part }: Charge): number[] {
  const { worst, largest, largestUncertainty, hours, restarts, spreadTop, age } = part;
  const one = [worst, largest, largestUncertainty, hours, restarts, spreadTop, age];
  return [...one, ...part.missing, ...part.uncertainty, ...part.counted];
}

describe('missing charge over time', () => {
  it('VLB-13 goes on after a save and restore as if nothing had happened', () => {
    fc.assert(
      fc.property(MOMENTS, MOMENTS, fc.constantFrom(1.8, Number.NaN), (before, after, balanceCurrent) => {
        const settings = { ...SETTINGS, balanceCurrent };
        const [kept, other] = [new Charge(settings), new Charge(settings)];
        for (const { seconds, ...said } of before) for (const one of [kept, other]) one.pass(seconds, said, 5);
        other.part = new MissingCharge(settings);
        other.part.restore(JSON.parse(JSON.stringify(kept.part.state())));
        assert.deepEqual(figures(other), figures(kept));
        for (const { seconds, ...said } of after) {
          for (const one of [kept, other]) one.pass(seconds, said, 5);
          assert.deepEqual(figures(other), figures(kept));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('VLB-13 does not depend on how time is cut, but for the charge of one step and what is not sure anyway', () => {
    fc.assert(
      fc.property(MOMENTS, (moments) => {
        const [whole, halves] = [new Charge(), new Charge()];
        for (const { seconds, ...said } of moments) {
          whole.pass(seconds, said, 5);
          halves.pass(seconds, said, 2.5);
        }
        const alike = (mine: Float64Array, theirs: Float64Array, unsure: Float64Array | null): void => {
          for (const [i, value] of mine.entries()) {
            const other = theirs[i] ?? Number.NaN;
            assert.equal(Number.isNaN(value), Number.isNaN(other));
            // The last voltages before the cells relax are kept: a step earlier or later they are others.
            if (!Number.isNaN(value)) within(other, value, Math.max(0.15, unsure?.[i] ?? 0));
          }
        };
        alike(whole.part.counted, halves.part.counted, null);
        alike(whole.part.missing, halves.part.missing, whole.part.uncertainty);
      }),
      { numRuns: 600 },
    );
  });

  it('VLB-13 takes nothing over from a state that is none', () => {
    const nothing = figures(new Charge());
    fc.assert(
      fc.property(fc.anything(), (found) => {
        const charge = new Charge();
        charge.part.restore(found);
        assert.deepEqual(figures(charge), nothing);
      }),
    );
    const charge = new Charge();
    charge.part.restore({ kept: [3, 4], passed: [1, 2, 3, 'x'], taken: null, counting: true, age: 5, spread: 0.1 });
    assert.deepEqual(figures(charge), nothing);
  });
});
