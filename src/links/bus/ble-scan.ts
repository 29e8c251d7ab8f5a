/** Which Bluetooth devices are near, for whoever has to name one. */
import type { Clock } from '../../engine/clock.ts';
import { ADAPTER, adapterPath, BLUEZ, DEVICE, objectsOf, textIn, watch } from './bluez.ts';
import { adapterOf, bleTrouble } from './ble.ts';
import { type OpenDBus, openSystemBus } from './dbus.ts';

export interface NearDevice {
  /** `AA:BB:CC:DD:EE:FF` */
  readonly address: string;
  /** As it advertises itself; empty: it has no name. */
  readonly name: string;
}

export type Scanned =
  | { readonly ok: true; readonly devices: readonly NearDevice[] }
  | { readonly ok: false; readonly text: string };

/** Seconds to listen: most devices advertise several times a second. */
const LISTEN = 6;

/** Searches for a while, the named ones first. Never rejects. */
export async function scanBle(adapter: string, clock: Clock, open: OpenDBus = openSystemBus): Promise<Scanned> {
  try {
    const bus = await open(() => undefined);
    try {
      await watch(bus);
      await adapterOf(bus, adapter);
      const path = adapterPath(adapter);
      const filter = [['Transport', ['s', 'le']]];
      const on = { destination: BLUEZ, path, interface: ADAPTER };
      await bus.call({ ...on, member: 'SetDiscoveryFilter', signature: 'a{sv}', body: [filter] });
      // Somebody else may be searching already, which is as good.
      await bus.call({ ...on, member: 'StartDiscovery' }).catch(() => undefined);
      await new Promise<void>((resolve) => void clock.after(LISTEN, resolve));
      const objects = await objectsOf(bus);
      await bus.call({ ...on, member: 'StopDiscovery' }).catch(() => undefined);
      const devices = Object.entries(objects).flatMap(([at, { [DEVICE]: device }]): NearDevice[] => {
        if (device === undefined || !at.startsWith(`${path}/`)) return [];
        return [{ address: textIn(device['Address']), name: textIn(device['Name'] ?? device['Alias']) }];
      });
      const rank = ({ name, address }: NearDevice): string => (name === '' ? `1${address}` : `0${name}`);
      return { ok: true, devices: devices.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)) };
    } finally {
      bus.close();
    }
  } catch (error) {
    return { ok: false, text: bleTrouble(error, adapter) };
  }
}
