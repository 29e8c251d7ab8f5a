/** Modbus requests: what can be asked, what is legal, and the PDU. MAP = "MODBUS Application Protocol" V1.1b3. */

/** 01 coils, 02 discrete inputs, 03 holding registers, 04 input registers. */
export interface ReadRequest {
  readonly fn: 1 | 2 | 3 | 4;
  readonly unit: number;
  readonly address: number;
  readonly count: number;
}

/** 05 one coil, 06 one register. The value is any 16 bits: timed coils of relay boards take tenths of a second. */
export interface WriteOneRequest {
  readonly fn: 5 | 6;
  readonly unit: number;
  readonly address: number;
  readonly value: number;
}

export interface WriteCoilsRequest {
  readonly fn: 15;
  readonly unit: number;
  readonly address: number;
  readonly values: readonly boolean[];
}

export interface WriteRegistersRequest {
  readonly fn: 16;
  readonly unit: number;
  readonly address: number;
  readonly values: readonly number[];
}

export type ModbusRequest = ReadRequest | WriteOneRequest | WriteCoilsRequest | WriteRegistersRequest;

/** MAP 6.1–6.4, 6.11, 6.12: the most that fits one PDU. */
const MOST = { 1: 2000, 2: 2000, 3: 125, 4: 125, 5: 1, 6: 1, 15: 1968, 16: 123 } as const;

export function isRead(request: ModbusRequest): request is ReadRequest {
  return request.fn <= 4;
}

export function isWriteOne(request: ModbusRequest): request is WriteOneRequest {
  return request.fn === 5 || request.fn === 6;
}

/** How many coils or registers a request touches. */
export function span(request: ModbusRequest): number {
  if (isRead(request)) return request.count;
  return isWriteOne(request) ? 1 : request.values.length;
}

/**
 * Whether such a request exists in Modbus.
 * @returns `null`, or what is wrong with it in a few words.
 */
export function checkRequest(request: ModbusRequest): string | null {
  if (!isInteger(request.unit, 0, 255)) return `unit ${request.unit} is not 0…255`;
  if (!isInteger(request.address, 0, 0xffff)) return `address ${request.address} is not 0…65535`;
  const count = span(request);
  if (!isInteger(count, 1, MOST[request.fn])) return `count ${count} is not 1…${MOST[request.fn]}`;
  if (request.address + count > 0x10000) return `address ${request.address} + ${count} is past the end`;
  const bad = words(request).find((value) => !isInteger(value, 0, 0xffff));
  return bad === undefined ? null : `value ${bad} is not 0…65535`;
}

/** Function code and data of a checked request, MAP 6.1–6.12. */
export function encodePdu(request: ModbusRequest): Uint8Array {
  const head = [request.fn, ...bigEndian(request.address)];
  if (isRead(request)) return Uint8Array.of(...head, ...bigEndian(request.count));
  if (isWriteOne(request)) return Uint8Array.of(...head, ...bigEndian(request.value));
  const data = request.fn === 15 ? packBits(request.values) : request.values.flatMap(bigEndian);
  return Uint8Array.of(...head, ...bigEndian(request.values.length), data.length, ...data);
}

/** A 16-bit number as Modbus sends it, high byte first. */
export function bigEndian(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

function words(request: ModbusRequest): readonly number[] {
  if (request.fn === 16) return request.values;
  return isWriteOne(request) ? [request.value] : [];
}

/** MAP 6.11: the first coil is the lowest bit of the first byte. */
function packBits(bits: readonly boolean[]): number[] {
  const packed = Array.from({ length: Math.ceil(bits.length / 8) }, () => 0);
  bits.forEach((bit, i) => {
    if (bit) packed[i >>> 3] = (packed[i >>> 3] ?? 0) | (1 << (i & 7));
  });
  return packed;
}

function isInteger(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
