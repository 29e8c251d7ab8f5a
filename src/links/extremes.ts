/** A device's own lowest and highest cell beside cells that it tells one by one in the same cycle. */
import type { CellObservation, Extreme, Observation } from '../engine/reading/observation.ts';

/**
 * The worse of the two counts: a cell beyond the device's own extremes is evidence, and those may lag behind.
 * @param min as the device says, V; so `max`
 */
export function cellExtremesWith(
  min: number,
  max: number,
  cells: readonly CellObservation[],
): Pick<Observation, 'cellMin' | 'cellMax'> {
  let cellMin: Extreme = { value: min, cell: null };
  let cellMax: Extreme = { value: max, cell: null };
  for (const { cell, voltage } of cells) {
    if (typeof voltage !== 'number') continue;
    if (voltage < (cellMin.value ?? min)) cellMin = { value: voltage, cell };
    if (voltage > (cellMax.value ?? max)) cellMax = { value: voltage, cell };
  }
  return { cellMin, cellMax };
}
