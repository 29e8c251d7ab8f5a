/**
 * An Offgridtec Smart-Pro battery as a device that answers when asked (OGT-12): register after register, each answer of
 * a cycle in one observation.
 *
 * It has no name to tell on the wire, but one that answers under another key is another one.
 */
import type { Ask, Device, Failure, Heard, Polled } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { type Answer, findAnswer, question } from './frame.ts';
import { observationOf } from './observe.ts';
import { cellRegister, MOST_CELLS, type Register, type RegisterValue, registersOf } from './registers.ts';
import { type SmartBat, smartBatOf, wrongName } from './smart-bat.ts';

type Read<T> = { readonly ok: true; readonly value: T } | Failure;

/** Asks the battery that `options.device` names; with a name that is none, every cycle says so. */
export function createOffgridtec(ask: Ask, options: LinkOptions): Device {
  const bat = smartBatOf(options.device);
  if (bat === null) {
    const failure: Failure = { ok: false, reason: 'refused', text: wrongName(options.device) };
    return { poll: () => Promise.resolve({ seen: null, failure }) };
  }
  return deviceOf(bat, ask, options);
}

function deviceOf(bat: SmartBat, ask: Ask, options: LinkOptions): Device {
  /** Cells that it has; `null`: to be found out. */
  let cells: number | null = null;

  const read = (register: Register): Promise<Heard<Answer>> =>
    ask(question(bat, register), (heard) => findAnswer(bat, register, heard));

  async function readWhole(): Promise<Read<RegisterValue[]>> {
    const values: RegisterValue[] = [];
    for (const register of registersOf(bat)) {
      const heard = await read(register);
      if (!heard.ok) return heard;
      if (heard.value.kind === 'error') return missing(register.quantity);
      values.push({ register, value: heard.value.value });
    }
    return { ok: true, value: values };
  }

  /** The first cell that it does not have ends the row; said twice, because nothing protects the three letters. */
  async function readCells(): Promise<Read<RegisterValue[]>> {
    const values: RegisterValue[] = [];
    for (let cell = 1; cell <= (cells ?? MOST_CELLS); cell += 1) {
      const register = cellRegister(cell);
      let heard = await read(register);
      if (heard.ok && heard.value.kind === 'error') heard = await read(register);
      if (!heard.ok) return heard;
      if (heard.value.kind === 'error') {
        if (cells !== null) return missing(`voltage of cell ${cell}`);
        break;
      }
      values.push({ register, value: heard.value.value });
    }
    // Other cells than the pack has: a battery that wakes up may not have known them all, so they are looked for again.
    cells = values.length === options.cells ? values.length : null;
    return { ok: true, value: values };
  }

  function missing(what: string): Failure {
    const text = `it has no ${what}: check the letter in its name, ${bat.name}`;
    return { ok: false, reason: 'refused', text };
  }

  function lost(failure: Failure): Polled {
    cells = null;
    return { seen: null, failure };
  }

  return {
    async poll() {
      const whole = await readWhole();
      if (!whole.ok) return lost(whole);
      if (bat.type === 'A') return { seen: observationOf(whole.value, options), failure: null };
      const each = await readCells();
      if (!each.ok) return lost(each);
      const count = each.value.length;
      const seen = observationOf([...whole.value, ...each.value], options, count > 0 ? count : undefined);
      return { seen, failure: null };
    },
  };
}
