/** BlueZ's objects, as its D-Bus API (`org.bluez`, documents `device-api`, `gatt-api`, `adapter-api`) names them. */
import type { GattStream } from './bus.ts';
import type { DBus } from './dbus.ts';

export const BLUEZ = 'org.bluez';
export const ADAPTER = 'org.bluez.Adapter1';
export const DEVICE = 'org.bluez.Device1';
export const SERVICE = 'org.bluez.GattService1';
export const CHARACTERISTIC = 'org.bluez.GattCharacteristic1';
const OBJECTS = 'org.freedesktop.DBus.ObjectManager';

export type Properties = Readonly<Record<string, unknown>>;
/** Interfaces and their properties, by the path of the object. */
export type Objects = Readonly<Record<string, Readonly<Record<string, Properties>>>>;

/** The path of an adapter (`hci0`). */
export function adapterPath(adapter: string): string {
  return `/org/bluez/${adapter}`;
}

/** Everything BlueZ knows now. */
export async function objectsOf(bus: DBus): Promise<Objects> {
  const [objects] = await bus.call({ destination: BLUEZ, path: '/', interface: OBJECTS, member: 'GetManagedObjects' });
  return (objects ?? {}) as Objects;
}

/** Properties, or none where something else came. */
export function propertiesIn(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

/** A text; empty where something else came. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Asks to be told what changes in BlueZ. */
export async function watch(bus: DBus): Promise<void> {
  const body = [`type='signal',sender='${BLUEZ}'`];
  await bus.call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'AddMatch',
    signature: 's',
    body,
  });
}

/** Whether the properties are of the device that is called so: its address, or the name it gives itself. */
export function isCalled(device: string, properties: Properties): boolean {
  const wanted = device.toLowerCase();
  return (
    wanted !== '' && ['Address', 'Name', 'Alias'].some((name) => textIn(properties[name]).toLowerCase() === wanted)
  );
}

export interface KnownDevice {
  readonly path: string;
  /** `AA:BB:CC:DD:EE:FF` */
  readonly address: string;
}

/** Every device behind an adapter that is called so: there is one of an address, there may be several of a name. */
export function devicesCalled(objects: Objects, adapter: string, device: string): KnownDevice[] {
  return Object.entries(objects).flatMap(([path, { [DEVICE]: properties }]) => {
    if (!path.startsWith(`${adapter}/`) || properties === undefined || !isCalled(device, properties)) return [];
    return [{ path, address: textIn(properties['Address']) }];
  });
}

/** The path of a device behind an adapter; `null`: BlueZ does not know it (yet). */
export function findDevice(objects: Objects, adapter: string, device: string): string | null {
  return devicesCalled(objects, adapter, device)[0]?.path ?? null;
}

/** `ff01` and `0000ff01-0000-1000-8000-00805f9b34fb` are the same (Bluetooth Core, vol. 3 B 2.5.1). */
function longUuid(uuid: string): string {
  const lower = uuid.toLowerCase();
  return lower.length === 4 ? `0000${lower}-0000-1000-8000-00805f9b34fb` : lower;
}

/** The first of the streams a device has, with the paths of its characteristics. */
export function findStream(
  objects: Objects,
  device: string,
  streams: readonly GattStream[],
): { readonly notify: string; readonly write: string } | null {
  const services = Object.entries(objects).filter(([path]) => path.startsWith(`${device}/`));
  for (const stream of streams) {
    const service = services.find(([, found]) => found[SERVICE]?.['UUID'] === longUuid(stream.service))?.[0];
    if (service === undefined) continue;
    const characteristic = (uuid: string): string | undefined =>
      services.find(
        ([path, found]) => path.startsWith(`${service}/`) && found[CHARACTERISTIC]?.['UUID'] === longUuid(uuid),
      )?.[0];
    const [notify, write] = [characteristic(stream.notify), characteristic(stream.write)];
    if (notify !== undefined && write !== undefined) return { notify, write };
  }
  return null;
}
