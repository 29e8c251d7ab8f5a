/** From registers and bits to values. Pure and total. */
import { type MapItem, type RegisterType, isFlag, widthOf } from './types.ts';

/** Digits that a value keeps: binary fractions are cut off (0.1 + 0.2), no measurement is. */
const DIGITS = 12;

/**
 * One value of an answer; `null`: the map says that this raw number means nothing, it is no number, or it is not there.
 * @param words of the answer; coils and discrete inputs are 0 and 1
 * @param offset where the value begins in it
 */
export function valueOf(item: MapItem, words: readonly number[], offset: number): number | boolean | null {
  const mine = words.slice(offset, offset + widthOf(item));
  if (mine.length < widthOf(item)) return null;
  const raw = item.type === null ? (mine[0] ?? 0) : rawOf(item.type, mine);
  if (!Number.isFinite(raw) || item.missing.some((none) => none === raw || none === unsigned(item, mine))) return null;
  return isFlag(item.target) ? flagOf(item, raw) : scaled(item, raw);
}

function flagOf({ bit, is, inverted }: MapItem, raw: number): boolean {
  const part = bit === null ? raw : (raw >>> bit) & 1;
  const set = is === null ? part !== 0 : part === is;
  return set !== inverted;
}

function scaled({ steps }: MapItem, raw: number): number | null {
  let value = raw;
  for (const { by, number } of steps) {
    if (by === '*') value *= number;
    else if (by === '/') value /= number;
    else value += by === '+' ? number : -number;
  }
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) + 0 : null;
}

function rawOf(type: RegisterType, words: readonly number[]): number {
  const [first = 0, second = 0] = words;
  switch (type) {
    case 'u16':
      return first;
    case 's16':
      return (first << 16) >> 16;
    case 'u32':
      return first * 0x1_0000 + second;
    case 'u32le':
      return second * 0x1_0000 + first;
    case 's32':
      return (first << 16) | second;
    case 's32le':
      return (second << 16) | first;
    case 'float':
      return float(first, second);
    case 'floatle':
      return float(second, first);
  }
}

/** IEEE 754, 32 bits. */
function float(high: number, low: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, high);
  view.setUint16(2, low);
  return view.getFloat32(0);
}

/** The bits as they are, so that `missing 0xFFFF` is found in an s16 too. */
function unsigned({ type }: MapItem, words: readonly number[]): number {
  const [first = 0, second = 0] = words;
  if (words.length < 2) return first;
  return type?.endsWith('le') === true ? second * 0x1_0000 + first : first * 0x1_0000 + second;
}
