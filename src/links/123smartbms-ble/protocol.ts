/** The Bluetooth side of the 123\SmartBMS among the protocols. */
import type { Observation } from '../../engine/reading/observation.ts';
import { sumOf } from '../bus/bytes.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createSmartBms123Ble } from './device.ts';
import { SMARTBMS123_BLE_INFO } from './info.ts';
import { lineOf, verdictOf } from './lines.ts';
import { addTo, createObserver, createTurn } from './observe.ts';
import { readRecord, type SmartBmsRecord } from './record.ts';

export const SMARTBMS123_BLE: Protocol = {
  info: SMARTBMS123_BLE_INFO,
  opens: { kind: 'bytes', device: createSmartBms123Ble },
  decode,
};

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const line = lineOf(bytes);
  const record = readRecord(line, options);
  if (record !== null) return { ok: true, frame: frameOf(record), seen: seenIn(record) };
  const frame = verdictFrame(line) ?? commandFrame(line) ?? answerFrame(line);
  if (frame !== null) return { ok: true, frame, seen: null };
  const text = `no line of a 123\\SmartBMS: ${bytes.length} bytes that are no record, command or answer of it`;
  return { ok: false, refusal: 'form', text };
}

/** Every field by name, those of the status bytes and counters among the others. */
function frameOf(record: SmartBmsRecord): Record<string, unknown> {
  if (record.kind === 'cell') {
    const { status, status2, ...fields } = record;
    return { ...fields, ...status, ...status2 };
  }
  if ('counters' in record) {
    const { counters, ...fields } = record;
    return { ...fields, ...counters };
  }
  return { ...record };
}

/** What one record says by itself: the cell it tells of is taken as it stands. */
function seenIn(record: SmartBmsRecord): Observation {
  const turn = createTurn();
  addTo(turn, record);
  const observation = createObserver().observe(turn, 0, 'counters' in record ? record.counters : {});
  if (record.kind !== 'cell' || observation.cells === undefined) return observation;
  const { cell, voltage, temperature } = record;
  return { ...observation, cells: [{ cell, voltage, temperature }] };
}

function verdictFrame(line: string): Record<string, unknown> | null {
  const verdict = verdictOf(line);
  return verdict === null ? null : { kind: 'answer', accepted: verdict === 'yes' };
}

/** Nothing secret is said back. */
function commandFrame(line: string): Record<string, unknown> | null {
  if (line === '$') return { kind: 'command', command: 'flush' };
  if (/^PW\d{4,8}!$/.test(line)) return { kind: 'command', command: 'login' };
  if (line === 'E!' || line === 'D!')
    return { kind: 'command', command: line === 'E!' ? 'start stream' : 'stop stream' };
  if (/^(?:V|S[123]|SRY[01]|TS|L[0-9]|H[0-9A-D])@$/.test(line))
    return { kind: 'command', command: 'query', query: line };
  const [, value, address] = /^([0-9A-F]{1,4})-([0-9A-F]{3})!$/.exec(line) ?? [];
  if (value === undefined || address === undefined) return null;
  return { kind: 'command', command: 'write', address, value: Number.parseInt(value, 16) };
}

/**
 * The answer to a query: fields of hexadecimal digits, the last one the low 8 bits of the sum of the characters before
 * it, without `_`. That of `V@` is known by its six fields; the others hold settings, and are shown as they came, but
 * for the one with the PIN in it.
 */
function answerFrame(line: string): Record<string, unknown> | null {
  const fields = line.split('_');
  // A single letter in front is that of a record, whose form did not fit.
  if (fields.length < 2 || !/^[0-9A-F]{2}/.test(line) || !fields.every((field) => /^[0-9A-F]{1,32}$/.test(field))) {
    return null;
  }
  const check = fields.at(-1) ?? '';
  if (!/^[0-9A-F]{2}$/.test(check)) return null;
  const sum = sumOf(Buffer.from(fields.slice(0, -1).join(''), 'latin1')) & 0xff;
  const common = { kind: 'query answer', checksumOk: sum === Number.parseInt(check, 16) };
  if (/^[0-9A-F]{3}(?:_[0-9A-F]{2}){3}_[0-9A-F]{3}_[0-9A-F]{2}$/.test(line)) {
    const [major, minor, build] = fields[0] ?? '';
    return { ...common, query: 'V@', firmware: `${major}.${minor}.${build}` };
  }
  const isPin = (field: string): boolean => /^(?:3[0-9]){4}$/.test(field);
  return { ...common, fields: fields.slice(0, -1).map((field) => (isPin(field) ? '(a PIN)' : field)) };
}
