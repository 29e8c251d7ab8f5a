/** A latch is on the disk before anybody is told of it; and no disk holds up the opening. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import { openStore, type Store } from '../../src/runtime/store.ts';
import { heldDisk } from './support/disks.ts';
import { allowed, healthy, memoryStore, startPack, type MemoryStore, type Running } from './support/packs.ts';

const SHORT = { ...healthy(), hardware: { shortCircuit: true } };
const OVER = healthy([3.3, 3.3, 3.7, 3.3]);

/** Lets everything run that waits for nothing but its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Rows whose raising was told so far. */
const toldOf = ({ verdicts }: Running): string[] =>
  verdicts.flatMap((v) => v.events.filter((e) => e.edge === 'raised').map((e) => e.row));

function rowsIn(folder: string): string[] {
  const state = openStore(folder, () => undefined).read() as { memory: PackMemory } | null;
  return state?.memory.protection.raised.map(({ row }) => row) ?? [];
}

describe('a latch, on a slow or dead disk', () => {
  /** A store in memory whose writes settle when told to. */
  function slowStore(): MemoryStore & { settle(): void } {
    const waiting: (() => void)[] = [];
    return {
      ...memoryStore(),
      settled: () => new Promise<void>((resolve) => void waiting.push(resolve)),
      settle: () => waiting.splice(0).forEach((resolve) => resolve()),
    };
  }

  it('ECS-11 the permissions go at once, before anything is written', () => {
    const running = startPack({ store: slowStore() });
    running.run(3);
    const before = running.clock.now();
    running.run(1, SHORT);
    assert.equal(allowed(running.last())[1], false);
    assert.equal(running.last().at, before + 1);
    assert.deepEqual(running.last().permissions.load?.allowed, false);
    assert.ok(
      running.last().decision.active.some((e) => e.row === 'short-circuit'),
      'the state says why',
    );
  });

  it('ECS-11 it is told as soon as it is written, and once', async () => {
    const store = slowStore();
    const running = startPack({ store });
    running.run(3);
    running.run(1, SHORT);
    await turn();
    running.clock.advance(0.4);
    assert.deepEqual(toldOf(running), []);
    const verdicts = running.verdicts.length;
    store.settle();
    await turn();
    assert.deepEqual(toldOf(running), ['short-circuit']);
    assert.equal(running.verdicts.length, verdicts + 1, 'at once, not with the next reading');
    assert.equal(allowed(running.last())[1], false);
    running.run(30, SHORT);
    await turn();
    assert.deepEqual(toldOf(running), ['short-circuit']);
  });

  it('ECS-11 a store that never settles holds it up for one second, and for nothing else', () => {
    const running = startPack({ store: slowStore() });
    running.run(3);
    running.run(1, SHORT);
    const tripped = running.clock.now();
    running.clock.advance(0.9);
    assert.deepEqual(toldOf(running), []);
    running.clock.advance(0.2);
    assert.deepEqual(toldOf(running), ['short-circuit']);
    assert.equal(running.verdicts.find((v) => v.events.length > 0 && v.at > tripped)?.at, tripped + 1);
    running.run(60);
    assert.deepEqual(allowed(running.last()), [true, false], 'charging is judged as ever, the latch holds');
  });

  it('a row that clears by itself waits for no disk', () => {
    const running = startPack({ store: slowStore(), given: { cellOvervoltageDelay: 0 } });
    running.run(3);
    running.run(1, OVER);
    assert.deepEqual(toldOf(running), ['cell-overvoltage']);
  });

  it('while nobody listens it waits for the next one who does', async () => {
    const store = slowStore();
    const running = startPack({ store });
    running.run(3);
    running.run(1, SHORT);
    running.pack.releaseJudge('judge');
    store.settle();
    await turn();
    assert.deepEqual(toldOf(running), []);
    const heard: string[] = [];
    running.pack.claimJudge('judge', (verdict) => heard.push(...verdict.events.map((e) => e.row)));
    running.clock.advance(1);
    assert.deepEqual(heard, ['short-circuit']);
  });

  it('a listener that throws does not become a rejection that nobody catches', async () => {
    const store = slowStore();
    const running = startPack({ store });
    running.run(3);
    running.run(1, SHORT);
    running.pack.releaseJudge('judge');
    let calls = 0;
    running.pack.claimJudge('judge', () => {
      calls++;
      throw new Error('a node in the way');
    });
    const rejected: unknown[] = [];
    const hear = (reason: unknown): void => void rejected.push(reason);
    process.on('unhandledRejection', hear);
    try {
      store.settle();
      await turn();
      await turn();
    } finally {
      process.off('unhandledRejection', hear);
    }
    assert.equal(calls, 1);
    assert.deepEqual(rejected, []);
  });

  it('ended while it waits, it leaves no timer behind', async () => {
    const store = slowStore();
    const running = startPack({ store });
    running.run(3);
    running.run(1, SHORT);
    running.pack.end();
    store.settle();
    await turn();
    assert.equal(running.clock.pending, 0);
  });
});

describe('a kill between trip and write', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cellwarden-kill-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('ECS-11 whatever had been reported is on the disk, at every moment', async () => {
    const folder = join(root, 'n1');
    const disk = heldDisk();
    const store: Store = openStore(folder, () => undefined, { disk });
    const running = startPack({ store });
    running.run(3);
    await running.pack.settled();
    disk.hold();

    running.run(1, SHORT);
    await turn();
    // Killed here: nothing is on the disk yet, and nothing has been told.
    cpSync(folder, join(root, 'killed-before'), { recursive: true });
    assert.deepEqual(toldOf(running), []);
    assert.deepEqual(rowsIn(join(root, 'killed-before')), []);

    // The moment at which it is told is the earliest at which a kill must not lose it.
    const onDisk: string[][] = [];
    running.pack.releaseJudge('judge');
    running.pack.claimJudge('judge', ({ events }) => {
      if (events.some((e) => e.row === 'short-circuit')) onDisk.push(rowsIn(folder));
    });
    disk.go();
    await running.pack.settled();
    await turn();
    assert.deepEqual(onDisk, [['short-circuit']]);

    cpSync(folder, join(root, 'killed-after'), { recursive: true });
    const again = startPack({ store: openStore(join(root, 'killed-after'), () => undefined), instance: 'p-2' });
    again.run(60);
    assert.equal(allowed(again.last())[1], false, 'still latched after the restart');
    assert.deepEqual(again.last().decision.latched, ['short-circuit']);
  });
});
