/** The catalogues as Node-RED loads them: one a node, found by the first word of the key. */
import { closeGaps, type Translate } from '../texts/translate.ts';
import type { Red } from './types.ts';

const MODULE = '@cellwarden/node-red-bms';

/**
 * A translator that reaches every catalogue of the package from any of its nodes. Sentences that need nothing filled in
 * are looked up once: a status is made again and again.
 */
export function textsOf(red: Red): Translate {
  const fixed = new Map<string, string>();
  const lookUp: Translate = (key, detail) =>
    closeGaps(red._(`${MODULE}/${key.slice(0, key.indexOf('.'))}:${key}`, detail ?? {}));
  return (key, detail) => {
    if (detail !== undefined) return lookUp(key, detail);
    let text = fixed.get(key);
    if (text === undefined) fixed.set(key, (text = lookUp(key)));
    return text;
  };
}
