/**
 * The whole chain as its user runs it: simulated BMS, real Node-RED with the shipped example, simulated relay board.
 * Judged by nothing of ours but what the board's own contacts did, in the board's own log.
 *
 * CELLWARDEN_HEALTHY=60 watches the healthy chain for a minute in place of ten seconds, and waits for the load's lease to end.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { firstExampleAt, named, ROOT } from '../support/example.ts';
import { type Flow, type NodeRedProcess, startNodeRed } from '../support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../support/packed.ts';
import { type CoilEdge, type SimulatorProcess, startSimulator } from '../support/simulator-process.ts';
import { pause, seconds, until } from '../support/wait.ts';

const HEALTHY = Number(process.env['CELLWARDEN_HEALTHY'] ?? 10);
const LONG = HEALTHY >= 60;
const RED = join(ROOT, 'node_modules', 'node-red', 'red.js');

const CHARGE = 0;
const LOAD = 1;
const NAMES = ['charge', 'load'];
/** s: defaults of the 123smartbms profile that the example leaves as they are. */
const TIMEOUT_CHARGE = 5;
const TIMEOUT_LOAD = 20;
const LEASE_CHARGE = 5;
const LEASE_LOAD = 60;
/** A board that has kept silent is asked again only now and then. */
const RECOVERY = 6;

