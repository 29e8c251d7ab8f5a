/** Facts about devices that are read by a register map. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const MODBUS_MAP_INFO: ProtocolInfo = {
  id: 'modbus-map',
  aliases: ['modbus'],
  title: 'Modbus device with a register map',
  group: 'generic',
  buses: ['serial', 'tcp', 'modbus-tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [
    { name: 'address', fallback: 1, min: 1, max: 247 },
    { name: 'map', form: 'registers' },
    { name: 'currentSign' },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'CRC-16 (Modbus RTU), TCP',
  weak: false,
  period: 1,
  addressed: true,
  page: 'modbus-map',
};
