/** Facts about Daly's BMSes with the Modbus-like protocol. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const DALY_D2_INFO: ProtocolInfo = {
  id: 'daly-d2',
  aliases: ['daly_d2', 'daly-modbus'],
  title: 'Daly (D2 / Modbus-like protocol, H, K, M and S series)',
  group: 'hobby',
  buses: ['ble', 'serial', 'tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  ble: [{ service: 'fff0', notify: 'fff1', write: 'fff2' }],
  options: [
    // Of "p81" only: boards are asked as 81, 82 … and answer as 51, 52 …
    { name: 'address', fallback: 1, min: 1, max: 16 },
    { name: 'currentSign' },
    { name: 'variant', choices: ['d2', 'p81'] },
    { name: 'device', needed: false },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'CRC, 16 bits',
  weak: false,
  period: 1,
  addressed: true,
  page: 'daly',
};
