/** Facts about the 123\SmartBMS's "extended data output". Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const SMARTBMS123_INFO: ProtocolInfo = {
  id: '123smartbms',
  aliases: ['123smartbms_uart'],
  title: '123\\SmartBMS, extended data output (UART)',
  group: 'systems',
  buses: ['serial', 'tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'sum of bytes, 8 bits, and a vote of three frames',
  // Its own link votes.
  weak: false,
  period: 0,
  addressed: false,
  page: '123smartbms',
};
