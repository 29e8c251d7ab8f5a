/** JK's PB series on RS485 among the protocols. */
import { decodeJk02 } from '../jk02/protocol.ts';
import { JK02_LENGTH } from '../jk02/frame.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createJkPb } from './device.ts';
import { findPbAnswers, readPbAck, readPbQuestion } from './frame.ts';
import { JK_PB_INFO } from './info.ts';

export const JK_PB: Protocol = {
  info: JK_PB_INFO,
  opens: { kind: 'bytes', device: createJkPb },
  decode,
};

/** Padding and confirmation of the longest answer seen: 10 bytes. */
const LONGEST = JK02_LENGTH + 10;

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const question = readPbQuestion(bytes);
  if (question !== null) return { ok: true, frame: { kind: 'question', ...question }, seen: null };
  const ack = readPbAck(bytes);
  if (ack !== null) return { ok: true, frame: { kind: 'confirmation', ...ack }, seen: null };
  const given = { ...options, variant: '32s' };
  if (bytes.length <= JK02_LENGTH || bytes.length > LONGEST) return decodeJk02(bytes, given);
  const decoded = decodeJk02(bytes.subarray(0, JK02_LENGTH), given);
  if (!decoded.ok) return decoded;
  const whose = findPbAnswers(bytes)[0]?.ack ?? null;
  if (whose === null) {
    const text = 'behind the 300 bytes stands no confirmation with a right checksum (CRC-16/Modbus)';
    return { ok: false, refusal: 'confirmation', text };
  }
  return { ...decoded, frame: { ...decoded.frame, address: whose.address, confirms: whose.what } };
}
