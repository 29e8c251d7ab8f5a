/** Modbus RTU frames as a device on the line sends them, made by the test's own hand. */

/** A frame with its checksum. */
export function rtu(...bytes: number[]): Uint8Array {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc % 2 === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

const two = (word: number): number[] => [(word >> 8) & 0xff, word & 0xff];

export function request(unit: number, fn: number, first: number, count: number): Uint8Array {
  return rtu(unit, fn, ...two(first), ...two(count));
}

/** Words, negative ones too. */
export function words(unit: number, fn: number, values: readonly number[]): Uint8Array {
  return rtu(unit, fn, 2 * values.length, ...values.flatMap(two));
}

/** Bytes of bits, the first coil in the lowest bit of the first. */
export function bits(unit: number, fn: number, bytes: readonly number[]): Uint8Array {
  return rtu(unit, fn, bytes.length, ...bytes);
}

export function exception(unit: number, fn: number, code: number): Uint8Array {
  return rtu(unit, fn + 0x80, code);
}

/** ASCII in so many words. */
export function text(letters: string, count: number): number[] {
  const bytes = Array.from({ length: 2 * count }, (_, i) => letters.charCodeAt(i) || 0);
  return Array.from({ length: count }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
}
