/** The guardian as a process of its own: what a board sees when the process that renews ends in this way or that. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/runtime/clock.ts';
import type { CoilEdge } from '../../src/simulator/coils.ts';
import { listenTcp, type Listening } from '../../src/simulator/listen.ts';
import type { ContactBoard } from '../../src/simulator/device.ts';
import { createRelayBoard } from '../../src/simulator/relay-board.ts';
import { ownChild } from '../support/own-child.ts';
import { pause, until } from '../support/wait.ts';

const ROOT = join(__dirname, '..', '..');
const GUARDIAN = join(ROOT, 'dist', 'guardian.js');

/** Processes that name this folder in their command line. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('the guardian as a process', function () {
  this.timeout(30_000);
  let folder: string;
  let board: ContactBoard;
  let wire: Listening;
  let edges: CoilEdge[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-guardian-'));
    edges = [];
    board = createRelayBoard({ clock: systemClock, channels: 4, onEdge: (edge) => edges.push(edge) });
    const listening = await listenTcp(board, { host: '127.0.0.1', port: 0 }, () => undefined);
    assert.ok(listening.ok);
    wire = listening.value;
  });
  afterEach(() => {
    // One whose board is gone would wait for it, and not every one that was started here is known.
    for (const pid of processesOf(folder)) kill(pid);
    wire.close();
    board.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const kill = (pid: number): void => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const lives = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      // One that nobody has waited for is dead all the same.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  const port = (): string => wire.address.split(':').at(-1)!;
  const contacts = (): boolean[] => board.contacts().slice(0, 2);

  /** Starts a process that holds both relays, and waits until it does. */
  async function holding(lease: number): Promise<{ parent: ChildProcess; guardian: number }> {
    const script = join(__dirname, 'support', 'parent.ts');
    const meetingPoint = join(folder, 'guardian.sock');
    const parent = spawn(process.execPath, ['--import=tsx', script, GUARDIAN, port(), meetingPoint, String(lease)], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    ownChild(parent);
    let said = '';
    createInterface({ input: parent.stdout }).on('line', (line) => (said = line));
    const guardian = await until('both contacts to be held', 15, () => {
      const pid = /^closed (\d+)$/.exec(said)?.[1];
      return pid === undefined ? null : Number(pid);
    });
    return { parent, guardian };
  }
  const opened = (coil: number): Promise<true> =>
    until(`relay ${coil + 1} to open`, 10, () => (contacts()[coil] === false ? true : null));

  for (const how of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`${how}: what is set so opens at once, the rest at the end of its lease; then the guardian ends`, async () => {
      const { parent, guardian } = await holding(3);
      edges.length = 0;
      parent.kill(how);
      await opened(0);
      assert.equal(contacts()[1], true, 'the other one is within its lease');
      await opened(1);
      assert.deepEqual(
        edges.map(({ coil, closed, by }) => [coil, closed, by]),
        [
          [0, false, 'write'],
          [1, false, 'write'],
        ],
      );
      await until('the guardian to end', 10, () => (lives(guardian) ? null : true));
    });
  }

  it('an exception that nobody catches is an end like any other', async () => {
    const { parent } = await holding(60);
    parent.stdin!.write('throw\n');
    await opened(0);
    assert.equal(contacts()[1], true);
  });

  it('a process that stalls renews nothing: each opens at the end of its lease', async () => {
    const { parent, guardian } = await holding(2);
    parent.stdin!.write('stall\n');
    await opened(1);
    await opened(0);
    assert.ok(lives(guardian));
    parent.kill('SIGKILL');
  });

  it('the guardian itself is killed: the next one goes on, and no contact moves', async () => {
    const { parent, guardian } = await holding(60);
    edges.length = 0;
    kill(guardian);
    await until('the guardian to be gone', 5, () => (lives(guardian) ? null : true));
    await pause(2);
    assert.deepEqual(edges, []);
    parent.kill('SIGKILL');
    await opened(0);
    assert.equal(contacts()[1], true, 'the next one guards as the first did');
  });

  it('a service that is killed and started again within the lease: the load has no edge', async () => {
    const first = await holding(60);
    edges.length = 0;
    first.parent.kill('SIGKILL');
    await opened(0);
    const second = await holding(60);
    assert.notEqual(second.guardian, first.guardian);
    await until('the first guardian to end', 10, () => (lives(first.guardian) ? null : true));
    assert.deepEqual(
      edges.filter(({ coil }) => coil === 1),
      [],
    );
    second.parent.kill('SIGKILL');
  });

  it('a signal for the guardian alone moves nothing while Node-RED lives', async () => {
    const { parent, guardian } = await holding(60);
    edges.length = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guardian, signal);
    await pause(0.5);
    assert.deepEqual([edges, lives(guardian)], [[], true]);
    // A service manager that stops everything ends them both: nothing is held any longer.
    parent.kill('SIGTERM');
    await opened(0);
    await opened(1);
  });

  before(function () {
    if (existsSync('/proc/self/status') && existsSync(GUARDIAN)) return;
    console.log('      skipped: needs /proc and the built package');
    this.skip();
  });
});
