/** Facts about the Modbus protocol of PACE's BMSes. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const PACE_MODBUS_INFO: ProtocolInfo = {
  id: 'pace-modbus',
  aliases: ['pace_modbus'],
  title: 'PACE BMS (Modbus)',
  group: 'hobby',
  buses: ['serial', 'tcp', 'modbus-tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [{ name: 'address', fallback: 1, min: 1, max: 16 }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'CRC-16 (Modbus)',
  weak: false,
  period: 1,
  addressed: true,
  page: 'pace',
};
