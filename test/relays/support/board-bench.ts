/** A relay board on a Modbus line, all in one process and on one clock moved by hand. */
import type { BusSpec, BusStatus, ModbusBus } from '../../../src/links/bus/bus.ts';
import { createListeners } from '../../../src/links/bus/listeners.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import type { Transport } from '../../../src/links/bus/transport.ts';
import type { CoilEdge } from '../../../src/simulator/coils.ts';
import type { ContactBoard } from '../../../src/simulator/device.ts';
import { createRelayBoard } from '../../../src/simulator/relay-board.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Lets every promise that can go on do so: the line answers in callbacks, the relay waits in promises. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface BoardBench {
  readonly clock: ManualClock;
  readonly board: ContactBoard;
  /** A handle of its own each time. */
  bus(): ModbusBus;
  /** The line is cut, or whole again. */
  plugged(is: boolean): void;
  /** Moves time on in small steps, so that answers and timers fall in the order they would. */
  pass(seconds: number, look?: () => void): Promise<void>;
  readonly edges: readonly CoilEdge[];
}

const SPEC: BusSpec = { kind: 'tcp', path: 'tcp://board:1', host: 'board', port: 1 };
/** Seconds from one look to the next; shorter than anything the relay or the board counts in. */
const STEP = 0.02;

export function createBoardBench(): BoardBench {
  const clock = new ManualClock();
  const edges: CoilEdge[] = [];
  const board = createRelayBoard({ clock, channels: 4, onEdge: (edge) => edges.push(edge) });
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  let status: BusStatus = { state: 'open', problem: null };
  // Each connection is a peer of its own: what was on its way when the line was cut never arrives.
  let connection = 0;
  let peer = connect();

  function connect() {
    const mine = ++connection;
    return board.connect((bytes) => {
      clock.after(0.002, () => {
        if (mine === connection && status.state === 'open') byteListeners.tell(bytes, clock.now());
      });
    });
  }

  const become = (next: BusStatus): void => {
    status = next;
    peer.close();
    peer = connect();
    statusListeners.tell(next);
  };

  const transport: Transport = {
    path: SPEC.path,
    status: () => status,
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    write(bytes) {
      if (status.state !== 'open') return false;
      const to = peer;
      clock.after(0.002, () => {
        if (to === peer) to.receive(bytes);
      });
      return true;
    },
    reopen(reason) {
      if (status.state !== 'open') return;
      become({ state: 'lost', problem: reason });
      clock.after(1, () => become({ state: 'open', problem: null }));
    },
    close: () => become({ state: 'closed', problem: 'closed' }),
  };
  const buses = createBusRegistry(clock, { open: () => transport });

  return {
    clock,
    board,
    edges,
    bus() {
      const claim = buses.modbus(SPEC);
      if (!claim.ok) throw new Error(claim.problem.problem);
      return claim.bus;
    },
    plugged(is) {
      if (is === (status.state === 'open')) return;
      become(is ? { state: 'open', problem: null } : { state: 'lost', problem: 'unplugged' });
    },
    async pass(seconds, look) {
      const end = clock.now() + seconds;
      while (clock.now() < end - 1e-9) {
        await settle();
        clock.advance(Math.min(STEP, end - clock.now()));
        await settle();
        look?.();
      }
    },
  };
}
