/**
 * The 58-byte frame of the 123\SmartBMS "extended data output", as bytes: where each field stands, and what tells a
 * frame from noise. Source: the vendor's document "UART data protocol, firmware v3.3.11".
 *
 * 9600 baud 8N1, big-endian, one frame every 0.5 or 1 s, no header, no length, no end mark, nothing to ask.
 */

export const FRAME_LENGTH = 58;

export const AT = {
  packVoltage: 0,
  currentIn: 3,
  currentOut: 6,
  current: 9,
  cellMin: 12,
  cellMinNumber: 14,
  cellMax: 15,
  cellMaxNumber: 17,
  temperatureMin: 18,
  temperatureMinNumber: 20,
  temperatureMax: 21,
  temperatureMaxNumber: 23,
  cellNumber: 24,
  cellCount: 25,
  cellVoltage: 26,
  cellTemperature: 28,
  status: 30,
  energyCollectedToday: 31,
  energyStored: 34,
  energyConsumedToday: 37,
  soc: 40,
  energyCollectedTotal: 41,
  energyConsumedTotal: 44,
  key: 47,
  value: 48,
  capacity: 49,
  vMin: 51,
  vMax: 53,
  vBalance: 55,
  checksum: 57,
} as const;

/** Status byte 1. */
export const STATUS = {
  chargeAllowed: 0x01,
  loadAllowed: 0x02,
  cellCommunicationError: 0x04,
  vMin: 0x08,
  vMax: 0x10,
  tMin: 0x20,
  tMax: 0x40,
  socNotCalibrated: 0x80,
} as const;

const PLUS = 0x2b;
export const MINUS = 0x2d;
/** `X`: no sensor, or its value is not known. */
export const UNKNOWN = 0x58;

export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function u16(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) << 8) | u8(bytes, at + 1);
}

export function u24(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) << 16) | u16(bytes, at + 1);
}

/** The low 8 bits of the sum of the 57 bytes before the checksum. Weak: 1 in 256 random windows fits. */
export function checksum(bytes: Uint8Array, start = 0): number {
  let sum = 0;
  for (let at = start; at < start + AT.checksum; at++) sum += u8(bytes, at);
  return sum & 0xff;
}

function isSign(byte: number): boolean {
  return byte === PLUS || byte === MINUS || byte === UNKNOWN;
}

/** Each of the three currents begins with `+`, `-` or `X`: the only fixed marks of a frame. */
export function hasSigns(bytes: Uint8Array, start = 0): boolean {
  return (
    isSign(u8(bytes, start + AT.currentIn)) &&
    isSign(u8(bytes, start + AT.currentOut)) &&
    isSign(u8(bytes, start + AT.current))
  );
}

/**
 * The lowest and the highest cell are among the cells. A BMS that has lost its cells says so in its status byte, and
 * may then have no number to give: that frame must come through, because it is the one that reports the loss.
 */
export function hasCellNumbers(bytes: Uint8Array, start = 0): boolean {
  const count = u8(bytes, start + AT.cellCount);
  const lost = (u8(bytes, start + AT.status) & STATUS.cellCommunicationError) !== 0;
  const first = lost ? 0 : 1;
  const min = u8(bytes, start + AT.cellMinNumber);
  const max = u8(bytes, start + AT.cellMaxNumber);
  return count >= 1 && min >= first && min <= count && max >= first && max <= count;
}
