/** The lowest and the highest cell where cells are told one by one. */
import type { KeptCell } from './kept.ts';
import { unknownCellValue, type Cause, type CellValue, type Reading } from './reading.ts';

/**
 * Fills in the extremes over the cells that are fresh.
 * @param now monotonic second
 * @param staleAfter seconds after which a value is no longer known
 * @param miscounted the device counts other cells than the settings
 */
export function cellExtremes(
  reading: Reading,
  cells: readonly (KeptCell | null)[],
  now: number,
  staleAfter: number,
  miscounted: boolean,
): void {
  let low = unknownCellValue();
  let high = unknownCellValue();
  let known = 0;
  let oldest = 0;
  cells.forEach((cell, index) => {
    if (cell === null || cell.voltage === null || !(now - cell.at < staleAfter)) return;
    known++;
    const age = now - cell.at;
    oldest = Math.max(oldest, age);
    const entry: CellValue = { value: cell.voltage, age, source: cell.source, cell: index + 1, whole: false };
    if (low.value === null || cell.voltage < low.value) low = entry;
    if (high.value === null || cell.voltage > high.value) high = { ...entry };
  });
  const whole = known === cells.length && !miscounted;
  const cause: Cause = miscounted ? 'contradictory' : 'missing';
  // The extreme of the pack is as old as the oldest cell it was chosen among.
  for (const value of [low, high]) {
    value.whole = whole;
    if (value.value !== null) value.age = oldest;
    if (!whole) value.cause = value.value === null && known === 0 && cells.some(Boolean) ? 'stale' : cause;
  }
  reading.cellMin = low;
  reading.cellMax = high;
}
