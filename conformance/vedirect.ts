/** The published VE.Direct blocks and HEX lines against the codec. */
import { optionDefaults } from '../src/links/options.ts';
import type { Decoded } from '../src/links/protocol.ts';
import { VEDIRECT } from '../src/links/vedirect/protocol.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

const OPTIONS = optionDefaults(VEDIRECT.info.options);

/** What the file calls a command and its register, made of what the codec says. */
function meaningOf(
  { commandName, register, registerName }: Readonly<Record<string, unknown>>,
  numbered: boolean,
): string {
  if (typeof register !== 'number') return String(commandName);
  const number = numbered ? `0x${register.toString(16).toUpperCase().padStart(4, '0')} ` : '';
  return `${String(commandName)} ${number}${String(registerName)}`;
}

function hexFields(frame: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    cmd: frame['command'],
    reg: frame['register'],
    flags: frame['flags'],
    valueLE: frame['value'],
    capacity_Ah: frame['capacity'],
    meaning: meaningOf(frame, false),
    request: meaningOf(frame, true),
    checksumOk: true,
  };
}

function textFields(frame: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const decoded = {
    V_V: frame['voltage'],
    I_A: frame['current'],
    SOC_pct: frame['soc'],
    TTG: frame['timeToGoMinutes'],
    alarm: frame['alarm'],
    relay: frame['relay'],
  };
  return { fields: frame['fields'], decoded, checksumOk: true };
}

function check({ hex, expected }: Vector): Outcome {
  const read: Decoded = VEDIRECT.decode(Uint8Array.from(Buffer.from(hex, 'hex')), OPTIONS);
  if (expected['checksumOk'] === false) {
    if (!read.ok && read.refusal === 'checksum') return { kind: 'refused', why: read.text };
    return { kind: 'failed', differences: [read.ok ? 'it was taken' : `refused for another reason: ${read.text}`] };
  }
  if (!read.ok) return { kind: 'failed', differences: [`refused: ${read.text}`] };
  const fields = read.frame['kind'] === 'hex' ? hexFields(read.frame) : textFields(read.frame);
  if (fields['fields'] !== undefined) {
    const count = (map: unknown): number => Object.keys(map as object).length;
    if (count(fields['fields']) !== count(expected['fields'])) return { kind: 'failed', differences: ['other labels'] };
  }
  return compare(expected, fields);
}

const suite: Suite = { file: 'vedirect', check };
export default suite;
