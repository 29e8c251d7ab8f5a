/**
 * Who may speak for what: once a device has told a part of the battery's state, messages made by hand do not any more.
 * A device that only says that it does not know has told nothing.
 */
import type { Observation } from './observation.ts';

/** The source of everything that comes as a message: no device, and nobody knows who made it. */
export const MESSAGE = 'message';

/** Whether the voltage of a cell is told. */
export function tellsCells({ cellMin, cellMax, cells }: Observation): boolean {
  if (typeof cellMin?.value === 'number' || typeof cellMax?.value === 'number') return true;
  return cells !== undefined && cells.some((cell) => typeof cell.voltage === 'number');
}

/** Whether a temperature of the battery is told. */
export function tellsTemperatures({ temperatureMin, temperatureMax, cells, temperatures }: Observation): boolean {
  if (typeof temperatureMin?.value === 'number' || typeof temperatureMax?.value === 'number') return true;
  if (temperatures !== undefined && temperatures.some((t) => typeof t === 'number')) return true;
  return cells !== undefined && cells.some((cell) => typeof cell.temperature === 'number');
}
