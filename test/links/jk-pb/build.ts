/** Questions and confirmations of the PB series for tests, after the published bytes. */

const REGISTERS = { status: 0x20, settings: 0x1e, info: 0x1c } as const;
type What = keyof typeof REGISTERS;

/** The question to a board. */
export const trigger = (address: number, what: What = 'status'): Uint8Array =>
  withCrc([address, 0x10, 0x16, REGISTERS[what], 0, 1, 2, 0, 0]);

/** What a board confirms it with. */
export const ack = (address: number, what: What = 'status'): Uint8Array =>
  withCrc([address, 0x10, 0x16, REGISTERS[what], 0, 1]);

/** With CRC-16/Modbus, low byte first. */
export function withCrc(bytes: readonly number[]): Uint8Array {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}
