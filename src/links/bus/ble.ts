/**
 * A Bluetooth Low Energy device as a line of bytes, by way of BlueZ on the system's D-Bus: notifications come in, writes go
 * out; or, of a device that only advertises, each advertisement's manufacturer data is one chunk.
 */
import type { Clock } from '../../engine/clock.ts';
import {
  ADAPTER,
  adapterPath,
  BLUEZ,
  CHARACTERISTIC,
  DEVICE,
  devicesCalled,
  findDevice,
  findStream,
  isCalled,
  objectsOf,
  type Properties,
  propertiesIn,
  watch,
} from './bluez.ts';
import type { BlePeer, BusSpec, GattStream } from './bus.ts';
import { type DBus, type OpenDBus, openSystemBus, type Signal } from './dbus.ts';
import type { Connect, Wire, WireEvents } from './transport.ts';

type BleSpec = Extract<BusSpec, { kind: 'ble' }>;

/** Seconds to look for a device, and until its services are known. */
const TO_SEE = 20;
const TO_RESOLVE = 25;
/** Bytes that fit into a write of any device (ATT_MTU 23). */
const CHUNK = 20;
/** Writes that may wait. */
const MOST_WAITING = 32;
/** The company of the advertisements that are read: Victron Energy (Bluetooth SIG, assigned numbers). */
const COMPANY = 0x02e1;

/** How to reach the device of `spec`. Every failure ends the wire with a sentence; nothing rejects. */
export function bleConnect(spec: BleSpec, clock: Clock, open: OpenDBus = openSystemBus): Connect {
  return (events) => new BleWire(spec, clock, open, events);
}

/** What stands in the way, as a sentence for people. */
class Trouble extends Error {}

class BleWire implements Wire {
  readonly #clock: Clock;
  readonly #events: WireEvents;
  readonly #adapter: string;
  readonly #spec: BleSpec;
  #bus: DBus | null = null;
  #device: string | null = null;
  #target: { readonly notify: string; readonly write: string } | null = null;
  #closed = false;
  #waiting: Uint8Array[] = [];
  #writing = false;
  /** Somebody waits for a change: looks again when something has changed. */
  #look: (() => void) | null = null;
  /** Ends that wait. */
  #stopLooking: (() => void) | null = null;

  constructor(spec: BleSpec, clock: Clock, open: OpenDBus, events: WireEvents) {
    this.#spec = spec;
    this.#clock = clock;
    this.#events = events;
    this.#adapter = adapterPath(spec.adapter);
    this.#start(open).catch((error: unknown) => this.#end(sentence(error, spec)));
  }

