/** A D-Bus of its own with something on it that behaves like BlueZ with one adapter and one device. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasDBus = spawnSync('dbus-daemon', ['--version']).status === 0;

const ADAPTER = '/org/bluez/hci0';
export const DEVICE = `${ADAPTER}/dev_AA_BB_CC_DD_EE_FF`;
const SERVICE = `${DEVICE}/service0010`;
const NOTIFY = `${SERVICE}/char0011`;
const WRITE = `${SERVICE}/char0014`;
const uuid = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;

interface Native {
  createClient(options: { busAddress: string; ayBuffer: boolean }): {
    name?: string;
    connection: { end(): void };
    requestName(name: string, flags: number, done: (error: unknown) => void): void;
    setMethodCallHandler(path: string, iface: string, member: string, handler: unknown): void;
    sendSignal(path: string, iface: string, member: string, signature: string, body: readonly unknown[]): void;
  };
}

export interface FakeBluez {
  readonly address: string;
  /** Calls by member, as they came. */
  readonly calls: { readonly member: string; readonly path: string; readonly body: readonly unknown[] }[];
  readonly state: {
    powered: boolean;
    seen: boolean /** It is found when it is looked for. */;
    comes: boolean;
    resolves: boolean;
    refuses: string | null;
    hasService: boolean;
  };
  /** The device sends a notification. */
  notify(bytes: Uint8Array): void;
  advertise(company: number, bytes: Uint8Array): void;
  /** The device goes out of range. */
  disconnect(): void;
  /** Told what is written to the device. */
  onWrite: (bytes: Uint8Array) => void;
  close(): Promise<void>;
}

/** Starts both. Without `running` nobody owns `org.bluez`. */
export async function startFakeBluez(running = true): Promise<FakeBluez> {
  const folder = mkdtempSync(join(tmpdir(), 'cellwarden-dbus-'));
  const address = `unix:path=${join(folder, 'bus')}`;
  const daemon = spawn('dbus-daemon', [
    '--session',
    '--nofork',
    '--nopidfile',
    `--address=${address}`,
    '--print-address',
  ]);
  await new Promise<void>((resolve, reject) => {
    daemon.stdout.once('data', () => resolve());
    daemon.once('error', reject);
  });
  const library = (await import('@homebridge/dbus-native')) as unknown as { default: Native };
  const bus = library.default.createClient({ busAddress: address, ayBuffer: true });
  const calls: FakeBluez['calls'] = [];
  const state: FakeBluez['state'] = {
    powered: true,
    seen: true,
    comes: true,
    resolves: true,
    refuses: null,
    hasService: true,
  };
  let connected = false;
  const fake: { onWrite: (bytes: Uint8Array) => void } = { onWrite: () => undefined };

  const device = (): unknown[] => [
    ['Address', ['s', 'AA:BB:CC:DD:EE:FF']],
    ['Alias', ['s', 'Test BMS']],
    ['Connected', ['b', connected]],
    ['ServicesResolved', ['b', connected && state.resolves]],
  ];
  const objects = (): unknown[] => {
    const all: unknown[] = [[ADAPTER, [['org.bluez.Adapter1', [['Powered', ['b', state.powered]]]]]]];
    if (state.seen) all.push([DEVICE, [['org.bluez.Device1', device()]]]);
    if (state.seen && connected && state.hasService) {
      const gatt = 'org.bluez.GattCharacteristic1';
      all.push([SERVICE, [['org.bluez.GattService1', [['UUID', ['s', uuid('ff00')]]]]]]);
      all.push([NOTIFY, [[gatt, [['UUID', ['s', uuid('ff01')]]]]]]);
      all.push([WRITE, [[gatt, [['UUID', ['s', uuid('ff02')]]]]]]);
    }
    return all;
  };
  const changed = (path: string, iface: string, properties: unknown[]): void =>
    bus.sendSignal(path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged', 'sa{sv}as', [iface, properties, []]);

  /** Answers a call, or throws what D-Bus calls an error. */
  function answer(member: string, path: string, body: readonly unknown[]): unknown {
    calls.push({ member, path, body });
    if (state.refuses === member) {
      throw Object.assign(new Error('le-connection-abort-by-local'), { dbusName: 'org.bluez.Error.Failed' });
    }
    if (member === 'GetManagedObjects') return objects();
    if (member === 'Connect') {
      connected = true;
      changed(DEVICE, 'org.bluez.Device1', [['Connected', ['b', true]]]);
    }
    if (member === 'Disconnect') connected = false;
    if (member === 'StartDiscovery') state.seen = state.seen || state.comes;
    if (member === 'WriteValue') fake.onWrite(Uint8Array.from(body[0] as Buffer));
    return undefined;
  }

  const members: readonly [path: string, iface: string, names: readonly string[]][] = [
    ['/', 'org.freedesktop.DBus.ObjectManager', ['GetManagedObjects']],
    [ADAPTER, 'org.bluez.Adapter1', ['SetDiscoveryFilter', 'StartDiscovery', 'StopDiscovery']],
    [DEVICE, 'org.bluez.Device1', ['Connect', 'Disconnect']],
    [NOTIFY, 'org.bluez.GattCharacteristic1', ['StartNotify', 'StopNotify']],
    [WRITE, 'org.bluez.GattCharacteristic1', ['WriteValue']],
  ];
  for (const [path, iface, names] of members) {
    for (const name of names) {
      const handle = (...body: unknown[]): unknown => answer(name, path, body.slice(0, -1));
      bus.setMethodCallHandler(path, iface, name, [handle, name === 'GetManagedObjects' ? 'a{oa{sa{sv}}}' : '']);
    }
  }
  if (running) {
    await new Promise<void>((resolve, reject) => {
      bus.requestName('org.bluez', 0, (error) => (error ? reject(new Error(JSON.stringify(error))) : resolve()));
    });
  }

  return Object.assign(fake, {
    address,
    calls,
    state,
    notify(bytes: Uint8Array) {
      changed(NOTIFY, 'org.bluez.GattCharacteristic1', [['Value', ['ay', Buffer.from(bytes)]]]);
    },
    advertise(company: number, bytes: Uint8Array) {
      changed(DEVICE, 'org.bluez.Device1', [['ManufacturerData', ['a{qv}', [[company, ['ay', Buffer.from(bytes)]]]]]]);
    },
    disconnect() {
      connected = false;
      changed(DEVICE, 'org.bluez.Device1', [['Connected', ['b', false]]]);
    },
    async close() {
      bus.connection.end();
      daemon.kill();
      await new Promise((resolve) => daemon.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  });
}
