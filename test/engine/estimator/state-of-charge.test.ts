/** A pack's state of charge: when it is known, what is counted by which setting, when it is full, and what is shown of it. */
import assert from 'node:assert/strict';
import { halfGap, middleVoltage } from '../../../src/engine/estimator/ocv-curve.ts';
import { type SocMemory, StateOfCharge } from '../../../src/engine/estimator/state-of-charge.ts';
import type { Given } from '../../../src/engine/pack/validate.ts';
import type { ProfileId } from '../../../src/engine/vocabulary.ts';
import { settingsOf } from '../../support/pack.ts';
import { sampleOf } from '../figures/support/samples.ts';

interface Battery {
  readonly profile?: ProfileId;
  /** What is remembered of it; `null`: nothing. */
  readonly memory?: SocMemory | null;
  /** 0..1 as the owner says; none where it is left out. */
  readonly soc?: number;
}

type Said = Parameters<typeof sampleOf>[0];

/** A battery of 100 Ah, and the clock of its samples. */
function benchOf(given: Given = {}, { profile = 'lifepo4', memory = null, soc }: Battery = {}) {
  const state = new StateOfCharge(settingsOf(profile, given), memory);
  if (soc !== undefined) state.tell(soc, 'owner');
  let now = 1000;
  let truth = soc ?? 0.5;
  const bench = {
    state,
    /** Where nothing is said of the cells they stand where the current has brought them. */
    sample(said: Said = {}, dt = 1) {
      const { current = 0 } = said;
      now += dt;
      truth += (current * dt) / 3600 / 100;
      const cell = middleVoltage(truth, 25) + Math.sign(current) * halfGap(truth, 25) + current * 5e-4;
      state.step(sampleOf({ now, dt, cells: [cell, cell, cell, cell], ...said }));
      return bench;
    },
    keep(seconds: number, said: Said = {}, dt = 1) {
      for (let t = 0; t < seconds; t += dt) bench.sample(said, dt);
      return bench;
    },
    get shown(): number {
      return state.shown;
    },
  };
  return bench;
}

function flowing(current: number): Said {
  return { current };
}

function assertNear(found: number, expected: number, within = 0.005): void {
  assert.ok(Math.abs(found - expected) <= within, `SOC is ${found}, not ${expected} ± ${within}`);
}

const FULL_CELLS = [3.5, 3.52, 3.51, 3.53];

