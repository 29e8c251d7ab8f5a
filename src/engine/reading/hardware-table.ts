/**
 * What the device says about itself, and what messages say about it. A flag that the device tells is the device's: a
 * message may only turn it to the bad side, until the device tells its flags again. Other flags are the messages' alone.
 */
import type { Hardware } from './reading.ts';

/** The side of each flag that takes something away. */
const BAD: Readonly<Record<string, boolean>> = {
  chargeAllowed: false,
  loadAllowed: false,
  cellCommunication: false,
  shortCircuit: true,
  bmsOverTemperature: true,
};

/** The flags that have such a side. A fault's code is none of them: any code at all is bad. */
export const BAD_FLAGS: readonly string[] = Object.keys(BAD);

/** Whether a flag says something that can only take away: a permission, trust in the device, or a fault's code. */
export function isBad(name: string, flag: unknown): boolean {
  if (name === 'fault') return typeof flag === 'string' && flag !== '';
  return Object.hasOwn(BAD, name) && flag === BAD[name];
}

interface Told {
  flags: Hardware;
  /** Monotonic second. */
  readonly at: number;
}

export class HardwareTable {
  #device: Told | null = null;
  #byHand: Told | null = null;

  /** @param byHand a message says it, and no device */
  hear(flags: Hardware, at: number, byHand: boolean): void {
    if (!byHand) {
      this.#device = { flags, at };
      return;
    }
    this.#byHand = { flags, at };
    const device = this.#device;
    if (device === null) return;
    for (const name of Object.keys(flags)) {
      if (!isTold(device.flags[name])) continue;
      // The object is the device's link's own.
      if (isBad(name, flags[name])) device.flags = { ...device.flags, [name]: flags[name] };
    }
  }

  /** The flags that are known at `now`, each told less than `staleAfter` seconds before; an object of its own. */
  told(now: number, staleAfter: number): Hardware {
    const device = this.#device;
    const byHand = this.#byHand;
    const flags: Hardware = device !== null && now - device.at < staleAfter ? { ...device.flags } : {};
    if (byHand === null || !(now - byHand.at < staleAfter)) return flags;
    for (const name of Object.keys(byHand.flags)) {
      // What a silent device has told stays the device's.
      if (device === null || !isTold(device.flags[name])) flags[name] = byHand.flags[name];
    }
    return flags;
  }
}

function isTold(flag: Hardware[string]): boolean {
  return flag !== undefined && flag !== null;
}
