/** Offgridtec's Smart-Pro batteries among the protocols. */
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createOffgridtec } from './device.ts';
import { readFrame } from './frame.ts';
import { OFFGRIDTEC_INFO } from './info.ts';
import { observationOf } from './observe.ts';
import { smartBatOf, wrongName } from './smart-bat.ts';

export const OFFGRIDTEC: Protocol = {
  info: OFFGRIDTEC_INFO,
  opens: { kind: 'bytes', device: createOffgridtec },
  decode,
};

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const bat = smartBatOf(options.device);
  if (bat === null) return { ok: false, refusal: 'key', text: wrongName(options.device) };
  const read = readFrame(bat, bytes);
  const common = { battery: bat.name, key: bat.key, kind: read.kind };
  if (read.kind === 'refused') {
    return { ok: false, refusal: read.refusal, text: `no frame of ${bat.name}: ${read.text} (${read.refusal})` };
  }
  if (read.kind === 'error') return { ok: true, frame: { ...common, error: 'no such register' }, seen: null };
  if (read.kind === 'question') {
    const { register, length } = read;
    return { ok: true, frame: { ...common, register, length }, seen: null };
  }
  const { register, value } = read.told;
  const { number, quantity, cell } = register;
  const signed = quantity === 'current' && value !== null ? value * options.currentSign + 0 : value;
  const frame = { ...common, register: number, ...(cell === undefined ? {} : { cell }), [quantity]: signed };
  return { ok: true, frame, seen: observationOf([read.told], options) };
}