describe('the state of charge of a pack', () => {
  it('is not invented: unknown on the flat part of the curve until somebody tells', () => {
    const bench = benchOf().keep(600, flowing(-10));
    assert.ok(Number.isNaN(bench.shown));
    assert.ok(Number.isNaN(bench.state.uncertainty));
    bench.state.tell(0.4, 'owner');
    assert.equal(bench.shown, 0.4);
  });

  it('what was remembered is known, also from a store that had nothing but the number', () => {
    const bench = benchOf({}, { memory: { soc: 0.5 } });
    assertNear(bench.shown, 0.5, 1e-9);
    assert.ok(bench.state.uncertainty > 0.05, 'nobody said how sure it was');
    const before = benchOf({}, { soc: 0.37 }).keep(600, flowing(-10));
    const after = benchOf({}, { memory: JSON.parse(JSON.stringify(before.state.memory())) as SocMemory });
    assertNear(after.shown, before.shown, 1e-9);
    assertNear(after.state.uncertainty, before.state.uncertainty, 1e-6);
  });

  it('an unknown one is remembered as unknown, and what is no memory is none', () => {
    assert.equal(benchOf().state.memory().soc, null);
    const broken = { soc: 0.5, estimator: { version: 1, belief: 'nonsense' } } as unknown as SocMemory;
    assertNear(benchOf({}, { memory: broken }).shown, 0.5, 1e-9);
  });

  it('stays between empty and full', () => {
    assert.equal(benchOf({}, { soc: 0.001 }).keep(120, flowing(-100)).shown, 0);
    assertNear(benchOf({}, { soc: 0.98 }).keep(120, flowing(100)).shown, 0.99, 1e-9);
    const told = benchOf();
    told.state.tell(Number.NaN, 'owner');
    assert.ok(Number.isNaN(told.shown), 'what is no number tells nothing');
    told.state.tell(1.2, 'owner');
    assert.equal(told.shown, 1);
  });

  it('123-R5 counts what flows in and out, against the capacity', () => {
    assertNear(benchOf({}, { soc: 0.5 }).keep(3600, flowing(10)).shown, 0.6);
    assertNear(benchOf({}, { soc: 0.5 }).keep(3600, flowing(-20)).shown, 0.3);
    assertNear(benchOf({ capacity: 200 }, { soc: 0.5 }).keep(3600, flowing(10)).shown, 0.55);
  });

  it('123-R8 a current inside the blind spot is none, in either direction; at its edge it counts', () => {
    const shown = (current: number): number =>
      benchOf({ currentBlindSpot: 5 }, { soc: 0.5 }).keep(3600, flowing(current)).shown;
    assertNear(shown(4.9), 0.5);
    assertNear(shown(-4.9), 0.5);
    assertNear(shown(-5), 0.45);
  });

  it('ECS-3 a load that is switched shows its whole jump, although what is counted is the mean between two samples', () => {
    const { state } = benchOf({}, { soc: 0.5 });
    let before = 0;
    let now = 1000;
    for (let t = 0; t < 1200; t++) {
      const current = t % 20 < 10 ? -40 : 0;
      const cell = middleVoltage(0.5, 25) + current * 4e-4;
      state.step(sampleOf({ now: ++now, current, flow: (before + current) / 2, cells: [cell, cell, cell, cell] }));
      before = current;
    }
    assertNear(state.memory().estimator.polarisation.resistance, 4e-4 * 100, 0.002);
  });

  it('123-R8 a coarse sensor shows its whole step, although the mean between two samples is half of it', () => {
    const offsetAfter = (flowOf: (before: number, current: number) => number): number => {
      const { state } = benchOf({}, { soc: 0.5 });
      let before = 0;
      let now = 1000;
      for (let t = 0; t < 1200; t++) {
        const current = t < 300 ? (t % 2 === 0 ? -20 : -20.9) : -0.9;
        const cell = middleVoltage(0.5, 25) + current * 4e-4;
        state.step(sampleOf({ now: ++now, current, flow: flowOf(before, current), cells: [cell, cell, cell, cell] }));
        before = current;
      }
      return state.currentOffset;
    };
    assertNear(
      offsetAfter((before, current) => (before + current) / 2),
      offsetAfter((_before, current) => current),
      0.02,
    );
  });

  it('123-R8 zeroing takes what the sensor shows for its offset', () => {
    const { state } = benchOf({}, { soc: 0.5 });
    state.zero(0.4);
    assertNear(state.currentOffset, 0.4, 0.05);
  });

  it('ECS-4 the self-consumption is counted by setting', () => {
    const shown = (selfConsumption: number): number =>
      benchOf({ selfConsumption }, { soc: 0.5 }).keep(3600, flowing(-5)).shown;
    assertNear(shown(0) - shown(132), 0.1);
  });

  it('ECS-2 VLB-14 energy counts with the voltage, and with what comes back of it', () => {
    const shown = (given: Given, current: number): number =>
      benchOf(given, { soc: 0.5 }).keep(1800, flowing(current)).shown - 0.5;
    assertNear(shown({ countBy: 'energy' }, 20), 0.096);
    assertNear(shown({ countBy: 'energy', chargeEfficiency: 100 }, 20), 0.1);
    assertNear(shown({ chargeEfficiency: 90 }, 20), 0.09);
    assertNear(shown({ chargeEfficiency: 90 }, -20), -0.1);
    assertNear(shown({ peukertExponent: 1.05 }, -20), -0.1 * 4 ** 0.05);
  });

  it('a gap makes less sure, and after a long one nothing is known any more', () => {
    const bench = benchOf({}, { soc: 0.5 }).keep(600, flowing(-20));
    const before = bench.state.uncertainty;
    bench.sample({ gap: true, current: Number.NaN }, 3600);
    assert.ok(bench.state.uncertainty > 2 * before, `${bench.state.uncertainty} after ${before}`);
    bench.sample({ gap: true, current: Number.NaN }, 90 * 86_400);
    assert.ok(Number.isNaN(bench.shown));
  });

  it('ECS-2 VLB-15 with temperature compensation 0 % is where a cold battery has no more to give', () => {
    const shown = (temperature: number): number =>
      benchOf({ temperatureCompensation: 'yes' }, { soc: 0.6 }).sample({ temperature: 25 }).sample({ temperature })
        .shown;
    assertNear(shown(25), 0.6, 1e-3);
    assertNear(shown(0), (0.6 - 0.2) / 0.8, 1e-3);
    assertNear(shown(-20), (0.6 - 0.5) / 0.5, 1e-3);
    assertNear(shown(Number.NaN), 0.6, 1e-3);
    const plain = benchOf({}, { soc: 0.6 }).sample({ temperature: 0 });
    assertNear(plain.shown, 0.6, 1e-3);
  });

  it('123-R14 with 75 % of the capacity in use 0 % is shown when those are taken out', () => {
    const bench = benchOf({ capacityShare: 75 }, { soc: 1 }).keep(3600, flowing(-37.5));
    assertNear(bench.shown, 0.5, 0.005);
    assertNear(bench.state.soc, 0.625, 0.005);
    bench.state.tell(0.2, 'owner');
    assertNear(bench.shown, 0.2, 1e-9);
    assertNear(bench.state.soc, 0.4, 1e-9);
  });

  it('a correction is told as shown, once', () => {
    const bench = benchOf({}, { soc: 0.8 }).keep(300, { cells: FULL_CELLS, current: 2 });
    const correction = bench.state.takeCorrection();
    assert.equal(correction?.reason, 'full');
    assert.equal(correction.to, 1);
    assertNear(correction.from, 0.8, 0.02);
    assert.equal(bench.state.takeCorrection(), null);
  });
});

