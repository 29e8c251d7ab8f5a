/** Facts about JK's older protocol on the GPS port. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const JK_INFO: ProtocolInfo = {
  id: 'jk',
  aliases: ['jk_uart', 'jk_uart_4e57'],
  title: 'JK BMS, GPS port (4E 57)',
  group: 'hobby',
  buses: ['serial', 'tcp'],
  line: { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
  // How the current is encoded, where the device does not tell the version itself.
  options: [{ name: 'variant', choices: ['auto', 'version-0', 'version-1'] }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: true,
  check: 'sum of bytes, 16 bits',
  // Two wrong bits of opposite sense in the same place of two bytes pass a sum of any length.
  weak: true,
  period: 1,
  addressed: false,
  page: 'jk',
};
