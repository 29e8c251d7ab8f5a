/**
 * How fast devices are polled, against the time their bytes take on the wire and the devices take to answer; and what one
 * dead device costs the others. The line is simulated on a clock of its own, byte by byte at the line's speed, so the
 * numbers do not depend on the machine. What is missing to 1 is ours, or a pause that the device's document asks for.
 */
import type { Clock } from '../src/engine/clock.ts';
import type { BusSpec, BusStatus } from '../src/links/bus/bus.ts';
import { createListeners } from '../src/links/bus/listeners.ts';
import { createBusRegistry } from '../src/links/bus/registry.ts';
import type { Transport } from '../src/links/bus/transport.ts';
import type { Link } from '../src/links/link.ts';
import { openProtocol } from '../src/links/open-protocol.ts';
import { parseOptions } from '../src/links/options.ts';
import type { Protocol } from '../src/links/protocol.ts';
import { findProtocol } from '../src/links/protocols.ts';
import { findDevice } from '../src/simulator/index.ts';
import { rounded, type Row } from './harness.ts';

/** s: short against a byte at 19200 Bd (0.57 ms). */
const TICK = 0.000_25;
/** Bytes a USB adapter hands over in one go. */
const LUMP = 16;
const CELLS = 16;

/** Time in ticks; timers fire at the tick after they are due. */
class TickClock implements Clock {
  #now = 1000;
  readonly #timers = new Set<{ at: number; call: () => void; every: number | null }>();
  now = (): number => this.#now;
  wall = (): number => 0;
  after = (seconds: number, call: () => void): (() => void) => this.#add(seconds, call, null);
  every = (seconds: number, call: () => void): (() => void) => this.#add(seconds, call, seconds);
  #add(seconds: number, call: () => void, every: number | null): () => void {
    const timer = { at: this.#now + seconds, call, every };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
  async pass(seconds: number): Promise<void> {
    const end = this.#now + seconds;
    while (this.#now < end) {
      this.#now += TICK;
      let fired = false;
      for (const timer of this.#timers) {
        if (timer.at > this.#now) continue;
        if (timer.every === null) this.#timers.delete(timer);
        else timer.at += timer.every;
        fired = true;
        timer.call();
      }
      // Promises of the link go on where something happened.
      if (fired) await new Promise(setImmediate);
    }
  }
}

interface Line {
  readonly clock: TickClock;
  readonly open: (protocol: Protocol, address: number, observed: (at: number) => void) => Link;
  /** s during which bytes were on the wire, or a device thought about its answer. */
  busy(): number;
  close(): void;
}

/** A half duplex line with devices of one kind at these addresses; those of `dead` say nothing. */
export function createLine(
  id: string,
  addresses: readonly number[],
  dead: readonly number[] = [],
  sent: (frame: Uint8Array) => void = () => undefined,
): Line {
  const protocol = findProtocol(id) ?? fail(id);
  const kind = findDevice(id) ?? fail(id);
  const line = protocol.info.line ?? fail(id);
  const clock = new TickClock();
  const spec: BusSpec = { kind: 'serial', path: '/dev/simulated', line };
  const perByte = (1 + line.dataBits + (line.parity === 'none' ? 0 : 1) + line.stopBits) / line.baudRate;
  const byteListeners = createListeners<[Uint8Array, number]>();
  const statusListeners = createListeners<[BusStatus]>();
  let freeAt = 0;
  let busy = 0;
  /** When the question that is not answered yet had arrived. */
  let askedAt: number | null = null;

  /** When so many bytes that are sent now have arrived. */
  function carry(bytes: number): number {
    const from = Math.max(clock.now(), freeAt);
    freeAt = from + bytes * perByte;
    busy += bytes * perByte;
    return from;
  }

  const devices = addresses.map((unit) => {
    const options = { cells: CELLS, speed: 1, capacity: 100, soc: 60, unit, channels: 8, report: () => undefined };
    const device = kind.create({ clock, ...options });
    if (dead.includes(unit)) device.command('silence');
    return device;
  });
  const peers = devices.map((device) =>
    device.connect((bytes) => {
      if (askedAt !== null) busy += clock.now() - askedAt;
      askedAt = null;
      sent(Uint8Array.from(bytes));
      const from = carry(bytes.length);
      for (let at = 0; at < bytes.length; at += LUMP) {
        const lump = bytes.slice(at, at + LUMP);
        clock.after(from + (at + lump.length) * perByte - clock.now(), () => byteListeners.tell(lump, clock.now()));
      }
    }),
  );
  const transport: Transport = {
    path: spec.path,
    status: () => ({ state: 'open', problem: null }),
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    write(bytes) {
      const from = carry(bytes.length);
      clock.after(from + bytes.length * perByte - clock.now(), () => {
        askedAt = clock.now();
        for (const peer of peers) peer.receive(bytes);
      });
      return true;
    },
    reopen: () => undefined,
    close: () => undefined,
  };
  const buses = createBusRegistry(clock, { open: () => transport, grace: 0 });
  return {
    clock,
    busy: () => busy,
    open(wanted, address, observed) {
      const parsed = parseOptions(wanted.info.options, { address }, CELLS);
      if (!parsed.ok) return fail(`${id} at ${address}`);
      const listener = { observed: () => observed(clock.now()), changed: () => undefined };
      const opened = openProtocol({ protocol: wanted, spec, options: parsed.options, clock, buses, listener });
      return opened.ok ? opened.link : fail(opened.problem.problem);
    },
    close() {
      for (const device of devices) device.close();
      buses.closeAll();
    },
  };
}

function fail(what: string): never {
  throw new Error(`the bench cannot have ${what}`);
}

/** Polls without a pause: a cycle against the time its bytes take. */
async function cycleRow(id: string): Promise<Row> {
  const protocol = findProtocol(id) ?? fail(id);
  const { line, options } = protocol.info;
  const option = options.find(({ name }) => name === 'address');
  const address = option?.name === 'address' ? option.fallback : 1;
  const wire = createLine(id, [address]);
  const hurried: Protocol = { ...protocol, info: { ...protocol.info, period: 0 } };
  let cycles = 0;
  const link = wire.open(hurried, address, () => {
    cycles += 1;
  });
  await wire.clock.pass(4); // the questions that are asked once
  const [busy, from] = [wire.busy(), wire.clock.now()];
  cycles = 0;
  await wire.clock.pass(12);
  const took = (wire.clock.now() - from) / Math.max(1, cycles);
  const bytes = (wire.busy() - busy) / Math.max(1, cycles);
  link.close();
  wire.close();
  const share = bytes / took;
  return {
    bench: `poll cycle ${id}, ${CELLS} cells, ${line?.baudRate} Bd`,
    unit: 'ms',
    value: rounded(took * 1000),
    reference: rounded(bytes * 1000),
    ratio: rounded(share),
    goal: '>= 0.9',
    met: share >= 0.9,
    note: 'reference: bytes on the wire and the time the device takes to answer; ratio: their share of a cycle',
  };
}

/** Sixteen devices on a line, one dead: the oldest value of the others, in cycles of theirs with all alive. */
async function deadRow(id: string): Promise<Row> {
  const protocol = findProtocol(id) ?? fail(id);
  const option = protocol.info.options.find(({ name }) => name === 'address');
  const first = option?.name === 'address' ? option.min : 1;
  const addresses = Array.from({ length: 16 }, (_, i) => Math.max(1, first) + i);
  const oldest = async (dead: readonly number[]): Promise<number> => {
    const wire = createLine(id, addresses, dead);
    const heard = new Map<number, number>();
    let longest = 0;
    const from = wire.clock.now() + 15; // until the dead one is known to be dead
    const links = addresses.map((address) =>
      wire.open(protocol, address, (at) => {
        const before = heard.get(address);
        if (before !== undefined && at > from) longest = Math.max(longest, at - before);
        heard.set(address, at);
      }),
    );
    await wire.clock.pass(45);
    for (const link of links) link.close();
    wire.close();
    return longest;
  };
  const alive = await oldest([]);
  const value = await oldest([addresses[7]!]);
  return {
    bench: `16 × ${id} on a line, one dead: longest between two readings of the others`,
    unit: 's',
    value: rounded(value),
    reference: rounded(alive),
    ratio: rounded(value / alive),
    goal: '<= 2',
    met: value / alive <= 2,
    note: 'reference: the same with all alive',
  };
}

/** The protocols with a line of their own, and two on which several devices share one. */
export async function linkRows(): Promise<Row[]> {
  const rows: Row[] = [];
  const polled = ['jbd', 'daly', 'jk', 'jk-pb', 'seplos-v2', 'seplos-v3', 'pylontech', 'pace', 'eg4-ll', 'ecs'];
  for (const id of polled) rows.push(await cycleRow(id));
  for (const id of ['pylontech', 'pace-modbus']) rows.push(await deadRow(id));
  return rows;
}
