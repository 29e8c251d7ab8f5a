/** Outputs by a plain coil, which stays as it was commanded: the guardian process opens it. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { seconds } from '../../test/support/wait.ts';
import { LEASE_CHARGE, LEASE_LOAD, MARGIN, REACTION } from '../bounds.ts';
import { CHARGE, LOAD } from '../coil-log.ts';
import type { Plan } from '../plan.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import { bothOpen, startedWithLoadClosed } from './contacts.ts';
import { movements } from './deploy.ts';
import { blocked, blocking, crashes, LEAKING, THROWING } from './process.ts';

/** From the end of Node-RED to the contact. */
const GONE = 0.05;

const plain = (beside: Plan['beside'] = []): Plan => ({ relays: 'modbus-plain', beside });

/** The process id of the guardian that this Node-RED has started. */
function guardianOf(rig: Rig): number {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(rig.nodeRed.pid)], { encoding: 'utf8' });
  const pid = children
    .split('\n')
    .map(Number)
    .find((child) => child > 0 && isGuardian(child));
  if (pid === undefined) throw new Error('Node-RED was to have started a guardian');
  return pid;
}

function isGuardian(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guardian.js');
}

/** V8 takes its time to abort. */
const ABORTED = 0.2;
const common = { covers: ['guardian'], needs: ['guardian'] } as const;

export const GUARDIAN: readonly Scenario[] = [
  {
    ...common,
    hazards: ['H5'],
    title:
      'plain coil: Node-RED killed (SIGKILL): the guardian opens charge at once and load within 60 s; started again, both close',
    bound: GONE,
    repeat: 5,
    plan: plain(),
    async run(rig) {
      const from = await rig.nextFrame();
      const killed = seconds();
      rig.nodeRed.signal('SIGKILL');
      const charge = (await bothOpen(rig, from, GONE, LEASE_LOAD + MARGIN)) - (killed - from);
      await rig.nodeRed.ended(5);
      await rig.startNodeRed();
      await rig.closed(30);
      return charge;
    },
  },
  {
    ...common,
    hazards: ['H5'],
    title: 'plain coil: a function node throws in a timer: the guardian opens charge when Node-RED is gone',
    bound: GONE,
    repeat: 3,
    plan: plain(THROWING),
    run: (rig) => crashes(rig, 'throw-now', 10, 'write'),
  },
  {
    ...common,
    hazards: ['H5', 'H29'],
    title: 'plain coil: Node-RED runs out of memory (heap of 64 MB): the guardian opens charge when Node-RED is gone',
    bound: ABORTED,
    repeat: 2,
    alone: true,
    plan: { ...plain(), ...LEAKING },
    run: (rig) => crashes(rig, 'leak-now', 60, 'write'),
  },
  {
    ...common,
    hazards: ['H1', 'H7'],
    title:
      'plain coil: the event loop stands still for 30 s: the guardian opens charge at the end of its lease, both close again',
    bound: LEASE_CHARGE + MARGIN,
    repeat: 2,
    plan: plain(blocking(30)),
    run: blocked(30, 'write'),
  },
  {
    ...common,
    covers: [],
    hazards: ['H1'],
    title: 'plain coil: the event loop stands still for 1 s: no contact moves',
    bound: 0,
    unit: 'edges',
    repeat: 3,
    plan: plain(blocking(1)),
    run: blocked(1),
  },
  {
    ...common,
    covers: [],
    hazards: ['H8'],
    title: 'plain coil: Node-RED killed and started again within the lease of the load: load does not move',
    bound: 0,
    unit: 'edges',
    repeat: 3,
    plan: plain(),
    async run(rig) {
      const from = seconds();
      await rig.nodeRed.kill();
      return await startedWithLoadClosed(rig, from);
    },
  },
  {
    ...common,
    covers: [],
    hazards: ['H2'],
    title: 'plain coil: 50 full deploys in a row (10 with --quick): no contact moves',
    bound: 0,
    unit: 'edges',
    repeat: 1,
    plan: plain(),
    run: (rig) => movements(rig, rig.quick ? 10 : 50, () => rig.deploy(rig.flow, 'full')),
  },
  {
    ...common,
    covers: [],
    hazards: ['H5', 'H36'],
    title: 'plain coil: the guardian is killed: no contact moves, and a cell at 3.70 V opens charge as fast as ever',
    bound: REACTION,
    repeat: 3,
    plan: plain(),
    async run(rig) {
      const from = seconds();
      const before = guardianOf(rig);
      process.kill(before, 'SIGKILL');
      await rig.stays(LEASE_CHARGE + 2, from);
      assert.notEqual(guardianOf(rig), before, 'another guardian was to be started');
      return await rig.trip('cell 3 3.70', CHARGE);
    },
  },
  {
    ...common,
    covers: [],
    hazards: ['H7'],
    title:
      'plain coil: the guardian stands still (SIGSTOP) when a cell reaches 3.70 V: it is replaced, charge opens within its lease',
    bound: LEASE_CHARGE + MARGIN,
    repeat: 3,
    plan: plain(),
    async run(rig) {
      const guardian = guardianOf(rig);
      // Stopped, it would not even end when told to.
      rig.onEnd(() => {
        if (isGuardian(guardian)) process.kill(guardian, 'SIGKILL');
      });
      process.kill(guardian, 'SIGSTOP');
      const shown = await rig.firstFrameWith('cell 3 3.70');
      return await rig.opens(CHARGE, shown - 0.01, LEASE_CHARGE + MARGIN);
    },
  },
  {
    ...common,
    covers: [],
    hazards: ['H8'],
    title:
      'plain coil: the service is stopped (SIGTERM to Node-RED and the guardian): both contacts open when Node-RED is gone',
    bound: GONE,
    repeat: 3,
    plan: plain(),
    async run(rig) {
      const from = seconds();
      process.kill(guardianOf(rig), 'SIGTERM');
      rig.nodeRed.signal('SIGTERM');
      const ended = await rig.nodeRed.ended(20);
      const opened = await Promise.all([CHARGE, LOAD].map((coil) => rig.opens(coil, from, ended - from + GONE)));
      return Math.max(0, Math.max(...opened) - (ended - from));
    },
  },
];
