/** Facts about the Seplos V2 protocol. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const SEPLOS_V2_INFO: ProtocolInfo = {
  id: 'seplos-v2',
  aliases: ['seplos_v2'],
  title: 'Seplos V2 (RS485)',
  group: 'hobby',
  buses: ['serial', 'tcp'],
  line: { baudRate: 19200, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [{ name: 'address', fallback: 0, min: 0, max: 15 }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'sum of the characters, 16 bits, and a check digit of the length',
  // A sum does not see two flipped bits that make up for each other.
  weak: true,
  period: 1,
  addressed: true,
  page: 'seplos',
};
