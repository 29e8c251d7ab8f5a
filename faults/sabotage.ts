/**
 * How each mechanism is taken out of a copy of the sources, to see that the scenarios that rest on it notice. A piece of
 * text must be there exactly once: when the code changes, this list fails loudly and is to be brought up to date.
 */
import type { Mechanism } from './scenario.ts';

export interface Replacement {
  /** In the checkout. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** `null`: nobody has said yet how to take it out. */
export const SABOTAGES: Readonly<Record<Mechanism, readonly Replacement[] | null>> = {
  // It holds what it is told to hold, and notices neither the end of a lease nor that of Node-RED.
  guardian: [
    {
      file: 'src/guardian/kept-outputs.ts',
      find: 'one.cancelEnd = clock.after(until - now, () => release(one));',
      put: '',
    },
    { file: 'src/guardian/kept-outputs.ts', find: "if (one.onExit === 'open') release(one);", put: '' },
  ],
  // A coil that was to open by itself is written as one that stays.
  'board lease': [
    {
      file: 'src/relays/modbus-coil.ts',
      find: 'if (!timed) return bus.writeCoil(unit, coil, heldCoil,',
      put: 'if (timed || !timed) return bus.writeCoil(unit, coil, heldCoil,',
    },
  ],
  // What was known once is known for ever.
  'age check': [
    {
      file: 'src/engine/reading/assemble.ts',
      find: 'return now - at < this.#options.staleAfter;',
      put: 'return true;',
    },
    {
      file: 'src/engine/protection/sample.ts',
      find: '    return oldest;\n',
      put: '    return oldest === -Infinity ? oldest : Infinity;\n',
    },
  ],
  // Everything is written, nothing is read.
  store: [
    {
      file: 'src/runtime/slot.ts',
      find: 'if (checksum === (version === 1 ? first : second) && (version === 1 || version === VERSION)) return slot;',
      put: '',
    },
  ],
  // The contact is wherever it was told to be.
  'read-back': [
    { file: 'src/relays/contact.ts', find: 'const now = read.value;', put: 'const now = told.holds;' },
    {
      file: 'src/relays/contact.ts',
      find: 'if (read.value === null || read.value === held()) return;',
      put: 'return;',
    },
  ],
};
