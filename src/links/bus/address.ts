/**
 * A bus setting, as a dialog, a command line or a file gives it, into a checked `BusSpec`, or the field that is wrong.
 * Texts for the problems are made elsewhere, from catalogues.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { BusKind, BusSpec, LineSettings, Parity } from './bus.ts';

/** What a user filled in. Nothing about it is trusted; numbers may be text. */
export interface BusSetting {
  /** Absent: `tcp` for a path that starts with `tcp://`, else `serial`. */
  readonly kind?: unknown;
  /** `/dev/ttyUSB0`, `/dev/serial/by-id/…`, `COM3`; `tcp://host:port`; for Modbus TCP also `host` or `host:port`. */
  readonly path?: unknown;
  readonly baudRate?: unknown;
  readonly dataBits?: unknown;
  readonly parity?: unknown;
  readonly stopBits?: unknown;
}

export type BusProblemKey =
  | 'bad-kind'
  | 'no-path'
  | 'bad-path'
  | 'bad-host'
  | 'no-port'
  | 'bad-port'
  | 'bad-baud'
  | 'bad-data-bits'
  | 'bad-parity'
  | 'bad-stop-bits'
  /** Modbus RTU needs 8 data bits. */
  | 'needs-8-bits'
  /** Nobody can read plain bytes from a Modbus TCP connection. */
  | 'needs-modbus'
  /** Not the name of a Bluetooth adapter. */
  | 'bad-adapter'
  /** Modbus does not run over Bluetooth. */
  | 'no-modbus-by-ble'
  /** Somebody else holds the same path with other line settings. */
  | 'other-line-settings'
  /** Somebody else holds the same path for another kind of traffic. */
  | 'other-use';

export interface BusProblem {
  readonly field: 'kind' | 'path' | 'baudRate' | 'dataBits' | 'parity' | 'stopBits';
  readonly value: string;
  readonly problem: BusProblemKey;
}

export type ParsedBus =
  | { readonly ok: true; readonly spec: BusSpec }
  | { readonly ok: false; readonly problem: BusProblem };

/** 9600 8N1: what the 123\SmartBMS output and the usual relay boards use from the factory. */
export const DEFAULT_LINE: LineSettings = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 };

/** The port the Modbus TCP specification registers. */
const MODBUS_PORT = 502;
/** Slower than 300 is no device of today, faster than 4 MBd no driver. */
const BAUD_MIN = 300;
const BAUD_MAX = 4_000_000;

/**
 * Checks a bus setting.
 * @returns the spec, or the first field that is wrong. Never throws, whatever it is given.
 */
export function parseBus(setting: BusSetting): ParsedBus {
  const path = text(setting.path);
  const kind = readKind(setting.kind, path);
  if (kind === null) return wrong('kind', setting.kind, 'bad-kind');
  if (path === '') return wrong('path', setting.path, 'no-path');
  if (kind === 'ble') return parseAdapter(path);
  return kind === 'serial' ? parseSerial(path, setting) : parseNetwork(kind, path);
}

function readKind(kind: unknown, path: string): BusKind | null {
  if (kind === undefined || kind === null || kind === '') {
    return /^tcp:/i.test(path) ? 'tcp' : /^ble:/i.test(path) ? 'ble' : 'serial';
  }
  return kind === 'serial' || kind === 'tcp' || kind === 'modbus-tcp' || kind === 'ble' ? kind : null;
}

/** `hci0`, or `ble://hci0`. */
function parseAdapter(path: string): ParsedBus {
  const adapter = path
    .replace(/^ble:\/\//i, '')
    .replace(/\/$/, '')
    .toLowerCase();
  if (!/^hci\d{1,3}$/.test(adapter)) return wrong('path', path, 'bad-adapter');
  return { ok: true, spec: { kind: 'ble', path: `ble://${adapter}`, adapter } };
}

function parseSerial(path: string, setting: BusSetting): ParsedBus {
  if (!isPortName(path)) return wrong('path', path, 'bad-path');
  const baudRate = number(setting.baudRate, DEFAULT_LINE.baudRate);
  if (!(Number.isInteger(baudRate) && baudRate >= BAUD_MIN && baudRate <= BAUD_MAX)) {
    return wrong('baudRate', setting.baudRate, 'bad-baud');
  }
  const dataBits = number(setting.dataBits, DEFAULT_LINE.dataBits);
  if (dataBits !== 7 && dataBits !== 8) return wrong('dataBits', setting.dataBits, 'bad-data-bits');
  const parity = text(setting.parity) || DEFAULT_LINE.parity;
  if (!isParity(parity)) return wrong('parity', setting.parity, 'bad-parity');
  const stopBits = number(setting.stopBits, DEFAULT_LINE.stopBits);
  if (stopBits !== 1 && stopBits !== 2) return wrong('stopBits', setting.stopBits, 'bad-stop-bits');
  const automatic = (['baudRate', 'dataBits', 'parity', 'stopBits'] as const).filter((name) => isUnset(setting[name]));
  const line: LineSettings = { baudRate, dataBits, parity, stopBits };
  return {
    ok: true,
    spec: { kind: 'serial', path, line, ...(automatic.length === 0 ? {} : { automatic }) },
  };
}

/** An absolute file name, or a Windows port: a relative name would depend on where Node-RED was started. */
function isPortName(path: string): boolean {
  if (path.length > 1000 || hasControlCharacter(path)) return false;
  return (path.startsWith('/') && path.length > 1) || /^(?:\\\\\.\\)?COM[1-9]\d{0,2}$/i.test(path);
}

function hasControlCharacter(path: string): boolean {
  for (let i = 0; i < path.length; i += 1) if (path.charCodeAt(i) < 0x20 || path.charCodeAt(i) === 0x7f) return true;
  return false;
}

function parseNetwork(kind: 'tcp' | 'modbus-tcp', path: string): ParsedBus {
  const place = path.replace(/^tcp:\/\//i, '').replace(/\/$/, '');
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(place);
  const host = parts?.[1]?.replace(/^\[|\]$/g, '').toLowerCase() ?? '';
  const bracketed = parts?.[1]?.startsWith('[') ?? false;
  // Without brackets nobody can tell where an IPv6 address ends and the port begins.
  if (isIPv6(place) || !(bracketed ? isIPv6(host) : isHost(host))) return wrong('path', path, 'bad-host');
  const digits = parts?.[2];
  if (digits === undefined && kind === 'tcp') return wrong('path', path, 'no-port');
  const port = digits === undefined ? MODBUS_PORT : /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65_535) return wrong('path', path, 'bad-port');
  return { ok: true, spec: { kind, path: `tcp://${isIPv6(host) ? `[${host}]` : host}:${port}`, host, port } };
}

/** A name of the DNS (underscores too: home routers give them out) or an IPv4 address; `10.0.0.300` is neither. */
function isHost(host: string): boolean {
  if (host.length === 0 || host.length > 253) return false;
  if (/^[\d.]+$/.test(host)) return isIPv4(host);
  return host.split('.').every((label) => /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/.test(label));
}

function isParity(parity: string): parity is Parity {
  return parity === 'none' || parity === 'even' || parity === 'odd';
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** A number or a number as text; absent or empty gives the default, anything else NaN. */
function number(value: unknown, absent: number): number {
  if (value === undefined || value === null) return absent;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return Number.NaN;
  const trimmed = value.trim();
  return trimmed === '' ? absent : /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

function wrong(field: BusProblem['field'], value: unknown, problem: BusProblemKey): ParsedBus {
  const shown = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
  return { ok: false, problem: { field, value: shown, problem } };
}
