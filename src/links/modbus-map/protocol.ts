/** Devices that are read by a register map, among the protocols. */
import { exceptionSentence, readRtuFrame } from '../modbus-frame.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createMapped } from './device.ts';
import { MODBUS_MAP_INFO } from './info.ts';
import { observe, wholeOf } from './observe.ts';
import { nameOf, parseMap } from './parse.ts';
import { type Block, planReads } from './plan.ts';
import type { MapItem } from './types.ts';
import { valueOf } from './value.ts';

export const MODBUS_MAP: Protocol = {
  info: MODBUS_MAP_INFO,
  opens: { kind: 'modbus', device: createMapped },
  decode,
};

/**
 * One RTU frame. An answer does not say which registers it holds: the request of the map with its unit, function and
 * length does, where there is exactly one.
 */
function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const read = readRtuFrame(bytes);
  if (!read.ok) return { ok: false, refusal: read.refusal, text: `no Modbus frame: ${read.text}` };
  const { unit, fn, kind, first, count, registers, bits } = read;
  if (kind === 'exception') return { ok: false, refusal: 'exception', text: exceptionSentence(read) };
  const words = registers ?? bits?.map(Number);
  const plain = {
    unit,
    function: fn,
    ...(first === undefined ? {} : { first, count }),
    ...(registers === undefined ? {} : { registers }),
    ...(bits === undefined ? {} : { bits }),
  };
  if (kind === 'request' || words === undefined || fn > 4) {
    return { ok: true, frame: { ...plain, request: kind === 'request' }, seen: null };
  }
  const parsed = parseMap(options.map);
  const blocks = parsed.ok ? planReads(parsed.items, options.address) : [];
  const fitting = blocks.filter((block) => fits(block, unit, fn, words.length));
  const [block] = fitting;
  if (block === undefined) return { ok: true, frame: plain, seen: null };
  if (fitting.length > 1) {
    return { ok: true, frame: { ...plain, couldBegin: fitting.map((one) => one.first) }, seen: null };
  }
  return { ok: true, ...valuesOf(block, words, plain, options) };
}

/** Bits come in whole bytes. */
function fits({ unit, fn, count }: Block, ofUnit: number, ofFn: number, length: number): boolean {
  return unit === ofUnit && fn === ofFn && (fn <= 2 ? Math.ceil(count / 8) * 8 : count) === length;
}

function valuesOf(block: Block, words: readonly number[], plain: object, { currentSign }: LinkOptions) {
  const values = new Map<MapItem, number | boolean | null>();
  for (const item of block.items) values.set(item, valueOf(item, words, item.address - block.first));
  const named = Object.fromEntries([...values].map(([{ target }, value]) => [nameOf(target), value]));
  const whole = wholeOf(block.items);
  // The sensors of another request have lower numbers.
  const begins = block.items.some(
    ({ target }) => target.kind === 'list' && target.name === 'temperature' && target.number === 1,
  );
  return {
    frame: { ...plain, first: block.first, values: named },
    seen: observe(values, { ...whole, sensors: begins ? whole.sensors : 0 }, currentSign),
  };
}
