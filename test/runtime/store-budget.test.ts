/** How often a pack writes: SD cards wear. Days are simulated, with a reading every two seconds. */
import assert from 'node:assert/strict';
import type { Given } from '../../src/engine/pack/validate.ts';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { PackEngine, type PackMemory } from '../../src/engine/pack-engine.ts';
import { createSaver } from '../../src/runtime/saver.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settingsOf } from '../support/pack.ts';
import { healthy, memoryStore, startPack } from './support/packs.ts';

const DAY = 86_400;
const HOUR = 3600;
const STEP = 2;

interface Days {
  /** Monotonic second of each write. */
  readonly writes: number[];
  /** Edges by row, told or not. */
  readonly edges: Map<string, number>;
  readonly states: readonly unknown[];
}

function simulate(days: number, seen: (t: number) => Observation, given: Given = {}): Days {
  const store = memoryStore();
  const clock = new ManualClock();
  const { pack } = startPack({ store, clock, given: { communicationTimeoutCharge: 30, ...given } });
  const writes: number[] = [];
  for (let t = 0; t < days * DAY; t += STEP) {
    clock.advance(STEP);
    pack.judgeObservation(seen(t));
    while (writes.length < store.writes.length) writes.push(clock.now());
  }
  const edges = new Map(pack.engine.protection.log.entries().map(({ row, count }) => [row, count]));
  return { writes, edges, states: store.writes };
}

/** The most writes in any 24 hours. */
function worstDay(writes: readonly number[]): number {
  let worst = 0;
  for (let from = 0, to = 0; to < writes.length; to++) {
    while (writes[to]! - writes[from]! >= DAY) from++;
    worst = Math.max(worst, to - from + 1);
  }
  return worst;
}

