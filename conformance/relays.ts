/**
 * Relay boards: what the drivers put on the line, and how they read what comes back. A few of the published commands are
 * never sent (toggling, settings of the board, operations that mean different things on different boards): those that
 * are Modbus are held against the codec all the same, the others must be no command that a driver sends.
 */
import {
  mbapRequest,
  type ParsedAnswer,
  parseMbapAnswer,
  parseRtuAnswer,
  rtuRequest,
} from '../src/links/bus/modbus-codec.ts';
import type { ModbusRequest } from '../src/links/bus/modbus-request.ts';
import type { HeldByteLine } from '../src/links/bus/byte-lines.ts';
import type { ContactDriver } from '../src/relays/contact.ts';
import { kmtronic, kmtronicCommand, readKmtronicState, readKmtronicStates } from '../src/relays/kmtronic.ts';
import { lcus, lcusCommand, readLcusStates } from '../src/relays/lcus.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

const UNIT = 1;
const MS_PER_STEP = 100;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const coil = (address: number, value: number): ModbusRequest => ({ fn: 5, unit: UNIT, address, value });
const readCoils = (count: number): ModbusRequest => ({ fn: 1, unit: UNIT, address: 0, count });
const setting = (address: number, value: number): ModbusRequest => ({ fn: 6, unit: 0, address, value });

function writeCoils(count: number, on: (coil: number) => boolean): ModbusRequest {
  return { fn: 15, unit: UNIT, address: 0, values: Array.from({ length: count }, (_, i) => on(i)) };
}

function failed(difference: string): Outcome {
  return { kind: 'failed', differences: [difference] };
}

type Build = (of: { ch: number; ms: number; mask: number; number: number }) => ModbusRequest;

/** What each operation of the file is in Modbus; its fields beside `op` go into the request. */
const OPERATIONS: Readonly<Record<string, Build>> = {
  on: ({ ch }) => coil(ch, 0xff00),
  off: ({ ch }) => coil(ch, 0),
  toggle: ({ ch }) => coil(ch, 0x5500),
  'all on': () => coil(0xff, 0xff00),
  'all off': () => coil(0xff, 0),
  'all toggle': () => coil(0xff, 0x5500),
  'flash on': ({ ch, ms }) => coil(0x200 + ch, ms / MS_PER_STEP),
  'flash off': ({ ch, ms }) => coil(0x400 + ch, ms / MS_PER_STEP),
  'read #': ({ number }) => readCoils(number),
  'write # all on': ({ number }) => writeCoils(number, () => true),
  'write # all off': ({ number }) => writeCoils(number, () => false),
  'write #': ({ number, mask }) => writeCoils(number, (i) => ((mask >> i) & 1) === 1),
  'set baud code #': ({ number }) => setting(0x2000, number),
  'set address #': ({ number }) => setting(0x4000, number),
  'read address': () => ({ fn: 3, unit: 0, address: 0x4000, count: 1 }),
  'read version': () => ({ fn: 3, unit: UNIT, address: 0x8000, count: 1 }),
};
const OPERATION_FIELDS = new Set(['op', 'ch', 'ms', 'mask']);

/** The relays of a GX device are registers. */
function gxRequest({ op, device, relay = 1, ...more }: Vector['expected']): ModbusRequest | string {
  if (device !== 'gx' || Object.keys(more).length > 0) return `unknown fields: ${Object.keys(more).join(', ')}`;
  if (op === 'on') return { fn: 6, unit: 100, address: 806 + Number(relay) - 1, value: 1 };
  if (op === 'read') return { fn: 3, unit: 100, address: 806, count: 2 };
  return `unknown operation ${JSON.stringify(op)}`;
}

function modbusRequest(expected: Vector['expected']): ModbusRequest | string {
  if ('device' in expected) return gxRequest(expected);
  const unknown = Object.keys(expected).filter((name) => !OPERATION_FIELDS.has(name));
  if (unknown.length > 0) return `unknown fields: ${unknown.join(', ')}`;
  const op = String(expected['op']);
  const build = OPERATIONS[op] ?? OPERATIONS[op.replace(/\d+/, '#')];
  if (build === undefined) return `unknown operation ${op}`;
  const number = Number(/\d+/.exec(op)?.[0] ?? 0);
  const [ch, ms, mask] = [Number(expected['ch'] ?? 0), Number(expected['ms'] ?? 0), Number(expected['mask'] ?? 0)];
  return build({ ch, ms, mask, number });
}

