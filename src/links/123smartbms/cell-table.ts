/**
 * The one cell each frame tells of. It comes once a turn (16 s with 16 cells) and has no vote, so it is held against
 * the voted extremes: no cell lies outside the lowest and the highest of all.
 *
 * One that does all the same is either a damaged frame or evidence, and evidence must not be lost: said twice running,
 * a turn apart, it is passed on.
 */
import type { CellObservation } from '../../engine/reading/observation.ts';
import { type Believed, CELL_TOLERANCE, TEMPERATURE_TOLERANCE, type Verdict } from './vote.ts';

export interface CellTable {
  /** The newest frame's cell, with what of it can be believed; `null` when that is nothing. */
  take(verdict: Verdict): CellObservation | null;
}

/** Remembers, for each cell, the value it was not believed with. */
export function createDoubts(tolerance: number) {
  const doubts = new Map<number, number>();
  return {
    believes(cell: number, value: number, min: Believed | null, max: Believed | null): boolean {
      if (typeof min?.value !== 'number' || typeof max?.value !== 'number') return false;
      const doubt = doubts.get(cell);
      if (value >= min.value - tolerance && value <= max.value + tolerance) {
        doubts.delete(cell);
        return true;
      }
      doubts.set(cell, value);
      return doubt !== undefined && Math.abs(value - doubt) <= tolerance;
    },
  };
}

/** A table in which nothing is doubted yet. */
export function createCellTable(): CellTable {
  const voltages = createDoubts(CELL_TOLERANCE);
  const temperatures = createDoubts(TEMPERATURE_TOLERANCE);
  return {
    take({ newest, cellCount, values, status }) {
      const cell = newest.cell;
      if (cell === null || newest.cellCount !== cellCount || status.cellCommunicationError) return null;
      const voltage = voltages.believes(cell.number, cell.voltage, values.cellMin, values.cellMax);
      const temperature = temperatures.believes(
        cell.number,
        cell.temperature,
        values.temperatureMin,
        values.temperatureMax,
      );
      if (!voltage && !temperature) return null;
      return {
        cell: cell.number,
        ...(voltage && { voltage: cell.voltage }),
        ...(temperature && { temperature: cell.temperature }),
      };
    },
  };
}
