/** Facts about Daly's BMSes with the A5 protocol. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const DALY_INFO: ProtocolInfo = {
  id: 'daly',
  aliases: ['daly_uart', 'daly-a5'],
  title: 'Daly (A5 protocol)',
  group: 'hobby',
  buses: ['serial', 'tcp', 'ble'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  ble: [{ service: 'fff0', notify: 'fff1', write: 'fff2' }],
  options: [
    { name: 'address', fallback: 1, min: 1, max: 16 },
    { name: 'currentSign' },
    // How the host calls itself: 40 and on, or 80 (which knows of one board only).
    { name: 'variant', choices: ['rs485', 'uart'] },
    { name: 'device', needed: false },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: true,
  check: 'sum of bytes, 8 bits',
  weak: true,
  period: 1,
  addressed: true,
  page: 'daly',
};
