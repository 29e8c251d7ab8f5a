/** Reads INFO field by field, high byte first. */

export interface Fields {
  u8(): number;
  u16(): number;
  s16(): number;
  u24(): number;
  u32(): number;
  bytes(count: number): Uint8Array;
  /** As many 16-bit words. */
  words(count: number): number[];
  /** Bytes not read yet. */
  left(): number;
  /** Everything that was asked for was there. */
  isWhole(): boolean;
}

/** From the beginning of `info`. Total: what lies beyond the end reads as 0, and `isWhole` is false from then on. */
export function fieldsOf(info: Uint8Array): Fields {
  let at = 0;
  const number = (width: number): number => {
    let value = 0;
    for (let n = 0; n < width; n += 1) {
      value = value * 256 + (info[at] ?? 0);
      at += 1;
    }
    return value;
  };
  return {
    u8: () => number(1),
    u16: () => number(2),
    s16: () => ((number(2) ^ 0x8000) & 0xffff) - 0x8000,
    u24: () => number(3),
    u32: () => number(4),
    bytes(count) {
      at += count;
      return info.slice(at - count, at);
    },
    words: (count) => Array.from({ length: count }, () => number(2)),
    left: () => Math.max(0, info.length - at),
    isWhole: () => at <= info.length,
  };
}

/** °C of tenths of a kelvin over `zero`; `null` where no sensor of a battery reads that: it is missing or broken. */
export function celsius(raw: number, zero: number): number | null {
  const value = (raw - zero) / 10;
  return value >= COLDEST && value <= HOTTEST ? value : null;
}

const COLDEST = -60;
const HOTTEST = 150;

/** The characters of a name or serial number that can be printed, without the blanks around them. */
export function printable(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ' '))
    .join('')
    .replaceAll(/ +/g, ' ')
    .trim();
}
