/** Facts about the Modbus protocol of EG4's LL batteries. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

/** In which steps currents come: 0.01 A by the published register table, 0.1 A in a published frame of a 12 V pack. */
export const EG4_LL_VARIANTS = ['current-0.01A', 'current-0.1A'] as const;

export const EG4_LL_INFO: ProtocolInfo = {
  id: 'eg4-ll',
  aliases: ['eg4_ll', 'eg4ll'],
  title: 'EG4 LL',
  group: 'hobby',
  buses: ['serial', 'tcp', 'modbus-tcp'],
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  // 1–15, and 16 for the first of a chain; later ones go up to 64.
  options: [
    { name: 'address', fallback: 1, min: 1, max: 64 },
    { name: 'currentSign' },
    { name: 'variant', choices: EG4_LL_VARIANTS },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'counters'],
  writes: false,
  check: 'CRC-16 (Modbus)',
  weak: false,
  period: 1,
  addressed: true,
  page: 'eg4-ll',
};
