/** Daly's BMSes with the Modbus-like protocol among the protocols. */
import type { LinkOptions } from '../options.ts';
import { readRtuFrame, type RtuFrame } from '../modbus-frame.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createDalyD2 } from './device.ts';
import { type DalyLayout, layoutOf } from './frame.ts';
import { DALY_D2_INFO } from './info.ts';
import { blockOf, numbered, readValues, textsOf, VERSIONS } from './layouts.ts';
import { observeDalyD2 } from './observe.ts';

export const DALY_D2: Protocol = { info: DALY_D2_INFO, opens: { kind: 'bytes', device: createDalyD2 }, decode };

type Good = Extract<RtuFrame, { ok: true }>;

const READ = 3;
const WRITE = 6;
/** Registers that switch a MOSFET, in D2. */
const SWITCHES: Readonly<Record<number, string>> = { 0xa5: 'chargeSwitch', 0xa6: 'dischargeSwitch' };

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const frame = readRtuFrame(bytes);
  if (!frame.ok) return refuse(frame.refusal, frame.text);
  const asks = frame.kind === 'request' && (frame.fn !== WRITE || layoutOf(frame.unit, 'asked') !== null);
  const of = layoutOf(frame.unit, asks ? 'asked' : 'answers');
  if (of === null) return refuse('address', 'its address is none of a Daly BMS');
  if (frame.fn !== READ && frame.fn !== WRITE) return refuse('function', `function ${frame.fn} is not used`);
  const head = { kind: frame.kind, ...of };
  if (frame.kind === 'exception') return { ok: true, frame: { ...head, code: frame.code }, seen: null };
  if (frame.fn === WRITE) return { ok: true, frame: { ...head, ...written(frame) }, seen: null };
  if (frame.kind === 'request') {
    return { ok: true, frame: { ...head, first: frame.first, count: frame.count }, seen: null };
  }
  return answer(head, of.layout, frame.registers ?? [], options);
}

function refuse(refusal: string, text: string): Decoded {
  return { ok: false, refusal, text: `no frame of a Daly BMS: ${text} (${refusal})` };
}

function written({ first = 0, registers = [] }: Good): Record<string, unknown> {
  const [value = 0] = registers;
  return { first, value, ...(SWITCHES[first] === undefined ? {} : { what: SWITCHES[first], on: value !== 0 }) };
}

/** An answer does not say which registers it holds; its length does, for those that are asked here. */
function answer(
  head: Record<string, unknown>,
  layout: DalyLayout,
  words: readonly number[],
  { currentSign }: LinkOptions,
): Decoded {
  const block = blockOf(layout, words.length);
  if (block === null) return { ok: true, frame: { ...head, registers: words }, seen: null };
  if (block === VERSIONS[layout]) return { ok: true, frame: { ...head, texts: textsOf(words) }, seen: null };
  const values = readValues(layout, numbered(block.first, words));
  if (values === null) return refuse('values', 'it holds values that cannot be');
  const current = values.current === undefined ? undefined : values.current * currentSign + 0;
  const fields = { ...head, first: block.first, ...values, ...(current === undefined ? {} : { current }) };
  return { ok: true, frame: fields, seen: observeDalyD2(values, current) };
}
