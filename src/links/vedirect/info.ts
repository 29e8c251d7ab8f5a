/** Facts about Victron's VE.Direct text. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const VEDIRECT_INFO: ProtocolInfo = {
  id: 'vedirect',
  aliases: ['ve.direct'],
  title: 'Victron SmartShunt, BMV or MPPT (VE.Direct)',
  group: 'sources',
  buses: ['serial', 'tcp'],
  line: { baudRate: 19_200, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [{ name: 'variant', choices: ['auto', 'shunt', 'charger'] }, { name: 'currentSign' }],
  reads: ['voltage', 'current', 'soc', 'flags', 'counters'],
  writes: false,
  check: 'sum of a block is 0, 8 bits; sudden changes need a second block that agrees',
  weak: true,
  period: 0,
  addressed: false,
  page: 'vedirect',
};