  write(bytes: Uint8Array): boolean {
    if (this.#target === null || this.#closed || this.#waiting.length >= MOST_WAITING) return false;
    for (let at = 0; at < bytes.length; at += CHUNK) this.#waiting.push(bytes.slice(at, at + CHUNK));
    this.#writeNext();
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopLooking?.();
    this.#letGo();
  }

  async #start(open: OpenDBus): Promise<void> {
    const { peer } = this.#spec;
    if (peer === undefined) throw new Trouble('no Bluetooth device is named');
    const bus = await open((problem) => this.#end(problem));
    if (this.#closed) return bus.close();
    this.#bus = bus;
    bus.onSignal((signal) => this.#heard(signal));
    await watch(bus);
    await this.#checkAdapter();
    if (peer.streams === 'adverts') await this.#listen();
    else await this.#connect(peer, peer.streams);
  }

  async #checkAdapter(): Promise<void> {
    const { adapter } = this.#spec;
    const properties = await adapterOf(this.#live(), adapter);
    if (properties['Powered'] === false) {
      throw new Trouble(`the Bluetooth adapter ${adapter} is switched off: "bluetoothctl power on"`);
    }
  }

  async #listen(): Promise<void> {
    await this.#discover(true);
    this.#opened();
    const objects = await objectsOf(this.#live());
    const { device } = this.#spec.peer ?? { device: '' };
    this.#device = findDevice(objects, this.#adapter, device);
  }

  async #connect(peer: BlePeer, streams: readonly GattStream[]): Promise<void> {
    const bus = this.#live();
    const device = await this.#see(peer.device);
    this.#device = device;
    await bus.call({ destination: BLUEZ, path: device, interface: DEVICE, member: 'Connect' });
    const isResolved = async (): Promise<true | null> =>
      (await objectsOf(this.#live()))[device]?.[DEVICE]?.['ServicesResolved'] === true ? true : null;
    await this.#until(isResolved, TO_RESOLVE, `${peer.device} is connected but does not tell its services`);
    const target = findStream(await objectsOf(this.#live()), device, streams);
    if (target === null) {
      throw new Trouble(`${peer.device} has none of the services of this protocol: choose another protocol or device`);
    }
    await bus.call({ destination: BLUEZ, path: target.notify, interface: CHARACTERISTIC, member: 'StartNotify' });
    if (this.#closed) return this.#letGo();
    this.#target = target;
    this.#opened();
  }

  /** The path of the device, looked for where BlueZ does not know it. */
  async #see(name: string): Promise<string> {
    const find = async (): Promise<string | null> => {
      const called = devicesCalled(await objectsOf(this.#live()), this.#adapter, name);
      if (called.length < 2) return called[0]?.path ?? null;
      const addresses = called.map(({ address }) => address).join(', ');
      throw new Trouble(
        `${called.length} devices are called ${name}: give the address of the right one (${addresses})`,
      );
    };
    const known = await find();
    if (known !== null) return known;
    await this.#discover(false);
    const text = `${name} is not seen by ${this.#spec.adapter}: check that it is in range and that no phone holds it`;
    const path = await this.#until(find, TO_SEE, text);
    // BlueZ connects badly while it searches.
    await this.#adapterCall('StopDiscovery').catch(() => undefined);
    return path;
  }

  async #discover(everyAdvert: boolean): Promise<void> {
    const filter = [
      ['Transport', ['s', 'le']],
      ['DuplicateData', ['b', everyAdvert]],
    ];
    const how = { path: this.#adapter, interface: ADAPTER, member: 'SetDiscoveryFilter' };
    await this.#live().call({ destination: BLUEZ, ...how, signature: 'a{sv}', body: [filter] });
    await this.#adapterCall('StartDiscovery').catch((error: unknown) => {
      // Somebody else's search is as good.
      if (!(error instanceof Error && error.name.endsWith('InProgress'))) throw error;
    });
  }

  async #adapterCall(member: string): Promise<void> {
    await this.#live().call({ destination: BLUEZ, path: this.#adapter, interface: ADAPTER, member });
  }

  /** Looks again at every change and once a second, until there is something or the time is over. */
  #until<T>(look: () => Promise<T | null>, seconds: number, text: string): Promise<T> {
    return new Promise((resolve, reject) => {
      let busy = false;
      const stop = (): void => {
        stopLooking();
        stopWaiting();
        this.#look = this.#stopLooking = null;
      };
      const again = (): void => {
        if (busy) return;
        busy = true;
        look().then(
          (found) => {
            busy = false;
            if (found === null) return;
            stop();
            resolve(found);
          },
          (error: unknown) => {
            stop();
            reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      };
      const stopLooking = this.#clock.every(1, again);
      const stopWaiting = this.#clock.after(seconds, () => {
        stop();
        reject(new Trouble(text));
      });
      this.#look = again;
      this.#stopLooking = stop;
      again();
    });
  }

  #heard(signal: Signal): void {
    if (this.#closed) return;
    this.#look?.();
    if (signal.member === 'InterfacesAdded') return this.#added(signal);
    if (signal.member !== 'PropertiesChanged') return;
    const of = signal.body[0];
    const changed = propertiesIn(signal.body[1]);
    if (of === CHARACTERISTIC && signal.path === this.#target?.notify) {
      const value = changed['Value'];
      if (value instanceof Uint8Array) this.#events.received(value);
    } else if (of === DEVICE && signal.path === this.#device) {
      if (this.#target !== null && changed['Connected'] === false) {
        return this.#end(`${this.#spec.peer?.device ?? 'the device'} has ended the connection`);
      }
      this.#advert(changed);
    }
  }

  /** A device is seen for the first time: it may be the one whose advertisements are wanted. */
  #added({ body }: Signal): void {
    const { peer } = this.#spec;
    if (peer?.streams !== 'adverts') return;
    const [path, interfaces] = body;
    const properties = propertiesIn(propertiesIn(interfaces)[DEVICE]);
    const isOurs = typeof path === 'string' && path.startsWith(`${this.#adapter}/`);
    if (!isOurs || !isCalled(peer.device, properties)) return;
    this.#device = path;
    this.#advert(properties);
  }

  #advert(properties: Properties): void {
    if (this.#spec.peer?.streams !== 'adverts') return;
    const data = propertiesIn(properties['ManufacturerData'])[String(COMPANY)];
    if (data instanceof Uint8Array) this.#events.received(data);
  }

  #writeNext(): void {
    const { write } = this.#target ?? {};
    const bytes = this.#waiting[0];
    if (this.#writing || this.#closed || bytes === undefined || write === undefined) return;
    this.#writing = true;
    this.#waiting = this.#waiting.slice(1);
    const options = [['type', ['s', 'command']]];
    const how = { path: write, interface: CHARACTERISTIC, member: 'WriteValue', signature: 'aya{sv}' };
    this.#live()
      .call({ destination: BLUEZ, ...how, body: [Buffer.from(bytes), options] })
      .then(
        () => {
          this.#writing = false;
          this.#writeNext();
        },
        (error: unknown) => this.#end(sentence(error, this.#spec)),
      );
  }

  #live(): DBus {
    if (this.#bus === null || this.#closed) throw new Trouble('closed');
    return this.#bus;
  }

  #opened(): void {
    if (!this.#closed) this.#events.opened();
  }

  #end(problem: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopLooking?.();
    this.#letGo();
    this.#events.ended(problem);
  }

  /** Gives the device back to whoever else wants it; a search ends by itself with the connection to the bus. */
  #letGo(): void {
    const bus = this.#bus;
    this.#bus = null;
    if (bus === null) return;
    const device = this.#spec.peer?.streams === 'adverts' ? null : this.#device;
    const end = (): void => bus.close();
    if (device === null) return end();
    bus.call({ destination: BLUEZ, path: device, interface: DEVICE, member: 'Disconnect' }).then(end, end);
  }
}

function sentence(error: unknown, { adapter, peer }: BleSpec): string {
  return bleTrouble(error, peer === undefined ? adapter : peer.device);
}

/** What BlueZ tells of an adapter (`hci0`); rejects with a sentence for `bleTrouble` where there is none. */
export async function adapterOf(bus: DBus, adapter: string): Promise<Properties> {
  const properties = (await objectsOf(bus))[adapterPath(adapter)]?.[ADAPTER];
  if (properties === undefined) throw new Trouble(`there is no Bluetooth adapter ${adapter}: see "bluetoothctl list"`);
  return properties;
}

/** What went wrong with `who`, an adapter or a device, in a sentence with its remedy. */
export function bleTrouble(error: unknown, who: string): string {
  if (error instanceof Trouble) return error.message;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (/ServiceUnknown|NameHasNoOwner/.test(name)) return 'BlueZ does not run on this computer: install and start it';
  if (/AccessDenied/.test(name)) return 'Node-RED may not use Bluetooth: add its user to the group "bluetooth"';
  return `${who} cannot be reached by Bluetooth (${message})`;
}
