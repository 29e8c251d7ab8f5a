/**
 * A sense wire that is off: the two cells beside it share one measuring point, so one reads too much by what the other
 * reads too little, while their sum and all other cells stay as they are.
 */
import type { CellReading } from '../reading/reading.ts';

/** Two neighbours that lean less than this from the average are just cells (V). */
const LEAST = 0.3;
/** The sum of the two must fit two average cells within this, and no other cell may lie further off (V). */
const SUM = 0.1;

export interface OpenWire {
  /** How far the two lean from the average (V); 0: none found, NaN: not to be told, a cell is not known. */
  readonly lean: number;
  /** Number of the lower-numbered cell of the two, from 1; 0: none found. */
  readonly cell: number;
}

const NONE: OpenWire = { lean: 0, cell: 0 };
const UNKNOWN: OpenWire = { lean: Number.NaN, cell: 0 };

/** @param spread highest minus lowest cell (V): a small one spares the look at every cell */
export function openWire(cells: readonly CellReading[], spread: number): OpenWire {
  if (Number.isNaN(spread)) return UNKNOWN;
  if (spread <= 2 * LEAST || cells.length < 3) return NONE;
  let sum = 0;
  for (const { voltage } of cells) {
    if (voltage === null) return UNKNOWN;
    sum += voltage;
  }
  for (let i = 0; i + 1 < cells.length; i++) {
    const here = cells[i]!.voltage!;
    const next = cells[i + 1]!.voltage!;
    const others = (sum - here - next) / (cells.length - 2);
    const lean = Math.min(Math.abs(here - others), Math.abs(next - others));
    const opposite = (here - others) * (next - others) < 0;
    if (!opposite || lean < LEAST || Math.abs(here + next - 2 * others) > SUM) continue;
    if (cells.every((cell, k) => k === i || k === i + 1 || Math.abs(cell.voltage! - others) <= SUM)) {
      return { lean: Math.round(lean * 1000) / 1000, cell: i + 1 };
    }
  }
  return NONE;
}
