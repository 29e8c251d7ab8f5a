/** A Bluetooth Low Energy device as a line of bytes, by way of BlueZ on the system's D-Bus. */
import type { Clock } from '../../engine/clock.ts';
import type { BusSpec } from './bus.ts';
import type { Connect } from './transport.ts';

/** How to reach the device of `spec`. */
export function bleConnect(_spec: Extract<BusSpec, { kind: 'ble' }>, clock: Clock): Connect {
  return (events) => {
    const cancel = clock.after(0, () => events.ended('Bluetooth is not built in yet'));
    return { write: () => false, close: cancel };
  };
}
