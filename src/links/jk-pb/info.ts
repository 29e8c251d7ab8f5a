/** Facts about JK's PB series on RS485. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const JK_PB_INFO: ProtocolInfo = {
  id: 'jk-pb',
  aliases: ['jkpb'],
  title: 'JK PB series, RS485',
  group: 'hobby',
  buses: ['serial', 'tcp'],
  line: { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
  // Set by four switches on the board; one that is set to 0 asks the others by itself and is not asked.
  options: [{ name: 'address', fallback: 1, min: 1, max: 15 }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'sum of bytes, 8 bits, and a CRC over the address that follows',
  // The values have the sum only.
  weak: true,
  period: 1,
  addressed: true,
  page: 'jk',
};
