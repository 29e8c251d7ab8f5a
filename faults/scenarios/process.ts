/** The process of Node-RED: killed, crashed, out of memory, standing still. */
import { strict as assert } from 'node:assert';
import { LEASE_CHARGE, LEASE_LOAD, MARGIN } from '../bounds.ts';
import { CHARGE, type Edge, LOAD } from '../coil-log.ts';
import { button, code } from '../flow.ts';
import type { Plan } from '../plan.ts';
import type { Rig } from '../rig.ts';
import type { Flow } from '../../test/support/node-red-process.ts';
import { pause, seconds } from '../../test/support/wait.ts';
import type { Scenario } from '../scenario.ts';
import { bothOpen } from './contacts.ts';

/** The board's own timer opened both in time. Gives the charge relay's seconds. */
async function opensByTheBoard(rig: Rig, from: number): Promise<number> {
  const charge = await bothOpen(rig, from, LEASE_CHARGE + MARGIN, LEASE_LOAD + MARGIN);
  const opened = rig.coils.since(from);
  assert.ok(
    opened.every(({ by }) => by === 'flash-end'),
    `the board was to open by itself; ${rig.told(from)}`,
  );
  return charge;
}

/**
 * A crash: how many seconds after the end of the process charge was open. A process that dies slowly may have missed its
 * renewals before: an opening before its end counts as 0 s.
 */
export async function crashes(rig: Rig, button: string, limit: number, by: Edge['by'] = 'flash-end'): Promise<number> {
  const from = seconds();
  await rig.nodeRed.inject(button).catch(() => undefined); // the answer may die with the process
  const ended = await rig.nodeRed.ended(limit);
  const charge = (await rig.opens(CHARGE, from, ended - from + LEASE_CHARGE + MARGIN)) - (ended - from);
  assert.equal(rig.coils.since(from, CHARGE)[0]?.by, by, `charge was to open by ${by}; ${rig.told(from)}`);
  await rig.startNodeRed();
  await rig.closed(30);
  return Math.max(0, charge);
}

/** Stands still without using the processor. */
const BLOCK = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, msg.payload * 1000);';

/** The event loop stands still: shorter than the lease nothing moves (0), longer than it charge opens in time. */
export function blocked(duration: number, by: Edge['by'] = 'flash-end'): Scenario['run'] {
  return async (rig) => {
    const from = await rig.nextFrame();
    await rig.nodeRed.inject(`block-${duration}`);
    if (duration < LEASE_CHARGE - 2) {
      await rig.stays(duration + LEASE_CHARGE, from);
      return 0;
    }
    const charge = await rig.opens(CHARGE, from, LEASE_CHARGE + MARGIN);
    assert.equal(rig.coils.since(from, CHARGE)[0]?.by, by, `charge was to open by ${by}; ${rig.told(from)}`);
    // While nothing runs, no reading comes: the loads live on for 20 s.
    await pause(from + duration - seconds());
    await rig.closed(30);
    if (duration < 15) assert.deepEqual(rig.coils.since(from, LOAD), [], rig.told(from));
    return charge;
  };
}

/** A function node that stands still for so many seconds, and its button `block-SECONDS`. */
export const blocking = (duration: number) => [
  code('block', BLOCK),
  button(`block-${duration}`, ['block'], { payload: String(duration), payloadType: 'num' }),
];

/** A function node that throws where nobody catches it, and its button `throw-now`. */
export const THROWING: Flow = [
  code('throw', "timers.setTimeout(() => { throw new Error('nobody catches this'); }, 50);", {
    modules: { timers: 'timers' },
  }),
  button('throw-now', ['throw']),
];

/** A small heap, a function node that fills it, and its button `leak-now`. */
export const LEAKING: Plan = {
  nodeArgs: ['--max-old-space-size=64'],
  beside: [
    code(
      'leak',
      'const kept = []; setInterval(() => { for (let i = 0; i < 20000; i++) kept.push({ i, at: [i] }); }, 20);',
    ),
    button('leak-now', ['leak']),
  ],
};

export const PROCESS: readonly Scenario[] = [
  {
    hazards: ['H5', 'H6', 'H7'],
    title:
      'Node-RED killed (SIGKILL): the board opens charge, then load within 60 s, by itself; started again, both close',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 3,
    async run(rig) {
      const from = await rig.nextFrame();
      await rig.nodeRed.kill();
      const charge = await opensByTheBoard(rig, from);
      await rig.startNodeRed();
      await rig.closed(30);
      return charge;
    },
  },
  {
    hazards: ['H5'],
    title: 'a function node throws in a timer (uncaught exception): Node-RED ends, the board opens charge',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 3,
    plan: { beside: THROWING },
    run: (rig) => crashes(rig, 'throw-now', 10),
  },
  {
    hazards: ['H5'],
    title: 'a promise in a function node is rejected and nobody catches it: Node-RED ends, the board opens charge',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 3,
    plan: {
      beside: [code('reject', "Promise.reject(new Error('nobody catches this'));"), button('reject-now', ['reject'])],
    },
    run: (rig) => crashes(rig, 'reject-now', 10),
  },
  {
    hazards: ['H5', 'H29'],
    title: 'a function node leaks until Node-RED runs out of memory (heap of 64 MB): the board opens charge',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 2,
    alone: true,
    plan: LEAKING,
    run: (rig) => crashes(rig, 'leak-now', 60),
  },
  {
    hazards: ['H1'],
    title: 'the event loop stands still for 0.2 s: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 3,
    plan: { beside: blocking(0.2) },
    run: blocked(0.2),
  },
  {
    hazards: ['H1'],
    title: 'the event loop stands still for 1 s: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 3,
    plan: { beside: blocking(1) },
    run: blocked(1),
  },
  {
    hazards: ['H1', 'H7'],
    title:
      'the event loop stands still for 5 s: the board opens charge at the end of its lease, load stays, charge closes again',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 3,
    plan: { beside: blocking(5) },
    run: blocked(5),
  },
  {
    hazards: ['H1', 'H7'],
    title: 'the event loop stands still for 30 s: the board opens charge at the end of its lease, both close again',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 2,
    plan: { beside: blocking(30) },
    run: blocked(30),
  },
];
