/** Facts about Offgridtec's Smart-Pro batteries. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const OFFGRIDTEC_INFO: ProtocolInfo = {
  id: 'offgridtec',
  aliases: ['ogt-smartpro', 'ogt_smartpro'],
  title: 'Offgridtec Smart-Pro',
  group: 'systems',
  buses: ['ble', 'tcp'],
  line: null,
  ble: [{ service: 'fff0', notify: 'fff4', write: 'fff6' }],
  options: [{ name: 'device', needed: true, example: 'SmartBat-B12294' }, { name: 'currentSign' }],
  reads: ['cells', 'voltage', 'current', 'soc', 'counters'],
  writes: false,
  check: 'none; start, end, register and length must fit, and sudden changes are asked about again',
  weak: true,
  period: 1,
  addressed: false,
  page: 'offgridtec',
};
