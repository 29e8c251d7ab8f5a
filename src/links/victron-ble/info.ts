/** Facts about Victron's "Instant Readout" by Bluetooth. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const VICTRON_BLE_INFO: ProtocolInfo = {
  id: 'victron-ble',
  aliases: ['victron_ble', 'instant-readout'],
  title: 'Victron Smart Lithium, Lynx BMS and others (Bluetooth, Instant Readout)',
  group: 'systems',
  buses: ['ble', 'serial', 'tcp'],
  // A gateway that prints one advert a line; there is no factory setting.
  line: { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
  ble: 'adverts',
  options: [{ name: 'device', needed: false }, { name: 'secret', form: 'key', fallback: '' }, { name: 'currentSign' }],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches'],
  writes: false,
  check: 'the first byte of the key, the sum of the cells, and a second advert that agrees',
  weak: true,
  period: 0,
  addressed: false,
  page: 'victron-ble',
};
