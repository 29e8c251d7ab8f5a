/**
 * Reads a register map as a person writes it, one value a line. Pure: the dialog uses it too.
 *
 * ```
 * voltage = holding 100 u16 * 0.01
 * cell 1..16 = input 200 u16 * 0.001      # sixteen registers in a row
 * temperature 1..4 = holding 120 s16 * 0.1 - 273.15
 * flag chargeAllowed = coil 3
 * ```
 */
import { fieldOf, type Field } from './field.ts';
import { sourceOf } from './source.ts';
import { tokensOf, Words } from './tokens.ts';
import type { MapItem, Target, Wrong } from './types.ts';

export interface MapProblem {
  /** From 1; 0: the map as a whole. */
  readonly line: number;
  /** The word that is wrong. */
  readonly word: string;
  /** One sentence: line, word, remedy. */
  readonly text: string;
}

export type ParsedMap =
  | { readonly ok: true; readonly items: readonly MapItem[] }
  | { readonly ok: false; readonly problem: MapProblem };

/** Larger maps are a mistake, and would keep the line busy for long. */
const MOST_CHARACTERS = 20_000;
const MOST_ITEMS = 1000;
const LAST_ADDRESS = 0xffff;

/** Any text is fine; nothing is thrown. The first thing that is wrong is told. */
export function parseMap(text: string): ParsedMap {
  if (text.length > MOST_CHARACTERS) return whole(`the map is longer than ${MOST_CHARACTERS} characters: shorten it`);
  const items: MapItem[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const number = index + 1;
    const parsed = parseLine(line, number);
    if (!Array.isArray(parsed)) return { ok: false, problem: inLine(number, parsed) };
    for (const item of parsed) {
      const name = nameOf(item.target);
      const before = lineOf.get(name);
      if (before !== undefined) {
        const twice = { word: name, text: `${name} is read in line ${before} already: leave one of the two out` };
        return { ok: false, problem: inLine(number, twice) };
      }
      lineOf.set(name, number);
      items.push(item);
    }
    if (items.length > MOST_ITEMS) return whole(`the map has more than ${MOST_ITEMS} values: shorten it`);
  }
  if (items.length === 0)
    return whole('the map is empty: write one value a line, such as voltage = holding 100 u16 * 0.01');
  const odd = gapIn(items) ?? lonelyExtreme(items);
  return odd === null ? { ok: true, items } : { ok: false, problem: odd };
}

/** `cell 7`, `flag chargeAllowed`, `voltage` */
export function nameOf(target: Target): string {
  if (target.kind === 'scalar') return target.name;
  return `${target.kind === 'list' ? target.name : target.kind} ${target.kind === 'list' ? target.number : target.name}`;
}

function parseLine(line: string, number: number): MapItem[] | Wrong {
  const tokens = tokensOf(line);
  if (tokens.length === 0) return [];
  const equals = tokens.indexOf('=');
  const first = tokens[0] ?? '';
  if (equals < 0) return { word: first, text: `there is no "=": write what it is, "=", and where it stands` };
  const field = fieldOf(new Words(tokens.slice(0, equals)));
  if ('word' in field) return field;
  const source = sourceOf(new Words(tokens.slice(equals + 1)), field.targets[0]!);
  if ('word' in source) return source;
  return spread(field, source, number);
}

/** One item a target: in the next registers, or the next bits of one. */
function spread({ targets }: Field, { every, width, ...source }: Spreadable, line: number): MapItem[] | Wrong {
  const items = targets.map((target, index): MapItem => {
    const { bit, address } = source;
    if (bit !== null && every === null) {
      const place = bit + index;
      return { ...source, line, target, address: address + Math.floor(place / 16), bit: place % 16 };
    }
    return { ...source, line, target, address: address + index * (every ?? width) };
  });
  const last = items.at(-1)!;
  const end = last.address + width - 1;
  if (end <= LAST_ADDRESS) return items;
  return {
    word: String(source.address),
    text: `${nameOf(last.target)} would stand at ${end}: addresses end at ${LAST_ADDRESS}`,
  };
}

type Spreadable = Exclude<ReturnType<typeof sourceOf>, Wrong>;

/** Sensors are a list: a number that is left out would move the others. */
function gapIn(items: readonly MapItem[]): MapProblem | null {
  const sensors = items.flatMap(({ target, line }) =>
    target.kind === 'list' && target.name === 'temperature' ? [{ number: target.number, line }] : [],
  );
  const numbers = new Set(sensors.map(({ number }) => number));
  for (const { number, line } of sensors) {
    if (number === 1 || numbers.has(number - 1)) continue;
    const word = `temperature ${number}`;
    return inLine(line, {
      word,
      text: `"${word}" has no temperature ${number - 1} before it: count from 1 without gaps`,
    });
  }
  return null;
}

/** The lowest cell without the highest tells half of what protection needs. */
function lonelyExtreme(items: readonly MapItem[]): MapProblem | null {
  const lineOf = (name: string): number | undefined =>
    items.find(({ target }) => target.kind === 'scalar' && target.name === name)?.line;
  for (const [one, other] of [
    ['cellMin', 'cellMax'],
    ['temperatureMin', 'temperatureMax'],
  ] as const) {
    for (const [here, missing] of [
      [one, other],
      [other, one],
    ] as const) {
      const line = lineOf(here);
      if (line === undefined || lineOf(missing) !== undefined) continue;
      return inLine(line, { word: here, text: `"${here}" needs ${missing} too: add a line for it, or leave both out` });
    }
  }
  return null;
}

const inLine = (line: number, { word, text }: Wrong): MapProblem => ({ line, word, text: `line ${line}: ${text}` });

const whole = (text: string): ParsedMap => ({ ok: false, problem: { line: 0, word: '', text } });
