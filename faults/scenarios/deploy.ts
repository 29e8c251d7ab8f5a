/** Deploys, and Node-RED starting with less than everything. */
import { strict as assert } from 'node:assert';
import { pause, seconds } from '../../test/support/wait.ts';
import { LEASE_CHARGE, LEASE_LOAD, MARGIN } from '../bounds.ts';
import { CHARGE, LOAD } from '../coil-log.ts';
import { changed, CHARGE_RELAY, code, MONITOR, neverCloses, PACK, PROTECTION, TAB, without } from '../flow.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import { bothOpen, startedWithLoadClosed } from './contacts.ts';

/** s that nothing may move after the last deploy: longer than the charge relay's lease. */
const AFTER = LEASE_CHARGE + 2;

/** s that Node-RED without its flows is watched. */
const watched = (rig: Rig): number => (rig.quick ? 5 : 20);

/** Counts the movements of the contacts while `times` deploys are done, and a lease after. */
export async function movements(rig: Rig, times: number, deploy: (time: number) => Promise<unknown>): Promise<number> {
  const from = seconds();
  for (let time = 0; time < times; time++) {
    await deploy(time);
    await pause(0.02);
  }
  await pause(AFTER);
  const moved = rig.coils.since(from);
  assert.deepEqual(moved, [], `nothing was to move; ${rig.told(from)}`);
  return moved.length;
}

/** Both contacts open, each at the end of its lease at the latest; gives charge's seconds. */
const bothOpenByLease = (rig: Rig, from: number): Promise<number> =>
  bothOpen(rig, from, LEASE_CHARGE + MARGIN, LEASE_LOAD + MARGIN);

export const DEPLOYS: readonly Scenario[] = [
  {
    hazards: ['H2'],
    title: '200 full deploys in a row (20 with --quick): no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    run: (rig) => movements(rig, rig.quick ? 20 : 200, () => rig.deploy(rig.flow, 'full')),
  },
  {
    hazards: ['H2'],
    title:
      '50 deploys of changed nodes (10 with --quick), the monitor, the protection and a relay in turn: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    run: (rig) =>
      movements(rig, rig.quick ? 10 : 50, (time) => {
        const id = [MONITOR, PROTECTION, CHARGE_RELAY][time % 3] ?? MONITOR;
        return rig.deploy(changed(rig.flow, id, { name: `renamed ${time}` }), 'nodes');
      }),
  },
  {
    hazards: ['H2'],
    title: '50 deploys of changed flows (10 with --quick): no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    plan: { beside: [code('other', 'return msg;')] },
    run: (rig) =>
      movements(rig, rig.quick ? 10 : 50, (time) =>
        rig.deploy(changed(rig.flow, 'other', { name: `renamed ${time}` }), 'flows'),
      ),
  },
  {
    hazards: ['H3'],
    title:
      'a full deploy with a neighbour that never closes (15 s): charge opens at its lease, load stays, charge closes again',
    bound: LEASE_CHARGE + MARGIN,
    covers: [],
    repeat: 2,
    plan: { beside: [neverCloses('neighbour')] },
    async run(rig) {
      const from = await rig.nextFrame();
      const deployed = rig.deploy(rig.flow, 'full');
      // Waited for below; until then a rejection must not count as nobody's.
      deployed.catch(() => undefined);
      const charge = await rig.opens(CHARGE, from, LEASE_CHARGE + MARGIN);
      await deployed;
      assert.ok(seconds() - from > 14, 'the neighbour was to hold up the deploy for 15 s');
      await rig.closed(30);
      assert.deepEqual(rig.coils.since(from, LOAD), [], rig.told(from));
      return charge;
    },
  },
  {
    hazards: ['H4'],
    title: 'a relay node is deleted: its contact opens at once, the other stays',
    bound: 1,
    covers: [],
    repeat: 5,
    async run(rig) {
      const from = await rig.deploy(without(rig.flow, CHARGE_RELAY), 'nodes');
      const charge = await rig.opens(CHARGE, from, 1);
      await rig.stays(LEASE_CHARGE, from, LOAD);
      return charge;
    },
  },
  {
    hazards: ['H4', 'H12'],
    title: 'the pack is deleted: charge opens within its lease, load within its own',
    bound: LEASE_CHARGE + MARGIN,
    covers: [],
    repeat: 2,
    run: async (rig) => bothOpenByLease(rig, await rig.deploy(without(rig.flow, PACK), 'nodes')),
  },
  {
    hazards: ['H8'],
    title: 'the flows are stopped: charge opens within its lease, load within its own; started, both close',
    bound: LEASE_CHARGE + MARGIN,
    covers: [],
    repeat: 2,
    async run(rig) {
      const from = await rig.nextFrame();
      await rig.nodeRed.flows('stop');
      const charge = await bothOpenByLease(rig, from);
      await rig.nodeRed.flows('start');
      await rig.closed(30);
      return charge;
    },
  },
  {
    hazards: ['H8'],
    title: 'Node-RED is started in safe mode: nothing closes',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    plan: { unstarted: true },
    async run(rig) {
      const from = await rig.startNodeRed({ redArgs: ['--safe'], ready: /Server now running/ });
      await rig.stays(watched(rig), from);
      return 0;
    },
  },
  {
    hazards: ['H8'],
    title: 'a type of node that somebody else made is missing: nothing closes; without that node, both close',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    plan: {
      unstarted: true,
      beside: [{ id: 'foreign', type: 'nobody-has-installed-this', z: TAB, name: '', x: 100, y: 500, wires: [] }],
    },
    async run(rig) {
      const from = await rig.startNodeRed({ ready: /Waiting for missing types/ });
      await rig.stays(watched(rig), from);
      await rig.deploy(without(rig.flow, 'foreign'), 'full');
      await rig.closed(30);
      return 0;
    },
  },
  {
    hazards: ['H8'],
    title: 'the service is restarted (SIGTERM, then started again): load does not move',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 3,
    async run(rig) {
      const from = seconds();
      rig.nodeRed.signal('SIGTERM');
      await rig.nodeRed.ended(20);
      return await startedWithLoadClosed(rig, from);
    },
  },
];
