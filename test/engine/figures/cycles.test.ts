/** Equivalent cycles, depth of the discharges, full discharges and full charges. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Cycles } from '../../../src/engine/figures/cycles.ts';
import type { BatterySample } from '../../../src/engine/figures/sample.ts';
import { sampleOf } from './support/samples.ts';

const CAPACITY = 100;

function assertNear(value: number, expected: number, most = 1e-9): void {
  assert.ok(Math.abs(value - expected) <= most, `${value} is not ${expected} ± ${most}`);
}

type Said = Partial<Pick<BatterySample, 'anchor' | 'gap' | 'dt' | 'flow'>>;

/** A battery whose SOC is right: it changes with what flows. */
class Battery {
  readonly cycles = new Cycles({ capacity: CAPACITY });
  soc: number;

  constructor(soc: number) {
    this.soc = soc;
    this.show({});
  }

  show(said: Said): void {
    this.cycles.step(sampleOf({ dt: 0, soc: this.soc, ...said }));
  }

  /** Charges or discharges to `soc`, in 36 s steps of a per cent at most. */
  to(...socs: number[]): this {
    for (const soc of socs) {
      const from = this.soc;
      const steps = Math.max(1, Math.ceil(Math.abs(soc - from) / 0.01));
      for (let i = 1; i <= steps; i++) {
        const next = i === steps ? soc : from + ((soc - from) * i) / steps;
        const current = (next - this.soc) * 100 * CAPACITY;
        this.soc = next;
        this.cycles.step(sampleOf({ dt: 36, current, soc: next }));
      }
    }
    return this;
  }

  /** The SOC is corrected: nothing flows. */
  correct(soc: number, said: Said = {}): void {
    this.soc = soc;
    this.cycles.step(sampleOf({ dt: 1, current: 0, soc, ...said }));
  }
}

/** Classes with something in them. */
function classes(cycles: Cycles): Record<number, number> {
  return Object.fromEntries([...cycles.depths.entries()].filter(([, count]) => count > 0));
}

describe('equivalent cycles', () => {
  it('OGT-12 are the charge taken out in rated capacities', () => {
    const { cycles } = new Battery(1).to(0.5, 1, 0.25, 1);
    assertNear(cycles.equivalent, 1.25);
  });

  it('OGT-12 do not come of a gap, and not without a capacity', () => {
    const battery = new Battery(0.9);
    battery.soc = 0.4;
    battery.show({ gap: true, dt: 3600, flow: -50 });
    assert.equal(battery.cycles.equivalent, 0);
    for (const capacity of [Number.NaN, 0]) {
      const cycles = new Cycles({ capacity });
      cycles.step(sampleOf({ dt: 3600, current: -10 }));
      assert.ok(Number.isNaN(cycles.equivalent));
    }
  });
});

