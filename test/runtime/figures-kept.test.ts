/** What was counted and learned of a battery goes on over stops, power cuts and other packs, and its events are told once. */
import assert from 'node:assert/strict';
import { eventMessages } from '../../src/node-red/verdict.ts';
import type { Message } from '../../src/node-red/types.ts';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { figuresPayload } from '../../src/runtime/figures-payload.ts';
import { forAnother } from '../../src/runtime/saved-state.ts';
import { english } from '../nodes/support/fake-node.ts';
import { HEALTHY, healthy, memoryStore, startPack, type MemoryStore, type Running } from './support/packs.ts';

const HOUR = 3600;
const LOADED: Observation = { ...HEALTHY, current: -20 };

/** Ah out of the battery, as counted. */
const taken = ({ pack }: Running): number => pack.engine.figures.counters.total.dischargedAh;

/** What the last write holds of it. */
function written(store: MemoryStore): PackMemory {
  return (store.writes.at(-1) as { memory: PackMemory }).memory;
}

describe('what is counted of a battery', () => {
  it('123-R10 goes on after a stop, though the state of charge has hardly moved', () => {
    const store = memoryStore();
    const first = startPack({ store });
    first.pack.syncSoc(50);
    first.run(10, { ...HEALTHY, current: -5 });
    first.pack.rest();
    const again = startPack({ store });
    assert.ok(taken(first) > 0.01 && taken(first) < 0.02, `${taken(first)} Ah`);
    assert.equal(taken(again), taken(first));
  });

  it('goes on after a deploy with other settings', () => {
    const store = memoryStore();
    const first = startPack({ store });
    first.run(60, LOADED);
    first.pack.end();
    const again = startPack({ store, given: { cellOvervoltage: 3.6 } });
    assert.equal(taken(again), taken(first));
  });

  it('a power cut costs at most 5 % of the capacity of it, also where the state of charge stays where it is', function () {
    this.timeout(20_000);
    const store = memoryStore();
    const running = startPack({ store });
    running.pack.syncSoc(50);
    let most = 0;
    for (let t = 0; t < 3 * HOUR; t += 60) {
      running.run(30, { ...HEALTHY, current: 10 });
      running.run(30, { ...HEALTHY, current: -10 });
      const { figures } = startPack({ store: memoryStore(store.writes.at(-1)) }).pack.engine;
      const { chargedAh, dischargedAh } = running.pack.engine.figures.counters.total;
      const { total } = figures.counters;
      most = Math.max(most, chargedAh + dischargedAh - total.chargedAh - total.dischargedAh);
    }
    assert.ok(most > 3, `${most} Ah: enough had flowed to lose something`);
    assert.ok(most <= 5.2, `${most} Ah`);
    assert.ok(store.writes.length <= 3 * 3, `${store.writes.length} writes`);
  });

  it('is written once at a stop after a long rest, because times are learned too', () => {
    const store = memoryStore();
    const running = startPack({ store });
    const still = { ...HEALTHY, current: 0 };
    running.run(10, still);
    running.pack.rest();
    const early = store.writes.length;
    running.pack.rest();
    assert.equal(store.writes.length, early, 'nothing has changed since');
    running.run(900, still);
    running.pack.rest();
    running.pack.rest();
    assert.equal(store.writes.length, early + 1);
  });

  it('goes along to the pack that takes over the state', () => {
    const store = memoryStore();
    const first = startPack({ store, given: { capacity: 200 } });
    first.pack.syncSoc(80);
    first.run(2 * HOUR, LOADED);
    first.pack.end();
    const other = startPack({ store: memoryStore(forAnother(store.read())), given: { capacity: 200 } });
    assert.ok(taken(first) > 39);
    assert.equal(taken(other), taken(first));
    assert.ok(Math.abs(other.pack.engine.soc - first.pack.engine.soc) < 1e-9);
  });

  it('ECS-3 the last calibration carries the time of day, whoever asked last', () => {
    const running = startPack();
    running.run(3);
    for (let i = 0; i < 4; i++) {
      running.clock.advance(0.3);
      running.pack.syncSoc(50);
      const { lastCalibration, lastCalibrationSoc } = figuresPayload(running.pack.engine.figures, 20);
      assert.ok(Math.abs(Number(lastCalibration) - running.clock.wall()) < 2000, `${lastCalibration}`);
      assert.equal(lastCalibrationSoc, 50);
    }
  });
});

