/** The right side of a line: where the value stands and how it is meant. Pure. */
import type { Words } from './tokens.ts';
import {
  isFlag,
  type MapItem,
  type RegisterType,
  type Step,
  type Table,
  TABLES,
  type Target,
  TYPES,
  type Wrong,
} from './types.ts';

/** Where the first of a line's values stands. */
export interface Source extends Omit<MapItem, 'line' | 'target'> {
  /** Registers or bits of one value. */
  readonly width: number;
  /** From one value to the next; `null`: they adjoin. */
  readonly every: number | null;
}

const TABLE_WORDS = Object.keys(TABLES).join(', ');
const TYPE_WORDS = Object.keys(TYPES).join(', ');
const LAST_UNIT = 247;

type Building = { -readonly [K in keyof Source]: Source[K] };

/** Takes all words. */
export function sourceOf(words: Words, target: Target): Source | Wrong {
  const isYesNo = isFlag(target);
  const place = placeOf(words);
  if ('word' in place) return place;
  const { table, unit, address, inverted } = place;
  const isBit = table === 'coil' || table === 'discrete';
  if (isBit && !isYesNo) {
    return {
      word: table,
      text: `"${table}" is yes or no, and a number is wanted: write holding or input, or make it a flag`,
    };
  }
  const type = isBit ? null : typeOf(words, isYesNo);
  if (type !== null && typeof type !== 'string') return type;
  const source: Building = {
    unit,
    fn: TABLES[table],
    address,
    type,
    bit: null,
    is: null,
    inverted,
    steps: [],
    missing: [],
    width: type === null ? 1 : TYPES[type],
    every: null,
  };
  while (!words.ended) {
    const wrong = modify(source, words, isYesNo);
    if (wrong !== null) return wrong;
  }
  return source;
}

interface Place {
  readonly table: Table;
  readonly unit: number | null;
  readonly address: number;
  readonly inverted: boolean;
}

/** `[unit N] [not] table address` */
function placeOf(words: Words): Place | Wrong {
  let unit: number | null = null;
  let inverted = false;
  for (;;) {
    if (words.takes('not')) {
      inverted = !inverted;
    } else if (words.takes('unit')) {
      unit = words.whole(1, LAST_UNIT);
      if (unit === null) return missing(words, 'unit', `a unit is a number from 1 to ${LAST_UNIT}`);
    } else break;
  }
  const table = (Object.keys(TABLES) as Table[]).find((word) => word === words.next);
  if (table === undefined) {
    return missing(words, '=', `write where it stands: one of ${TABLE_WORDS}, and an address`);
  }
  words.skip();
  const address = words.whole(0, 0xffff);
  if (address === null) return missing(words, table, 'an address is a number from 0 to 65535 (or hexadecimal, 0x64)');
  return { table, unit, address, inverted };
}

/** A flag may leave it out. */
function typeOf(words: Words, isYesNo: boolean): RegisterType | Wrong {
  const type = (Object.keys(TYPES) as RegisterType[]).find((word) => word === words.next);
  if (type !== undefined) {
    words.skip();
    return type;
  }
  if (isYesNo && (words.ended || ['bit', 'is', 'inverted', 'every'].includes(words.next))) return 'u16';
  return missing(words, 'the address', `write the type of the number: ${TYPE_WORDS}`, 'is no type');
}

function modify(source: Building, words: Words, isYesNo: boolean): Wrong | null {
  const { next, raw } = words;
  words.skip();
  switch (next) {
    case '*':
    case '/':
    case '+':
    case '-':
      return isYesNo ? useless(raw, 'a flag is not calculated: leave it out') : addStep(source, next, words);
    case 'missing': {
      const value = words.number();
      if (value === null)
        return missing(words, raw, 'write the raw number that means "not known", such as missing 65535');
      source.missing = [...source.missing, value];
      return null;
    }
    case 'every': {
      const value = words.whole(source.bit === null ? source.width : 1, 1000);
      if (value === null)
        return missing(
          words,
          raw,
          `write how many registers there are from one to the next (at least ${source.width})`,
        );
      source.every = value;
      return null;
    }
    case 'bit':
    case 'is':
    case 'inverted':
      return isYesNo ? judge(source, next, words) : useless(raw, 'only a flag has it: write flag NAME = …');
    default:
      return useless(raw, 'after the type only * / + - with a number, missing, every, bit, is and inverted may come');
  }
}

function judge(source: Building, word: 'bit' | 'is' | 'inverted', words: Words): Wrong | null {
  if (word === 'inverted') {
    source.inverted = !source.inverted;
    return null;
  }
  if (source.type === null) return useless(word, 'a coil or discrete input is one bit already: leave it out');
  if (word === 'is') {
    source.is = words.number();
    return source.is === null
      ? missing(words, word, 'write the raw number at which the flag is set, such as is 3')
      : null;
  }
  if (source.width !== 1) return useless(word, 'bits are counted in registers of the type u16: write u16');
  source.bit = words.whole(0, 15);
  return source.bit === null ? missing(words, word, 'a bit is a number from 0 (the lowest) to 15') : null;
}

function addStep(source: Building, by: Step['by'], words: Words): Wrong | null {
  const number = words.number();
  if (number === null) return missing(words, by, `write a number behind "${by}", with a point: ${by} 0.01`);
  if (number === 0 && (by === '*' || by === '/'))
    return useless('0', `"${by} 0" makes nothing of every value: write the scale, such as * 0.01`);
  source.steps = [...source.steps, { by, number }];
  return null;
}

const useless = (word: string, remedy: string): Wrong => ({ word, text: `"${word}" does not fit: ${remedy}` });

/** Something else, or nothing, stands where something is needed. */
function missing({ raw }: Words, before: string, remedy: string, is = 'does not fit'): Wrong {
  if (raw === '') return { word: before, text: `something is missing after ${before}: ${remedy}` };
  return { word: raw, text: `"${raw}" ${is}: ${remedy}` };
}
