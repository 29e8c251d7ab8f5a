/** A Modbus line as somebody's own `ModbusBus`: the functions by name, in a handle that can be given back. */
import type { ModbusBus, ModbusResult, RequestOptions } from './bus.ts';
import { createHandle } from './handle.ts';
import type { AnswerData } from './modbus-codec.ts';
import type { ModbusLine } from './modbus-line.ts';
import type { ModbusRequest } from './modbus-request.ts';
import type { Transport } from './transport.ts';

/** Seconds to wait for an answer, beyond the time the bytes take on the wire. */
const DEFAULT_TIMEOUT = 1;

/**
 * A handle on a Modbus line. `release` is called once, when the handle is given back. Requests that wait at that moment
 * still go out: the last word of a relay that is taken down is "open".
 */
export function createModbusBus(line: ModbusLine, transport: Transport, release: () => void): ModbusBus {
  const { base } = createHandle(transport, release);

  async function ask<T>(
    request: ModbusRequest,
    options: RequestOptions | undefined,
    read: (data: AnswerData) => T,
  ): Promise<ModbusResult<T>> {
    const { state, problem } = base.status();
    if (state === 'closed') return { ok: false, reason: 'not-open', text: problem ?? 'closed' };
    const result = await line.request(request, { timeout: DEFAULT_TIMEOUT, ...options });
    return result.ok ? { ok: true, value: read(result.value) } : result;
  }

  return {
    ...base,
    readCoils: (unit, address, count, options) => ask({ fn: 1, unit, address, count }, options, bits),
    readInputs: (unit, address, count, options) => ask({ fn: 2, unit, address, count }, options, bits),
    readHoldingRegisters: (unit, address, count, options) => ask({ fn: 3, unit, address, count }, options, words),
    readInputRegisters: (unit, address, count, options) => ask({ fn: 4, unit, address, count }, options, words),
    // MAP 6.5: FF00 is on, 0000 is off.
    writeCoil: (unit, address, on, options) => ask({ fn: 5, unit, address, value: on ? 0xff00 : 0 }, options, done),
    writeCoilValue: (unit, address, value, options) => ask({ fn: 5, unit, address, value }, options, done),
    writeCoils: (unit, address, values, options) => ask({ fn: 15, unit, address, values }, options, done),
    writeRegister: (unit, address, value, options) => ask({ fn: 6, unit, address, value }, options, done),
    writeRegisters: (unit, address, values, options) => ask({ fn: 16, unit, address, values }, options, done),
  };
}

const bits = (data: AnswerData): boolean[] => data.bits;
const words = (data: AnswerData): number[] => data.words;
const done = (): true => true;
