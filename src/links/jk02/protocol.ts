/** The 300-byte frames of JK boards among the protocols. */
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { decodeJk02DeviceInfo } from './device-info.ts';
import { createJk02, unfit, variantFor } from './device.ts';
import { type Jk02Kind, type Jk02Refusal, readJk02Command, readJk02Frame } from './frame.ts';
import { JK02_INFO } from './info.ts';
import { seenInJk02 } from './observe.ts';
import { decodeJk02Settings } from './settings.ts';
import { decodeJk02Status } from './status.ts';

export const JK02: Protocol = {
  info: JK02_INFO,
  opens: { kind: 'bytes', device: createJk02 },
  decode(bytes, options) {
    const command = readJk02Command(bytes);
    if (typeof command !== 'string') return { ok: true, frame: { kind: 'question', ...command }, seen: null };
    return command === 'start' ? decodeJk02(bytes, options) : refused(command);
  },
};

/** One frame of 300 bytes, whatever it holds. Total. */
export function decodeJk02(bytes: Uint8Array, options: LinkOptions): Decoded {
  const read = readJk02Frame(bytes);
  return typeof read === 'string' ? refused(read) : decodeKind(bytes, read.kind, options);
}

function decodeKind(bytes: Uint8Array, kind: Jk02Kind, options: LinkOptions): Decoded {
  const head = { kind, counter: bytes[5] };
  if (kind === 'info') return { ok: true, frame: { ...head, ...decodeJk02DeviceInfo(bytes) }, seen: null };
  if (kind === 'settings') return { ok: true, frame: { ...head, ...decodeJk02Settings(bytes) }, seen: null };
  const variant = variantFor(bytes, options.variant, null);
  if (variant === null) return { ok: false, refusal: 'layout', text: unfit(options.variant).text };
  const status = decodeJk02Status(bytes, variant);
  return { ok: true, frame: { ...head, ...status }, seen: seenInJk02(status, options) };
}

const WHY: Readonly<Record<Jk02Refusal, string>> = {
  start: 'it begins with neither 55 AA EB 90 nor AA 55 90 EB',
  length: 'it is not 300 bytes long (a command: 20)',
  checksum: 'its sum is wrong',
  type: 'its type is none of 1 (settings), 2 (status) and 3 (names and versions)',
};

function refused(refusal: Jk02Refusal): Decoded {
  return { ok: false, refusal, text: `no frame of a JK BMS: ${WHY[refusal]}` };
}
