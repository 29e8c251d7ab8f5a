/** Who a Modbus device is: what its serial number says, where it tells one. */
import type { Heard } from './device.ts';

/** The identity of a device that tells none: another one that does is still told apart from it. */
const NAMELESS = 'a device that tells no serial number';
/** A device that is alive, and has not said its serial number so often, has none to say. */
const TRIES = 3;

/**
 * @param serial asks for the serial number; an empty one is none
 * @param alive asks for something every such device answers
 * @returns never rejects
 */
export function createIdentity(
  serial: () => Promise<Heard<string>>,
  alive: () => Promise<Heard<unknown>>,
): () => Promise<Heard<string>> {
  let told = false;
  return async () => {
    let heard = await serial();
    // Boards that do not know a register refuse it or, some of them, keep silent.
    for (let tries = 1; !told && !heard.ok && heard.reason === 'silent' && tries < TRIES; tries += 1) {
      if (!(await alive()).ok) return heard;
      heard = await serial();
    }
    if (heard.ok) {
      told ||= heard.value !== '';
      return { ok: true, value: heard.value === '' ? NAMELESS : heard.value };
    }
    const has = heard.reason !== 'refused' && (told || heard.reason !== 'silent');
    return has ? heard : { ok: true, value: NAMELESS };
  };
}
