/** Offgridtec Smart-Pro: names, questions and answers. */
import { OFFGRIDTEC } from '../src/links/offgridtec/protocol.ts';
import { question } from '../src/links/offgridtec/frame.ts';
import { findRegister } from '../src/links/offgridtec/registers.ts';
import { smartBatOf } from '../src/links/offgridtec/smart-bat.ts';
import { DEFAULT_OPTIONS } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

/** Where an entry names no battery: one with the same key. */
const ANY = 'SmartBat-B12294';

/** The file's words for our refusals. */
const REFUSALS: Readonly<Record<string, string>> = {
  'wrong start': 'start',
  'missing CRLF': 'end',
  'invalid character': 'character',
  invalid: 'start',
  'wrong register/short': 'register',
};

/** The file's names of our fields. */
const FIELDS: Readonly<Record<string, string>> = {
  soc_pct: 'soc',
  remaining_Ah: 'remaining',
  voltage_V: 'voltage',
  mosTemp_C: 'bmsTemperature',
  current_A: 'current',
  runtime_s: 'runtime',
  cycles: 'cycles',
  reg: 'register',
};

function checkName({ expected }: Vector): Outcome {
  const bat = smartBatOf(String(expected['name']));
  return bat === null ? failed(`no name: ${String(expected['name'])}`) : compare(expected, { ...bat });
}

function checkError(error: string, bytes: Uint8Array): Outcome {
  const decoded = OFFGRIDTEC.decode(bytes, { ...DEFAULT_OPTIONS, device: ANY });
  if (error === 'Err') {
    if (!decoded.ok) return failed(decoded.text);
    return compare({ error: 'no such register' }, decoded.frame);
  }
  if (decoded.ok) return failed(`taken: ${JSON.stringify(decoded.frame)}`);
  if (decoded.refusal !== REFUSALS[error]) return failed(`refused as ${decoded.refusal}, not as "${error}"`);
  return { kind: 'refused', why: decoded.text };
}

function check(vector: Vector): Outcome {
  const { expected, hex } = vector;
  if (hex === '') return checkName(vector);
  const bytes = Buffer.from(hex, 'hex');
  if (typeof expected['error'] === 'string') return checkError(expected['error'], bytes);
  const device = String(vector['device']);
  const bat = smartBatOf(device);
  if (bat === null) return failed(`no name: ${device}`);
  const decoded = OFFGRIDTEC.decode(bytes, { ...DEFAULT_OPTIONS, device });
  if (!decoded.ok) return failed(decoded.text);
  const { cell, cellVoltage, ...frame } = decoded.frame;
  const actual: Record<string, unknown> = { key: frame['key'] };
  for (const [theirs, ours] of Object.entries(FIELDS)) if (ours in frame) actual[theirs] = frame[ours];
  if (typeof cell === 'number') actual[`cell${cell}_V`] = cellVoltage;
  const register = findRegister(bat, Number(frame['register']));
  if (register !== null) actual['request'] = Buffer.from(question(bat, register)).toString('hex');
  return compare({ ...expected, key: vector['key'], request: vector['request_hex_computed'] }, actual);
}

function failed(difference: string): Outcome {
  return { kind: 'failed', differences: [difference] };
}

const suite: Suite = { file: 'ogt_smartpro', check };
export default suite;
