/** A link and its simulated device on one line, in one process, on one clock moved by hand; opened as a pack opens it. */
import assert from 'node:assert/strict';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import type { BusSpec, BusStatus } from '../../../src/links/bus/bus.ts';
import { createListeners } from '../../../src/links/bus/listeners.ts';
import { createBusRegistry, type BusRegistry } from '../../../src/links/bus/registry.ts';
import type { Transport } from '../../../src/links/bus/transport.ts';
import type { Link, LinkState } from '../../../src/links/link.ts';
import { openProtocol } from '../../../src/links/open-protocol.ts';
import { type GivenOptions, parseOptions } from '../../../src/links/options.ts';
import type { Protocol } from '../../../src/links/protocol.ts';
import type { DeviceKind, DeviceOptions, SimulatedDevice } from '../../../src/simulator/device.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** s from one look to the next, and s that bytes take from one end of the line to the other. */
const STEP = 0.01;
const WAY = 0.002;

export interface LinkBenchOptions {
  readonly protocol: Protocol;
  readonly device: DeviceKind;
  readonly cells?: number;
  readonly options?: GivenOptions;
  /** Of the simulated device. */
  readonly simulated?: Partial<DeviceOptions>;
  /** Default `tcp`, a bridge. */
  readonly kind?: 'tcp' | 'modbus-tcp';
}

export interface LinkBench {
  readonly clock: ManualClock;
  readonly device: SimulatedDevice;
  readonly buses: BusRegistry;
  readonly spec: BusSpec;
  readonly link: Link;
  /** What the link passed on, with the second it came, and its states. */
  readonly seen: { readonly observation: Observation; readonly at: number; readonly cameAt: number }[];
  readonly states: LinkState[];
  /** Everything the link put on the line, in hexadecimal. */
  readonly sent: string[];
  /** The newest observation; fails when there is none. */
  latest(): Observation;
  tell(command: string): void;
  /** Bytes out of nowhere, as if the device had sent them. */
  hear(bytes: Uint8Array): void;
  plugged(is: boolean): void;
  /** Another device on the same port. */
  replace(device: SimulatedDevice): void;
  pass(seconds: number): Promise<void>;
  close(): void;
}

/** Starts both; nothing has been asked yet. */
export function createLinkBench({ protocol, device: kind, cells = 8, ...rest }: LinkBenchOptions): LinkBench {
  const clock = new ManualClock();
  const spec: BusSpec = { kind: rest.kind ?? 'tcp', path: 'tcp://bms:1', host: 'bms', port: 1 };
  const defaults = { clock, cells, speed: 1, capacity: 100, soc: 60, unit: 1, channels: 8, report: () => undefined };
  let device = kind.create({ ...defaults, ...rest.simulated });
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  let status: BusStatus = { state: 'open', problem: null };
  const sent: string[] = [];
  let connection = 0;
  let peer = connect();

  function connect() {
    const mine = ++connection;
    return device.connect((bytes) => {
      const copy = Uint8Array.from(bytes);
      clock.after(WAY, () => {
        if (mine === connection && status.state === 'open') byteListeners.tell(copy, clock.now());
      });
    });
  }

  const become = (next: BusStatus): void => {
    status = next;
    peer.close();
    peer = connect();
    statusListeners.tell(next);
  };

  const transport: Transport = {
    path: spec.path,
    status: () => status,
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    write(bytes) {
      if (status.state !== 'open') return false;
      sent.push(Buffer.from(bytes).toString('hex'));
      const [to, copy] = [peer, Uint8Array.from(bytes)];
      clock.after(WAY, () => {
        if (to === peer) to.receive(copy);
      });
      return true;
    },
    reopen(reason) {
      if (status.state !== 'open') return;
      become({ state: 'lost', problem: reason });
      clock.after(1, () => become({ state: 'open', problem: null }));
    },
    close: () => become({ state: 'closed', problem: 'closed' }),
  };
  const buses = createBusRegistry(clock, { open: () => transport, grace: 0 });
  const parsed = parseOptions(protocol.info.options, rest.options ?? {}, cells);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const seen: LinkBench['seen'] = [];
  const states: LinkState[] = [];
  const opened = openProtocol({
    protocol,
    spec,
    options: parsed.options,
    clock,
    buses,
    listener: {
      observed: (observation, at) => seen.push({ observation, at, cameAt: clock.now() }),
      changed: (state) => states.push(state),
    },
  });
  assert.ok(opened.ok, JSON.stringify(opened));
  const { link } = opened;

  return {
    clock,
    get device() {
      return device;
    },
    buses,
    spec,
    link,
    seen,
    states,
    sent,
    latest() {
      const last = seen.at(-1);
      assert.ok(last !== undefined, `nothing was read: ${link.state().problem}`);
      return last.observation;
    },
    tell(command) {
      assert.equal(device.command(command), null);
    },
    hear: (bytes) => byteListeners.tell(bytes, clock.now()),
    plugged(is) {
      become(is ? { state: 'open', problem: null } : { state: 'lost', problem: 'unplugged' });
    },
    replace(next) {
      device.close();
      device = next;
      peer = connect();
    },
    async pass(seconds) {
      const steps = Math.round(seconds / STEP);
      for (let n = 0; n < steps; n += 1) {
        clock.advance(STEP);
        await new Promise(setImmediate);
      }
    },
    close() {
      link.close();
      device.close();
      buses.closeAll();
    },
  };
}
