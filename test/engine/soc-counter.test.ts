/** State of charge by counting what flows: when it is known, what is counted, and when the battery is full. */
import assert from 'node:assert/strict';
import { SocCounter } from '../../src/engine/estimator/soc-counter.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import { emptyReading, type Reading } from '../../src/engine/reading/reading.ts';
import type { ProfileId } from '../../src/engine/vocabulary.ts';
import { settingsOf } from '../support/pack.ts';

interface Sample {
  readonly current?: number | null;
  readonly voltage?: number | null;
  /** Lowest cell. */
  readonly cell?: number | null;
  /** The lowest cell was chosen among all of them. */
  readonly whole?: boolean;
}

function readingOf({ current = 0, voltage = 13.2, cell = 3.3, whole = true }: Sample): Reading {
  const reading = emptyReading('house', 4, 0);
  reading.current = { value: current, age: 0, source: 'device' };
  reading.voltage = { value: voltage, age: 0, source: 'device' };
  reading.cellMin = { value: cell, age: 0, source: 'device', cell: 1, whole };
  return reading;
}

interface Battery {
  readonly profile?: ProfileId;
  /** What is remembered of it; `null`: nothing. */
  readonly soc?: number | null;
}

/** A counter of a battery of 100 Ah that is half full, and the clock of its samples. */
function counterOf(given: Given = {}, { profile = 'lifepo4', soc = 0.5 }: Battery = {}) {
  const counter = new SocCounter(settingsOf(profile, given), { soc });
  let now = 1000;
  const bench = {
    counter,
    /** A sample, `after` seconds from the one before. */
    sample(said: Sample, after = 1) {
      now += after;
      counter.step(readingOf(said), now);
      return bench;
    },
    /** The same sample now and once a second for so long. */
    keep(said: Sample, seconds: number) {
      bench.sample(said, 0);
      for (let i = 0; i < seconds; i++) bench.sample(said);
      return bench;
    },
  };
  return bench;
}

function assertSoc(counter: SocCounter, expected: number): void {
  assert.ok(Math.abs(counter.soc - expected) < 1e-9, `SOC is ${counter.soc}, not ${expected}`);
}

describe('state of charge', () => {
  it('is not invented: unknown until somebody tells or the battery is full', () => {
    for (const memory of [null, { soc: null }]) {
      const counter = new SocCounter(settingsOf('lifepo4'), memory);
      counter.step(readingOf({ current: 10 }), 1);
      counter.step(readingOf({ current: 10 }), 2);
      assert.ok(Number.isNaN(counter.soc));
      counter.seed(0.4);
      assert.equal(counter.soc, 0.4);
    }
    assert.equal(counterOf().counter.soc, 0.5, 'what was remembered is known');
  });

  it('stays between empty and full', () => {
    const { counter } = counterOf();
    counter.seed(1.2);
    assert.equal(counter.soc, 1);
    counter.seed(-0.2);
    assert.equal(counter.soc, 0);
    assert.equal(counterOf({}, { soc: 0.001 }).keep({ current: -100 }, 60).counter.soc, 0);
    assert.equal(counterOf({}, { soc: 0.999 }).keep({ current: 100 }, 60).counter.soc, 1);
  });

  it('123-R5 counts what flows in and out, against the capacity', () => {
    assertSoc(counterOf().keep({ current: 10 }, 3600).counter, 0.6);
    assertSoc(counterOf().keep({ current: -20 }, 3600).counter, 0.3);
    assertSoc(counterOf({ capacity: 200 }).keep({ current: 10 }, 3600).counter, 0.55);
  });

  it('between two samples the current changes in a straight line', () => {
    const { counter } = counterOf().sample({ current: 0 }).sample({ current: 10 }, 3600);
    assertSoc(counter, 0.55);
  });

  it('ECS-1 nothing is rounded away before it is counted: 1.3 mA for a day, second by second', () => {
    const { counter } = counterOf().keep({ current: 0.0013 }, 86_400);
    assert.ok(Math.abs(counter.soc - 0.5 - (0.0013 * 24) / 100) < 1e-9, String(counter.soc));
  });

  it('123-R8 a current inside the blind spot is none, in either direction; at its edge it counts', () => {
    const given = { currentBlindSpot: 0.5 };
    assert.equal(counterOf(given).keep({ current: 0.49 }, 3600).counter.soc, 0.5);
    assert.equal(counterOf(given).keep({ current: -0.49 }, 3600).counter.soc, 0.5);
    assertSoc(counterOf(given).keep({ current: -0.5 }, 3600).counter, 0.495);
    assertSoc(counterOf({ currentBlindSpot: 0 }).keep({ current: 0.49 }, 3600).counter, 0.5049);
  });

  it('ECS-4 the self-consumption is counted by setting, also inside the blind spot, where the voltage is known', () => {
    const given = { selfConsumption: 13.2, currentBlindSpot: 0.5 };
    assertSoc(counterOf(given).keep({ current: 0.1 }, 3600).counter, 0.49);
    assertSoc(counterOf(given).keep({ current: 3 }, 3600).counter, 0.52);
    for (const voltage of [null, 0]) assertSoc(counterOf(given).keep({ current: 3, voltage }, 3600).counter, 0.53);
    assertSoc(counterOf({ selfConsumption: 0 }).keep({ current: 3 }, 3600).counter, 0.53);
  });

  it('a short time without a current is bridged, a long one is not', () => {
    const silence = (seconds: number): SocCounter =>
      counterOf()
        .sample({ current: 36 })
        .sample({ current: null }, seconds / 2)
        .sample({ current: 36 }, seconds / 2).counter;
    assertSoc(silence(60), 0.506);
    assertSoc(silence(61), 0.5);
    const bench = counterOf().sample({ current: 36 }).sample({ current: null }).sample({ current: 36 });
    assertSoc(bench.sample({ current: 36 }, 98).counter, 0.51);
  });

  it('samples further apart than an hour tell nothing of what flowed between them', () => {
    const apart = (seconds: number): SocCounter =>
      counterOf().sample({ current: 10 }).sample({ current: 10 }, seconds).counter;
    assertSoc(apart(3600), 0.6);
    assertSoc(apart(3601), 0.5);
    assertSoc(
      counterOf().sample({ current: 10 }).sample({ current: 10 }, 3601).keep({ current: 10 }, 3600).counter,
      0.6,
    );
  });

  it('the same second counts once, and time does not run backwards', () => {
    const { counter, sample } = counterOf().sample({ current: 10 }).sample({ current: 10 }, 360);
    sample({ current: 1000 }, 0);
    sample({ current: 1000 }, -100);
    assertSoc(counter, 0.51);
    sample({ current: 10 }, 460);
    assertSoc(counter, 0.52);
  });
});

