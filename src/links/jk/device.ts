/** A JK BMS that is asked on its GPS port: one question brings everything. */
import type { Ask, AskOptions, Device, Failure, Find } from '../device.ts';
import { findJk02Frames } from '../jk02/frame.ts';
import type { LinkOptions } from '../options.ts';
import { findJkAnswer, jkReadAll } from './frame.ts';
import { observeJk } from './observe.ts';
import { namedJkValues, readJkTags } from './tags.ts';

/** Three hundred bytes take 30 ms at 115200 Bd. */
const HOW: AskOptions = { timeout: 0.5, pause: 0.02 };

const NO_CELLS = 'its answer holds no table of cells that can be read, so nothing is known of the cells';

const nonsense = (text: string): Failure => ({ ok: false, reason: 'nonsense', text });

/** Asks for everything in each cycle. */
export function createJk(ask: Ask, options: LinkOptions): Device {
  const readAll = () => ask(jkReadAll(), findAnswer, HOW);
  return {
    async poll() {
      const heard = await readAll();
      if (!heard.ok) return { seen: null, failure: heard };
      const values = readJkTags(heard.value);
      if (values.size === 0)
        return { seen: null, failure: nonsense('an answer came that holds no value this link knows') };
      const seen = observeJk(values, options);
      return { seen, failure: seen.cells === undefined ? nonsense(NO_CELLS) : null };
    },
    async identify() {
      const heard = await readAll();
      if (!heard.ok) return heard;
      // Without names they are all alike: that is no reason to refuse one.
      const { deviceId = '', manufacturerId = '' } = namedJkValues(readJkTags(heard.value));
      return { ok: true, value: `${String(deviceId)} ${String(manufacturerId)}`.trim() || 'JK BMS without a name' };
    },
  };
}

const findAnswer: Find<Uint8Array> = (heard) => {
  const data = findJkAnswer(heard);
  if (data !== null) return { kind: 'answer', value: data };
  if (findJk02Frames(heard).length === 0) return null;
  const text = 'frames of 300 bytes came, as newer boards send them: choose "JK PB series, RS485" as the protocol';
  return { kind: 'other', text };
};
