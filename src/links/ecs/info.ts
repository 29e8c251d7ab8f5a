/** Facts about the ECS greenMeter and its LiPro cell boards. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

/** What is on the line, and which table of registers the LiPros have. The first one is the default. */
const ECS_VARIANTS = [
  'auto',
  'lipro-v2-v3',
  'lipro-active',
  'cells-only',
  'cells-only-v2-v3',
  'cells-only-active',
] as const;

export const ECS_INFO: ProtocolInfo = {
  id: 'ecs',
  aliases: ['ecs_modbus', 'smartpro'],
  title: 'ECS greenMeter and LiPro (SmartPro)',
  group: 'systems',
  buses: ['serial', 'tcp', 'modbus-tcp'],
  line: { baudRate: 19_200, dataBits: 8, parity: 'even', stopBits: 1 },
  options: [
    { name: 'address', fallback: 1, min: 1, max: 247 },
    { name: 'variant', choices: ECS_VARIANTS },
    { name: 'currentSign' },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'counters'],
  writes: false,
  check: 'CRC-16 (Modbus)',
  weak: false,
  period: 1,
  addressed: true,
  page: 'ecs',
};
