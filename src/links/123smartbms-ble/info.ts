/** Facts about the Bluetooth side of the 123\SmartBMS. Pure data. */
import type { ProtocolInfo } from '../protocol.ts';

export const SMARTBMS123_BLE_INFO: ProtocolInfo = {
  id: '123smartbms-ble',
  title: '123\\SmartBMS over Bluetooth',
  group: 'systems',
  buses: ['ble', 'tcp'],
  line: null,
  // The Raytac module of the third generation: the UART service of Nordic.
  ble: [
    {
      service: '6e400001-b5a3-f393-e0a9-e50e24dcca9e',
      notify: '6e400003-b5a3-f393-e0a9-e50e24dcca9e',
      write: '6e400002-b5a3-f393-e0a9-e50e24dcca9e',
    },
  ],
  options: [
    { name: 'device', needed: false },
    { name: 'secret', form: 'pin', fallback: '1234' },
    { name: 'variant', choices: ['gen3', 'gen2'] },
  ],
  reads: ['cells', 'temperatures', 'voltage', 'current', 'soc', 'flags', 'switches', 'counters'],
  writes: false,
  check: 'none; the form of a record must fit, and sudden changes are asked about again',
  weak: true,
  period: 0.3,
  addressed: false,
  page: '123smartbms',
};
