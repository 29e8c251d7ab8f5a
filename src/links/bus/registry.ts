/**
 * All buses of this process: one path is opened once, however many name it, and stays open a while after the last one
 * has given it back, because a redeploy takes everything down and builds it up again a moment later.
 */
import type { Clock } from '../../engine/clock.ts';
import type { BusProblem } from './address.ts';
import { bleConnect } from './ble.ts';
import type { BusSpec, ByteBus, LineSettings, ModbusBus } from './bus.ts';
import { createByteBus } from './byte-bus.ts';
import { createModbusBus } from './modbus-bus.ts';
import { createModbusLine, type LineManners } from './modbus-line.ts';
import { movable, type Backend, type Movable } from './movable.ts';
import { serialConnect } from './serial.ts';
import { tcpConnect } from './tcp.ts';
import { type Connect, createTransport, type Transport } from './transport.ts';

export type Claim<Bus> =
  | { readonly ok: true; readonly bus: Bus }
  | { readonly ok: false; readonly problem: BusProblem };

export interface BusRegistry {
  /** A handle for plain bytes. Refused when the path is held for Modbus or with other line settings. */
  bytes(spec: BusSpec): Claim<ByteBus>;
  /** A handle for Modbus: RTU on a serial port or through a bridge (`tcp`), MBAP on `modbus-tcp`. */
  modbus(spec: BusSpec): Claim<ModbusBus>;
  /** The line itself, for whoever passes it on to another process. */
  line(spec: BusSpec, use: BusUse): Claim<HeldLine>;
  /**
   * From now on the bus of that path is kept elsewhere (`away`): one that is open here moves, and its holders see a
   * line that is lost for a moment.
   */
  moveAway(path: string): void;
  /** Closes everything at once, whoever still holds it. */
  closeAll(): void;
}

/** Plain bytes, or Modbus with its queue. */
export type BusUse = 'bytes' | 'modbus';

export interface HeldLine extends Backend {
  release(): void;
}

/** Makes the transport of a bus; `firstAttemptAfter` in seconds. */
export type OpenTransport = (spec: BusSpec, firstAttemptAfter: number) => Transport;

export interface RegistryOptions {
  readonly open?: OpenTransport;
  /** Seconds a line that nobody holds stays open; default 20, longer than Node-RED's own limit of 15 for closing nodes. */
  readonly grace?: number;
  /** Opens a bus that another process keeps. */
  readonly away?: (spec: BusSpec, use: BusUse) => Backend;
}

interface Entry {
  readonly spec: BusSpec;
  readonly use: BusUse;
  readonly backend: Movable;
  isAway: boolean;
  holders: number;
  cancelGrace: (() => void) | null;
}

const GRACE = 20;
/** A port that is opened again with other settings must have been closed first, which takes the system some ms. */
const REOPEN_DELAY = 0.2;

