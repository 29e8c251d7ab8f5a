/** The text protocol of PACE boards among the protocols. */
import { decodeEnvelope, type Told } from '../ascii-hex/decoded.ts';
import type { Envelope } from '../ascii-hex/envelope.ts';
import type { LinkOptions } from '../options.ts';
import type { Protocol } from '../protocol.ts';
import { createPace } from './device.ts';
import { PACE_INFO } from './info.ts';
import { observationOf, statusSeen } from './observe.ts';
import { readV20Status, readV20Values } from './v20.ts';
import { readV25Status, readV25Values, V25 } from './v25.ts';

export const PACE: Protocol = {
  info: PACE_INFO,
  opens: { kind: 'bytes', device: createPace },
  decode: (bytes, options) =>
    decodeEnvelope(bytes, { commands: COMMANDS, read: (envelope) => told(envelope, options) }),
};

const COMMANDS = {
  0x42: 'analog',
  0x44: 'status',
  0x4d: 'system time',
  0x4e: 'set system time',
  0x51: 'hardware version',
  0x90: 'count of packs',
  0x93: 'serial',
  0x99: 'switches',
  0x9a: 'charge switch',
  0x9b: 'discharge switch',
  0x9c: 'shutdown',
  0xb1: 'system time',
  0xb2: 'set system time',
  0xc1: 'hardware version',
  0xc2: 'serial',
  0xe0: 'set switch temperatures',
  0xe1: 'switch temperatures',
};

function told({ version, info }: Envelope, options: LinkOptions): Told | null {
  const is25 = version === V25;
  const values = is25 ? readV25Values(info) : readV20Values(info);
  if (values !== null) {
    const current = values.current * options.currentSign;
    return { frame: { ...values, current }, seen: observationOf(values, null, options) };
  }
  const status = is25 ? readV25Status(info) : readV20Status(info);
  return status === null ? null : { frame: { ...status }, seen: statusSeen(status) };
}
