/** The guardian as a process of its own, and the pipe to it: late, lossy, and cut when one end dies. */
import type { GuardianEvents, GuardianProcess } from '../../../src/guardian/client.ts';
import { createGuardian, type Guardian } from '../../../src/guardian/guardian.ts';
import type { FromGuardian, ToGuardian } from '../../../src/guardian/protocol.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import { openOutput } from '../../../src/relays/open-output.ts';
import type { BoardLine } from './board-line.ts';
import { Process, type World } from './world.ts';

/** Seconds from its start until it serves. */
const START_UP = 0.2;
/** Seconds until one end notices that the other has died. */
const NOTICED = 0.02;

export interface Pipe {
  /** Seconds from one end to the other. */
  delay: number;
  /** True: the next message that may be lost is lost. */
  loses: () => boolean;
}

export interface RunningGuardian {
  readonly process: Process;
  /** Serves, and its Node-RED lives or it holds on for the rest of the leases. */
  isServing(): boolean;
  /** Did not end by itself, as one does that has nothing left to do. */
  wasKilled(): boolean;
  parentGone(): void;
  kill(): void;
  handOver(): ReturnType<Guardian['handOver']>;
}

/**
 * Messages that a pipe may lose. What introduces an output or a line is sent once, in one breath with what is wanted of it,
 * and no pipe loses a part of that.
 */
const LOSABLE: readonly string[] = ['hold', 'release', 'ping', 'pong', 'state'];

export function spawnGuardianProcess(
  world: World,
  parent: Process,
  line: BoardLine,
  pipe: Pipe,
  others: readonly RunningGuardian[],
  events: GuardianEvents,
): { readonly running: RunningGuardian; readonly handle: GuardianProcess } {
  const process = new Process(world);
  let isConnected = true;
  let isServing = false;
  let wasKilled = false;
  const early: ToGuardian[] = [];
  let introducedAt = -Infinity;
  /** A pipe keeps the order, whatever each message takes. */
  const lastAt = { there: 0, back: 0 };
  const travel = (way: 'there' | 'back', to: Process, what: string, call: () => void): void => {
    if (what === 'output') introducedAt = world.now();
    if (LOSABLE.includes(what) && world.now() > introducedAt && pipe.loses()) return;
    lastAt[way] = Math.max(lastAt[way], world.now() + pipe.delay);
    world.after(lastAt[way] - world.now(), () => {
      if (isConnected) to.arrive(call);
    });
  };

  const buses = createBusRegistry(process, { open: () => line.open(process) });
  const guardian = createGuardian({
    clock: process,
    buses,
    open: (spec) => openOutput(spec, { clock: process, buses }),
    send: (message: FromGuardian) => travel('back', parent, message.t, () => events.received(message)),
    memory: () => 0,
    exit: () => end('code 0'),
  });

  function end(why: string): void {
    if (!process.isAlive) return;
    process.kill();
    isServing = false;
    world.after(NOTICED, () => {
      isConnected = false;
      parent.arrive(() => events.ended(why));
    });
  }

  function kill(): void {
    wasKilled ||= process.isAlive;
    end('SIGKILL');
  }

  process.after(START_UP, () => {
    const held = others.filter((other) => other.process.isAlive).flatMap((other) => other.handOver() ?? []);
    guardian.inherit(held);
    isServing = true;
    for (const message of early.splice(0)) guardian.receive(message);
    travel('back', parent, 'ready', () => events.received({ t: 'ready' }));
  });

  const running: RunningGuardian = {
    process,
    isServing: () => isServing,
    wasKilled: () => wasKilled,
    parentGone: () =>
      void world.after(NOTICED, () => {
        isConnected = false;
        process.arrive(() => guardian.parentGone());
      }),
    kill,
    handOver: () => (isServing ? guardian.handOver() : null),
  };
  const handle: GuardianProcess = {
    pid: 1,
    send: (message) =>
      travel('there', process, message.t, () => {
        if (isServing) guardian.receive(message);
        else early.push(message);
      }),
    kill,
    disconnect: () => running.parentGone(),
  };
  return { running, handle };
}
