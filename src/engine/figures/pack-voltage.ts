/** Voltage of the whole pack where energy is counted. */
import type { BatterySample } from './sample.ts';

/** V: as measured, else what the cells add up to; NaN when neither is known. */
export function packVoltage(sample: BatterySample): number {
  const { voltage } = sample;
  return Number.isNaN(voltage) ? sample.cellMean * sample.cells.length : voltage;
}
