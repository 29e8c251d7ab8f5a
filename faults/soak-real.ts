/**
 * A real Node-RED with the packed package at ten frames a second: two contacts on a board with a timer, two on a plain one
 * through the guardian. Memory and open files of both processes stay flat, and no contact moves.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../test/support/example.ts';
import { freePort } from '../test/support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../test/support/packed.ts';
import { startSimulator } from '../test/support/simulator-process.ts';
import { pause, seconds, until } from '../test/support/wait.ts';
import { startFastDevice } from './soak-device.ts';
import { CELLS } from './soak-frames.ts';
import { chain, CHARGE_RELAY, line, LOAD_RELAY, PROTECTION, relay } from './flow.ts';
import { startNodeRed } from './node-red.ts';
import type { Promised } from './soak-table.ts';

const RED = join(ROOT, 'node_modules', 'node-red', 'red.js');
const HEAP = fileURLToPath(new URL('soak-heap.cjs', import.meta.url));
/** A second; a real device sends one or two. */
const FRAMES = 10;
/** s between two looks at the processes. */
const EVERY = 5;
/** Share of the run that belongs to warming up. */
const WARM_UP = 0.25;
/** Bytes: what may be more at the end than after the warm-up. */
const HEAP_GROWTH = 2e6;
const RSS_GROWTH = 8e6;

interface Look {
  readonly fds: number;
  /** Bytes. */
  readonly rss: number;
}

function lookAt(pid: number): Look {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return { fds: readdirSync(`/proc/${pid}/fd`).length, rss: pages * 4096 };
}

/** The child of Node-RED that runs the guardian; `null` while there is none. */
function guardianOf(parent: number): number | null {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const isChild = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      if (isChild && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('guardian.js')) return Number(name);
    } catch {
      // It ended while we were looking.
    }
  }
  return null;
}

/** What the second half holds more than the first, by medians: single peaks do not count. */
function growth(values: readonly number[]): number {
  const median = (some: readonly number[]): number => some.toSorted((a, b) => a - b)[some.length >> 1] ?? Number.NaN;
  const half = values.length >> 1;
  return median(values.slice(half)) - median(values.slice(0, half));
}

/** Runs for so many minutes. Needs `/proc`. */
export async function liveForReal(minutes: number, say: (line: string) => void): Promise<Promised[]> {
  if (process.platform !== 'linux') throw new Error('the real run counts open files in /proc, which only Linux has');
  say('Packing…');
  const { folder, cli } = packPackage();
  const [bms, timed, plain] = await Promise.all([
    startFastDevice(FRAMES),
    startSimulator({ cli, device: 'relay-board' }),
    startSimulator({ cli, device: 'relay-board' }),
  ]);
  const userDir = temporaryFolder('soak');
  linkInto(userDir, folder);
  const timedFlow = chain({ bms: bms.address, board: timed.address, cells: CELLS, relays: 'modbus-timed', pack: {} });
  const wires = [[CHARGE_RELAY, 'plain-charge'], [LOAD_RELAY, 'plain-load'], [], [], []];
  const flow = [
    ...timedFlow.map((node) => (node.id === PROTECTION ? { ...node, wires } : node)),
    line('plain-line', plain.address),
    relay({ id: 'plain-charge', role: 'charge', board: 'modbus-plain', bus: 'plain-line', channel: 1 }),
    relay({ id: 'plain-load', role: 'load', board: 'modbus-plain', bus: 'plain-line', channel: 2 }),
  ];
  const nodeArgs = ['--expose-gc', '--require', HEAP];
  const nodeRed = await startNodeRed({ red: RED, userDir, port: await freePort(), flow, nodeArgs });
  try {
    const boards = [timed, plain];
    await until(
      () => `all four contacts to close; Node-RED said:\n${nodeRed.log.slice(-20).join('\n')}`,
      60,
      () => boards.every(({ edges }) => edges.filter(({ closed }) => closed).length >= 2) || null,
    );
    const guardian = await until('the guardian to run', 10, () => guardianOf(nodeRed.pid));
    say(`Node-RED ${nodeRed.pid}, guardian ${guardian}: ${minutes} minutes at ${FRAMES} frames a second.`);
    const edgesBefore = boards.map(({ edges }) => edges.length);
    const framesBefore = bms.frames();
    const start = seconds();
    const end = start + minutes * 60;
    const looks: { readonly ours: Look; readonly guardian: Look }[] = [];
    const heapFrom = nodeRed.log.length;
    while (seconds() < end) {
      await pause(Math.min(EVERY, end - seconds()));
      if (!nodeRed.isRunning()) throw new Error(`Node-RED ended; it said:\n${nodeRed.log.slice(-20).join('\n')}`);
      if (guardianOf(nodeRed.pid) !== guardian) throw new Error('the guardian that ran is gone');
      looks.push({ ours: lookAt(nodeRed.pid), guardian: lookAt(guardian) });
    }
    const rate = (bms.frames() - framesBefore) / (seconds() - start);
    const heaps = nodeRed.log
      .slice(heapFrom)
      .filter((text) => text.startsWith('soak '))
      .map((text) => (JSON.parse(text.slice(5)) as { heap: number }).heap);
    const warm = <T>(values: readonly T[]): readonly T[] => values.slice(Math.floor(values.length * WARM_UP));
    const warmLooks = warm(looks);
    const edges = boards.map((board, i) => board.edges.length - edgesBefore[i]!).reduce((a, b) => a + b, 0);
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
    const fdsOf = (who: 'ours' | 'guardian'): readonly number[] => warmLooks.map((look) => look[who].fds);
    const fds = (what: string, values: readonly number[]): Promised => ({
      what,
      is: `${Math.min(...values)}…${Math.max(...values)}`,
      goal: 'no growth',
      isKept: growth(values) <= 0,
    });
    const heapGrowth = growth(warm(heaps));
    const rssGrowth = growth(warmLooks.map((look) => look.guardian.rss));
    return [
      { what: 'minutes', is: String(minutes), goal: null, isKept: null },
      { what: 'frames a second', is: rate.toFixed(1), goal: `> ${FRAMES * 0.9}`, isKept: rate > FRAMES * 0.9 },
      { what: 'looks at the processes', is: String(looks.length), goal: '> 0', isKept: looks.length > 0 },
      {
        what: 'heap of Node-RED after a collection, last',
        is: megabytes(heaps.at(-1) ?? Number.NaN),
        goal: null,
        isKept: null,
      },
      {
        what: 'growth of that heap',
        is: megabytes(heapGrowth),
        goal: `< ${megabytes(HEAP_GROWTH)}`,
        isKept: heapGrowth < HEAP_GROWTH,
      },
      {
        what: 'memory of the guardian, last',
        is: megabytes(looks.at(-1)?.guardian.rss ?? Number.NaN),
        goal: null,
        isKept: null,
      },
      {
        what: 'growth of that memory',
        is: megabytes(rssGrowth),
        goal: `< ${megabytes(RSS_GROWTH)}`,
        isKept: rssGrowth < RSS_GROWTH,
      },
      fds('open files of Node-RED', fdsOf('ours')),
      fds('open files of the guardian', fdsOf('guardian')),
      { what: 'movements of the four contacts', is: String(edges), goal: '0', isKept: edges === 0 },
    ];
  } finally {
    bms.close();
    await nodeRed.kill();
    await Promise.all([timed.kill(), plain.kill()]);
  }
}
