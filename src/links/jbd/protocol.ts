/** JBD's BMSes among the protocols. */
import type { Decoded, Protocol } from '../protocol.ts';
import type { LinkOptions } from '../options.ts';
import { createJbd } from './device.ts';
import { JBD_BASICS, JBD_CELLS, JBD_NAME, type JbdFrame, readJbdFrame } from './frame.ts';
import { JBD_INFO } from './info.ts';
import { observeJbd } from './observe.ts';
import { type JbdPasswordFrame, readJbdPasswordFrame } from './password.ts';
import { jbdBalancing, readJbdBasics, readJbdCells, readJbdCounters, readJbdText } from './registers.ts';
import { readJbdSetting } from './settings.ts';

export const JBD: Protocol = {
  info: JBD_INFO,
  opens: { kind: 'bytes', device: createJbd },
  decode,
};

const COUNTERS = 0xaa;
const SWITCHES = 0xe1;
/** Registers that are commands rather than values. */
const NAMES: Readonly<Record<number, string>> = {
  0x00: 'enterFactoryMode',
  0x01: 'leaveFactoryMode',
  [JBD_BASICS]: 'basics',
  [JBD_CELLS]: 'cells',
  [JBD_NAME]: 'name',
  0x06: 'usePassword',
  0x07: 'setPassword',
  0x09: 'clearPassword',
  [COUNTERS]: 'counters',
  [SWITCHES]: 'switches',
  0xe2: 'balancer',
};
/** Their data are passwords: nothing of them is said. */
const SECRET: readonly number[] = [0x06, 0x07, 0x09];
/** Leaving factory mode with these two bytes keeps what was changed. */
const SAVE = [0x28, 0x28] as const;

const REFUSALS = {
  start: 'it begins neither with DD nor with FF AA',
  length: 'it has not as many bytes as it announces',
  end: 'it does not end with 77',
  checksum: 'its checksum is wrong',
} as const;

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const password = readJbdPasswordFrame(bytes);
  const frame = password === 'start' ? readJbdFrame(bytes) : password;
  if (typeof frame === 'string') return refuse(frame, REFUSALS[frame]);
  if (frame.length !== bytes.length) return refuse('length', REFUSALS.length);
  if ('command' in frame) return { ok: true, frame: passwordFields(frame), seen: null };
  return frame.kind === 'question' ? { ok: true, frame: questionFields(frame), seen: null } : answer(frame, options);
}

function refuse(refusal: string, text: string): Decoded {
  return { ok: false, refusal, text: `no frame of a JBD BMS: ${text} (${refusal})` };
}

function headOf({ kind, register }: JbdFrame) {
  return { kind, register, what: NAMES[register] ?? 'setting' };
}

function questionFields(frame: Extract<JbdFrame, { kind: 'question' }>): Record<string, unknown> {
  const { action, register, data } = frame;
  const fields = { ...headOf(frame), action };
  if (SECRET.includes(register)) return fields;
  if (register === SWITCHES && data.length === 2) {
    const off = data[1] ?? 0;
    return { ...fields, charge: (off & 1) === 0, discharge: (off & 2) === 0 };
  }
  if (register === 0x01 && action === 'write') return { ...fields, save: SAVE.every((byte, i) => data[i] === byte) };
  return { ...fields, ...readJbdSetting(register, data, readJbdText), data: Array.from(data) };
}

/** Digits are a secret: only how many there are is told. */
function passwordFields({ command, code, data }: JbdPasswordFrame): Record<string, unknown> {
  const fields = { kind: 'password', command, code };
  if (command === 'random') {
    return data.length === 0 ? { ...fields, direction: 'question' } : { ...fields, direction: 'answer' };
  }
  if (data.length === 1) return { ...fields, direction: 'answer', accepted: data[0] === 0 };
  return { ...fields, direction: 'question', digits: data.length };
}

function answer(frame: Extract<JbdFrame, { kind: 'answer' }>, options: LinkOptions): Decoded {
  const { register, status, data } = frame;
  const fields = { ...headOf(frame), status };
  if (status !== 0) return { ok: true, frame: { ...fields, refused: true }, seen: null };
  if (register === JBD_BASICS) {
    const basics = readJbdBasics(data);
    if (basics === null) return refuse('length', 'register 03 holds fewer bytes than it announces');
    const balancing = jbdBalancing(basics, options.variant === 'reversed');
    const current = basics.current * options.currentSign + 0;
    const balancingCells = balancing.flatMap((on, i) => (on ? [i + 1] : []));
    const seen = observeJbd({ basics, cells: null, name: '' }, options);
    return { ok: true, frame: { ...fields, ...basics, current, balancingCells }, seen };
  }
  if (register === JBD_CELLS) {
    const cells = readJbdCells(data);
    if (cells === null) return refuse('length', 'register 04 holds no whole cells');
    const seen = { cellCount: cells.length, cells: cells.map((voltage, i) => ({ cell: i + 1, voltage })) };
    return { ok: true, frame: { ...fields, cells }, seen };
  }
  if (register === JBD_NAME) return { ok: true, frame: { ...fields, name: readJbdText(data) }, seen: null };
  if (register === COUNTERS) return { ok: true, frame: { ...fields, ...readJbdCounters(data) }, seen: null };
  const more = SECRET.includes(register)
    ? {}
    : { ...readJbdSetting(register, data, readJbdText), data: Array.from(data) };
  return { ok: true, frame: { ...fields, ...more }, seen: null };
}
