/** Modbus RTU frames, made by hand for tests: as the specification lays them out, with a CRC of their own. */

/** MODBUS over Serial Line V1.02, 6.2.2, bit by bit. */
function crcOf(bytes: readonly number[]): number[] {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return [crc & 0xff, crc >> 8];
}

const sealed = (...bytes: readonly number[]): Uint8Array => Uint8Array.of(...bytes, ...crcOf(bytes));
const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];

/** A question for registers or bits. */
export const readRequest = (unit: number, fn: number, first: number, count: number): Uint8Array =>
  sealed(unit, fn, ...word(first), ...word(count));

/** An answer with registers, −32768…65535 each. */
export const registersAnswer = (unit: number, fn: 3 | 4, ...values: readonly number[]): Uint8Array =>
  sealed(unit, fn, 2 * values.length, ...values.flatMap(word));

/** An answer with bits, already in bytes. */
export const bitsAnswer = (unit: number, fn: 1 | 2, ...bytes: readonly number[]): Uint8Array =>
  sealed(unit, fn, bytes.length, ...bytes);

export const exceptionAnswer = (unit: number, fn: number, code: number): Uint8Array => sealed(unit, fn | 0x80, code);
