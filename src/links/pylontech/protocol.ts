/** Pylontech among the protocols. */
import { decodeEnvelope, type Told } from '../ascii-hex/decoded.ts';
import type { LinkOptions } from '../options.ts';
import type { Protocol } from '../protocol.ts';
import { createPylontech } from './device.ts';
import { PYLONTECH_REFUSALS, readAlarms, readAnalog, readManagement } from './frame.ts';
import { PYLONTECH_INFO } from './info.ts';
import { alarmsSeen, observationOf } from './observe.ts';

export const PYLONTECH: Protocol = {
  info: PYLONTECH_INFO,
  opens: { kind: 'bytes', device: createPylontech },
  decode: (bytes, options) =>
    decodeEnvelope(bytes, {
      commands: COMMANDS,
      returnCodes: Object.keys(PYLONTECH_REFUSALS).map(Number),
      read: ({ info }) => told(info, options),
    }),
};

const COMMANDS = {
  0x42: 'analog',
  0x44: 'alarm',
  0x47: 'system parameters',
  0x4f: 'protocol version',
  0x51: 'manufacturer',
  0x92: 'management',
  0x93: 'serial',
  0x94: 'set management',
  0x95: 'turn off',
  0x96: 'firmware',
};

function told(info: Uint8Array, options: LinkOptions): Told | null {
  const analog = readAnalog(info);
  if (analog !== null) {
    const modules = analog.modules.map((module) => ({ ...module, current: module.current * options.currentSign }));
    const [only] = analog.modules;
    // The values of several modules are those of several packs.
    const seen = only === undefined || modules.length > 1 ? null : observationOf(only, null, null, options);
    return { frame: { commandOrCount: analog.commandOrCount, modules }, seen };
  }
  const alarms = readAlarms(info);
  if (alarms !== null) return { frame: { ...alarms }, seen: alarmsSeen(alarms) };
  const management = readManagement(info);
  return management === null ? null : { frame: { ...management }, seen: null };
}
