/** Bluetooth by way of a D-Bus of the test's own, with something on it that behaves like BlueZ. */
import assert from 'node:assert/strict';
import { scanBle } from '../../../src/links/bus/ble-scan.ts';
import { bleConnect } from '../../../src/links/bus/ble.ts';
import type { BlePeer } from '../../../src/links/bus/bus.ts';
import { openSystemBus, splitTypes } from '../../../src/links/bus/dbus.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { until as waitFor } from '../../support/wait.ts';
import { type FakeBluez, hasDBus, startFakeBluez } from './support/fake-bluez.ts';

/** Seconds a device may take; the real one takes less. */
const LIMIT = 10;

const until = (is: () => boolean): Promise<true> => waitFor('Bluetooth', LIMIT, () => (is() ? true : null));

const STREAM = { service: 'ff00', notify: 'ff01', write: 'ff02' };

function connect(peer: Partial<BlePeer> = {}, adapter = 'hci0') {
  const seen = { opened: 0, chunks: [] as number[][], ended: null as string | null };
  const spec = {
    kind: 'ble',
    path: `ble://${adapter}/x`,
    adapter,
    peer: { device: 'aa:bb:cc:dd:ee:ff', streams: [STREAM], ...peer },
  } as const;
  const wire = bleConnect(
    spec,
    systemClock,
    openSystemBus,
  )({
    opened: () => void (seen.opened += 1),
    received: (chunk) => void seen.chunks.push([...chunk]),
    ended: (problem) => void (seen.ended = problem),
  });
  return { wire, seen };
}

describe('the types of D-Bus', () => {
  it('are told apart in a signature', () => {
    assert.deepEqual(splitTypes('sa{sv}as'), ['s', 'a{sv}', 'as']);
    assert.deepEqual(splitTypes('a{oa{sa{sv}}}(ib)aay'), ['a{oa{sa{sv}}}', '(ib)', 'aay']);
  });
});

describe('a Bluetooth device', function () {
  this.timeout(20_000);
  let bluez: FakeBluez;
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];

  beforeEach(async function () {
    if (!hasDBus) {
      console.log('    dbus-daemon is not installed: Bluetooth is not tested here');
      return this.skip();
    }
    bluez = await startFakeBluez();
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = bluez.address;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
    await bluez?.close();
  });

  it('is a line of bytes: notifications in, writes out in pieces', async () => {
    const written: number[][] = [];
    bluez.onWrite = (bytes) => void written.push([...bytes]);
    const { wire, seen } = connect();
    await until(() => seen.opened === 1);
    bluez.notify(Uint8Array.of(1, 2, 3));
    bluez.notify(Uint8Array.of(4));
    await until(() => seen.chunks.length === 2);
    assert.deepEqual(seen.chunks, [[1, 2, 3], [4]]);
    const long = Array.from({ length: 25 }, (_, i) => i);
    assert.equal(wire.write(Uint8Array.from(long)), true);
    await until(() => written.length === 2);
    assert.deepEqual(written, [long.slice(0, 20), long.slice(20)]);
    wire.close('orderly');
    assert.equal(wire.write(Uint8Array.of(1)), false);
    await until(() => bluez.calls.some(({ member }) => member === 'Disconnect'));
    assert.equal(seen.ended, null);
  });

  it('is known by its name too, and looked for where BlueZ has not seen it', async () => {
    bluez.state.seen = false;
    const { wire, seen } = connect({ device: 'test bms' });
    await until(() => seen.opened === 1);
    const members = bluez.calls.map(({ member }) => member);
    assert.ok(members.indexOf('StartDiscovery') < members.indexOf('StopDiscovery'));
    assert.ok(members.indexOf('StopDiscovery') < members.indexOf('Connect'));
    wire.close('orderly');
  });

  it('that goes out of range ends the line with its name', async () => {
    const { seen } = connect();
    await until(() => seen.opened === 1);
    bluez.disconnect();
    await until(() => seen.ended !== null);
    assert.match(String(seen.ended), /aa:bb:cc:dd:ee:ff has ended the connection/);
  });

  it('that refuses, or has another service, is named with the remedy', async () => {
    bluez.state.refuses = 'Connect';
    const refused = connect();
    await until(() => refused.seen.ended !== null);
    assert.match(String(refused.seen.ended), /cannot be reached by Bluetooth \(le-connection-abort/);
    bluez.state.refuses = null;
    bluez.state.hasService = false;
    const other = connect();
    await until(() => other.seen.ended !== null);
    assert.match(String(other.seen.ended), /none of the services of this protocol/);
  });

  it('an adapter that is off or not there is named with the remedy', async () => {
    const none = connect({}, 'hci7');
    await until(() => none.seen.ended !== null);
    assert.match(String(none.seen.ended), /no Bluetooth adapter hci7.*bluetoothctl list/);
    bluez.state.powered = false;
    const off = connect();
    await until(() => off.seen.ended !== null);
    assert.match(String(off.seen.ended), /switched off.*power on/);
  });

  it('that only advertises gives the manufacturer data of its company, and no other', async () => {
    const { wire, seen } = connect({ streams: 'adverts' });
    await until(() => seen.opened === 1);
    await until(() => bluez.calls.filter(({ member }) => member === 'GetManagedObjects').length >= 2);
    const send = (): void => {
      bluez.advertise(0x004c, Uint8Array.of(9, 9));
      bluez.advertise(0x02e1, Uint8Array.of(0x10, 7));
    };
    send();
    await until(() => {
      if (seen.chunks.length === 0) send();
      return seen.chunks.length > 0;
    });
    assert.deepEqual(seen.chunks[0], [0x10, 7]);
    assert.ok(!bluez.calls.some(({ member }) => member === 'Connect'));
    wire.close('orderly');
  });

  it('without BlueZ, or without a D-Bus, says what is missing', async () => {
    await bluez.close();
    bluez = await startFakeBluez(false);
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = bluez.address;
    const noBluez = connect();
    await until(() => noBluez.seen.ended !== null);
    assert.match(String(noBluez.seen.ended), /BlueZ does not run/);
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=/nowhere/at/all';
    const noBus = connect();
    await until(() => noBus.seen.ended !== null);
    assert.match(String(noBus.seen.ended), /D-Bus cannot be reached/);
  });

  it('devices near an adapter are listed, and an adapter that is not there is named', async () => {
    bluez.state.seen = false;
    const quick = { ...systemClock, now: systemClock.now, wall: systemClock.wall, every: systemClock.every };
    const clock = Object.assign(quick, { after: (_s: number, call: () => void) => systemClock.after(0.1, call) });
    assert.deepEqual(await scanBle('hci0', clock), {
      ok: true,
      devices: [{ address: 'AA:BB:CC:DD:EE:FF', name: 'Test BMS' }],
    });
    const none = await scanBle('hci9', clock);
    assert.match(none.ok ? '' : none.text, /no Bluetooth adapter hci9/);
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=/nowhere/at/all';
    const noBus = await scanBle('hci0', clock);
    assert.match(noBus.ok ? '' : noBus.text, /D-Bus cannot be reached/);
  });
});
