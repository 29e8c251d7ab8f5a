/** Looks for the answer to a question in what was heard, and says in words what a BMS refuses. */
import type { Found } from '../device.ts';
import { type Envelope, envelopesIn, sameEnvelope } from './envelope.ts';

/** What is wanted of an answer. */
export interface Wanted<T> {
  readonly question: Envelope;
  /** Makes values of INFO; `null`: it is laid out like the answer to something else. Total. */
  readonly read: (info: Uint8Array) => T | null;
  /** What is impossible about the values, in words; `null`: nothing. */
  readonly wrong?: (value: T) => string | null;
  /** Return codes of this maker beside the common ones, with the sentence for each. */
  readonly refusals?: Refusals;
}

export type Refusals = Readonly<Record<number, string>>;

/** A question may be one the BMS does not know: that is an answer too. */
export interface Answered<T> {
  /** `null`: the BMS does not know the question. */
  readonly value: T | null;
}

const FINE = 0x00;
const UNKNOWN_COMMAND = 0x04;
/** Return codes common to all of them lie below; CID2 of questions above. */
const LAST_COMMON = 0x0f;

const COMMON: Refusals = {
  1: 'it does not speak this version of the protocol: choose another variant or protocol',
  2: 'it heard the question with a wrong checksum: look at the wiring, the termination and the line settings',
  3: 'it heard the question with a wrong length: look at the wiring, the termination and the line settings',
  4: 'it does not know this question: choose another variant or protocol',
  5: 'it does not understand how the question is written: choose another variant or protocol',
  6: 'it finds the data of the question invalid: check the address',
  7: 'it finds the address wrong, or has no data: check the address',
  9: 'it will not do that now',
};

/** Finds the answer among all bytes heard since the question. Total. */
export function findAnswer<T>(heard: Uint8Array, wanted: Wanted<T>): Found<Answered<T>> | null {
  const { question } = wanted;
  let other: Found<Answered<T>> | null = null;
  for (const envelope of envelopesIn(heard)) {
    if (sameEnvelope(envelope, question)) continue;
    const found = judge(envelope, wanted);
    if (found.kind !== 'other') return found;
    other = found;
  }
  return other;
}

function judge<T>(envelope: Envelope, wanted: Wanted<T>): Found<Answered<T>> {
  const { question, read, wrong, refusals = {} } = wanted;
  const { address, kind, code, info } = envelope;
  const isAnswer = code <= LAST_COMMON || refusals[code] !== undefined;
  if (!isAnswer)
    return { kind: 'other', text: `somebody else asks on this line (question ${hex(code)} to address ${address})` };
  if (address !== question.address) {
    return { kind: 'other', text: `the device at address ${address} answers, not the one at ${question.address}` };
  }
  if (kind !== question.kind) {
    return { kind: 'other', text: `a device of another kind answers (CID1 ${hex(kind)}, not ${hex(question.kind)})` };
  }
  if (code === UNKNOWN_COMMAND) return { kind: 'answer', value: { value: null } };
  if (code !== FINE) return { kind: 'failure', reason: 'refused', text: refusalText(question.code, code, refusals) };
  const value = read(info);
  if (value === null) {
    return {
      kind: 'other',
      text: `an answer came that does not fit question ${hex(question.code)} (${info.length} bytes)`,
    };
  }
  const impossible = wrong?.(value) ?? null;
  return impossible === null
    ? { kind: 'answer', value: { value } }
    : { kind: 'failure', reason: 'nonsense', text: impossible };
}

/** The sentence for a return code. */
export function refusalText(question: number, code: number, refusals: Refusals = {}): string {
  const why = refusals[code] ?? COMMON[code] ?? 'it does not say why';
  return `the BMS refuses question ${hex(question)}: ${why} (RTN ${hex(code)})`;
}

/** Two hex digits. */
export function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
