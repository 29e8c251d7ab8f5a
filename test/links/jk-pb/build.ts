/** Questions and confirmations of the PB series for tests, after the published bytes. */
import { rtu } from '../support/rtu.ts';

const REGISTERS = { status: 0x20, settings: 0x1e, info: 0x1c } as const;
type What = keyof typeof REGISTERS;

/** The question to a board. */
export const trigger = (address: number, what: What = 'status'): Uint8Array =>
  rtu(address, 0x10, 0x16, REGISTERS[what], 0, 1, 2, 0, 0);

/** What a board confirms it with. */
export const ack = (address: number, what: What = 'status'): Uint8Array =>
  rtu(address, 0x10, 0x16, REGISTERS[what], 0, 1);
