/** What a Bluetooth wire does with a D-Bus that behaves in ways the real one seldom does, on a clock moved by hand. */
import assert from 'node:assert/strict';
import { bleConnect } from '../../../src/links/bus/ble.ts';
import { findDevice } from '../../../src/links/bus/bluez.ts';
import type { BlePeer } from '../../../src/links/bus/bus.ts';
import type { Call, DBus, Signal } from '../../../src/links/bus/dbus.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const ADAPTER = '/org/bluez/hci0';
const device = (address: string, name: string): Record<string, unknown> => ({
  [`${ADAPTER}/dev_${address.replaceAll(':', '_')}`]: {
    'org.bluez.Device1': { Address: address, ...(name === '' ? {} : { Name: name, Alias: name }) },
  },
});
const withAdapter = (...devices: readonly Record<string, unknown>[]): Record<string, unknown> =>
  Object.assign({ [ADAPTER]: { 'org.bluez.Adapter1': { Powered: true } } }, ...devices) as Record<string, unknown>;

function start(objects: Record<string, unknown>, peer: Partial<BlePeer> = {}) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const listeners: ((signal: Signal) => void)[] = [];
  const bus: DBus = {
    call({ member }: Call) {
      calls.push(member);
      return Promise.resolve(member === 'GetManagedObjects' ? [objects] : []);
    },
    onSignal: (listener) => void listeners.push(listener),
    close: () => undefined,
  };
  const seen = { opened: 0, chunks: 0, ended: null as string | null };
  const streams = [{ service: 'ff00', notify: 'ff01', write: 'ff02' }];
  const spec = {
    kind: 'ble',
    path: 'ble://hci0/x',
    adapter: 'hci0',
    peer: { device: 'AA:BB:CC:DD:EE:01', streams, ...peer },
  } as const;
  const wire = bleConnect(spec, clock, () => Promise.resolve(bus))({
    opened: () => void (seen.opened += 1),
    received: () => void (seen.chunks += 1),
    ended: (problem) => void (seen.ended = problem),
  });
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 10; n += 1) await new Promise(setImmediate);
  };
  return { clock, calls, wire, seen, settle, signal: (signal: Signal) => listeners.forEach((tell) => tell(signal)) };
}

describe('a Bluetooth wire', () => {
  it('that is closed while it looks for its device leaves no timer', async () => {
    const { clock, wire, settle, calls } = start(withAdapter());
    await settle();
    assert.ok(calls.includes('StartDiscovery'));
    assert.ok(clock.pending > 0);
    wire.close('orderly');
    assert.equal(clock.pending, 0);
    clock.advance(60);
    await settle();
    assert.equal(clock.pending, 0);
  });

  it('does not take a device without a name for one that nobody has named', () => {
    const objects = withAdapter(device('AA:BB:CC:DD:EE:02', '')) as Parameters<typeof findDevice>[0];
    assert.equal(findDevice(objects, ADAPTER, ''), null);
    assert.notEqual(findDevice(objects, ADAPTER, 'aa:bb:cc:dd:ee:02'), null);
  });

  it('connects to none of two devices that have the same name', async () => {
    const two = withAdapter(device('AA:BB:CC:DD:EE:03', 'BMS'), device('AA:BB:CC:DD:EE:04', 'BMS'));
    const { seen, settle, calls } = start(two, { device: 'bms' });
    await settle();
    assert.match(
      String(seen.ended),
      /2 devices are called bms.*give the address.*AA:BB:CC:DD:EE:03, AA:BB:CC:DD:EE:04/,
    );
    assert.ok(!calls.includes('Connect'));
    const one = start(two, { device: 'AA:BB:CC:DD:EE:04' });
    await one.settle();
    assert.ok(one.calls.includes('Connect'));
    one.wire.close('abort');
  });

  it('passes over signals that hold something else than they should', async () => {
    const { seen, settle, signal, wire } = start(withAdapter(), { streams: 'adverts' });
    await settle();
    assert.equal(seen.opened, 1);
    const common = { path: ADAPTER, interface: 'org.freedesktop.DBus.ObjectManager' };
    for (const body of [[], [1], ['/x'], ['/x', null], [null, {}], [ADAPTER, { 'org.bluez.Device1': null }]]) {
      signal({ ...common, member: 'InterfacesAdded', body });
      signal({ ...common, member: 'PropertiesChanged', body });
      signal({ ...common, member: 'PropertiesChanged', body: ['org.bluez.Device1', ...body.slice(1)] });
    }
    assert.equal(seen.chunks, 0);
    assert.equal(seen.ended, null);
    wire.close('orderly');
  });
});
