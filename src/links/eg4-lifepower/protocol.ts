/** LifePower4 and its relatives among the protocols. */
import type { Decoded, Protocol } from '../protocol.ts';
import type { LinkOptions } from '../options.ts';
import { createLifepower, readLifepowerText } from './device.ts';
import { LIFEPOWER_COMMAND, type LifepowerFrame, readLifepowerFrame } from './frame.ts';
import { readLifepowerGeneral } from './groups.ts';
import { EG4_LIFEPOWER_INFO } from './info.ts';
import { observeLifepower } from './observe.ts';
import { readLifepowerStatus } from './status.ts';

export const EG4_LIFEPOWER: Protocol = {
  info: EG4_LIFEPOWER_INFO,
  opens: { kind: 'bytes', device: createLifepower },
  decode,
};

/** Basen's questions about its settings, which are not asked here. */
const OTHER_COMMANDS: Readonly<Record<number, string>> = {
  0x43: 'settings',
  0xe3: 'heating',
  0xf1: 'heatingOn',
  0xf2: 'heatingOn',
  0xf3: 'heatingOff',
  0xf4: 'heatingOff',
};

const REFUSALS = {
  start: 'it does not begin with 7E',
  length: 'it has not as many bytes as it announces',
  end: 'it does not end with 0D',
  checksum: 'its checksum is wrong',
} as const;

/** The frame's address is told, not judged: a capture may be of any device. */
function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const frame = readLifepowerFrame(bytes);
  if (typeof frame === 'string') return refuse(frame, REFUSALS[frame]);
  if (frame.length !== bytes.length) return refuse('length', REFUSALS.length);
  const { address, data, second } = frame;
  const what = nameOf(frame);
  if (data.length === 0) {
    const fields = { kind: 'question', address, what, command: frame.command };
    return { ok: true, frame: second === 0 ? fields : { ...fields, second }, seen: null };
  }
  const fields = { kind: 'answer', address, what, command: frame.command };
  if (what === 'general') return general(fields, data, options);
  if (what === 'hardware' || what === 'firmware') {
    return { ok: true, frame: { ...fields, version: readLifepowerText(data) }, seen: null };
  }
  return { ok: true, frame: { ...fields, data: Array.from(data) }, seen: null };
}

function refuse(refusal: string, text: string): Decoded {
  return { ok: false, refusal, text: `no frame of a LifePower4 or Basen: ${text} (${refusal})` };
}

function nameOf({ command }: LifepowerFrame): string {
  const known = Object.entries(LIFEPOWER_COMMAND).find(([, code]) => code === command);
  return known?.[0] ?? OTHER_COMMANDS[command] ?? 'unknown';
}

function general(fields: Readonly<Record<string, unknown>>, data: Uint8Array, options: LinkOptions): Decoded {
  const told = readLifepowerGeneral(data, options.variant);
  if (told === null) return refuse('groups', 'its groups are not whole');
  const { flags, ...status } = readLifepowerStatus(told.status, told.layout);
  const seen = observeLifepower(told, {}, options);
  const frame = { ...fields, ...told, ...status, flags, current: seen.current, status: Array.from(told.status) };
  return { ok: true, frame, seen };
}
