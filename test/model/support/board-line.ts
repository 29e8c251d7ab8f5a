/** A simulated relay board and the line to it, for any number of processes that connect. */
import type { BusSpec, BusStatus } from '../../../src/links/bus/bus.ts';
import { createListeners } from '../../../src/links/bus/listeners.ts';
import type { Transport } from '../../../src/links/bus/transport.ts';
import type { ContactBoard } from '../../../src/simulator/device.ts';
import { createRelayBoard } from '../../../src/simulator/relay-board.ts';
import type { Process, World } from './world.ts';

/** Seconds that bytes take from one end to the other. */
const WAY = 0.002;
/** Seconds until a connection that was dropped is made anew. */
const AGAIN = 1;

export interface BoardLine {
  readonly spec: BusSpec;
  readonly board: ContactBoard;
  /** The line is whole, and the board has power and obeys. */
  isWell(): boolean;
  plugged(is: boolean): void;
  exceptions(are: boolean): void;
  power(is: boolean): void;
  /** Somebody else writes a coil (from 0) over a connection of his own. */
  writeCoil(coil: number, on: boolean): void;
  open(process: Process): Transport;
}

export function createBoardLine(world: World, name: string): BoardLine {
  const spec: BusSpec = { kind: 'modbus-tcp', path: `tcp://${name}:502`, host: name, port: 502 };
  const board = createRelayBoard({ clock: world, channels: 4 });
  const ends = new Set<(isWhole: boolean) => void>();
  let isPlugged = true;
  let hasPower = true;
  let refuses = false;

  return {
    spec,
    board,
    isWell: () => isPlugged && hasPower && !refuses,
    plugged(is) {
      if (is === isPlugged) return;
      isPlugged = is;
      for (const end of ends) end(is);
    },
    exceptions(are) {
      refuses = are;
      board.command(`exceptions ${are ? 'on' : 'off'}`);
    },
    power(is) {
      hasPower = is;
      board.command(`power ${is ? 'on' : 'off'}`);
    },
    writeCoil(coil, on) {
      const peer = board.connect(() => undefined);
      peer.receive(Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 5, 0, coil, on ? 0xff : 0, 0));
      peer.close();
    },
    open(process) {
      const statusListeners = createListeners<[BusStatus]>();
      const byteListeners = createListeners<[Uint8Array, number]>();
      let status: BusStatus = isPlugged ? { state: 'open', problem: null } : { state: 'lost', problem: 'unplugged' };
      // What was on its way when a connection ended never arrives.
      let connection = 0;
      let peer = connect();

      function connect() {
        const mine = ++connection;
        return board.connect((bytes) => {
          world.after(WAY, () => {
            if (mine !== connection || !isPlugged) return;
            process.arrive(() => byteListeners.tell(bytes, process.now()));
          });
        });
      }

      function become(next: BusStatus): void {
        if (status.state === 'closed' || status.state === next.state) return;
        status = next;
        statusListeners.tell(next);
      }

      const end = (isWhole: boolean): void => {
        peer.close();
        peer = connect();
        process.arrive(() =>
          become(isWhole ? { state: 'open', problem: null } : { state: 'lost', problem: 'unplugged' }),
        );
      };
      ends.add(end);

      return {
        path: spec.path,
        status: () => status,
        onStatus: (listener) => statusListeners.add(listener),
        onBytes: (listener) => byteListeners.add(listener),
        write(bytes) {
          if (status.state !== 'open') return false;
          const to = peer;
          world.after(WAY, () => {
            if (to === peer && isPlugged) to.receive(bytes);
          });
          return true;
        },
        reopen(reason) {
          if (status.state !== 'open') return;
          peer.close();
          peer = connect();
          become({ state: 'lost', problem: reason });
          process.after(AGAIN, () => {
            if (isPlugged) become({ state: 'open', problem: null });
          });
        },
        close() {
          ends.delete(end);
          peer.close();
          connection += 1;
          become({ state: 'closed', problem: 'closed' });
        },
      };
    },
  };
}
