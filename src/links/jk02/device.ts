/** A JK board over Bluetooth: it streams its status once it was asked for it, among settings and other frames. */
import type { Ask, AskOptions, Device, Failure, Find } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import { createAcquaintance } from './acquaintance.ts';
import { besides } from './besides.ts';
import { decodeJk02DeviceInfo } from './device-info.ts';
import { findJk02Frames, type Jk02Kind, jk02Request } from './frame.ts';
import { fittingVariant, isPossible, type Jk02Variant, variantOf } from './layout.ts';
import { ALWAYS_FITTED, observeJk02 } from './observe.ts';
import { decodeJk02Status } from './status.ts';

/** The frame that is wanted may follow others, with pauses in between; it streams on, so one question is enough. */
const HOW: AskOptions = { timeout: 1, quiet: 0.5, repeats: 0, streams: true };

/** Asks for the status in each cycle; the layout follows from the hardware version unless it is set. */
export function createJk02(ask: Ask, options: LinkOptions): Device {
  const sensors = createSensors(ALWAYS_FITTED);
  const acquaintance = createAcquaintance({
    askStatus: () => ask(jk02Request('status'), finding('status'), HOW),
    nameless: 'JK BMS without a name',
    async askInfo() {
      const heard = await ask(jk02Request('info'), finding('info'), HOW);
      return heard.ok ? { ok: true, value: decodeJk02DeviceInfo(heard.value) } : heard;
    },
  });
  return {
    identify: acquaintance.identify,
    async poll() {
      const heard = await ask(jk02Request('status'), finding('status'), HOW);
      if (!heard.ok) return { seen: null, failure: heard };
      const info = acquaintance.info();
      const told = info === null ? null : variantOf(info.hardwareVersion);
      const variant = variantFor(heard.value, options.variant, told);
      if (variant === null) {
        acquaintance.forget();
        return { seen: null, failure: unfit(options.variant) };
      }
      const status = decodeJk02Status(heard.value, variant);
      return { seen: observeJk02(status, sensors.list(status.temperatures), options, info), failure: null };
    },
  };
}

/** A status whose values cannot be: it is read in the wrong layout, or is none of this family. */
export function unfit(chosen: string): Failure {
  const text =
    chosen === 'auto'
      ? 'the values cannot be in either layout: set the layout to 32s or 24s by hand; boards of the first generation (JK04) are not for this link'
      : `the values cannot be in the layout ${chosen}: set the layout to auto`;
  return { ok: false, reason: 'nonsense', text };
}

/**
 * The layout of a status frame; `null`: its values are possible in none.
 * @param told by the hardware version, where it is known
 */
export function variantFor(bytes: Uint8Array, chosen: string, told: Jk02Variant | null): Jk02Variant | null {
  const wanted = chosen === '32s' || chosen === '24s' ? chosen : told;
  const fitting = fittingVariant(bytes);
  if (wanted === null || fitting === wanted) return fitting;
  // A pack with a wire off does not add up either; one that adds up in the other layout only has that one.
  return fitting === null && isPossible(bytes, wanted) ? wanted : null;
}

/** The newest frame of a kind; others are part of the stream. */
function finding(kind: Jk02Kind): Find<Uint8Array> {
  return (heard) => {
    const frames = findJk02Frames(heard);
    const last = frames.findLast((frame) => frame.kind === kind);
    if (last !== undefined) return { kind: 'answer', value: last.bytes };
    return frames.length === 0 ? null : besides(`its frames come, but none with its ${NAMES[kind]}`, frames.length);
  };
}

const NAMES: Readonly<Record<Jk02Kind, string>> = {
  status: 'status',
  info: 'names and versions',
  settings: 'settings',
};
