/** The log of events over a restart, through a real folder. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/runtime/store.ts';
import { stateMessage } from '../../src/node-red/verdict.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { healthy, startPack, type Running, type RunningOptions } from './support/packs.ts';

const OVER = healthy([3.3, 3.3, 3.7, 3.3]);
const WALL = Date.UTC(2026, 0, 1);
const GIVEN = { cellOvervoltageDelay: 0, cellOvervoltageClearDelay: 0, minimumOff: 0 };

interface Logged {
  readonly row: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

describe('the log of events, over a restart', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (options: RunningOptions = {}): Running =>
    startPack({ store: openStore(folder, () => undefined), given: GIVEN, ...options });
  const entryOf = ({ pack }: Running, row = 'cell-overvoltage') =>
    pack.engine.protection.log.entries().find((entry) => entry.row === row);
  const end = async ({ pack }: Running): Promise<void> => {
    pack.end();
    await pack.settled();
  };
  const trip = (running: Running, times: number): void => {
    for (let i = 0; i < times; i++) {
      running.run(5, OVER);
      running.run(5, healthy());
    }
  };
  /** What `msg.decision.log` says, with times in ms since 1970. */
  const logOf = (running: Running): Logged[] => {
    const verdict = running.verdicts.findLast((v) => v.events.length > 0)!;
    const { decision } = stateMessage(running.pack, verdict, WALL) as unknown as { decision: { log: Logged[] } };
    return decision.log;
  };

  it('events before it are there after it, and their count goes on', async () => {
    const first = start();
    first.run(3);
    trip(first, 2);
    const before = entryOf(first)!;
    assert.equal(before.count, 2);
    await end(first);

    const second = start({ instance: 'p-2' });
    assert.equal(entryOf(second)?.count, 2, 'before the first reading');
    second.run(3);
    trip(second, 1);
    const after = entryOf(second)!;
    assert.equal(after.count, 3);
    assert.ok(Math.abs(after.seconds - before.seconds * 1.5) < 0.01, `${after.seconds} s in all`);
    const raised = second.verdicts.flatMap((v) => v.events).find((e) => e.row === 'cell-overvoltage')!;
    assert.equal(raised.count, 3);
    assert.equal(logOf(second).find((e) => e.row === 'cell-overvoltage')?.count, 3);
    assert.deepEqual(
      second.pack.engine.protection.log.edges.filter((e) => e.row === 'cell-overvoltage').map((e) => e.edge),
      ['raised', 'cleared', 'raised', 'cleared', 'raised', 'cleared'],
    );
  });

  it('times go on over the time that nothing ran, whatever the monotonic clock of the next process says', async () => {
    const clock = new ManualClock(1000, WALL);
    const first = start({ clock });
    first.run(3);
    trip(first, 1);
    const raisedAt = clock.wall() - (clock.now() - entryOf(first)!.last) * 1000;
    await end(first);
    const stopped = clock.wall();

    // Two hours later, as the first thing after a start of the computer.
    const next = new ManualClock(7, stopped + 7_200_000);
    const second = start({ clock: next, instance: 'p-2' });
    second.run(3);
    const entry = entryOf(second)!;
    assert.ok(entry.last < 0, 'before the start of this process');
    assert.ok(Math.abs(next.wall() - (next.now() - entry.last) * 1000 - raisedAt) < 2);
    const [edge] = second.pack.engine.protection.log.edges;
    assert.ok(Math.abs(next.wall() - (next.now() - edge!.first) * 1000 - raisedAt) < 30_000);
  });

  for (const [what, wall] of [
    ['went back', WALL - 5 * 31_536_000_000],
    ['was not set', 0],
    ['jumped ahead by fifty years', WALL + 50 * 31_536_000_000],
  ] as const) {
    it(`a wall clock that ${what} costs the time between, and neither order nor count`, async () => {
      const first = start({ clock: new ManualClock(1000, WALL) });
      first.run(3);
      trip(first, 2);
      const ago = first.clock.now() - entryOf(first)!.last;
      await end(first);
      const second = start({ clock: new ManualClock(50, wall), instance: 'p-2' });
      const entry = entryOf(second)!;
      assert.equal(entry.count, 2);
      assert.ok(Math.abs(50 - entry.last - ago) < 0.001, `${50 - entry.last} s ago`);
      assert.ok(entry.first < entry.last);
    });
  }

  it('a row that is raised over the restart is the same time, not another one', async () => {
    const first = start();
    first.run(3);
    first.run(5, OVER);
    assert.equal(entryOf(first)?.count, 1);
    await end(first);
    const second = start({ instance: 'p-2' });
    second.run(3, OVER);
    assert.equal(entryOf(second)?.count, 1);
    assert.deepEqual(
      second.last().decision.active.map((e) => [e.row, e.count]),
      [['cell-overvoltage', 1]],
    );
    assert.deepEqual(
      second.verdicts.flatMap((v) => v.events).filter((e) => e.row === 'cell-overvoltage'),
      [],
      'it is no news',
    );
    second.run(5);
    assert.equal(entryOf(second)?.count, 1);
    assert.ok(entryOf(second)!.seconds >= 7, `${entryOf(second)!.seconds} s`);
    trip(second, 1);
    assert.equal(entryOf(second)?.count, 2);
  });

  it('clear-counters is not undone by a restart, not even right after it', async () => {
    const first = start();
    first.run(3);
    trip(first, 2);
    await end(first);
    const second = start({ instance: 'p-2' });
    second.pack.clearCounters();
    await end(second);
    const third = start({ instance: 'p-3' });
    assert.equal(entryOf(third), undefined);
    assert.deepEqual(third.pack.engine.protection.log.edges, []);
  });

  it('a pack that ends before its first reading hands the log on', async () => {
    const first = start();
    first.run(3);
    trip(first, 2);
    await end(first);
    await end(start({ instance: 'p-2' }));
    assert.equal(entryOf(start({ instance: 'p-3' }))?.count, 2);
  });

  it('a warning is on the disk at once or a minute after the write before, and in any case when the flows stop', async () => {
    const cleared = /"row":"pre-alarm"[^}]*"edge":"cleared"/;
    const LOW = healthy([3.3, 3.3, 3.3, 2.95]);
    for (const stops of [false, true]) {
      const first = start();
      first.run(120);
      const stored = async (): Promise<string> => {
        await first.pack.settled();
        return JSON.stringify(openStore(folder, () => undefined).read());
      };
      first.run(10, LOW);
      assert.match(await stored(), /"row":"pre-alarm"[^}]*"edge":"raised"/);
      first.run(15);
      assert.ok(first.verdicts.some((v) => v.events.some((e) => e.row === 'pre-alarm' && e.edge === 'cleared')));
      assert.doesNotMatch(await stored(), cleared, 'its end waits');
      if (stops) first.pack.rest();
      else first.run(60);
      assert.match(await stored(), cleared);
      rmSync(folder, { recursive: true });
    }
  });

  it('resting without anything new it writes nothing', async () => {
    const first = start();
    const still = { ...healthy(), current: 0 };
    first.run(120, still);
    first.pack.rest();
    await first.pack.settled();
    const slots = (): string[] => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const before = slots();
    first.run(30, still);
    for (let deploy = 0; deploy < 50; deploy++) first.pack.rest();
    await first.pack.settled();
    assert.ok(before.length > 0);
    assert.deepEqual(slots(), before);
  });
});