/** An empty registry. */
export function createBusRegistry(clock: Clock, { open, grace = GRACE, away }: RegistryOptions = {}): BusRegistry {
  const openTransport = open ?? ((spec, firstAttemptAfter) => defaultTransport(spec, clock, firstAttemptAfter));
  const entries = new Map<string, Entry>();
  const keptAway = new Set<string>();

  function openHere(spec: BusSpec, use: BusUse, firstAttemptAfter: number): Backend {
    const transport = openTransport(spec, firstAttemptAfter);
    return { transport, line: use === 'modbus' ? createModbusLine(transport, mannersFor(spec), clock) : null };
  }

  function close(entry: Entry): void {
    if (entries.get(entry.spec.path) === entry) entries.delete(entry.spec.path);
    entry.cancelGrace?.();
    entry.cancelGrace = null;
    entry.backend.close();
  }

  function claim(spec: BusSpec, use: BusUse): Entry | BusProblem {
    const unfit = unfitFor(spec, use);
    if (unfit !== null) return unfit;
    const held = entries.get(spec.path);
    const other = held === undefined ? null : difference(held, spec, use);
    if (held !== undefined && other === null) {
      held.cancelGrace?.();
      held.cancelGrace = null;
      held.holders += 1;
      return held;
    }
    if (held !== undefined && other !== null) {
      if (held.holders > 0) return other;
      close(held); // given back a moment ago, and now wanted otherwise: the settings were edited
    }
    const isAway = away !== undefined && keptAway.has(spec.path);
    const backend = movable(isAway ? away(spec, use) : openHere(spec, use, held === undefined ? 0 : REOPEN_DELAY));
    const entry: Entry = { spec, use, backend, isAway, holders: 1, cancelGrace: null };
    entries.set(spec.path, entry);
    return entry;
  }

  function release(entry: Entry): void {
    entry.holders -= 1;
    if (entry.holders > 0 || entries.get(entry.spec.path) !== entry) return;
    if (grace > 0) entry.cancelGrace = clock.after(grace, () => close(entry));
    else close(entry);
  }

  return {
    bytes(spec) {
      const entry = claim(spec, 'bytes');
      if ('problem' in entry) return { ok: false, problem: entry };
      return { ok: true, bus: createByteBus(entry.backend.transport, () => release(entry)) };
    },
    modbus(spec) {
      const entry = claim(spec, 'modbus');
      if ('problem' in entry) return { ok: false, problem: entry };
      const { line, transport } = entry.backend;
      if (line === null) return { ok: false, problem: { field: 'path', value: spec.path, problem: 'other-use' } };
      return { ok: true, bus: createModbusBus(line, transport, () => release(entry)) };
    },
    line(spec, use) {
      const entry = claim(spec, use);
      if ('problem' in entry) return { ok: false, problem: entry };
      const { line, transport } = entry.backend;
      return { ok: true, bus: { line, transport, release: () => release(entry) } };
    },
    moveAway(path) {
      if (away === undefined) return;
      keptAway.add(path);
      const entry = entries.get(path);
      if (entry === undefined || entry.isAway) return;
      entry.isAway = true;
      entry.backend.moveTo(() => away(entry.spec, entry.use));
    },
    closeAll() {
      const all = [...entries.values()]; // a listener that is told "closed" may claim a new one
      for (const entry of all) close(entry);
    },
  };
}

function defaultTransport(spec: BusSpec, clock: Clock, firstAttemptAfter: number): Transport {
  return createTransport({ path: spec.path, connect: connectFor(spec, clock), clock, firstAttemptAfter });
}

function connectFor(spec: BusSpec, clock: Clock): Connect {
  if (spec.kind === 'serial') return serialConnect(spec.path, spec.line, clock);
  return spec.kind === 'ble' ? bleConnect(spec, clock) : tcpConnect(spec, clock);
}

function unfitFor(spec: BusSpec, use: BusUse): BusProblem | null {
  if (use === 'bytes' && spec.kind === 'modbus-tcp')
    return { field: 'kind', value: spec.kind, problem: 'needs-modbus' };
  if (use === 'modbus' && spec.kind === 'ble') return { field: 'kind', value: spec.kind, problem: 'no-modbus-by-ble' };
  // RTU 2.2: eleven bits a character, eight of them data.
  if (use === 'modbus' && spec.kind === 'serial' && spec.line.dataBits !== 8) {
    return { field: 'dataBits', value: String(spec.line.dataBits), problem: 'needs-8-bits' };
  }
  return null;
}

function difference(held: Entry, spec: BusSpec, use: BusUse): BusProblem | null {
  if (held.use !== use || held.spec.kind !== spec.kind)
    return { field: 'path', value: spec.path, problem: 'other-use' };
  if (held.spec.kind !== 'serial' || spec.kind !== 'serial') return null;
  const [mine, theirs] = [spec.line, held.spec.line];
  const fields: readonly (keyof LineSettings)[] = ['baudRate', 'dataBits', 'parity', 'stopBits'];
  const field = fields.find((name) => mine[name] !== theirs[name]);
  return field === undefined ? null : { field, value: String(mine[field]), problem: 'other-line-settings' };
}

/** How to behave on a line. RTU 2.5.1.1: 3.5 characters of 11 bits between frames, 1.75 ms above 19200 baud. */
export function mannersFor(spec: BusSpec): LineManners {
  if (spec.kind === 'modbus-tcp') return { framing: 'mbap', gap: 0, quiet: 0, perByte: 0, reopenWhenSilent: true };
  // A bridge keeps the gaps of its line itself; a little is left for it to see where our frames end.
  if (spec.kind !== 'serial') return { framing: 'rtu', gap: 0.005, quiet: 0.1, perByte: 0, reopenWhenSilent: true };
  const perByte = 11 / spec.line.baudRate;
  const gap = spec.line.baudRate > 19_200 ? 0.001_75 : 3.5 * perByte;
  // USB adapters hand bytes over in lumps up to 16 ms apart.
  return { framing: 'rtu', gap, quiet: Math.max(gap, 0.05), perByte, reopenWhenSilent: false };
}
