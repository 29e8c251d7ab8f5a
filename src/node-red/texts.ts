/** The catalogues as Node-RED loads them: one a node, found by the first word of the key. */
import type { Translate } from '../texts/translate.ts';
import type { Red } from './types.ts';

const MODULE = '@cellwarden/node-red-bms';

/** A translator that reaches every catalogue of the package from any of its nodes. */
export function textsOf(red: Red): Translate {
  return (key, detail = {}) => red._(`${MODULE}/${key.slice(0, key.indexOf('.'))}:${key}`, detail);
}
