/**
 * The whole chain, judged from the relay board's own coil log and from nothing of ours: the shipped example in a real
 * Node-RED, a simulated BMS and a simulated board on real sockets. `CELLWARDEN_HEALTHY=60` makes it the long run.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  exampleFlow,
  linkedUserDir,
  simulate,
  sleep,
  startNodeRed,
  until,
  type NodeRed,
  type Simulator,
} from '../support/processes.ts';

const HEALTHY = Number(process.env['CELLWARDEN_HEALTHY'] ?? 10);
const CHARGE = 0;
const LOAD = 1;
/** What the example's profile (123smartbms) says. */
const SILENCE_CHARGE = 5;
const SILENCE_LOAD = 20;

describe('the whole chain', function () {
  this.timeout((180 + HEALTHY * 2) * 1000);
  let bms: Simulator;
  let board: Simulator;
  let nodeRed: NodeRed;
  let userDir: string;
  const now = (): number => performance.now() / 1000;
  const bothClosed = (): boolean => board.closed(CHARGE) && board.closed(LOAD);
  const start = async (): Promise<void> => {
    nodeRed = await startNodeRed({ userDir, flow: exampleFlow(bms, board) });
  };

  before(async () => {
    bms = await simulate('--device', '123smartbms', '--cells', '16');
    board = await simulate('--device', 'relay-board');
    userDir = linkedUserDir();
    await start();
  });
  after(async () => {
    await nodeRed.kill('SIGKILL');
    await bms.end();
    await board.end();
  });

  it('both relays close after the first complete readings, and a healthy run moves nothing', async () => {
    await until('both relays closed', 15, bothClosed);
    const edges = board.edges.length;
    await sleep(HEALTHY);
    assert.equal(board.edges.length, edges);
  });

  it('123-R2 123-R3 the BMS falls silent: charge opens within its timeout, the loads within theirs; both come back', async () => {
    bms.command('silence');
    const from = now();
    await until('charge open', SILENCE_CHARGE + 1, () => !board.closed(CHARGE));
    assert.ok(now() - from > 3, 'not at the first lost frame');
    assert.ok(board.closed(LOAD));
    await until('load open', SILENCE_LOAD - (now() - from) + 1, () => !board.closed(LOAD));
    assert.ok(now() - from > SILENCE_CHARGE + 5);
    bms.command('resume');
    await until('both closed again', 10, bothClosed);
  });

  it('VLB-9 a full deploy is no restart: no edge', async () => {
    const edges = board.edges.length;
    await nodeRed.deploy(exampleFlow(bms, board), 'full');
    await sleep(6);
    assert.equal(board.edges.length, edges);
  });

  it('123-R2 a cell at 3.70 V opens charge within three frames, and only charge', async () => {
    bms.command('cell 3 3.70');
    await until('charge open', 4, () => !board.closed(CHARGE));
    assert.ok(board.closed(LOAD));
    bms.command('cell 3 auto');
    await until('charge closed again', 6, bothClosed);
  });

  it('garbage on the line is never taken for a reading', async () => {
    bms.command('noise 0.3');
    await until('charge open', SILENCE_CHARGE + 2, () => !board.closed(CHARGE));
    bms.command('noise 0');
    await until('both closed again', 10, bothClosed);
  });

  it('a board that does not answer for a while is found again', async () => {
    board.command('dead');
    await until('the board opens charge by itself', 7, () => !board.closed(CHARGE));
    assert.equal(board.edges.at(-1)?.by, 'flash-end');
    board.command('alive');
    await until('both closed again', 10, bothClosed);
  });

  it('Node-RED is killed: the board opens charge by itself within its lease, and the loads within theirs', async () => {
    const from = now();
    await nodeRed.kill('SIGKILL');
    await until('charge open', 5.3, () => !board.closed(CHARGE));
    assert.equal(board.edges.at(-1)?.by, 'flash-end');
    assert.ok(board.closed(LOAD), 'the loads have a longer lease');
    await until('load open', 61 - (now() - from), () => !board.closed(LOAD));
    assert.equal(board.edges.at(-1)?.by, 'flash-end');
  });

  it('Node-RED comes back: both close again; a restart within the lease of the loads does not darken the house', async () => {
    await start();
    await until('both closed again', 15, bothClosed);
    await sleep(2);
    const edges = board.edges.filter((edge) => edge.coil === LOAD).length;
    await nodeRed.kill('SIGKILL');
    await start();
    await until('both closed', 15, bothClosed);
    assert.equal(board.edges.filter((edge) => edge.coil === LOAD).length, edges);
  });

  it('a lost store does not lock the house off', async () => {
    await nodeRed.kill('SIGKILL');
    await until('charge open', 6, () => !board.closed(CHARGE));
    rmSync(join(userDir, 'cellwarden'), { recursive: true, force: true });
    await start();
    await until('both closed', 15, bothClosed);
  });

  it('a relay node that is deleted opens its relay', async () => {
    const flow = exampleFlow(bms, board).filter((node) => node['name'] !== 'charge relay');
    await nodeRed.deploy(flow, 'full');
    await until('charge open', 3, () => !board.closed(CHARGE));
    assert.equal(board.edges.at(-1)?.by, 'write');
    assert.ok(board.closed(LOAD));
  });

  it('nothing of ours was an uncaught exception or a raw key of a catalogue', () => {
    const bad = nodeRed.log.filter((line) => /Uncaught|bms-[a-z-]+\.[a-z]|__[a-z]+__/i.test(line));
    assert.deepEqual(bad, []);
  });

  it('Node-RED stops when asked', async () => {
    const from = now();
    await nodeRed.kill('SIGINT');
    assert.ok(now() - from < 15);
  });
});
