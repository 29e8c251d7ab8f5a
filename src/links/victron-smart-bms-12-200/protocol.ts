/** The outputs of a Victron Smart BMS 12-200 on an input board, among the protocols. */
import { exceptionSentence, readRtuFrame } from '../modbus-frame.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createVictronSmartBms, inputsOf, observe, readOutputs } from './device.ts';
import { VICTRON_SMART_BMS_INFO } from './info.ts';
import { parseWiring } from './parse.ts';

export const VICTRON_SMART_BMS: Protocol = {
  info: VICTRON_SMART_BMS_INFO,
  opens: { kind: 'modbus', device: createVictronSmartBms },
  decode,
};

const READ_INPUTS = 2;

/** One RTU frame of the input board; an answer is taken for one to the question that the wiring makes. */
function decode(bytes: Uint8Array, { map }: LinkOptions): Decoded {
  const read = readRtuFrame(bytes);
  if (!read.ok) return { ok: false, refusal: read.refusal, text: `no frame of an input board: ${read.text}` };
  const { unit, fn, kind, first, count, bits } = read;
  if (kind === 'exception') return { ok: false, refusal: 'exception', text: exceptionSentence(read) };
  if (fn !== READ_INPUTS) {
    return { ok: false, refusal: 'function', text: `function ${fn} is not the reading of inputs (2)` };
  }
  if (kind === 'request') return { ok: true, frame: { unit, request: true, first, count }, seen: null };
  const parsed = parseWiring(map);
  if (!parsed.ok) return { ok: false, refusal: 'map', text: parsed.problem.text };
  const inputs = inputsOf(parsed.wiring);
  if (bits === undefined || bits.length !== Math.ceil(inputs.count / 8) * 8) {
    return {
      ok: false,
      refusal: 'length',
      text: `${bits?.length ?? 0} inputs are no answer to the question for ${inputs.count}`,
    };
  }
  const outputs = readOutputs(bits, parsed.wiring);
  return { ok: true, frame: { unit, inputs: bits.slice(0, inputs.count), ...outputs }, seen: observe(outputs) };
}
