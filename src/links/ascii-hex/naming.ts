/** Who a device is, where it may or may not tell a name or serial number. */
import type { Heard } from '../device.ts';
import type { Answered } from './answer.ts';

export interface NamingOptions {
  /** Asks for the name; an empty one is none. */
  readonly ask: () => Promise<Heard<Answered<string>>>;
  /** Asks for something that every such device answers. */
  readonly there: () => Promise<Heard<unknown>>;
  /** Stands for a device that tells no name. */
  readonly nameless: string;
}

/**
 * Asks who it is. A device that has never told a name, and answers other questions, has none: it stays nameless, so
 * that a name which is lost once is not taken for another device.
 */
export function createNaming({ ask, there, nameless }: NamingOptions): () => Promise<Heard<string>> {
  let named: boolean | null = null;
  return async () => {
    if (named === false) return { ok: true, value: nameless };
    let name = await ask();
    if (!name.ok && name.reason === 'refused') name = await ask();
    if (name.ok) {
      const value = name.value.value ?? '';
      named ??= value !== '';
      return { ok: true, value: value === '' ? nameless : value };
    }
    if (named === true) return name;
    if (name.reason === 'silent') {
      const heard = await there();
      if (!heard.ok) return heard;
    } else if (name.reason !== 'refused') return name;
    named = false;
    return { ok: true, value: nameless };
  };
}
