/** A transport as somebody's own `ByteBus`. */
import type { ByteBus } from './bus.ts';
import { createHandle } from './handle.ts';
import type { Transport } from './transport.ts';

/** A handle on a transport for plain bytes. `release` is called once, when the handle is given back. */
export function createByteBus(transport: Transport, release: () => void): ByteBus {
  const handle = createHandle(transport, release);
  return {
    ...handle.base,
    onBytes: (listener) => handle.subscribe(() => transport.onBytes(listener)),
    write: (bytes) => !handle.isReleased() && transport.write(bytes),
  };
}
