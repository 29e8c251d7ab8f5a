/**
 * Takes one row out of one profile before any test runs, to see whether a test misses it (`npm run requirements -- --prove`).
 *
 *     CELLWARDEN_WITHOUT_ROW=lifepo4:pre-alarm mocha --import=tsx --require ./test/support/without-row.ts …
 *
 * The row is named `profile:row`, or `profile:row#variant` where rows of a profile share an id (`#normal`, see `variantOf`).
 * Without the variable nothing happens; a name that fits no row, or two, ends the run.
 */
import { PROFILES } from '../../src/engine/profiles/index.ts';
import type { Rule } from '../../src/engine/protection/rule.ts';
import type { ProfileId } from '../../src/engine/vocabulary.ts';

/** What a row may say about when it exists. */
interface Conditional {
  readonly mode?: string;
  readonly only?: readonly { readonly setting: string; readonly is?: string; readonly not?: string }[];
}

/** When the row exists, in a word: its mode, and other choices as `setting=value` or `setting!=value`. Empty: always. */
export function variantOf({ mode, only = [] }: Conditional): string {
  const choices = only.map(({ setting, is, not }) => {
    if (is === undefined) return `${setting}!=${not}`;
    return setting === 'mode' ? is : `${setting}=${is}`;
  });
  return [...(mode === undefined ? [] : [mode]), ...choices].join(',');
}

const wanted = process.env['CELLWARDEN_WITHOUT_ROW'] ?? '';
if (wanted !== '') remove(wanted);

function remove(name: string): void {
  const [, id = '', row, variant] = /^([^:]+):([^#]+)(?:#(.+))?$/.exec(name) ?? [];
  const profile = Object.hasOwn(PROFILES, id) ? PROFILES[id as ProfileId] : undefined;
  if (profile === undefined) throw new Error(`CELLWARDEN_WITHOUT_ROW=${name}: no such profile`);
  const found = profile.rules.filter(
    (rule) => rule.id === row && (variant === undefined || variantOf(rule) === variant),
  );
  if (found.length !== 1) throw new Error(`CELLWARDEN_WITHOUT_ROW=${name}: fits ${found.length} rows, not one`);
  // A new array: another profile may hold the same one.
  const open = profile as { rules: readonly Rule[] };
  open.rules = profile.rules.filter((rule) => rule !== found[0]);
  if (PROFILES[id as ProfileId].rules.includes(found[0]!)) {
    throw new Error(`CELLWARDEN_WITHOUT_ROW=${name}: could not be taken out`);
  }
}