describe('the guided recovery in the store', () => {
  it('VLB-18 a power cut costs it no more than some minutes of its rest', function () {
    this.timeout(20_000);
    const store = memoryStore();
    const running = startPack({ store });
    const cells = (volt: number, current: number): Observation => ({ ...healthy([volt, volt, volt, volt]), current });
    running.run(2, cells(3.2, 0));
    running.run(300, cells(2.3, 0));
    for (let volt = 2.3; volt < 3.47; volt += 0.01) running.run(60, cells(volt, 5));
    running.run(6.5 * HOUR, cells(3.55, 20));
    running.run(2 * HOUR, cells(3.35, 0));
    const { stage, left } = running.pack.engine.figures.recovery;
    assert.equal(stage, 'settle');
    assert.ok(left > 0 && left < 1.2 * HOUR, `${left} s left`);
    const { recovery } = startPack({ store: memoryStore(store.writes.at(-1)) }).pack.engine.figures;
    assert.equal(recovery.stage, 'settle');
    assert.ok(Math.abs(recovery.left - left) <= 660, `${recovery.left} s, it were ${left} s`);
  });
});

describe('notes on output 4', () => {
  const NEW = { ...HEALTHY, current: -1 };

  function advised(running: Running, from = 0): Message[] {
    return running.verdicts
      .slice(from)
      .flatMap(({ events }) => eventMessages(running.pack, events, running.clock.wall(), english))
      .filter(({ event }) => (event as Message)['rule'] === 'advice');
  }

  it('an advice comes once, as an event with topic, sentence and priority, and is on the disk a minute later', () => {
    const store = memoryStore();
    const running = startPack({ store });
    running.run(HOUR + 120, NEW);
    const told = advised(running);
    assert.equal(told.length, 1);
    const message = told[0]!;
    assert.equal(message['topic'], 'house: first full charge');
    assert.match(
      String(message['payload']),
      /^This battery has not been full since it is known here\. Charge it to 14\.\d V/,
    );
    assert.equal(message['priority'], -1);
    const { rule, code, edge, severity } = message['event'] as Record<string, unknown>;
    assert.deepEqual([rule, code, edge, severity], ['advice', 'first-charge', 'raised', 'info']);
    assert.ok(written(store).protection.log?.edges.some((one) => one.code === 'first-charge'));
  });

  it('it is not told again after a power cut', () => {
    const store = memoryStore();
    startPack({ store }).run(HOUR + 120, NEW);
    const again = startPack({ store });
    again.run(600, NEW);
    assert.deepEqual(advised(again), []);
    assert.deepEqual(
      again.pack.engine.figures.advice.map(({ id }) => id),
      ['first-charge'],
    );
  });

  it('a correction of the state of charge is told with both values and why, each time in the same words', () => {
    const running = startPack();
    for (let time = 0; time < 2; time++) {
      running.pack.syncSoc(60);
      running.run(600);
      running.run(900, { ...healthy([3.6, 3.6, 3.6, 3.6]), current: 1 });
    }
    const told = running.verdicts
      .flatMap(({ events }) => eventMessages(running.pack, events, running.clock.wall(), english))
      .filter(({ event }) => (event as Message)['code'] === 'full' && (event as Message)['rule'] === 'soc-corrected');
    assert.deepEqual(
      told.map(({ event }) => (event as Message)['count']),
      [1, 2],
    );
    for (const { payload, priority } of told) {
      assert.match(
        String(payload),
        /^The state of charge was corrected from \d+\.\d % to 100\.0 %: all cells show that the battery is full\.$/,
      );
      assert.equal(priority, -1);
    }
  });
});
