/** Published frames of JK's older protocol on the GPS port. */
import { jkPassword, jkReadAll, jkSwitch } from '../src/links/jk/frame.ts';
import { JK } from '../src/links/jk/protocol.ts';
import { optionDefaults } from '../src/links/options.ts';
import type { Decoded } from '../src/links/protocol.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(JK.info.options);

/** Words of the file, by the codec's. A word that is not here is a difference. */
const WORDS: Readonly<Record<string, string>> = {
  voltage_V: 'voltage',
  current_A: 'current',
  soc_pct: 'soc',
  cycles: 'cycles',
  capacity_Ah: 'capacity',
  mosTemp_C: 'mosTemperature',
  chargeSwitch: 'chargeSwitch',
  dischargeSwitch: 'dischargeSwitch',
  softwareVersion: 'softwareVersion',
  protocolVersion: 'protocolVersion',
  errors: 'alarms',
  modes: 'status',
  runtime_min: 'runtimeMinutes',
  cellCount: 'cellCount',
};

/** Questions: what the codec reads in them, and the bytes of its own builder. */
const QUESTIONS: Readonly<Record<string, { readonly fields: Fields; readonly built: Uint8Array }>> = {
  'read all': { fields: { command: 'read all' }, built: jkReadAll() },
  auth: { fields: { command: 'password' }, built: jkPassword() },
  'charge switch off': writes('charge', false),
  'charge switch on': writes('charge', true),
  'discharge switch off': writes('discharge', false),
  'discharge switch on': writes('discharge', true),
};

function writes(which: 'charge' | 'discharge', on: boolean) {
  return { fields: { command: 'write', writes: { [`${which}Switch`]: on } }, built: jkSwitch(which, on) };
}

/** An answer around data that were published without one. */
function enveloped(data: Uint8Array): Uint8Array {
  const length = data.length + 18;
  const head = [0x4e, 0x57, length >> 8, length & 0xff, 0, 0, 0, 0, 6, 0, 1];
  const frame = [...head, ...data, 0, 0, 0, 0, 0x68];
  const sum = frame.reduce((total, byte) => total + byte, 0);
  return Uint8Array.of(...frame, 0, 0, (sum >> 8) & 0xff, sum & 0xff);
}

function bytesOf(vector: Vector): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(vector.hex, 'hex'));
  if (vector['payloadOnly'] === true) return enveloped(bytes);
  if (vector['fragment'] !== 'tag 84 value') return bytes;
  const version = vector.name.endsWith('version 0') ? 0 : 1;
  return enveloped(Uint8Array.of(0x84, ...bytes, 0xc0, version));
}

function check(vector: Vector): Outcome {
  const { expected, hex } = vector;
  const decoded = JK.decode(bytesOf(vector), OPTIONS);
  if (expected['checksumOk'] === false) return refusal(decoded);
  if (!decoded.ok) return failed(`refused: ${decoded.text}`);
  const question = expected['request'];
  if (typeof question !== 'string') return compare(...answer(expected, decoded.frame));
  const known = QUESTIONS[question];
  if (known === undefined) return failed(`unknown question "${question}"`);
  const built = Buffer.from(known.built).toString('hex');
  return built === hex ? compare(known.fields, decoded.frame) : failed(`built ${built}`);
}

function answer(expected: Fields, frame: Fields): [Fields, Fields] {
  const wanted: Record<string, unknown> = {};
  const got: Record<string, unknown> = {};
  for (const [word, value] of Object.entries(expected)) {
    if (word === 'checksumOk') continue;
    wanted[word] = value;
    if (word in WORDS) got[word] = frame[WORDS[word] ?? ''];
    if (word === 'cells_mV') got[word] = millivolts(frame['cells']);
    if (word === 'temp1_C') got[word] = (frame['temperatures'] as unknown[])[0];
    if (word === 'temp2_C') got[word] = (frame['temperatures'] as unknown[])[1];
    // Tag 9D says that balancing is switched on; the file took the status bit, which says that none is at work.
    if (word === 'balanceSwitch') got[word] = frame['balancing'];
  }
  return [wanted, got];
}

function millivolts(cells: unknown): number[] {
  return (cells as { readonly voltage: number }[]).map(({ voltage }) => voltage * 1000);
}

const failed = (difference: string): Outcome => ({ kind: 'failed', differences: [difference] });

function refusal(decoded: Decoded): Outcome {
  return decoded.ok ? failed('taken, although it is to be refused') : { kind: 'refused', why: decoded.text };
}

const suite: Suite = { file: 'jk_uart_4e57', check };
export default suite;