describe('a full battery', () => {
  const FULL_AT_ONCE: Given = { fullTailCurrent: 'off', fullTime: 0, balanceVoltage: 3.5 };

  for (const profile of ['lifepo4', '123smartbms'] as const) {
    it(`${profile}: 123-R5 in normal mode when all cells have reached V-bypass`, () => {
      const socOf = (said: Sample): number => counterOf(FULL_AT_ONCE, { profile }).sample(said).counter.soc;
      assert.equal(socOf({ cell: 3.5 }), 1);
      assert.equal(socOf({ cell: 3.5, voltage: null, current: null }), 1);
      assert.equal(socOf({ cell: 3.49, voltage: 14.4 }), 0.5);
      assert.equal(socOf({ cell: 3.6, whole: false }), 0.5, 'a cell that is not told may be lower');
      assert.equal(socOf({ cell: null }), 0.5);
    });

    it(`${profile}: 123-R5 in critical mode when the pack has reached V-bypass × cells`, () => {
      const critical = { ...FULL_AT_ONCE, mode: 'critical' };
      const socOf = (said: Sample): number => counterOf(critical, { profile }).sample(said).counter.soc;
      assert.equal(socOf({ voltage: 14 }), 1);
      assert.equal(socOf({ voltage: 13.99, cell: 3.6 }), 0.5);
      assert.equal(socOf({ voltage: null, cell: 3.6 }), 0.5);
    });
  }

  it('makes an unknown state of charge known', () => {
    assert.equal(counterOf(FULL_AT_ONCE, { soc: null }).sample({ cell: 3.5 }).counter.soc, 1);
  });

  it('is one whose current has fallen to the tail while it is still charged', () => {
    const socOf = (current: number | null): number =>
      counterOf({ ...FULL_AT_ONCE, fullTailCurrent: 4 }).sample({ cell: 3.5, current }).counter.soc;
    assert.deepEqual([socOf(4), socOf(0)], [1, 1]);
    assert.deepEqual([socOf(4.1), socOf(-0.1), socOf(null)], [0.5, 0.5, 0.5]);
  });

  it('has been so for the whole of its time without a break', () => {
    const given = { ...FULL_AT_ONCE, fullTime: 60 };
    const full = { cell: 3.5 };
    const { counter, keep } = counterOf(given).keep(full, 59).sample({ cell: 3.4 }).sample(full).keep(full, 59);
    assert.equal(counter.soc, 0.5);
    keep(full, 1);
    assert.equal(counter.soc, 1);
  });
});