describe('depth of the discharges', () => {
  it('VLB-27 is counted in ten classes, with its mean', () => {
    const { cycles } = new Battery(1).to(0.7, 1, 0.45, 0.95, 0.65, 0.99);
    assert.deepEqual(classes(cycles), { 3: 2, 5: 1 });
    assertNear(cycles.averageDepth, (0.3 + 0.55 + 0.3) / 3);
    assert.equal(cycles.depths.length, 10);
  });

  it('VLB-27 a discharge is one although less than 5 % comes back in between', () => {
    const { cycles } = new Battery(1).to(0.8, 0.84, 0.6, 0.64, 0.4, 0.6);
    assert.deepEqual(classes(cycles), { 6: 1 });
    assertNear(cycles.averageDepth, 0.6);
  });

  it('VLB-27 a charge is one although less than 5 % is taken in between, and such a discharge does not count', () => {
    const { cycles } = new Battery(1).to(0.5, 0.7, 0.66, 0.9, 0.86, 0.98);
    assert.deepEqual(classes(cycles), { 5: 1 });
  });

  it('VLB-27 counts a discharge when it has ended', () => {
    const battery = new Battery(1).to(0.5);
    assert.ok(Number.isNaN(battery.cycles.averageDepth));
    assert.deepEqual(classes(battery.cycles), {});
    battery.to(0.56);
    assertNear(battery.cycles.averageDepth, 0.5);
  });

  it('VLB-27 all of it is the last class', () => {
    const { cycles } = new Battery(1).to(0, 1);
    assert.deepEqual(classes(cycles), { 9: 1 });
    assertNear(cycles.averageDepth, 1);
  });

  it('VLB-27 the deepest is how far below full, also in the discharge that lasts', () => {
    const battery = new Battery(0.6);
    assert.ok(Number.isNaN(battery.cycles.deepest));
    battery.to(0.3);
    assertNear(battery.cycles.deepest, 0.7);
    battery.to(0.8, 0.6, 0.9);
    assertNear(battery.cycles.deepest, 0.7);
    battery.to(0.2);
    assertNear(battery.cycles.deepest, 0.8);
  });

  it('a SOC that is corrected makes no discharge and no charge', () => {
    const battery = new Battery(0.9).to(0.6);
    // The cells are nearly empty: it was lower all the time.
    battery.correct(0.3);
    battery.to(0.2, 0.5);
    assert.deepEqual(classes(battery.cycles), { 4: 1 });
    assertNear(battery.cycles.averageDepth, 0.4);
    assertNear(battery.cycles.deepest, 0.8);
    battery.correct(0.9);
    battery.correct(0.4);
    battery.to(0.6);
    assert.deepEqual(classes(battery.cycles), { 4: 1 });
  });

  it('a SOC that was too low leaves no deepest discharge and no full one', () => {
    const battery = new Battery(0.3).to(0.05);
    assert.equal(battery.cycles.fullDischarges, 1);
    battery.correct(0.6);
    assertNear(battery.cycles.deepest, 0.4);
    battery.to(0.9);
    assertNear(battery.cycles.deepest, 0.4);
    assert.equal(battery.cycles.fullDischarges, 0);
    assertNear(battery.cycles.averageDepth, 0.25);
  });

  it('what went on in a gap counts as the SOC says', () => {
    const battery = new Battery(0.9);
    battery.soc = 0.4;
    battery.show({ gap: true, dt: 10 * 3600 });
    battery.to(0.6);
    assert.deepEqual(classes(battery.cycles), { 5: 1 });
  });

  it('long steps that move much are no corrections', () => {
    const cycles = new Cycles({ capacity: CAPACITY });
    // The capacity is 90 Ah and not 100: the SOC falls faster than the rated capacity says.
    for (let i = 0; i <= 8; i++) cycles.step(sampleOf({ dt: i === 0 ? 0 : 3600, current: -10, soc: 1 - i / 9 }));
    assertNear(cycles.deepest, 8 / 9);
  });
});

describe('full discharges', () => {
  it('VLB-27 are those to 90 %, each once', () => {
    const battery = new Battery(1).to(0.15, 0.3, 0.11);
    assert.equal(battery.cycles.fullDischarges, 0);
    battery.to(0.1, 0.05, 0.08, 0.02);
    assert.equal(battery.cycles.fullDischarges, 1);
    battery.to(0.5);
    assert.equal(battery.cycles.fullDischarges, 1);
    battery.to(0.04, 0.9, 0.4, 0.9);
    assert.equal(battery.cycles.fullDischarges, 2);
  });

  it('VLB-27 are those in which the cells showed empty, whatever the SOC was', () => {
    const battery = new Battery(0.9).to(0.5);
    battery.correct(0.02, { anchor: 'empty' });
    for (let i = 0; i < 10; i++) battery.show({ anchor: 'empty' });
    assert.equal(battery.cycles.fullDischarges, 1);
    battery.to(0.4);
    assert.equal(battery.cycles.fullDischarges, 1);
    assertNear(battery.cycles.deepest, 0.98);
    // A charge, and then empty at once.
    battery.correct(0.01, { anchor: 'empty' });
    assert.equal(battery.cycles.fullDischarges, 2);
    battery.to(0.3);
    assert.equal(battery.cycles.fullDischarges, 2);
    assert.deepEqual(classes(battery.cycles), { 4: 1 });
  });

  it('VLB-27 are seen without a SOC', () => {
    const battery = new Battery(Number.NaN);
    battery.show({ anchor: 'empty' });
    battery.show({ anchor: 'empty' });
    assert.equal(battery.cycles.fullDischarges, 1);
    battery.show({ anchor: 'full' });
    assert.equal(battery.cycles.fullDischarges, 1);
    assert.equal(battery.cycles.fullCharges, 1);
    assert.deepEqual(classes(battery.cycles), {});
  });
});

