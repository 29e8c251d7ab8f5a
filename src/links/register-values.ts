/** What 16-bit registers and their bits mean, for protocols that are tables of registers. Pure and total. */

/** °C that a sensor of a battery can tell; anything else is a broken one or none at all. */
const COLDEST = -50;
const HOTTEST = 150;
/** As many characters as a fault may have. */
const LONGEST_FAULT = 32;

/** A register as a signed number, −32768…32767. */
export function signed(word: number): number {
  return word > 0x7fff ? word - 0x1_0000 : word;
}

/** 32 bits out of two registers, 0…4294967295. */
export function doubleWord(high: number, low: number): number {
  return high * 0x1_0000 + low;
}

/** Bit 0 is the lowest. */
export function isSet(word: number, bit: number): boolean {
  return ((word >>> bit) & 1) === 1;
}

/** Bits by name. */
export function flagsOf<Name extends string>(
  word: number,
  bits: Readonly<Record<Name, number>>,
): Record<Name, boolean> {
  const entries = Object.entries<number>(bits).map(([name, bit]) => [name, isSet(word, bit)]);
  return Object.fromEntries(entries) as Record<Name, boolean>;
}

/** The names of those that are set. */
export function namesSet(flags: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(flags).filter((name) => flags[name] === true);
}

/** °C, or `null` where no sensor can tell that. */
export function plausible(celsius: number): number | null {
  return celsius >= COLDEST && celsius <= HOTTEST ? celsius : null;
}

/** V that a place without a cell does not tell, and a cell does not exceed. */
const LEAST_CELL = 1;
const MOST_CELL = 5;

/**
 * How many places of a table of cells there are cells in, where the device does not tell: as many as the settings say,
 * or more when a cell is found behind those. One that the settings do not know must not go unnoticed.
 */
export function cellsThere(voltages: readonly number[], expected: number): number {
  return Math.max(expected, voltages.findLastIndex((volts) => volts >= LEAST_CELL && volts <= MOST_CELL) + 1);
}

/** ASCII, high byte first, up to the first zero; what cannot be printed is left out. */
export function textOf(words: readonly number[]): string {
  const bytes = words.flatMap((word) => [word >>> 8, word & 0xff]);
  const end = bytes.indexOf(0);
  const letters = (end < 0 ? bytes : bytes.slice(0, end)).filter((byte) => byte >= 0x20 && byte < 0x7f);
  return String.fromCharCode(...letters).trim();
}

/** Short words for faults as one text of at most 32 characters; empty: none. */
export function faultText(words: readonly string[]): string {
  const text = words.join(' ');
  return text.length > LONGEST_FAULT ? `${text.slice(0, LONGEST_FAULT - 1)}…` : text;
}

/**
 * Sensors of a device that says 0, or something impossible, where none is fitted. One that has ever told something else
 * is there: from then on its 0 is 0 °C, and its nonsense is a lost sensor (`null`). The others are left out.
 * @returns for each cycle: the sensors that are there, as °C
 */
export function createFitted(): (values: readonly number[]) => (number | null)[] {
  const fitted = new Set<number>();
  return (values) => {
    for (const [at, value] of values.entries()) if (value !== 0 && plausible(value) !== null) fitted.add(at);
    return values.flatMap((value, at) => (fitted.has(at) ? [plausible(value)] : []));
  };
}
