/** Facts about the three outputs of a Victron Smart BMS 12-200, read by an input board. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const VICTRON_SMART_BMS_INFO: ProtocolInfo = {
  id: 'victron-smart-bms-12-200',
  aliases: ['victron-smart-bms'],
  title: 'Victron Smart BMS 12-200, its outputs on a Modbus input board',
  group: 'systems',
  buses: ['serial', 'tcp', 'modbus-tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [
    { name: 'address', fallback: 1, min: 1, max: 247 },
    { name: 'map', form: 'outputs' },
  ],
  reads: ['flags'],
  writes: false,
  check: 'CRC-16 (Modbus RTU), TCP',
  weak: false,
  period: 0.5,
  addressed: true,
  page: 'victron-smart-bms',
};
