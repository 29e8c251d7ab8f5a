/** Facts about the 300-byte frames of JK boards over Bluetooth. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const JK02_INFO: ProtocolInfo = {
  id: 'jk02',
  title: 'JK BMS, Bluetooth (JK02)',
  group: 'hobby',
  buses: ['ble', 'tcp'],
  line: null,
  ble: [{ service: 'ffe0', notify: 'ffe1', write: 'ffe1' }],
  options: [
    { name: 'device', needed: false },
    { name: 'variant', choices: ['auto', '32s', '24s'] },
    { name: 'currentSign' },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'sum of bytes, 8 bits',
  weak: true,
  period: 1,
  addressed: false,
  page: 'jk',
};
