/** Facts about the Modbus protocol of Seplos's third generation. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const SEPLOS_V3_INFO: ProtocolInfo = {
  id: 'seplos-v3',
  aliases: ['seplos_v3', 'seplosv3'],
  title: 'Seplos BMS V3',
  group: 'hobby',
  buses: ['serial', 'tcp', 'modbus-tcp'],
  line: { baudRate: 19_200, dataBits: 8, parity: 'none', stopBits: 1 },
  // The document gives BMSes 00 to 7F; the DIP switches go up to 10 (hexadecimal).
  options: [{ name: 'address', fallback: 1, min: 0, max: 127 }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'CRC-16 (Modbus)',
  weak: false,
  period: 1,
  addressed: true,
  page: 'seplos',
};
