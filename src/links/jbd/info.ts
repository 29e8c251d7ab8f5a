/** Facts about the BMSes of JBD. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const JBD_INFO: ProtocolInfo = {
  id: 'jbd',
  aliases: ['xiaoxiang', 'overkill', 'llt'],
  title: 'JBD / Xiaoxiang / Overkill Solar / LLT',
  group: 'hobby',
  buses: ['serial', 'tcp', 'ble'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  ble: [{ service: 'ff00', notify: 'ff01', write: 'ff02' }],
  options: [
    { name: 'currentSign' },
    // Which bit of the balancing word is cell 1: the lowest, or that of the last cell.
    { name: 'variant', choices: ['register-map', 'reversed'] },
    { name: 'secret', form: 'pin', fallback: '' },
    { name: 'device', needed: false },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: true,
  check: 'sum of bytes, 16 bits',
  // A plain sum does not see two bits of the same weight that flip against each other: some of a thousand frames on a
  // line so bad that every other frame is damaged.
  weak: true,
  period: 1,
  addressed: false,
  page: 'jbd',
};
