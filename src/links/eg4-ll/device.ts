/** An EG4 LL battery as a link asks it: one read a cycle, its serial number when it must be told from another. */
import type { ModbusBus, RequestOptions } from '../bus/bus.ts';
import type { Device, Heard } from '../device.ts';
import { heardOf } from '../modbus-heard.ts';
import { createIdentity } from '../modbus-identity.ts';
import type { LinkOptions } from '../options.ts';
import { createFitted } from '../register-values.ts';
import { currentSteps, isSane, observeEg4 } from './observe.ts';
import { EG4_BLOCKS, readEg4Hardware, readEg4Status } from './registers.ts';

/** s; with some adapters answers take long. */
const ASKED: RequestOptions = { timeout: 0.7 };

/** @param options `address`, `currentSign`, `variant` */
export function createEg4Ll(bus: ModbusBus, options: LinkOptions): Device {
  const sensorsOf = createFitted();

  const read = async ({ first, count }: { first: number; count: number }): Promise<Heard<number[]>> =>
    heardOf(await bus.readHoldingRegisters(options.address, first, count, ASKED));

  async function serial(): Promise<Heard<string>> {
    const heard = await read(EG4_BLOCKS.hardware);
    if (!heard.ok) return heard;
    const told = readEg4Hardware(heard.value);
    return { ok: true, value: `${told.model} ${told.serial}`.trim() };
  }

  return {
    async poll() {
      const heard = await read(EG4_BLOCKS.status);
      if (!heard.ok) return { seen: null, failure: heard };
      const status = readEg4Status(heard.value, currentSteps(options));
      if (!isSane(status)) {
        const text = `it says that it has ${status.cellCount} cells`;
        return { seen: null, failure: { ok: false, reason: 'nonsense', text } };
      }
      return { seen: observeEg4(status, sensorsOf(status.temperatures), options), failure: null };
    },
    identify: createIdentity(serial, () => read(EG4_BLOCKS.status)),
  };
}