describe('a full battery', () => {
  const AT_ONCE: Given = { fullTailCurrent: 'off', fullTime: 0, balanceVoltage: 3.5 };

  for (const profile of ['lifepo4', '123smartbms'] as const) {
    it(`${profile}: 123-R5 in normal mode at once when all cells have reached V-bypass`, () => {
      const after = (said: Said): number => benchOf(AT_ONCE, { profile, soc: 0.5 }).sample().sample(said).shown;
      assert.equal(after({ cells: FULL_CELLS, current: 30 }), 1);
      assertNear(after({ cells: [3.49, 3.6, 3.6, 3.6], current: 30 }), 0.5);
      assertNear(after({ cells: FULL_CELLS, cellMin: Number.NaN, current: 30 }), 0.5);
    });

    it(`${profile}: 123-R5 in critical mode when the pack has reached V-bypass × cells`, () => {
      const after = (said: Said): number =>
        benchOf({ ...AT_ONCE, mode: 'critical' }, { profile, soc: 0.5 })
          .sample()
          .sample(said).shown;
      assert.equal(after({ voltage: 14, current: 30 }), 1);
      assertNear(after({ voltage: 13.99, cells: FULL_CELLS, current: 30 }), 0.5);
      assertNear(after({ voltage: Number.NaN, cells: FULL_CELLS, current: 30 }), 0.5);
    });
  }

  it('123-R5 makes an unknown state of charge known, also without a current sensor', () => {
    assert.equal(benchOf(AT_ONCE).sample().sample({ cells: FULL_CELLS, current: 5 }).shown, 1);
    const blind = { cells: FULL_CELLS, current: Number.NaN, flow: Number.NaN, gap: true };
    assert.equal(benchOf(AT_ONCE).sample().sample(blind).shown, 1);
  });

  it('is one whose current has fallen to the tail', () => {
    const after = (current: number): number =>
      benchOf({ ...AT_ONCE, fullTailCurrent: 4 }, { soc: 0.5 })
        .sample()
        .sample({ cells: FULL_CELLS, current }).shown;
    assert.deepEqual([after(4), after(0)], [1, 1]);
    assertNear(after(4.1), 0.5);
    assertNear(after(Number.NaN), 0.5);
  });

  it('has been so for the whole of its time without a break', () => {
    const full = { cells: FULL_CELLS, current: 1 };
    const bench = benchOf({ ...AT_ONCE, fullTailCurrent: 4, fullTime: 60 }, { soc: 0.5 })
      .sample()
      .keep(59, full);
    bench.sample({ cells: [3.4, 3.6, 3.6, 3.6] }).keep(59, full);
    assertNear(bench.shown, 0.5, 0.1);
    assert.equal(bench.keep(1, full).shown, 1);
  });
});