describe('the chain, judged by the relay board', function () {
  this.timeout(60_000);
  let bms: SimulatorProcess;
  let board: SimulatorProcess;
  let nodeRed: NodeRedProcess;
  let flow: Flow;
  let userDir: string;
  /** When Node-RED was started. */
  let startedAt: number;

  /** What each Node-RED of this test said. */
  const logs: (readonly string[])[] = [];

  const start = async (first?: Flow): Promise<void> => {
    startedAt = seconds();
    nodeRed = await startNodeRed({ red: RED, userDir, ...(first === undefined ? {} : { flow: first }) });
    logs.push(nodeRed.log);
  };

  before(async () => {
    const { folder, cli } = packPackage();
    bms = await startSimulator({ cli, device: '123smartbms', args: ['--cells', '16', '--capacity', '280'] });
    board = await startSimulator({ cli, device: 'relay-board' });
    flow = firstExampleAt(bms.address, board.address, folder);
    userDir = temporaryFolder('node-red');
    linkInto(userDir, folder);
    await start(flow);
  });

  after(async () => {
    await Promise.all([nodeRed?.kill(), bms?.kill(), board?.kill()]);
  });

  const isClosed = (coil: number): boolean => board.edges.findLast((edge) => edge.coil === coil)?.closed ?? false;

  const since = (from: number): CoilEdge[] => board.edges.filter((edge) => edge.seen > from);

  const tell = (edges: readonly CoilEdge[], from: number): string =>
    edges
      .map((e) => `${NAMES[e.coil]} ${e.closed ? 'closed' : 'opened'} (${e.by}) after ${(e.seen - from).toFixed(2)} s`)
      .join(', ') || 'no contact moved';

  /** The first movement of a contact since `from`, which must come within these s and go this way. */
  async function moves(
    coil: number,
    to: 'open' | 'closed',
    from: number,
    [least, most]: readonly [number, number],
  ): Promise<CoilEdge> {
    const wanted = `${NAMES[coil]} to be ${to} ${least}…${most} s after`;
    const edge = await until(
      () => `${wanted}; ${tell(since(from), from)}`,
      Math.max(0, from + most - seconds()),
      () => since(from).find((one) => one.coil === coil) ?? null,
    );
    const after = edge.seen - from;
    assert.equal(edge.closed, to === 'closed', `${wanted}; ${tell(since(from), from)}`);
    assert.ok(after >= least && after <= most, `${wanted}; ${tell(since(from), from)}`);
    return edge;
  }

  async function stays(duration: number, from = seconds()): Promise<void> {
    await pause(from + duration - seconds());
    assert.deepEqual(since(from), [], `no contact to move for ${duration} s; ${tell(since(from), from)}`);
  }

  /** Takes back every fault, so that each step begins from a healthy chain even when the one before failed. */
  async function heal(): Promise<void> {
    for (const line of ['resume', 'noise off', 'cell 3 auto', 'calibrated on']) await bms.command(line);
    for (const line of ['alive', 'power on']) await board.command(line);
    if (!nodeRed.isRunning()) await start();
    await until(
      () => `both relays to be closed with everything well; Node-RED said:\n${nodeRed.log.slice(-5).join('\n')}`,
      20,
      () => (isClosed(CHARGE) && isClosed(LOAD)) || null,
    );
  }

  it('closes both relays by timed coils after the first complete readings', async () => {
    const coils = await until(
      () => `both relays to close; ${tell(board.edges, startedAt)}`,
      15,
      () => (isClosed(CHARGE) && isClosed(LOAD) ? board.edges : null),
    );
    assert.deepEqual(
      coils.map(({ coil, closed, by }) => ({ coil, closed, by })).toSorted((a, b) => a.coil - b.coil),
      [CHARGE, LOAD].map((coil) => ({ coil, closed: true, by: 'flash' })),
    );
  });

  it(`does not move a contact while all is well (${HEALTHY} s)`, async function () {
    this.timeout((HEALTHY + 30) * 1000);
    await heal();
    await stays(HEALTHY);
  });

  it('VLB-9: a silent BMS opens charge, then load, each after its own time, and both close when it is back', async () => {
    await heal();
    const silent = seconds();
    await bms.command('silence');
    await moves(CHARGE, 'open', silent, [TIMEOUT_CHARGE - 2, TIMEOUT_CHARGE + 1]);
    await moves(LOAD, 'open', silent, [TIMEOUT_LOAD - 2, TIMEOUT_LOAD + 1]);
    await stays(1);
    const back = seconds();
    await bms.command('resume');
    await moves(CHARGE, 'closed', back, [0, 10]);
    await moves(LOAD, 'closed', back, [0, 10]);
  });

  it('does not move a contact at a full deploy', async () => {
    await heal();
    const from = seconds();
    await nodeRed.deploy(flow, 'full');
    await stays(5, from);
    assert.ok(nodeRed.log.filter((line) => line.includes('Started flows')).length >= 2, 'the flows were started anew');
  });

  it('123-R2: a cell at 3.70 V opens charge, not load; charge closes again when it is well', async () => {
    await heal();
    const high = seconds();
    await bms.command('cell 3 3.70');
    await moves(CHARGE, 'open', high, [0, 3]);
    await stays(3);
    assert.ok(isClosed(LOAD));
    const well = seconds();
    await bms.command('cell 3 auto');
    await moves(CHARGE, 'closed', well, [0, 5]);
    assert.ok(isClosed(LOAD));
  });

  it('garbage on the line is silence: both open in time and nothing closes on it', async () => {
    await heal();
    const noisy = seconds();
    await bms.command('noise 0.5');
    await moves(CHARGE, 'open', noisy, [TIMEOUT_CHARGE - 2, TIMEOUT_CHARGE + 1]);
    await moves(LOAD, 'open', noisy, [TIMEOUT_LOAD - 2, TIMEOUT_LOAD + 1]);
    await pause(1);
    assert.equal(since(noisy).length, 2, tell(since(noisy), noisy));
    const clean = seconds();
    await bms.command('noise off');
    await moves(CHARGE, 'closed', clean, [0, 10]);
    await moves(LOAD, 'closed', clean, [0, 10]);
  });

  it('a relay board that was deaf for 3 s obeys again', async () => {
    await heal();
    await board.command('dead');
    await pause(3);
    await board.command('alive');
    await pause(RECOVERY);
    assert.ok(isClosed(CHARGE) && isClosed(LOAD));
    // Longer than the charge relay's lease: it is being renewed again.
    await stays(LEASE_CHARGE);
  });

  it('a relay board that stays deaf opens charge by itself, and closes it when it hears again', async () => {
    await heal();
    const deaf = seconds();
    await board.command('dead');
    const edge = await moves(CHARGE, 'open', deaf, [0, LEASE_CHARGE + 0.3]);
    assert.equal(edge.by, 'flash-end');
    const alive = seconds();
    await board.command('alive');
    await moves(CHARGE, 'closed', alive, [0, RECOVERY]);
    assert.ok(isClosed(LOAD));
  });

  it('a cut wire is silence: the relay opens when its lease ends, and closes when it is wired again', async () => {
    await heal();
    const protection = named(flow, 'protection');
    const [, ...others] = protection['wires'] as string[][];
    const cut = seconds();
    await nodeRed.deploy(
      flow.map((node) => (node === protection ? { ...node, wires: [[], ...others] } : node)),
      'nodes',
    );
    await moves(CHARGE, 'open', cut, [0, LEASE_CHARGE + 1]);
    assert.ok(isClosed(LOAD));
    const wired = seconds();
    await nodeRed.deploy(flow, 'nodes');
    await moves(CHARGE, 'closed', wired, [0, 5]);
    assert.deepEqual(
      since(cut).filter((edge) => edge.coil === LOAD),
      [],
    );
  });

  it('a relay node that is deleted opens its relay at once', async () => {
    await heal();
    const relay = named(flow, 'charge relay');
    const deleted = seconds();
    await nodeRed.deploy(
      flow.filter((node) => node !== relay),
      'nodes',
    );
    const edge = await moves(CHARGE, 'open', deleted, [0, 2]);
    assert.equal(edge.by, 'write', 'the node opened it, not the end of the lease');
    assert.ok(isClosed(LOAD));
    const again = seconds();
    await nodeRed.deploy(flow, 'nodes');
    await moves(CHARGE, 'closed', again, [0, 5]);
  });

  it('Node-RED killed: the board opens charge by itself; started again, charge closes and load has never moved', async () => {
    await heal();
    const killed = seconds();
    await nodeRed.kill();
    const edge = await moves(CHARGE, 'open', killed, [0, LEASE_CHARGE + 0.3]);
    assert.equal(edge.by, 'flash-end');
    await pause(killed + 8 - seconds());
    assert.ok(isClosed(LOAD), 'the loads live on their longer lease');
    const again = seconds();
    await start();
    await moves(CHARGE, 'closed', again, [0, 20]);
    await pause(2);
    assert.ok(isClosed(CHARGE));
    assert.deepEqual(
      since(killed).filter(({ coil }) => coil === LOAD),
      [],
    );
  });

  it('Node-RED killed for good: the board opens load by itself too, when its lease ends', async function () {
    if (!LONG) {
      console.log('      CELLWARDEN_HEALTHY=60 runs this test; it takes up to a minute');
      this.skip();
    }
    this.timeout((LEASE_LOAD + 60) * 1000);
    await heal();
    const killed = seconds();
    await nodeRed.kill();
    // A lease never outlives the age at which the reading it rests on becomes unknown.
    const most = Math.min(LEASE_LOAD, TIMEOUT_LOAD);
    const edge = await moves(LOAD, 'open', killed, [most - 3, most + 0.3]);
    assert.equal(edge.by, 'flash-end');
    assert.ok(!isClosed(CHARGE));
  });

  it('the store lost and SOC unknown: nothing closes before the first complete readings, then both do', async () => {
    await heal();
    const store = join(userDir, 'cellwarden');
    assert.ok(existsSync(store), 'the state of the pack is kept in the user directory');
    await bms.command('calibrated off');
    await nodeRed.kill();
    rmSync(store, { recursive: true });
    // Both contacts open, so that closing them shows.
    await board.command('power off');
    await board.command('power on');
    await bms.command('silence');
    await pause(0.1);
    await start();
    await stays(4);
    const again = seconds();
    await bms.command('resume');
    await moves(CHARGE, 'closed', again, [0, 10]);
    await moves(LOAD, 'closed', again, [0, 10]);
    await stays(3);
    // That the step tried what it says: nothing knew a state of charge.
    const [state] = states(store);
    assert.equal(state?.memory.soc, null);
  });

  it('SIGINT ends Node-RED within 20 s, and the board opens charge by itself', async () => {
    await heal();
    const told = seconds();
    await nodeRed.interrupt(20);
    await moves(CHARGE, 'open', told, [0, LEASE_CHARGE + 1]);
  });

  it('123-R10 what was counted until Node-RED is stopped goes on when it is started again', async () => {
    await heal();
    await pause(3);
    const stopped = Date.now();
    await nodeRed.interrupt(20);
    const kept = (): { at: number; throughput: number } => {
      const { at, memory } = states(join(userDir, 'cellwarden')).toSorted((a, b) => b.at - a.at)[0]!;
      const { chargedAh, dischargedAh } = memory.figures.counters.total;
      return { at, throughput: [...chargedAh, ...dischargedAh].reduce((a, b) => a + b, 0) };
    };
    const before = kept();
    assert.ok(before.at >= stopped, 'it is written at the stop');
    assert.ok(before.throughput > 0);
    await heal();
    await pause(3);
    await nodeRed.interrupt(20);
    assert.ok(kept().throughput > before.throughput);
  });

  it('nothing was an error of ours, and every sentence in the log was a sentence', () => {
    const lines = logs.flat();
    assert.ok(lines.length > 10, 'Node-RED has said something');
    assert.deepEqual(
      lines.filter((line) => /uncaught|unhandled|\[error\]|bms-[a-z-]+\.[a-z]|__\w+__/i.test(line)),
      [],
    );
  });
});

interface State {
  /** ms since 1970. */
  readonly at: number;
  readonly memory: {
    readonly soc: number | null;
    readonly figures: {
      readonly counters: { readonly total: { readonly chargedAh: number[]; readonly dischargedAh: number[] } };
    };
  };
}

/** What was written down of the packs, whichever of their two slots. */
function states(store: string): State[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.startsWith('relays'))
    .map((name) => (JSON.parse(readFileSync(join(store, name), 'utf8')) as { state: State }).state);
}
