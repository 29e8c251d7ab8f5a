/** A pack under load and over time: storms of messages, long silences, and its end. */
import assert from 'node:assert/strict';
import { observationOf } from '../../src/links/message.ts';
import { allowed, healthy, HEALTHY, memoryStore, startPack } from './support/packs.ts';

describe('a pack in a storm of messages', () => {
  it('10 000 readings in one second: every one is judged, the wire is not flooded, and nothing piles up', () => {
    const { clock, pack, verdicts, last, run } = startPack();
    run(3);
    const before = verdicts.length;
    const timers = clock.pending;
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) {
      clock.advance(0.0001);
      pack.judgeObservation(HEALTHY);
    }
    assert.ok(performance.now() - started < 5000, 'a second of storm takes less than five');
    assert.ok(verdicts.length - before <= 3, `${verdicts.length - before} verdicts`);
    assert.equal(clock.pending, timers);
    assert.deepEqual(allowed(last()), [true, true]);
  });

  it('the one bad reading among 10 000 good ones opens', () => {
    const { clock, pack, run, verdicts } = startPack({ given: { cellOvervoltageDelay: 0 } });
    run(3);
    for (let i = 0; i < 10_000; i++) {
      clock.advance(0.0001);
      pack.judgeObservation(i === 7777 ? healthy([3.3, 3.8, 3.3, 3.3]) : HEALTHY);
    }
    assert.ok(verdicts.some((v) => !allowed(v)[0]));
    assert.equal(allowed(verdicts.at(-1)!)[0], false, 'and it does not come back within its clear delay');
  });

  it('10 000 polls tell monitors and seed nothing: what is stale stays stale', () => {
    const { clock, pack, run, readings, last } = startPack();
    run(3);
    for (let i = 0; i < 10_000; i++) {
      clock.advance(0.001);
      pack.poll();
      pack.judge(readings.at(-1));
    }
    assert.equal(readings.at(-1)!.cellMin.value, null);
    assert.equal(allowed(last())[0], false);
  });

  it('a storm of rubbish between the readings does not move anything', () => {
    const { clock, pack, run, last, verdicts } = startPack();
    run(3);
    const rubbish = [{ cells: [] }, { cells: ['x', {}, null] }, { soc: 'full' }, { temperatures: ['warm'] }];
    for (let i = 0; i < 2000; i++) {
      clock.advance(0.0005);
      pack.judgeObservation(observationOf(rubbish[i % rubbish.length])!);
      pack.judge(i);
    }
    assert.ok(verdicts.length < 100, `${verdicts.length} verdicts`);
    run(100);
    assert.deepEqual(allowed(last()), [true, true]);
  });
});

describe('a list with gaps in it', () => {
  // A Function node that writes `t[2] = 21` into an empty list makes one; JSON cannot.
  const gapped = (length: number, value: number): unknown[] => {
    const list: unknown[] = [];
    list[length - 1] = value;
    return list;
  };

  it('of temperatures is taken as unknown ones, and the clock ticks on', () => {
    const { clock, pack, run, last } = startPack();
    run(3);
    assert.doesNotThrow(() => pack.observe('message', observationOf({ temperatures: gapped(3, 21) })!));
    // Thrown here it would come out of a timer: the end of Node-RED, and of the protection.
    assert.doesNotThrow(() => clock.advance(10));
    run(100);
    assert.deepEqual(allowed(last()), [true, true]);
  });

  it('of cells is taken as unknown ones', () => {
    const { clock, pack, run, last, readings } = startPack();
    pack.observe('message', HEALTHY);
    assert.equal(readings.at(-1)!.cells[0]!.voltage, 3.3);
    assert.doesNotThrow(() => pack.observe('message', observationOf({ cells: gapped(4, 3.3) })!));
    assert.equal(readings.at(-1)!.cells[0]!.voltage, null);
    assert.doesNotThrow(() => clock.advance(10));
    run(100);
    assert.deepEqual(allowed(last()), [true, true]);
  });
});

