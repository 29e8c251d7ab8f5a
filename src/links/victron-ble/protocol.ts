/** Victron's Instant Readout among the protocols. */
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { keyBytes } from './advert.ts';
import { readWith } from './decode.ts';
import { VICTRON_BLE_INFO } from './info.ts';
import { readLine } from './lines.ts';
import { createVictronBle } from './listening.ts';
import { observationOf } from './observe.ts';

export const VICTRON_BLE: Protocol = {
  info: VICTRON_BLE_INFO,
  opens: { kind: 'listens', listening: createVictronBle },
  decode,
};

/** Reads one advert: its bytes, or the line of text in which a gateway prints it. */
function decode(bytes: Uint8Array, { secret, currentSign }: LinkOptions): Decoded {
  const line = bytes[0] === 0x10 ? null : readLine(Buffer.from(bytes).toString('latin1'));
  const read = readWith(keyBytes(secret), line?.bytes ?? bytes);
  if (!read.ok) return { ok: false, refusal: read.refusal, text: read.text };
  return { ok: true, frame: read.fields, seen: observationOf(read.recordType, read.fields, currentSign) };
}