/** Answers, each with the request that it belongs to. */
function checkAnswer({ expected }: Vector, parse: (request: ModbusRequest) => ParsedAnswer): Outcome | null {
  if (expected['op'] === 'read answer') {
    const parsed = parse(readCoils(8));
    if (parsed.kind !== 'answer') return failed(`the codec says ${parsed.kind}`);
    const on = parsed.data.bits.flatMap((bit, i) => (bit ? [i] : []));
    return compare(expected, { op: 'read answer', on });
  }
  if (expected['op'] === 'write multiple ack') {
    const { kind } = parse(writeCoils(8, () => true));
    return kind === 'answer' ? compare(expected, { op: 'write multiple ack' }) : failed(`the codec says ${kind}`);
  }
  if (expected['error'] !== 'exception') return null;
  const parsed = parse(coil(0, 0));
  return compare(expected, parsed.kind === 'exception' ? { error: 'exception', code: parsed.code } : {});
}

function checkModbus(vector: Vector, bytes: Buffer, tcp: boolean): Outcome {
  const transaction = tcp ? bytes.readUInt16BE(0) : 0;
  const answer = checkAnswer(vector, (request) =>
    tcp ? parseMbapAnswer(request, transaction, bytes) : parseRtuAnswer(request, bytes),
  );
  if (answer !== null) return answer;
  const request = modbusRequest(vector.expected);
  if (typeof request === 'string') return failed(request);
  const built = hexOf(tcp ? mbapRequest(request, transaction) : rtuRequest(request));
  return compare({ hex: vector.hex }, { hex: built });
}

/** What a driver asks first, to learn where its contact is. */
function questionOf(open: (held: HeldByteLine) => ContactDriver): string {
  let asked = '';
  const line = {
    ask: (question: Uint8Array) => {
      asked ||= hexOf(question);
      return new Promise<never>(() => undefined);
    },
    heardAt: () => 0,
  };
  // Nothing else of the line is used until an answer comes, and none does.
  void open({ line } as unknown as HeldByteLine).read();
  return asked;
}

const lcusOn = (held: HeldByteLine): ContactDriver => lcus({ held, clock: systemClock, channel: 1, heldOn: true });
const kmtronicOn = (held: HeldByteLine): ContactDriver => kmtronic({ held, channel: 1, heldOn: true });

/** What the LCUS driver sends to any relay. */
const LCUS_COMMANDS = Array.from({ length: 8 }, (_, i) => [lcusCommand(i + 1, true), lcusCommand(i + 1, false)])
  .flat()
  .map(hexOf);

function checkLcus({ hex, expected }: Vector, bytes: Buffer): Outcome {
  const { op, ch, answer, ...states } = expected;
  if (op === undefined) {
    const told = readLcusStates(bytes);
    return told === null ? failed('no answer') : compare(states, Object.fromEntries(told.states));
  }
  if (Object.keys(states).length > 0) return failed(`unknown fields: ${Object.keys(states).join(', ')}`);
  if (op === 'on' || op === 'off') return compare({ hex }, { hex: hexOf(lcusCommand(Number(ch), op === 'on')) });
  if (op === 'status all') return compare({ hex }, { hex: questionOf(lcusOn) });
  if (LCUS_COMMANDS.includes(hex)) return failed(`${JSON.stringify(op)} is sent as if it were something else`);
  if (typeof answer === 'string') {
    const told = readLcusStates(Buffer.from(answer, 'hex'));
    return compare({ [Number(ch)]: op === 'on+feedback' }, Object.fromEntries(told?.states ?? []));
  }
  if (op !== 'toggle' && op !== 'status') return failed(`unknown operation ${JSON.stringify(op)}`);
  // Neither is sent; both are frames of four bytes whose sum fits, and must not be taken for a state.
  return readLcusStates(bytes) === null ? { kind: 'passed' } : failed('taken for a state');
}

function checkKmtronic({ hex, expected }: Vector, bytes: Buffer): Outcome {
  const { op, ch, ...more } = expected;
  if (Object.keys(more).length > 0) return failed(`unknown fields: ${Object.keys(more).join(', ')}`);
  const relay = Number(ch);
  if (op === 'on' || op === 'off') return compare({ hex }, { hex: hexOf(kmtronicCommand(relay, op === 'on')) });
  // The questions: an echo of one must not be taken for a state.
  if (op === 'status') return compare({ echo: null }, { echo: readKmtronicState(bytes, relay) });
  if (op !== 'status all (4/8 relay board)') return failed(`unknown operation ${JSON.stringify(op)}`);
  return compare({ hex, echo: null }, { hex: questionOf(kmtronicOn), echo: readKmtronicStates(bytes) });
}

function check(vector: Vector): Outcome {
  const bytes = Buffer.from(vector.hex, 'hex');
  const { name } = vector;
  if (name.startsWith('LCUS')) return checkLcus(vector, bytes);
  if (name.startsWith('KMTronic')) return checkKmtronic(vector, bytes);
  if (name.startsWith('Modbus TCP')) return checkModbus(vector, bytes, true);
  if (name.startsWith('waveshare')) return checkModbus(vector, bytes, false);
  return failed('a board that this suite does not know');
}

const suite: Suite = { file: 'relays', check };
export default suite;
