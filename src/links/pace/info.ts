/** Facts about the text protocol of PACE boards. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const PACE_INFO: ProtocolInfo = {
  id: 'pace',
  aliases: ['pace_rs232'],
  title: 'PACE (RS232/RS485 text protocol)',
  group: 'hobby',
  buses: ['serial', 'tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [
    { name: 'address', fallback: 1, min: 0, max: 15 },
    { name: 'variant', choices: ['auto', 'v25', 'v20'] },
    { name: 'currentSign' },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'sum of the characters, 16 bits, and a check digit of the length',
  // A sum does not see two flipped bits that make up for each other.
  weak: true,
  period: 1,
  addressed: true,
  page: 'pace',
};
