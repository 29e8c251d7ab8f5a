/** Facts about the wired `7E` protocol of LifePower4 and its relatives. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const EG4_LIFEPOWER_INFO: ProtocolInfo = {
  id: 'eg4-lifepower',
  aliases: ['lifepower4', 'tianpower', 'revov', 'basen'],
  title: 'EG4 LifePower4 / Tian Power / Revov / Basen (wired)',
  group: 'hobby',
  buses: ['serial', 'tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  options: [
    { name: 'address', fallback: 1, min: 0, max: 15 },
    { name: 'currentSign' },
    // Whose table of status bits is used; `auto`: Basen's when its further groups are there.
    { name: 'variant', choices: ['auto', 'lifepower4', 'basen'] },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'counters'],
  writes: false,
  check: 'exclusive or of all bytes, exclusive or their sum, 8 bits',
  weak: true,
  period: 2,
  addressed: true,
  page: 'eg4-lifepower',
};
