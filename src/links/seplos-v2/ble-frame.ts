/**
 * Frames of the binary variant that Seplos V2 speaks over BLE, after captures published with aiobmsble:
 * `7E` version address … `0D`, checked by CRC-16/XMODEM over everything between `7E` and the CRC. Questions (version 10)
 * hold `46`, the command, LENGTH (16 bits, bytes) and data; answers (version 14) hold the command, a return code,
 * LENGTH and data.
 */
import { celsius, fieldsOf, printable } from '../ascii-hex/fields.ts';
import { wordAt } from '../bus/bytes.ts';
import { flagsOf } from '../register-values.ts';
import { type SeplosTelemetry, takeTelemetry } from './frame.ts';

const START = 0x7e;
const END = 0x0d;
const QUESTION = 0x10;
const ANSWER = 0x14;
/** Bytes before and after the data. */
const HEAD = 7;
const TAIL = 3;

export const BLE_COMMANDS = { manufacturer: 0x51, single: 0x61, summary: 0x62 } as const;

export type BleFrame =
  | {
      readonly ok: true;
      readonly kind: 'question' | 'answer';
      readonly address: number;
      readonly command: number;
      readonly returnCode: number;
      readonly data: Uint8Array;
    }
  | { readonly ok: false; readonly refusal: 'checksum' | 'length' | 'end'; readonly text: string };

/** Whether bytes claim to be of this variant: an ASCII frame has a digit after its `~`. */
export function isBleFrame(bytes: Uint8Array): boolean {
  return bytes[0] === START && (bytes[1] === QUESTION || bytes[1] === ANSWER);
}

/** Opens one frame. Total. */
export function openBleFrame(bytes: Uint8Array): BleFrame {
  if (bytes.length < HEAD + TAIL) return { ok: false, refusal: 'length', text: `${bytes.length} bytes are too few` };
  if (bytes[bytes.length - 1] !== END) return { ok: false, refusal: 'end', text: 'it does not end with 0D' };
  const crc = wordAt(bytes, bytes.length - 3);
  const right = xmodem(bytes.subarray(1, -TAIL));
  if (crc !== right) {
    return {
      ok: false,
      refusal: 'checksum',
      text: `its CRC is ${crc.toString(16)}, ${right.toString(16)} would be right`,
    };
  }
  const length = wordAt(bytes, 5);
  if (length !== bytes.length - HEAD - TAIL) {
    return { ok: false, refusal: 'length', text: `it tells ${length} bytes and holds ${bytes.length - HEAD - TAIL}` };
  }
  const [, version = 0, address = 0, third = 0, fourth = 0] = bytes;
  const data = bytes.slice(HEAD, -TAIL);
  return version === QUESTION
    ? { ok: true, kind: 'question', address, command: fourth, returnCode: 0, data }
    : { ok: true, kind: 'answer', address, command: third, returnCode: fourth, data };
}

const SWITCHES = { discharge: 0, charge: 1, limiter: 2, heater: 3 } as const;

/** What follows the values: the state of the system, the switches, and bytes of events. */
interface BleStates {
  readonly switches: Readonly<Record<keyof typeof SWITCHES, boolean>>;
  readonly system: number;
  /** In hexadecimal. */
  readonly events: string;
}

export interface BleSingle extends BleStates {
  readonly telemetry: SeplosTelemetry;
}

/** Data of an answer to 61: one machine. `null`: laid out differently. Total. */
export function readBleSingle(data: Uint8Array): BleSingle | null {
  const fields = fieldsOf(data);
  const telemetry = takeTelemetry(fields);
  if (telemetry === null) return null;
  // A state for each cell and sensor, and two for current and voltage.
  const sensors =
    telemetry.temperatures.length +
    (telemetry.mosTemperature === null && telemetry.ambientTemperature === null ? 0 : 2);
  fields.bytes(telemetry.cells.length + sensors + 2);
  const states = takeStates(fields);
  return states === null ? null : { telemetry, ...states };
}

/** All packs together, V, A, °C, Ah, %. */
export interface BleSummary extends BleStates {
  readonly cellCount: number;
  readonly cellMax: number;
  readonly cellMin: number;
  /** Highest, lowest, and two more that the capture does not name. */
  readonly temperatures: readonly (number | null)[];
  readonly current: number;
  readonly voltage: number;
  readonly remaining: number;
  readonly full: number;
  readonly soc: number;
  readonly rated: number;
  readonly cycles: number;
  readonly soh: number;
  readonly portVoltage: number;
}

/** Data of an answer to 62: all packs together. `null`: laid out differently. Total. */
export function readBleSummary(data: Uint8Array): BleSummary | null {
  const fields = fieldsOf(data);
  fields.bytes(2);
  const cellCount = fields.u8();
  const [max = 0, min = 0] = fields.words(2);
  fields.u8(); // sensors of a pack
  const temperatures = fields.words(4).map((raw) => celsius(raw, 2731));
  const [current, voltage, remaining] = [fields.s16() / 10, fields.u16() / 100, fields.u16() / 10];
  const custom = fields.words(fields.u8());
  const states = takeStates(fields);
  if (states === null || custom.length < 6) return null;
  const [full = 0, soc = 0, rated = 0, cycles = 0, soh = 0, port = 0] = custom;
  return {
    cellCount,
    cellMax: max / 1000,
    cellMin: min / 1000,
    temperatures,
    current,
    voltage,
    remaining,
    full: full / 10,
    soc: soc / 10,
    rated: rated / 10,
    cycles,
    soh: soh / 10,
    portVoltage: port / 100,
    ...states,
  };
}

function takeStates(fields: ReturnType<typeof fieldsOf>): BleStates | null {
  const [system, switches] = [fields.u8(), fields.u8()];
  const events = fields.bytes(fields.u8());
  if (!fields.isWhole()) return null;
  return { system, switches: flagsOf(switches, SWITCHES), events: Buffer.from(events).toString('hex') };
}

/** Where the model and the version stand in an answer to 51. */
const MODEL = { from: 19, to: 29, version: 30 } as const;

/** Data of an answer to 51. Total. */
export function readBleManufacturer(data: Uint8Array): { readonly model: string; readonly version: string } | null {
  if (data.length < MODEL.version + 2) return null;
  return {
    model: printable(data.slice(MODEL.from, MODEL.to)),
    version: `${data[MODEL.version] ?? 0}.${data[MODEL.version + 1] ?? 0}`,
  };
}

/** CRC-16/XMODEM: polynomial 1021, beginning with 0. */
export function xmodem(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}
