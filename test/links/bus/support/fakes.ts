/** Fakes for the bus tests: a transport whose other end is the test, a connector, and hex. */
import type { BusStatus } from '../../../../src/links/bus/bus.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { createListeners } from '../../../../src/links/bus/listeners.ts';
import type { Connect, Transport, WireEvents } from '../../../../src/links/bus/transport.ts';

export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

export interface FakeTransport extends Transport {
  /** What was written, as hex, oldest first. */
  readonly written: string[];
  /** Why it was asked to reopen. */
  readonly reopened: string[];
  takesBytes: boolean;
  become(state: BusStatus['state'], problem?: string | null): void;
  hear(data: Uint8Array): void;
}

/** A transport in the state `open`. `reopen` makes it `lost`; the test opens it again with `become`. */
export function createFakeTransport(clock: Clock, path = '/dev/fake'): FakeTransport {
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  let status: BusStatus = { state: 'open', problem: null };
  const fake: FakeTransport = {
    path,
    written: [],
    reopened: [],
    takesBytes: true,
    become(state, problem = null) {
      status = { state, problem };
      statusListeners.tell(status);
    },
    hear: (data) => byteListeners.tell(data, clock.now()),
    status: () => status,
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    write(data) {
      if (status.state !== 'open' || !fake.takesBytes) return false;
      fake.written.push(hex(data));
      return true;
    },
    reopen(reason) {
      fake.reopened.push(reason);
      fake.become('lost', reason);
    },
    close: () => fake.become('closed', 'closed'),
  };
  return fake;
}

export interface FakeWire {
  readonly events: WireEvents;
  readonly written: string[];
  closed: 'orderly' | 'abort' | null;
}

/** A connector that only notes the attempts; the test says what becomes of each. */
export function createFakeConnect(): { readonly connect: Connect; readonly wires: FakeWire[] } {
  const wires: FakeWire[] = [];
  return {
    wires,
    connect(events) {
      const wire: FakeWire = { events, written: [], closed: null };
      wires.push(wire);
      return {
        write(data) {
          wire.written.push(hex(data));
          return true;
        },
        close(how) {
          wire.closed = how;
        },
      };
    },
  };
}
