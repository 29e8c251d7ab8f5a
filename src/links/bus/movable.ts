/** A line whose other end may move to another process while somebody holds it. */
import type { BusStatus } from './bus.ts';
import { createListeners } from './listeners.ts';
import type { ModbusLine } from './modbus-line.ts';
import type { Transport } from './transport.ts';

/** What carries a bus: the bytes, and the one who talks Modbus on them. */
export interface Backend {
  readonly transport: Transport;
  /** `null` on a line of plain bytes. */
  readonly line: ModbusLine | null;
}

export interface Movable extends Backend {
  /** Closes what carries the bus now and goes on with another; whoever listens sees it lost, and open again. */
  moveTo(open: () => Backend): void;
  /** For good. */
  close(): void;
}

/** Wraps a backend so that its holders need not know when it is replaced. */
export function movable(first: Backend): Movable {
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  let current = first;
  let stops: (() => void)[] = [];

  function follow(backend: Backend): void {
    current = backend;
    stops = [
      backend.transport.onStatus((status) => statusListeners.tell(status)),
      backend.transport.onBytes((chunk, at) => byteListeners.tell(chunk, at)),
    ];
  }

  function leave(): void {
    for (const stop of stops) stop();
    stops = [];
    current.line?.close();
    current.transport.close();
  }

  follow(first);
  return {
    transport: {
      path: first.transport.path,
      status: () => current.transport.status(),
      onStatus: (listener) => statusListeners.add(listener),
      onBytes: (listener) => byteListeners.add(listener),
      write: (bytes) => current.transport.write(bytes),
      reopen: (reason) => current.transport.reopen(reason),
      close: () => current.transport.close(),
    },
    line:
      first.line === null
        ? null
        : {
            // A line that moves stays what it was: plain bytes, or Modbus.
            request: (request, options) => current.line!.request(request, options),
            close: () => current.line?.close(),
          },
    moveTo(open) {
      leave();
      follow(open());
      statusListeners.tell(current.transport.status());
    },
    close() {
      current.line?.close();
      // Its holders hear "closed" from the transport itself.
      current.transport.close();
      for (const stop of stops) stop();
      stops = [];
      byteListeners.clear();
      statusListeners.clear();
    },
  };
}