describe('a pack over time', () => {
  it('silence is told to the monitors once, whatever has become unknown in which order', () => {
    const { clock, pack, run, readings, link } = startPack();
    run(3);
    const told = readings.length;
    clock.advance(2);
    link.observed({ current: 3 }, clock.now());
    clock.advance(600);
    const after = readings.slice(told + 1);
    assert.ok(
      after.length >= 1 && after.length <= 2,
      `${after.length} readings: cells and temperatures, then the current`,
    );
    assert.equal(after.at(-1)!.current.value, null);
    run(1);
    clock.advance(600);
    assert.equal(readings.at(-1)!.cellMin.value, null, 'and again the next time');
    assert.ok(Object.values(readings.at(-1)!.sources).every((source) => !source.ok));
    assert.ok(pack.reading().cells.every((cell) => cell.voltage === null));
  });

  it('trouble of the link is told at once, in the words of the link, and ends with the next good reading', () => {
    const { link, readings, run } = startPack();
    run(2);
    const counters = { frames: 0, discardedBytes: 0, refusedFrames: 0 };
    link.changed({ ok: false, problem: 'the port is gone', counters });
    assert.equal(readings.at(-1)!.sources['link']?.error, 'the port is gone');
    assert.equal(readings.at(-1)!.sources['link']?.ok, false);
    run(1);
    assert.deepEqual(readings.at(-1)!.sources['link'], { ok: true, age: 0, error: null });
  });

  it('another source does not hide that the link is in trouble', () => {
    const { pack, link, readings, run } = startPack();
    run(2);
    link.changed({
      ok: false,
      problem: 'the port is gone',
      counters: { frames: 0, discardedBytes: 0, refusedFrames: 0 },
    });
    pack.observe('message', HEALTHY);
    assert.equal(readings.at(-1)!.sources['link']?.error, 'the port is gone');
    assert.equal(readings.at(-1)!.sources['message']?.ok, true);
  });

  it('every monitor gets readings of its own, and none of them is the engine’s', () => {
    const { pack, run, last } = startPack();
    const heard: unknown[][] = [[], []];
    pack.onReading((reading) => heard[0]!.push(reading));
    const stop = pack.onReading((reading) => heard[1]!.push(reading));
    run(1);
    assert.notEqual(heard[0]![0], heard[1]![0]);
    for (const list of heard) {
      const reading = list[0] as {
        cellMax: { value: number };
        cells: { voltage: number }[];
        stamp: { sequence: number };
      };
      reading.cellMax.value = 99;
      reading.cells[0]!.voltage = 99;
      reading.stamp.sequence = 1e9;
    }
    run(3);
    assert.deepEqual(allowed(last()), [true, true]);
    assert.equal(pack.reading().cells[0]!.voltage, 3.3);
    stop();
    run(1);
    assert.equal(heard[1]!.length, 4);
    assert.equal(heard[0]!.length, 5);
  });

  it('VLB-3 the pre-alarm sounds before the loads go, and its permission says so', () => {
    const { run, last, verdicts } = startPack();
    run(3);
    assert.equal(last().permissions['pre-alarm']?.allowed, false);
    run(5, healthy([3.3, 3.05, 3.3, 3.3]));
    assert.equal(last().decision.preAlarm, true);
    assert.equal(last().permissions['pre-alarm']?.allowed, true);
    const cut = verdicts.length;
    run(60, healthy([3.3, 2.7, 3.3, 3.3]));
    const loads = verdicts.slice(cut).find((v) => !allowed(v)[1])!;
    assert.equal(loads.permissions['pre-alarm']?.allowed, false, 'it switches off when the loads are cut');
  });

  it('ended, it says nothing more, leaves no timer, and has written down what it knew', () => {
    const store = memoryStore();
    const { clock, pack, run, verdicts, readings } = startPack({ store });
    run(3);
    pack.syncSoc(40);
    pack.end();
    const [v, r, w] = [verdicts.length, readings.length, store.writes.length];
    assert.equal(clock.pending, 0);
    clock.advance(100);
    pack.poll();
    pack.observe('link', HEALTHY);
    pack.judge(pack.reading());
    assert.deepEqual([verdicts.length, readings.length, store.writes.length], [v, r, w]);
    assert.ok(Math.abs((store.writes.at(-1) as { memory: { soc: number } }).memory.soc - 0.4) < 1e-3);
  });
});
