/** What came of a Modbus request, in the words of a link. */
import type { ModbusResult } from './bus/bus.ts';
import type { Heard, Unheard } from './device.ts';

const REASON: Readonly<Record<Extract<ModbusResult<never>, { ok: false }>['reason'], Unheard>> = {
  'not-open': 'line',
  timeout: 'silent',
  exception: 'refused',
  mismatch: 'other',
  line: 'noise',
  request: 'nonsense',
};

/** The same outcome; the value is passed on as it is. */
export function heardOf<T>(result: ModbusResult<T>): Heard<T> {
  if (result.ok) return result;
  return { ok: false, reason: REASON[result.reason], text: result.text };
}
