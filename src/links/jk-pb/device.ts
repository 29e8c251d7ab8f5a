/** A JK board of the PB series on RS485, asked by its address. */
import type { Ask, AskOptions, Device, Failure, Heard } from '../device.ts';
import { createAcquaintance } from '../jk02/acquaintance.ts';
import { decodeJk02DeviceInfo } from '../jk02/device-info.ts';
import { variantFor } from '../jk02/device.ts';
import type { Jk02Kind } from '../jk02/frame.ts';
import { ALWAYS_FITTED, observeJk02 } from '../jk02/observe.ts';
import { decodeJk02Status } from '../jk02/status.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import { findPbAnswer, pbQuestion } from './frame.ts';

/** The boards want 0.1 s between commands. */
const HOW: AskOptions = { timeout: 0.4, quiet: 0.15, pause: 0.12 };
/** Every board of this series has the long layout. */
const VARIANT = '32s';
const IMPOSSIBLE: Failure = {
  ok: false,
  reason: 'nonsense',
  text: 'its values cannot be: is it a board of the PB series?',
};

/** Asks the board at `options.address`; an answer counts only with the confirmation of that address behind it. */
export function createJkPb(ask: Ask, options: LinkOptions): Device {
  const { address } = options;
  const askFor = (what: Jk02Kind): Promise<Heard<Uint8Array>> =>
    ask(pbQuestion({ address, what }), (heard) => findPbAnswer(heard, { address, what }), HOW);
  const sensors = createSensors(ALWAYS_FITTED);
  const acquaintance = createAcquaintance({
    askStatus: () => askFor('status'),
    nameless: `JK BMS at address ${address}`,
    async askInfo() {
      const heard = await askFor('info');
      return heard.ok ? { ok: true, value: decodeJk02DeviceInfo(heard.value) } : heard;
    },
  });
  return {
    identify: acquaintance.identify,
    async poll() {
      const heard = await askFor('status');
      if (!heard.ok) return { seen: null, failure: heard };
      if (variantFor(heard.value, VARIANT, null) === null) return { seen: null, failure: IMPOSSIBLE };
      const status = decodeJk02Status(heard.value, VARIANT);
      const temperatures = sensors.list(status.temperatures);
      return { seen: observeJk02(status, temperatures, options, acquaintance.info()), failure: null };
    },
  };
}
