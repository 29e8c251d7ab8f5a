/** A PACE BMS as a link asks it: one read a cycle, its serial numbers when it must be told from another. */
import type { ModbusBus, RequestOptions } from '../bus/bus.ts';
import type { Device, Heard } from '../device.ts';
import { heardOf } from '../modbus-heard.ts';
import { createIdentity } from '../modbus-identity.ts';
import type { LinkOptions } from '../options.ts';
import { createFitted } from '../register-values.ts';
import { observePace, type PaceSensors } from './observe.ts';
import { PACE_BLOCKS, PAUSE, type PaceValues, readPaceSerials, readPaceValues } from './registers.ts';

const ASKED: RequestOptions = { pause: PAUSE, timeout: 0.6 };

/** @param options `address`, `currentSign`, `cells` */
export function createPaceModbus(bus: ModbusBus, options: LinkOptions): Device {
  const sensorsOf = createPaceSensors();

  const read = async ({ first, count }: { first: number; count: number }): Promise<Heard<number[]>> =>
    heardOf(await bus.readHoldingRegisters(options.address, first, count, ASKED));

  async function serials(): Promise<Heard<string>> {
    const heard = await read(PACE_BLOCKS.serials);
    if (!heard.ok) return heard;
    const { modelSerial, packSerial } = readPaceSerials(heard.value);
    return { ok: true, value: `${modelSerial} ${packSerial}`.trim() };
  }

  return {
    async poll() {
      const heard = await read(PACE_BLOCKS.values);
      if (!heard.ok) return { seen: null, failure: heard };
      const values = readPaceValues(heard.value);
      return { seen: observePace(values, sensorsOf(values), options), failure: null };
    },
    identify: createIdentity(serials, () => read(PACE_BLOCKS.values)),
  };
}

/** Boards without some of the sensors say 0 °C for them. */
export function createPaceSensors(): (values: PaceValues) => PaceSensors {
  const [cells, mos, ambient] = [createFitted(), createFitted(), createFitted()];
  return (values) => {
    const [mosNow] = mos([values.mosTemperature]);
    const [ambientNow] = ambient([values.ambientTemperature]);
    return {
      cells: cells(values.temperatures),
      ...(mosNow === undefined ? {} : { mos: mosNow }),
      ...(ambientNow === undefined ? {} : { ambient: ambientNow }),
    };
  };
}