describe('the writes of a day', () => {
  /** LiFePO4 at rest, roughly. */
  const voltageAt = (soc: number): number => (soc > 0.96 ? 3.35 + (soc - 0.96) * 6 : 3.2 + 0.15 * soc);

  it('cycling twice a day between 20 and 100 %, with balancing, warnings and a storm of pre-alarms: at most 200', function () {
    this.timeout(30_000);
    const { writes, edges } = simulate(2, (t) => {
      const phase = (t % (12 * HOUR)) / (6 * HOUR);
      const soc = 0.2 + 0.8 * (phase < 1 ? phase : 2 - phase);
      const v = voltageAt(soc);
      const cells = [v, v, v, v];
      // One cell runs ahead at the top and is balanced: it bounces on its limit.
      if (soc > 0.99) cells[2] = t % 120 < 30 ? 3.67 : 3.38;
      // An inverter starts again and again at the bottom: the lowest cell dips below the warning, for an hour.
      if (soc < 0.3 && phase > 1) cells[0] = t % 40 < 10 ? 3.05 : 3.25;
      // A cold sensor around its limit in the morning.
      const temperature = t % DAY < HOUR && t % 600 < 200 ? 4 : 15;
      return {
        ...healthy(cells),
        soc: soc * 100,
        temperatures: [temperature],
        current: ((phase < 1 ? 1 : -1) * 80) / 6,
        cells: cells.map((voltage, i) => ({ cell: i + 1, voltage, balancing: voltage > 3.4 })),
      };
    });
    // The days were as wild as they should be.
    assert.ok(edges.get('pre-alarm')! >= 100, `${edges.get('pre-alarm')} pre-alarms`);
    assert.ok(edges.get('cell-overvoltage')! >= 4, `${edges.get('cell-overvoltage')} overvoltages`);
    assert.ok(worstDay(writes) <= 200, `${worstDay(writes)} writes`);
    assert.ok(worstDay(writes) >= 60, `${worstDay(writes)} writes`);
  });

  it('a warning that comes and goes twice a minute, for two days, costs no more than the budget', function () {
    this.timeout(30_000);
    const { writes, edges } = simulate(2, (t) => healthy([3.3, 3.3, 3.3, t % 30 < 10 ? 3.0 : 3.3]), {
      preAlarmClearDelay: 0,
    });
    assert.ok(edges.get('pre-alarm')! > 5000, `${edges.get('pre-alarm')} pre-alarms`);
    assert.ok(worstDay(writes) <= 192, `${worstDay(writes)} writes`);
    const apart = writes.slice(10).map((at, i) => at - writes[i + 9]!);
    assert.ok(Math.min(...apart) >= 58, `${Math.min(...apart)} s apart`);
  });

  it('a permission that flaps without end is written at once while there is a budget, then once a minute', function () {
    this.timeout(30_000);
    const flapping = { cellOvervoltageDelay: 0, cellOvervoltageClearDelay: 0, minimumOff: 0, retries: 'off' } as Given;
    const { writes, states } = simulate(1, (t) => healthy([3.3, 3.3, 3.3, t % 16 < 8 ? 3.7 : 3.3]), flapping);
    assert.ok(worstDay(writes) <= DAY / 60 + 48, `${worstDay(writes)} writes`);
    const first = writes.slice(0, 40).map((at, i) => (i === 0 ? 0 : at - writes[i - 1]!));
    assert.ok(Math.max(...first) <= 10, `${Math.max(...first)} s: the first ones are written at once`);
    const apart = writes.map((at, i) => (i === 0 ? 0 : at - writes[i - 1]!));
    assert.ok(Math.max(...apart) <= 62, `${Math.max(...apart)} s: none waits longer than a minute`);
    assert.ok(states.length > 1000);
  });

  it('a latch is written at once though the budget has long been used up', () => {
    const store = memoryStore();
    const running = startPack({
      store,
      given: { cellOvervoltageDelay: 0, cellOvervoltageClearDelay: 0, minimumOff: 0 },
    });
    running.run(3);
    for (let i = 0; i < 150; i++) {
      running.run(3, healthy([3.3, 3.3, 3.3, 3.7]));
      running.run(3);
    }
    const spent = store.writes.length;
    running.run(3, healthy([3.3, 3.3, 3.3, 3.7]));
    assert.equal(store.writes.length, spent, 'what can wait waits');
    running.run(1, { ...healthy([3.3, 3.3, 3.3, 3.7]), hardware: { shortCircuit: true } });
    assert.equal(store.writes.length, spent + 1);
    const { memory } = store.writes.at(-1) as { memory: PackMemory };
    assert.ok(memory.protection.raised.some(({ row }) => row === 'short-circuit'));
  });

  it('a healthy pack at rest writes nothing, however often it is asked', () => {
    const { writes } = simulate(1, () => ({ ...healthy(), current: 0 }));
    assert.ok(writes.length <= 3, `${writes.length} writes`);
  });

  it('what one write holds is bounded: rows of a table and fifty edges', () => {
    const store = memoryStore();
    const running = startPack({
      store,
      given: { cellOvervoltageDelay: 0, cellOvervoltageClearDelay: 0, minimumOff: 0 },
    });
    running.run(3);
    for (let i = 0; i < 300; i++) {
      running.run(2, healthy([3.3, 3.3, 3.3, 3.7]));
      running.run(2);
    }
    running.pack.end();
    const last = store.writes.at(-1) as { memory: PackMemory };
    assert.equal(last.memory.protection.log?.edges.length, 50);
    assert.ok(JSON.stringify(last).length < 40_000, `${JSON.stringify(last).length} bytes`);
  });

  it('a small change of SOC waits for its step, but not when the process may end', () => {
    const store = memoryStore();
    const settings = settingsOf('lifepo4');
    const saver = createSaver({ store, clock: new ManualClock(), settings });
    const engine = new PackEngine(settings, { name: 'house' });
    engine.seedSoc(0.5);
    saver.soon(engine, 0);
    engine.seedSoc(0.519);
    saver.sometimes(engine, 10_000);
    assert.equal(store.writes.length, 1);
    saver.rest(engine, 10_000);
    assert.equal(store.writes.length, 2);
    engine.seedSoc(0.5195);
    saver.rest(engine, 20_000);
    assert.equal(store.writes.length, 2);
  });
});
