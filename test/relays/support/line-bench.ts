/** A relay board of any kind on a line, all in one process and on one clock moved by hand; opened as the node opens it. */
import assert from 'node:assert/strict';
import type { BusSpec, BusStatus } from '../../../src/links/bus/bus.ts';
import { createListeners } from '../../../src/links/bus/listeners.ts';
import { createBusRegistry, type BusRegistry } from '../../../src/links/bus/registry.ts';
import type { Transport } from '../../../src/links/bus/transport.ts';
import { openOutput } from '../../../src/relays/open-output.ts';
import type { OutputSpec } from '../../../src/relays/output-spec.ts';
import type { RelayOutput } from '../../../src/relays/relay.ts';
import type { CoilEdge } from '../../../src/simulator/coils.ts';
import type { SimulatedDevice } from '../../../src/simulator/device.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { settle } from './board-bench.ts';

export type LineBoard = 'lcus' | 'kmtronic' | 'gx' | BmsBoard;
type BmsBoard = 'jbd' | 'daly' | 'jk';

const isBms = (board: LineBoard): board is BmsBoard => board === 'jbd' || board === 'daly' || board === 'jk';

export interface SimulatedBoard extends SimulatedDevice {
  contacts(): boolean[];
}

export interface LineBench {
  readonly clock: ManualClock;
  readonly board: SimulatedBoard;
  readonly buses: BusRegistry;
  readonly spec: BusSpec;
  /** Everything that was put on the line, in hexadecimal, with the second it was written. */
  readonly sent: { readonly at: number; readonly hex: string }[];
  /** Movements of the contacts, `at` in seconds of the clock. */
  readonly edges: { readonly at: number; readonly coil: number; readonly closed: boolean }[];
  /** Of a BMS, channel 1 is the charge switch and 2 the discharge switch. */
  relay(channel: number, heldOn?: boolean): RelayOutput;
  /** A line of the board's console: `dead`, `stick 1 closed`, `power off`, … */
  tell(line: string): void;
  /** Bytes out of nowhere, as if the board had sent them. */
  hear(bytes: Uint8Array): void;
  /** The line is cut, or whole again. */
  plugged(is: boolean): void;
  /** Moves time on in small steps, so that answers and timers fall in the order they would. */
  pass(seconds: number, look?: () => void): Promise<void>;
}

/** Seconds from one look to the next; shorter than anything the relay or the board counts in. */
const STEP = 0.02;
/** Seconds that bytes take from one end of the line to the other. */
const WAY = 0.004;

/** `make` starts the board; `kind` is the line's. */
export function createLineBench<Board extends SimulatedBoard>(
  board: LineBoard,
  make: (clock: ManualClock, onEdge: (edge: CoilEdge) => void) => Board,
): LineBench & { readonly board: Board } {
  const clock = new ManualClock();
  const kind = board === 'gx' ? 'modbus-tcp' : 'tcp';
  const spec: BusSpec = { kind, path: 'tcp://board:1', host: 'board', port: 1 };
  const edges: LineBench['edges'] = [];
  const sent: LineBench['sent'] = [];
  const device = make(clock, ({ coil, closed }) => edges.push({ at: clock.now(), coil, closed }));
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  let status: BusStatus = { state: 'open', problem: null };
  // Each connection is a peer of its own: what was on its way when the line was cut never arrives.
  let connection = 0;
  let peer = connect();

  function connect() {
    const mine = ++connection;
    return device.connect((bytes) => {
      clock.after(WAY, () => {
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
    path: spec.path,
    status: () => status,
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    write(bytes) {
      if (status.state !== 'open') return false;
      sent.push({ at: clock.now(), hex: Buffer.from(bytes).toString('hex') });
      const to = peer;
      clock.after(WAY, () => {
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
    board: device,
    buses,
    spec,
    sent,
    edges,
    relay(channel, heldOn = true) {
      const output: OutputSpec = isBms(board)
        ? { board, bus: spec, switch: channel === 1 ? 'charge' : 'discharge', heldOn: true }
        : { board, bus: spec, channel, heldOn };
      const opened = openOutput(output, { clock, buses });
      assert.ok(opened.ok, opened.ok ? '' : opened.problem.problem);
      return opened.output;
    },
    tell: (line) => assert.equal(device.command(line), null),
    hear: (bytes) => byteListeners.tell(bytes, clock.now()),
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

/** The state of an output that is where it was told to be, and has said so. */
export function confirmed(held: boolean) {
  return { commanded: held, actual: held, verified: true, problem: null, fault: null };
}
