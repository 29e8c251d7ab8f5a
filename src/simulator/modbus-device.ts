/** A simulated device behind Modbus registers: RTU or TCP, one unit or several. */
import type { Clock } from '../engine/clock.ts';
import { answeringDevice } from './answering.ts';
import { packed, two } from './bytes.ts';
import type { Commands } from './control.ts';
import type { SimulatedDevice } from './device.ts';
import { createModbusFramer, exceptionPdu, ILLEGAL_FUNCTION, ILLEGAL_VALUE } from './modbus-framing.ts';

/** An exception code: 1 no such function, 2 no such address, 3 no such value. */
export interface Exception {
  readonly exception: number;
}

export interface ModbusDeviceOptions {
  readonly clock: Clock;
  readonly commands?: Commands;
  /** s it takes to answer. */
  readonly delay?: number;
  /** Reads `count` registers (functions 3, 4) or bits (1, 2; 0 or 1 each); `null`: no such unit, nobody answers. */
  readonly read: (
    unit: number,
    fn: 1 | 2 | 3 | 4,
    first: number,
    count: number,
  ) => readonly number[] | Exception | null;
  /** Writes registers (functions 6, 16) or coils (5, 15; 0 or 1 each). Default: no such function. */
  readonly write?: (
    unit: number,
    fn: 5 | 6 | 15 | 16,
    first: number,
    values: readonly number[],
  ) => true | Exception | null;
}

/** Starts the device. */
export function modbusDevice({ clock, commands = {}, delay = 0, read, write }: ModbusDeviceOptions): SimulatedDevice {
  function respond(unit: number, pdu: Uint8Array): Uint8Array | null {
    const bytes = Buffer.from(pdu);
    const fn = bytes[0] ?? 0;
    const refuse = ({ exception }: Exception): Uint8Array => exceptionPdu(fn, exception);
    if (bytes.length < 5) return exceptionPdu(fn, ILLEGAL_VALUE);
    const first = bytes.readUInt16BE(1);
    const count = bytes.readUInt16BE(3);
    if (fn === 1 || fn === 2 || fn === 3 || fn === 4) {
      const most = fn < 3 ? 2000 : 125;
      if (count < 1 || count > most) return exceptionPdu(fn, ILLEGAL_VALUE);
      const values = read(unit, fn, first, count);
      if (values === null) return null;
      if ('exception' in values) return refuse(values);
      return fn < 3 ? packBits(fn, values) : packWords(fn, values);
    }
    if (write === undefined || (fn !== 5 && fn !== 6 && fn !== 15 && fn !== 16)) {
      return read(unit, 3, 0, 1) === null ? null : exceptionPdu(fn, ILLEGAL_FUNCTION);
    }
    const given = givenValues(fn, count, bytes);
    if (given === null) return exceptionPdu(fn, ILLEGAL_VALUE);
    const written = write(unit, fn, first, given);
    if (written === null) return null;
    return written === true ? Uint8Array.from(bytes.subarray(0, 5)) : refuse(written);
  }

  return answeringDevice({
    clock,
    commands,
    delay,
    take() {
      // It keeps what it has seen itself: all that waits is handed over at once.
      const framer = createModbusFramer('auto');
      return (waiting) => {
        const answers = framer.push(waiting).flatMap((request) => {
          const pdu = respond(request.unit, request.pdu);
          return pdu === null ? [] : [request.wrap(pdu)];
        });
        return { used: waiting.length, answers };
      };
    },
  });
}

function givenValues(fn: number, count: number, bytes: Buffer): number[] | null {
  if (fn === 6) return [count];
  if (fn === 5) return count === 0xff00 || count === 0 ? [count === 0 ? 0 : 1] : null;
  const data = bytes.subarray(6);
  if (fn === 16) {
    if (bytes[5] !== count * 2 || data.length < count * 2) return null;
    return Array.from({ length: count }, (_, i) => data.readUInt16BE(2 * i));
  }
  if (data.length < Math.ceil(count / 8)) return null;
  return Array.from({ length: count }, (_, i) => ((data[i >> 3] ?? 0) >> (i & 7)) & 1);
}

function packWords(fn: number, values: readonly number[]): Uint8Array {
  return Uint8Array.of(fn, 2 * values.length, ...values.flatMap(two));
}

function packBits(fn: number, values: readonly number[]): Uint8Array {
  const set = values.map((value) => value !== 0);
  const bytes = packed(set, 8, Math.ceil(set.length / 8));
  return Uint8Array.of(fn, bytes.length, ...bytes);
}
