/** The left side of a line: what the value is. Pure. */
import type { Words } from './tokens.ts';
import { LISTS, type ListField, SCALARS, type Target, type Wrong } from './types.ts';

export interface Field {
  /** At least one. */
  readonly targets: readonly Target[];
}

const LIST_NAMES = Object.keys(LISTS) as ListField[];
/** Names that people give: shown as they are. */
const NAME = /^[a-z][a-z0-9]{0,31}$/i;
/** Names that the reading has for something else. */
const TAKEN = new Set(['fault']);

/** Takes all words. */
export function fieldOf(words: Words): Field | Wrong {
  const { next, raw } = words;
  words.skip();
  if (next === '') return { word: '=', text: 'there is nothing before "=": write what the value is, such as voltage' };
  const scalar = SCALARS.find((name) => name.toLowerCase() === next);
  if (scalar !== undefined) return ended(words, { targets: [{ kind: 'scalar', name: scalar }] });
  if (next === 'flag' || next === 'extra') return named(next, words);
  const list = LIST_NAMES.find((name) => name.toLowerCase() === next);
  if (list !== undefined) return numbered(list, words);
  const known = [...SCALARS, ...LIST_NAMES.map((name) => `${name} 1..N`), 'flag NAME', 'extra NAME'].join(', ');
  return { word: raw, text: `"${raw}" is no value that a pack has: write one of ${known}` };
}

function named(kind: 'flag' | 'extra', words: Words): Field | Wrong {
  const { raw } = words;
  words.skip();
  if (!NAME.test(raw) || TAKEN.has(raw)) {
    const what =
      raw === '' ? `"${kind}" has no name` : `"${raw}" is no name for ${kind === 'flag' ? 'a flag' : 'an extra value'}`;
    return {
      word: raw === '' ? kind : raw,
      text: `${what}: write a letter and up to 31 letters and digits, such as ${kind} chargeAllowed`,
    };
  }
  return ended(words, { targets: [{ kind, name: raw }] });
}

function numbered(name: ListField, words: Words): Field | Wrong {
  const most = LISTS[name];
  const { raw } = words;
  const range = /^(\d+)(?:\.\.(\d+))?$/.exec(raw);
  const first = Number(range?.[1]);
  const last = Number(range?.[2] ?? range?.[1]);
  words.skip();
  if (!(first >= 1 && last >= first && last <= most)) {
    const what = raw === '' ? `"${name}" has no number` : `"${raw}" is no number of ${name}`;
    return {
      word: raw === '' ? name : raw,
      text: `${what}: write ${name} 1, or ${name} 1..${Math.min(16, most)} (at most ${most})`,
    };
  }
  const targets = Array.from(
    { length: last - first + 1 },
    (_, i): Target => ({ kind: 'list', name, number: first + i }),
  );
  return ended(words, { targets });
}

function ended(words: Words, field: Field): Field | Wrong {
  if (words.ended) return field;
  return { word: words.raw, text: `"${words.raw}" is too much before "=": write one value a line` };
}
