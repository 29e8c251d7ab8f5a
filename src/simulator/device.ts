/** What every simulated device looks like from outside: something on a line that can be told to misbehave. */
import type { Clock } from '../engine/clock.ts';

/** One end of the line: a TCP connection or a serial port. */
export interface Peer {
  /** Bytes that came in. Total: any bytes, cut anywhere. */
  receive(bytes: Uint8Array): void;
  close(): void;
}

export interface SimulatedDevice {
  /** A line to somebody; `send` puts bytes on it. */
  connect(send: (bytes: Uint8Array) => void): Peer;
  /** Obeys one line of text; `null` when done, otherwise a sentence on what is wrong with it. */
  command(line: string): string | null;
  /** Stops every timer. */
  close(): void;
}

/** The open lines of one device. */
export interface Peers {
  /** Takes a new one; it is forgotten when it is closed. */
  open(peer: Peer): Peer;
  /** Closes them all. */
  close(): void;
}

/** No line yet. */
export function createPeers(): Peers {
  const all = new Set<Peer>();
  return {
    open(peer) {
      const opened: Peer = {
        receive: (bytes) => peer.receive(bytes),
        close() {
          all.delete(opened);
          peer.close();
        },
      };
      all.add(opened);
      return opened;
    },
    close() {
      for (const peer of all) peer.close();
    },
  };
}

/** One with contacts. */
export interface ContactBoard extends SimulatedDevice {
  /** Where the contacts are. */
  contacts(): boolean[];
}

export interface DeviceOptions {
  readonly clock: Clock;
  /** Cells in series. */
  readonly cells: number;
  /** How many times faster than real the physics runs. */
  readonly speed: number;
  /** Ah. */
  readonly capacity: number;
  /** % to begin with. */
  readonly soc: number;
  /** Modbus unit. */
  readonly unit: number;
  /** Relays on a board. */
  readonly channels: number;
  /** Something happened that a test or a person wants to see: a line of JSON. */
  readonly report: (event: Readonly<Record<string, unknown>>) => void;
}

export interface DeviceKind {
  readonly id: string;
  /** A few words, for the list. */
  readonly description: string;
  /** Baud on a serial line, 8 data bits, 1 stop bit. */
  readonly baudRate: number;
  /** Default none. */
  readonly parity?: 'none' | 'even' | 'odd';
  create(options: DeviceOptions): SimulatedDevice;
}
