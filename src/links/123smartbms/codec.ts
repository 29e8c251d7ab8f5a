/**
 * The 58-byte frame of the 123\SmartBMS "extended data output" (123-R19), decoded. Pure and total: any bytes give a
 * frame or a refusal. Source: the vendor's document "UART data protocol, firmware v3.3.11", and the vendor's own
 * driver where the document is silent.
 */
import { AT, checksum, FRAME_LENGTH, hasSigns, MINUS, STATUS, u16, u24, u8, UNKNOWN } from './layout.ts';

/**
 * The vendor contradicts itself on temperatures, so it is a setting: `document` is the protocol document, `driver` the
 * vendor's own driver and app. They meet at 32 °C; at 0 °C of the document the driver reads 5 °C.
 */
export type TemperatureFormula = 'driver' | 'document';

export interface CellVoltage {
  /** V */
  readonly voltage: number;
  /** Cell number from 1, as sent. */
  readonly cell: number;
}

export interface CellTemperature {
  /** As sent: about one count per °C. */
  readonly raw: number;
  /** °C by the chosen formula; the product's own tolerance is ± 5 °C (123-R1). */
  readonly celsius: number;
  /** Cell number from 1, as sent. */
  readonly cell: number;
}

/** Status byte 1: what the device permits, and its warnings (123-R9). */
export interface Status {
  readonly chargeAllowed: boolean;
  readonly loadAllowed: boolean;
  /** E: the chain of cell modules is broken; every cell value in the frame may be old. */
  readonly cellCommunicationError: boolean;
  /** Vl: a cell is below the device's V-min. */
  readonly vMin: boolean;
  /** Vh: a cell is above the device's V-max. */
  readonly vMax: boolean;
  /** Tl */
  readonly tMin: boolean;
  /** Th */
  readonly tMax: boolean;
  readonly socNotCalibrated: boolean;
}

/** One of the slow values that go round one per frame; what the keys mean is in `key-values.ts`. */
export interface KeyValue {
  readonly key: number;
  /** One byte. */
  readonly value: number;
}

export interface Frame {
  /** V, in steps of 5 mV */
  readonly packVoltage: number;
  /** A, sensor 1 on the side of solar and chargers, positive = towards the battery; `null`: no sensor, or not known */
  readonly currentIn: number | null;
  /** A, sensor 2 on the side of the consumers, positive = out to them; `null`: no sensor, or not known */
  readonly currentOut: number | null;
  /** A, of the battery (sensor 1 - sensor 2), positive = charging; `null`: not known */
  readonly current: number | null;
  readonly cellMin: CellVoltage;
  readonly cellMax: CellVoltage;
  readonly temperatureMin: CellTemperature;
  readonly temperatureMax: CellTemperature;
  /** The one cell this frame tells of: V and °C. `null` when its number is 0 or above the count. */
  readonly cell: { readonly number: number; readonly voltage: number; readonly temperature: number } | null;
  readonly cellCount: number;
  readonly status: Status;
  /** Wh */
  readonly energyCollectedToday: number;
  /** Wh */
  readonly energyStored: number;
  /** Wh */
  readonly energyConsumedToday: number;
  /** % */
  readonly soc: number;
  /** kWh */
  readonly energyCollectedTotal: number;
  /** kWh */
  readonly energyConsumedTotal: number;
  /** `null` on firmware that sends its hours and minutes there. */
  readonly keyValue: KeyValue | null;
  /** kWh, as set in the device */
  readonly capacity: number;
  /** V: the device's own V-min */
  readonly vMinSetting: number;
  /** V: the device's own V-max */
  readonly vMaxSetting: number;
  /** V: the device's own V-bypass */
  readonly vBalanceSetting: number;
}

export type Decoded =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly refusal: 'length' | 'checksum' | 'implausible'; readonly text: string };

/** Key bytes below this are no key: older firmware counts device hours there. */
const FIRST_KEY = 25;

/**
 * °C of a raw temperature. `document`: 1 °C per count, 276 = 0 °C. `driver`: the straight line in the vendor's code.
 */
export function celsius(raw: number, formula: TemperatureFormula): number {
  return formula === 'document' ? raw - 276 : Math.round(raw * 0.857 - 232);
}

// Divided, not multiplied by 0.005: the quotient is the double nearest to the decimal number the document gives.
function volts(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) / 200;
}

