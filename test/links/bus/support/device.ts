/** The answering side of Modbus, written apart from the codec under test, bit by bit from the protocol description. */
import type { ModbusRequest } from '../../../../src/links/bus/modbus-request.ts';

/** CRC by the bitwise algorithm of "Modbus over Serial Line" 6.2.2, no table. */
function crc(bytes: readonly number[]): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = sum % 2;
      sum = Math.floor(sum / 2);
      if (carry === 1) sum ^= 0xa001;
    }
  }
  return sum;
}

const pair = (value: number): number[] => [Math.floor(value / 256), value % 256];

/** The PDU a device answers with. `seed` decides what it reads. */
export function answerPdu(request: ModbusRequest, seed: number): number[] {
  const noise = (i: number): number => (seed * 31 + i * 17) % 256;
  switch (request.fn) {
    case 1:
    case 2: {
      const size = Math.ceil(request.count / 8);
      return [request.fn, size, ...Array.from({ length: size }, (_, i) => noise(i))];
    }
    case 3:
    case 4:
      return [request.fn, request.count * 2, ...Array.from({ length: request.count * 2 }, (_, i) => noise(i))];
    case 5:
    case 6:
      return [request.fn, ...pair(request.address), ...pair(request.value)];
    default:
      return [request.fn, ...pair(request.address), ...pair(request.values.length)];
  }
}

export function rtuFrame(unit: number, pdu: readonly number[]): Uint8Array {
  const body = [unit, ...pdu];
  const sum = crc(body);
  return Uint8Array.from([...body, sum % 256, Math.floor(sum / 256)]);
}

export function rtuAnswer(request: ModbusRequest, seed = 0): Uint8Array {
  return rtuFrame(request.unit, answerPdu(request, seed));
}

export function rtuException(request: ModbusRequest, code: number): Uint8Array {
  return rtuFrame(request.unit, [request.fn + 0x80, code]);
}

export function mbapFrame(transaction: number, unit: number, pdu: readonly number[]): Uint8Array {
  return Uint8Array.from([...pair(transaction), 0, 0, ...pair(pdu.length + 1), unit, ...pdu]);
}

export function mbapAnswer(request: ModbusRequest, transaction: number, seed = 0): Uint8Array {
  return mbapFrame(transaction, request.unit, answerPdu(request, seed));
}
