/** A LifePower4, Basen or relative on its line: one question a cycle. */
import type { Ask, AskOptions, Device, Heard } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import { type LifepowerCommand, lifepowerAnswerTo, lifepowerQuestion } from './frame.ts';
import { readLifepowerGeneral } from './groups.ts';
import { observeLifepower } from './observe.ts';

/** Drivers have seen errors when it is asked every second. */
const HOW: AskOptions = { timeout: 0.6, pause: 0.5 };

/** What may tell one device from another, the better one first. */
const NAMES = [
  { command: 'hardware', field: 'hardware' },
  { command: 'firmware', field: 'firmware' },
] as const;
/** Times a name is asked for, at most, until it was told twice alike: the check lets too much damage pass. */
const MOST_TRIES = 4;

/** The characters of a text that can be read: there are bytes among them that nobody can make sense of. */
export function readLifepowerText(data: Uint8Array): string {
  const codes = Array.from(data).filter((code) => code >= 0x20 && code < 0x7f);
  return String.fromCharCode(...codes).trim();
}

/** Starts to know it; nothing is asked yet. */
export function createLifepower(ask: Ask, options: LinkOptions): Device {
  const { address, variant } = options;
  const names: Record<string, string> = {};
  /** An input without a sensor comes like a sensor that is lost. */
  const sensors = createSensors();
  /** Which of `NAMES` it was known by at first; past the end: none of them is answered. */
  let knownBy: number | null = null;

  const asked = <T>(command: LifepowerCommand, read: (data: Uint8Array) => T | null): Promise<Heard<T>> =>
    ask(lifepowerQuestion(address, command), lifepowerAnswerTo(address, command, read), HOW);
  const general = () => asked('general', (data) => readLifepowerGeneral(data, variant));

  async function nameOf(command: LifepowerCommand): Promise<Heard<string>> {
    const told = new Set<string>();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const heard = await asked(command, readLifepowerText);
      if (!heard.ok || told.has(heard.value)) return heard;
      told.add(heard.value);
    }
    return { ok: false, reason: 'noise', text: 'it tells another version each time' };
  }

  return {
    async poll() {
      const told = await general();
      if (!told.ok) return { seen: null, failure: told };
      const temperatures = sensors.list(told.value.temperatures);
      return { seen: observeLifepower({ ...told.value, temperatures }, names, options), failure: null };
    },
    async identify() {
      for (const [rank, { command, field }] of NAMES.entries()) {
        if (knownBy !== null && rank !== knownBy) continue;
        const told = await nameOf(command);
        if (told.ok) {
          knownBy = rank;
          names[field] = told.value;
          return { ok: true, value: `${command} "${told.value}"` };
        }
        if (told.reason !== 'silent' || knownBy !== null) return told;
      }
      // Not all of them know these questions: then only the number of its cells is left to go by.
      const told = await general();
      if (!told.ok) return told;
      knownBy = NAMES.length;
      return { ok: true, value: `a device of ${told.value.cells.length} cells that tells no version` };
    },
  };
}
