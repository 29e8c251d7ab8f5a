/** Questions on a line of bytes, as a device asks them: again where nothing came, and every failure with its reason. */
import type { ByteLine } from './bus/byte-line.ts';
import type { Ask, AskOptions, Failure, Find, Heard } from './device.ts';

/**
 * Seconds without a byte after which half an answer is given up: bridges and Bluetooth hand an answer over in pieces, and
 * one that is whole waits for nothing.
 */
const QUIET = 0.25;

const SILENT: Failure = { ok: false, reason: 'silent', text: 'no answer' };

/** Asks on `line`. Never rejects. */
export function createAsk(line: ByteLine): Ask {
  return async function ask<T>(question: Uint8Array, find: Find<T>, options: AskOptions = {}): Promise<Heard<T>> {
    const { repeats = 1, ...rest } = options;
    const whole = (heard: Uint8Array): boolean => {
      if (rest.untilQuiet === true) return false;
      const found = find(heard);
      return found !== null && found.kind !== 'other';
    };
    const how = { quiet: QUIET, ...rest, whole };
    let failure = SILENT;
    for (let tries = 0; tries <= repeats; tries += 1) {
      const heard = await line.ask(question, how);
      if (!heard.ok) return { ok: false, reason: 'line', text: heard.text };
      if (heard.value === null) continue;
      const found = find(heard.value);
      if (found?.kind === 'answer') return { ok: true, value: found.value };
      if (found?.kind === 'failure') return { ok: false, reason: found.reason, text: found.text };
      failure =
        found?.kind === 'other'
          ? { ok: false, reason: 'other', text: found.text }
          : { ok: false, reason: 'noise', text: `${heard.value.length} bytes came that are no answer` };
    }
    return failure;
  };
}