describe('full charges', () => {
  it('VLB-27 count once a charge, however long the battery stays full', () => {
    const battery = new Battery(0.5).to(1);
    for (let i = 0; i < 100; i++) battery.show({ anchor: 'full' });
    assert.equal(battery.cycles.fullCharges, 1);
    battery.to(0.97, 1).show({ anchor: 'full' });
    assert.equal(battery.cycles.fullCharges, 1);
    battery.to(0.9, 1).show({ anchor: 'full' });
    assert.equal(battery.cycles.fullCharges, 2);
  });

  it('VLB-27 end a discharge even when the SOC was far off', () => {
    const battery = new Battery(1).to(0.4);
    battery.correct(1, { anchor: 'full' });
    assert.equal(battery.cycles.fullCharges, 1);
    assert.deepEqual(classes(battery.cycles), { 6: 1 });
    battery.to(0.9, 1);
    assert.deepEqual(classes(battery.cycles), { 1: 1, 6: 1 });
  });
});

describe('history of the cycles', () => {
  it('VLB-27 begins anew when it is cleared; the equivalent cycles stay (OGT-12)', () => {
    const battery = new Battery(1).to(0.05, 1);
    battery.show({ anchor: 'full' });
    battery.to(0.2);
    battery.cycles.clear();
    const { cycles } = battery;
    assertNear(cycles.equivalent, 1.75);
    assert.deepEqual([...cycles.depths], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual([cycles.averageDepth, cycles.deepest], [Number.NaN, Number.NaN]);
    assert.deepEqual([cycles.fullDischarges, cycles.fullCharges], [0, 0]);
    battery.to(0.12, 0.3);
    assert.deepEqual(classes(cycles), { 0: 1 });
    assertNear(cycles.averageDepth, 0.08);
  });

  it('VLB-27 nothing of the discharge that lasted when it was cleared is left', () => {
    const battery = new Battery(0.5);
    battery.correct(0.02, { anchor: 'empty' });
    battery.cycles.clear();
    battery.to(0.6, 0.5, 0.6);
    assert.equal(battery.cycles.fullDischarges, 0);
    assertNear(battery.cycles.deepest, 0.5);
    assert.deepEqual(classes(battery.cycles), { 1: 1 });
  });

  it('sees nothing in a SOC that is none', () => {
    const battery = new Battery(0.5);
    for (const soc of [-0.5, 1.5, Infinity, -Infinity, Number.NaN]) battery.correct(soc);
    battery.correct(0.5);
    assert.ok(Number.isNaN(battery.cycles.deepest));
    battery.to(0.6, 0.5, 0.6);
    assertNear(battery.cycles.averageDepth, 0.1);
  });

  it('takes over what it gave, in the middle of a discharge', () => {
    const battery = new Battery(1).to(0.55, 0.98, 0.4, 0.43);
    battery.correct(0.05, { anchor: 'empty' });
    const { cycles } = battery;
    const again = new Cycles({ capacity: CAPACITY });
    again.restore(JSON.parse(JSON.stringify(cycles.state())));
    assert.deepEqual(again.state(), cycles.state());
    for (const one of [cycles, again]) one.step(sampleOf({ dt: 3600, current: 20, soc: 0.25 }));
    assert.deepEqual(again.state(), cycles.state());
    assert.equal(again.fullDischarges, 1);
    assert.deepEqual(classes(again), { 4: 1, 5: 1 });
  });
});

describe('cycles at any time', () => {
  const step = fc.record({
    soc: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: Number.NaN, freq: 20 }),
    dt: fc.double({ min: 0, max: 3600, noNaN: true }),
    // Without a current the SOC is believed, so there are discharges and not only corrections.
    current: fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: Number.NaN, freq: 1 }),
    gap: fc.constantFrom(false, false, false, true),
    anchor: fc.constantFrom('full' as const, 'empty' as const, null, null, null, null),
  });

  function check(cycles: Cycles): void {
    assert.ok(cycles.depths.every((count) => Number.isInteger(count) && count >= 0));
    for (const share of [cycles.averageDepth, cycles.deepest]) {
      assert.ok(Number.isNaN(share) || (share >= 0 && share <= 1 + 1e-9), `${share}`);
    }
    assert.ok(cycles.fullDischarges >= 0 && cycles.fullCharges >= 0 && cycles.equivalent >= 0);
  }

  it('the equivalent cycles and the full charges never go back, and depths are depths', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cycles = new Cycles({ capacity: CAPACITY });
        for (const one of steps) {
          const { equivalent, fullCharges } = cycles;
          cycles.step(sampleOf(one));
          assert.ok(cycles.equivalent >= equivalent && cycles.fullCharges >= fullCharges);
          check(cycles);
        }
      }),
    );
  });

  it('a restart changes nothing, wherever it falls', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, at) => {
        const through = new Cycles({ capacity: CAPACITY });
        let restarted = new Cycles({ capacity: CAPACITY });
        for (const [k, one] of steps.entries()) {
          if (k === at) {
            restarted = new Cycles({ capacity: CAPACITY });
            restarted.restore(JSON.parse(JSON.stringify(through.state())));
          }
          through.step(sampleOf(one));
          restarted.step(sampleOf(one));
        }
        assert.deepEqual(restarted.state(), through.state());
      }),
      { numRuns: 300 },
    );
  });

  it('a step in two parts counts the same', () => {
    const turns = fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(turns, (path) => {
        const whole = new Cycles({ capacity: CAPACITY });
        const parts = new Cycles({ capacity: CAPACITY });
        let before = 0.5;
        for (const cycles of [whole, parts]) cycles.step(sampleOf({ dt: 0, soc: before }));
        for (const [permille, share] of path) {
          const soc = permille / 1000;
          const current = (soc - before) * CAPACITY;
          const middle = before + (soc - before) * share;
          whole.step(sampleOf({ dt: 3600, current, soc }));
          parts.step(sampleOf({ dt: 3600 * share, current, soc: middle }));
          parts.step(sampleOf({ dt: 3600 * (1 - share), current, soc }));
          before = soc;
        }
        assertNear(parts.equivalent, whole.equivalent);
        assert.deepEqual([...parts.depths], [...whole.depths]);
        assert.equal(parts.fullDischarges, whole.fullDischarges);
        for (const share of ['averageDepth', 'deepest'] as const) {
          if (Number.isNaN(whole[share])) assert.ok(Number.isNaN(parts[share]));
          else assertNear(parts[share], whole[share]);
        }
      }),
    );
  });

  it('whatever is found in the store, nothing unbelievable comes of it', () => {
    const state = fc.dictionary(
      fc.constantFrom(...Object.keys(new Cycles({ capacity: 1 }).state())),
      fc.oneof(fc.anything(), fc.boolean(), fc.double(), fc.array(fc.double(), { minLength: 10, maxLength: 10 })),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), state), fc.array(step, { maxLength: 10 }), (found, steps) => {
        const cycles = new Cycles({ capacity: CAPACITY });
        cycles.restore(found);
        check(cycles);
        for (const one of steps) {
          cycles.step(sampleOf(one));
          check(cycles);
        }
      }),
      { numRuns: 300 },
    );
  });
});