function amperes(bytes: Uint8Array, at: number): number | null {
  const sign = u8(bytes, at);
  if (sign === UNKNOWN) return null;
  const size = u16(bytes, at + 1) / 8;
  return sign === MINUS ? 0 - size : size; // 0 - 0 is 0, where -0 would not be
}

function cellVoltage(bytes: Uint8Array, at: number): CellVoltage {
  return { voltage: volts(bytes, at), cell: u8(bytes, at + 2) };
}

function cellTemperature(bytes: Uint8Array, at: number, formula: TemperatureFormula): CellTemperature {
  const raw = u16(bytes, at);
  return { raw, celsius: celsius(raw, formula), cell: u8(bytes, at + 2) };
}

function oneCell(bytes: Uint8Array, formula: TemperatureFormula): Frame['cell'] {
  const number = u8(bytes, AT.cellNumber);
  if (number === 0 || number > u8(bytes, AT.cellCount)) return null;
  return {
    number,
    voltage: volts(bytes, AT.cellVoltage),
    temperature: celsius(u16(bytes, AT.cellTemperature), formula),
  };
}

/** Status byte 1 by its bits. */
export function status(byte: number): Status {
  return {
    chargeAllowed: (byte & STATUS.chargeAllowed) !== 0,
    loadAllowed: (byte & STATUS.loadAllowed) !== 0,
    cellCommunicationError: (byte & STATUS.cellCommunicationError) !== 0,
    vMin: (byte & STATUS.vMin) !== 0,
    vMax: (byte & STATUS.vMax) !== 0,
    tMin: (byte & STATUS.tMin) !== 0,
    tMax: (byte & STATUS.tMax) !== 0,
    socNotCalibrated: (byte & STATUS.socNotCalibrated) !== 0,
  };
}

function keyValue(bytes: Uint8Array): KeyValue | null {
  const key = u8(bytes, AT.key);
  return key < FIRST_KEY ? null : { key: key - FIRST_KEY, value: u8(bytes, AT.value) };
}

function refuse(bytes: Uint8Array): Decoded | null {
  if (bytes.length !== FRAME_LENGTH) {
    return { ok: false, refusal: 'length', text: `${bytes.length} bytes where a frame has ${FRAME_LENGTH}` };
  }
  const sum = checksum(bytes);
  const sent = u8(bytes, AT.checksum);
  if (sum !== sent)
    return { ok: false, refusal: 'checksum', text: `checksum ${sent} where the bytes add up to ${sum}` };
  if (!hasSigns(bytes))
    return { ok: false, refusal: 'implausible', text: 'a current with a sign other than +, - or X' };
  return null;
}

/**
 * Decodes one frame. Refusals: `length` (not 58 bytes), `checksum`, `implausible` (a sign byte that is none).
 * Anything else is taken as sent, possible or not: a single frame that passes an 8-bit sum proves little, and what
 * to believe is decided over several (`vote.ts`).
 */
export function decodeFrame(bytes: Uint8Array, formula: TemperatureFormula): Decoded {
  const refusal = refuse(bytes);
  if (refusal !== null) return refusal;
  return {
    ok: true,
    frame: {
      packVoltage: u24(bytes, AT.packVoltage) / 200,
      currentIn: amperes(bytes, AT.currentIn),
      currentOut: amperes(bytes, AT.currentOut),
      current: amperes(bytes, AT.current),
      cellMin: cellVoltage(bytes, AT.cellMin),
      cellMax: cellVoltage(bytes, AT.cellMax),
      temperatureMin: cellTemperature(bytes, AT.temperatureMin, formula),
      temperatureMax: cellTemperature(bytes, AT.temperatureMax, formula),
      cell: oneCell(bytes, formula),
      cellCount: u8(bytes, AT.cellCount),
      status: status(u8(bytes, AT.status)),
      energyCollectedToday: u24(bytes, AT.energyCollectedToday),
      energyStored: u24(bytes, AT.energyStored),
      energyConsumedToday: u24(bytes, AT.energyConsumedToday),
      soc: u8(bytes, AT.soc),
      energyCollectedTotal: u24(bytes, AT.energyCollectedTotal),
      energyConsumedTotal: u24(bytes, AT.energyConsumedTotal),
      keyValue: keyValue(bytes),
      capacity: u16(bytes, AT.capacity) / 10,
      vMinSetting: volts(bytes, AT.vMin),
      vMaxSetting: volts(bytes, AT.vMax),
      vBalanceSetting: volts(bytes, AT.vBalance),
    },
  };
}
