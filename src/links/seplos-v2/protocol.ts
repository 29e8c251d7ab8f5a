/** Seplos V2 among the protocols. */
import { hex } from '../ascii-hex/answer.ts';
import { decodeEnvelope, type Told } from '../ascii-hex/decoded.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import {
  BLE_COMMANDS,
  isBleFrame,
  openBleFrame,
  readBleManufacturer,
  readBleSingle,
  readBleSummary,
} from './ble-frame.ts';
import { createSeplosV2 } from './device.ts';
import { readAlarms, readTelemetry } from './frame.ts';
import { SEPLOS_V2_INFO } from './info.ts';
import { alarmsSeen, observationOf } from './observe.ts';

export const SEPLOS_V2: Protocol = {
  info: SEPLOS_V2_INFO,
  opens: { kind: 'bytes', device: createSeplosV2 },
  decode(bytes, options) {
    if (isBleFrame(bytes)) return decodeBle(bytes, options);
    return decodeEnvelope(bytes, { commands: COMMANDS, read: ({ info }) => told(info, options) });
  },
};

const COMMANDS = {
  0x42: 'telemetry',
  0x44: 'alarms',
  0x45: 'remote control',
  0x47: 'parameters',
  0x49: 'set parameters',
  0x4f: 'version',
  0x51: 'manufacturer',
};

function told(info: Uint8Array, options: LinkOptions): Told | null {
  const telemetry = readTelemetry(info);
  if (telemetry !== null) {
    const current = telemetry.current * options.currentSign;
    return { frame: { ...telemetry, current }, seen: observationOf(telemetry, null, options) };
  }
  const alarms = readAlarms(info);
  return alarms === null ? null : { frame: { ...alarms }, seen: alarmsSeen(alarms) };
}

function decodeBle(bytes: Uint8Array, options: LinkOptions): Decoded {
  const opened = openBleFrame(bytes);
  if (!opened.ok) return { ok: false, refusal: opened.refusal, text: `no good frame: ${opened.text}` };
  const { address, command, returnCode, data } = opened;
  const name = Object.entries(BLE_COMMANDS).find(([, code]) => code === command)?.[0] ?? 'unknown';
  const head = { transport: 'BLE', address, command: hex(command) };
  if (opened.kind === 'question') return { ok: true, frame: { ...head, request: name }, seen: null };
  const answer = { ...head, returnCode };
  const single = command === BLE_COMMANDS.single && returnCode === 0 ? readBleSingle(data) : null;
  if (single !== null) {
    const { telemetry, switches, system, events } = single;
    const seen = observationOf(telemetry, null, options);
    const hardware = { chargeSwitchClosed: switches.charge, loadSwitchClosed: switches.discharge };
    const current = telemetry.current * options.currentSign;
    return {
      ok: true,
      frame: { ...answer, ...telemetry, current, switches, system, events },
      seen: { ...seen, hardware },
    };
  }
  const more =
    command === BLE_COMMANDS.summary
      ? readBleSummary(data)
      : command === BLE_COMMANDS.manufacturer
        ? readBleManufacturer(data)
        : null;
  return { ok: true, frame: { ...answer, ...(more ?? { info: Buffer.from(data).toString('hex') }) }, seen: null };
}
