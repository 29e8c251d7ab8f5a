/** Facts about the Pylontech RS485 protocol. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const PYLONTECH_INFO: ProtocolInfo = {
  id: 'pylontech',
  aliases: ['pylontech_rs485'],
  title: 'Pylontech (RS485)',
  group: 'hobby',
  buses: ['serial', 'tcp'],
  line: { baudRate: 115200, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [{ name: 'address', fallback: 2, min: 0, max: 254 }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'sum of the characters, 16 bits, and a check digit of the length',
  // A sum does not see two flipped bits that make up for each other.
  weak: true,
  period: 1,
  addressed: true,
  page: 'pylontech',
};
