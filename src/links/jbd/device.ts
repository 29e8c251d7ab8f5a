/** A JBD BMS on its line: two questions a cycle, and the PIN of its Bluetooth module where one is set. */
import type { Ask, Device, Failure, Find, Found, Heard, Polled } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { JBD_BASICS, JBD_CELLS, JBD_NAME, jbdRead, readJbdFrame } from './frame.ts';
import { observeJbd } from './observe.ts';
import { findJbdPasswordAnswer, jbdPassword } from './password.ts';
import { readJbdBasics, readJbdCells, readJbdText } from './registers.ts';

const hex = (register: number): string => register.toString(16).padStart(2, '0').toUpperCase();

/**
 * Looks for the answer about one register, the newest where there are several.
 * @param read what the data say; `null`: nothing that can be
 */
export function jbdAnswerTo<T>(register: number, read: (data: Uint8Array) => T | null): Find<T> {
  return (heard) => {
    let found: Found<T> | null = null;
    for (let at = 0; at < heard.length; ) {
      const frame = readJbdFrame(heard, at);
      if (typeof frame === 'string') {
        at += 1;
        continue;
      }
      at += frame.length;
      // Half-duplex adapters hear the question themselves.
      if (frame.kind === 'question') continue;
      if (frame.register === register) found = foundIn(register, frame.status, read(frame.data));
      else {
        const text = `an answer about register ${hex(frame.register)} came instead of ${hex(register)}`;
        found ??= { kind: 'other', text };
      }
    }
    return found;
  };
}

function foundIn<T>(register: number, status: number, value: T | null): Found<T> {
  if (status !== 0) {
    const text = `the BMS refuses to tell register ${hex(register)} (status ${hex(status)})`;
    return { kind: 'failure', reason: 'refused', text };
  }
  if (value !== null) return { kind: 'answer', value };
  return { kind: 'failure', reason: 'nonsense', text: `the answer about register ${hex(register)} is too short` };
}

/** Starts to know it; nothing is asked yet. */
export function createJbd(ask: Ask, options: LinkOptions): Device {
  const { secret } = options;
  let admitted = secret === '';
  let name = '';

  const basicsOf = () => ask(jbdRead(JBD_BASICS), jbdAnswerTo(JBD_BASICS, readJbdBasics));
  const cellsOf = () => ask(jbdRead(JBD_CELLS), jbdAnswerTo(JBD_CELLS, readJbdCells));
  const nameOf = () => ask(jbdRead(JBD_NAME), jbdAnswerTo(JBD_NAME, readJbdText));

  /** Hands over the PIN once. That nobody answers is no failure: an older module, or a wire, knows of none. */
  async function admit(): Promise<Failure | null> {
    if (admitted) return null;
    const told = await ask(jbdPassword(secret), findJbdPasswordAnswer, { repeats: 0 });
    if (!told.ok && told.reason !== 'silent' && told.reason !== 'noise') return told;
    admitted = told.ok;
    return null;
  }

  /** After a failure the module may be another one, or have forgotten. */
  function lost(failure: Failure): Polled {
    admitted = secret === '';
    return { seen: null, failure };
  }

  return {
    async poll() {
      const shut = await admit();
      if (shut !== null) return lost(shut);
      const basics = await basicsOf();
      if (!basics.ok) return lost(basics);
      admitted = true;
      const cells = await cellsOf();
      // A lost answer loses the cycle: with half of it, a damaged next one would have nothing to be compared with.
      if (!cells.ok && cells.reason !== 'refused' && cells.reason !== 'nonsense') return lost(cells);
      const { cellCount } = basics.value;
      const fits = cells.ok && cells.value.length === cellCount;
      const seen = observeJbd({ basics: basics.value, cells: fits ? cells.value : null, name }, options);
      if (fits) return { seen, failure: null };
      if (!cells.ok) return { seen, failure: cells };
      const text = `it counts ${cellCount} cells but tells the voltages of ${cells.value.length}`;
      return { seen, failure: { ok: false, reason: 'nonsense', text } };
    },
    async identify(): Promise<Heard<string>> {
      // Asked first on a line that is new, or new again.
      admitted = secret === '';
      const shut = await admit();
      if (shut !== null) return shut;
      const told = await nameOf();
      // A BMS that refuses to tell its model is still known by its date.
      if (!told.ok && told.reason !== 'refused') return told;
      const basics = await basicsOf();
      if (!basics.ok) return basics;
      name = told.ok ? told.value : '';
      const { productionDate } = basics.value;
      return { ok: true, value: `"${name}" of ${productionDate ?? 'an unknown date'}` };
    },
  };
}
