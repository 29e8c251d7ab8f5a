/** Published 300-byte frames of JK boards, over Bluetooth and on the RS485 of the PB series. */
import { pbAck, pbQuestion } from '../src/links/jk-pb/frame.ts';
import { JK_PB } from '../src/links/jk-pb/protocol.ts';
import { type Jk02Kind, jk02Request } from '../src/links/jk02/frame.ts';
import { JK02 } from '../src/links/jk02/protocol.ts';
import { optionDefaults } from '../src/links/options.ts';
import type { Decoded } from '../src/links/protocol.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(JK02.info.options);
const TYPES = ['', 'settings', 'status', 'info'];
const KINDS: Readonly<Record<string, Jk02Kind>> = { status: 'status', settings: 'settings', about: 'info' };

/** Words of the file, by the codec's. A word that is not here is a difference. */
const WORDS: Readonly<Record<string, string>> = {
  vendor: 'model',
  hw: 'hardwareVersion',
  sw: 'softwareVersion',
  voltage_V: 'voltage',
  power_W: 'power',
  current_A: 'current',
  mosTemp_C: 'mosTemperature',
  alarms: 'alarms',
  balance_A: 'balanceCurrent',
  soc_pct: 'soc',
  remaining_Ah: 'remaining',
  full_Ah: 'full',
  cycles: 'cycles',
  runtime_s: 'runtime',
  chargeFet: 'chargeMosfet',
  dischargeFet: 'dischargeMosfet',
  heating: 'heating',
  soh_pct: 'soh',
};

interface Cell {
  readonly cell: number;
  readonly voltage: number;
}

/** Words that stand for something worked out from the cells or the sensors. */
const WORKED_OUT: Readonly<Record<string, (frame: Fields) => unknown>> = {
  frameType: ({ kind }) => TYPES.indexOf(String(kind)),
  temp1_C: ({ temperatures }) => (temperatures as unknown[])[0],
  temp2_C: ({ temperatures }) => (temperatures as unknown[])[1],
  cells_mV: ({ cells }) => (cells as Cell[]).map(({ voltage }) => voltage * 1000),
  cell1_V: ({ cells }) => (cells as Cell[])[0]?.voltage,
  minCell_V: ({ cells }) => lowest(cells).voltage,
  minCellNr: ({ cells }) => lowest(cells).cell,
  maxCell_V: ({ cells }) => highest(cells).voltage,
  maxCellNr: ({ cells }) => highest(cells).cell,
};

const lowest = (cells: unknown): Cell => (cells as Cell[]).reduce((a, b) => (b.voltage < a.voltage ? b : a));
const highest = (cells: unknown): Cell => (cells as Cell[]).reduce((a, b) => (b.voltage > a.voltage ? b : a));

function check(vector: Vector): Outcome {
  const { hex, expected } = vector;
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  if (vector.name.startsWith('PB RS485')) return checkPb(vector, bytes);
  const decoded = JK02.decode(bytes, OPTIONS);
  if (expected['checksumOk'] === false) return refusal(decoded);
  if (!decoded.ok) return failed(`refused: ${decoded.text}`);
  if (typeof expected['request'] === 'string') return command(hex, expected['request'], decoded.frame);
  const layout = vector['layout'];
  const wanted = typeof layout === 'string' ? { ...expected, layout } : expected;
  return answer(wanted, { ...decoded.frame, layout: String(decoded.frame['variant']).toUpperCase() });
}

function checkPb({ hex, expected }: Vector, bytes: Uint8Array): Outcome {
  const decoded = JK_PB.decode(bytes, { ...OPTIONS, address: 1 });
  if (expected['checksumOk'] === false) return refusal(decoded);
  if (!decoded.ok) return failed(`refused: ${decoded.text}`);
  const { frame } = decoded;
  const address = Number(expected['slave']);
  if (expected['ack'] === true) {
    if (toHex(pbAck({ address, what: 'status' })) !== hex) return failed('the built confirmation differs');
    return compare({ kind: 'confirmation', address, what: 'status' }, frame);
  }
  if (typeof expected['request'] !== 'string') return answer(expected, frame);
  const what = KINDS[expected['request']];
  if (what === undefined) return failed(`unknown question "${expected['request']}"`);
  if (toHex(pbQuestion({ address, what })) !== hex) return failed('the built question differs');
  return compare({ kind: 'question', address, what }, frame);
}

/** `cell info`, `charge switch on` */
function command(hex: string, request: string, frame: Fields): Outcome {
  if (request === 'device info' || request === 'cell info') {
    const built = toHex(jk02Request(request === 'device info' ? 'info' : 'status'));
    if (built !== hex) return failed(`built ${built}`);
    return compare({ kind: 'question', request, value: null }, frame);
  }
  const [, what, state] = /^(.*) (on|off)$/.exec(request) ?? [];
  return compare({ kind: 'question', request: what, value: state === 'on' ? 1 : 0 }, frame);
}

function answer(expected: Fields, frame: Fields): Outcome {
  const wanted: Record<string, unknown> = {};
  const got: Record<string, unknown> = {};
  for (const [word, value] of Object.entries(expected)) {
    if (word === 'checksumOk') continue;
    wanted[word] = value;
    if (word in WORDS) got[word] = frame[WORDS[word] ?? ''];
    else if (word in WORKED_OUT) got[word] = WORKED_OUT[word]?.(frame);
    else if (word === 'layout') got[word] = frame['layout'];
    else if (word === 'tail') got[word] = tailOf(frame);
  }
  return compare(wanted, got);
}

/** The confirmation that was read behind the frame. */
function tailOf({ address, confirms }: Fields): string {
  return toHex(pbAck({ address: Number(address), what: confirms as Jk02Kind }));
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const failed = (difference: string): Outcome => ({ kind: 'failed', differences: [difference] });

function refusal(decoded: Decoded): Outcome {
  return decoded.ok ? failed('taken, although it is to be refused') : { kind: 'refused', why: decoded.text };
}

const suite: Suite = { file: 'jk02', check };
export default suite;
