/** Frames for tests, written from the layout table of the protocol document, apart from the decoder. */

export interface Current {
  sign: '+' | '-' | 'X';
  /** Counts of 0.125 A. */
  counts: number;
}

/** A frame in raw counts: 5 mV, 0.125 A, Wh, kWh, 0.1 kWh. */
export interface RawFrame {
  packVoltage: number;
  currentIn: Current;
  currentOut: Current;
  current: Current;
  cellMin: number;
  cellMinNumber: number;
  cellMax: number;
  cellMaxNumber: number;
  temperatureMin: number;
  temperatureMinNumber: number;
  temperatureMax: number;
  temperatureMaxNumber: number;
  cellNumber: number;
  cellCount: number;
  cellVoltage: number;
  cellTemperature: number;
  status: number;
  energyCollectedToday: number;
  energyStored: number;
  energyConsumedToday: number;
  soc: number;
  energyCollectedTotal: number;
  energyConsumedTotal: number;
  keyByte: number;
  valueByte: number;
  capacity: number;
  vMin: number;
  vMax: number;
  vBalance: number;
}

/** 16 cells of 3.34 to 3.37 V in the sun: 50 A in, 10 A out, 40 A into the battery, 77 %. */
export const SUNNY: RawFrame = {
  packVoltage: 10_720,
  currentIn: { sign: '+', counts: 400 },
  currentOut: { sign: '+', counts: 80 },
  current: { sign: '+', counts: 320 },
  cellMin: 668,
  cellMinNumber: 3,
  cellMax: 674,
  cellMaxNumber: 11,
  temperatureMin: 291,
  temperatureMinNumber: 2,
  temperatureMax: 298,
  temperatureMaxNumber: 9,
  cellNumber: 7,
  cellCount: 16,
  cellVoltage: 671,
  cellTemperature: 296,
  status: 0x03,
  energyCollectedToday: 4321,
  energyStored: 12_345,
  energyConsumedToday: 1234,
  soc: 77,
  energyCollectedTotal: 5678,
  energyConsumedTotal: 5432,
  keyByte: 0,
  valueByte: 0,
  capacity: 160,
  vMin: 580,
  vMax: 740,
  vBalance: 700,
};

function put(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, place) => Math.floor(value / 256 ** (bytes - 1 - place)) % 256);
}

function putCurrent({ sign, counts }: Current): number[] {
  return [sign.charCodeAt(0), ...put(counts, 2)];
}

/** The 58 bytes of a frame: `SUNNY` with what is given put in its place, and the checksum. */
export function encodeFrame(fields: Partial<RawFrame> = {}): Uint8Array {
  const f = { ...SUNNY, ...fields };
  const body = [
    ...put(f.packVoltage, 3),
    ...putCurrent(f.currentIn),
    ...putCurrent(f.currentOut),
    ...putCurrent(f.current),
    ...put(f.cellMin, 2),
    f.cellMinNumber,
    ...put(f.cellMax, 2),
    f.cellMaxNumber,
    ...put(f.temperatureMin, 2),
    f.temperatureMinNumber,
    ...put(f.temperatureMax, 2),
    f.temperatureMaxNumber,
    f.cellNumber,
    f.cellCount,
    ...put(f.cellVoltage, 2),
    ...put(f.cellTemperature, 2),
    f.status,
    ...put(f.energyCollectedToday, 3),
    ...put(f.energyStored, 3),
    ...put(f.energyConsumedToday, 3),
    f.soc,
    ...put(f.energyCollectedTotal, 3),
    ...put(f.energyConsumedTotal, 3),
    f.keyByte,
    f.valueByte,
    ...put(f.capacity, 2),
    ...put(f.vMin, 2),
    ...put(f.vMax, 2),
    ...put(f.vBalance, 2),
  ];
  return Uint8Array.from([...body, body.reduce((sum, byte) => sum + byte, 0) % 256]);
}

/** One after the other, without a gap. */
export function glue(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
