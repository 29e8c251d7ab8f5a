/** The lowest and the highest temperature among sensors of the pack and of its cells. */
import type { KeptCell } from './kept.ts';
import { MESSAGE } from './owned.ts';
import { unknownCellValue, type Reading } from './reading.ts';

/** What the sensors that belong to no cell say, in the words of one source. */
export interface SensorList {
  readonly values: readonly (number | null)[];
  /** Monotonic second at which the oldest of them was measured. */
  readonly at: number;
  readonly source: string;
}

/**
 * Fills in the extremes over the reading's list and the cells.
 * @param staleAfter seconds after which a value is no longer known
 * @param owned a device tells temperatures: what messages say makes nothing known
 */
export function temperatureExtremes(
  reading: Reading,
  cells: readonly (KeptCell | null)[],
  now: number,
  staleAfter: number,
  owned: boolean,
): void {
  let low = unknownCellValue();
  let high = unknownCellValue();
  let whole = true;
  let oldest = 0;
  const take = (value: number | null, age: number, source: string | null, cell: number | null): void => {
    if (value === null) {
      whole = false;
      return;
    }
    oldest = Math.max(oldest, age);
    if (low.value === null || value < low.value) low = { value, age, source, cell, whole: false };
    if (high.value === null || value > high.value) high = { value, age, source, cell, whole: false };
  };
  for (const t of reading.temperatures) if (!owned || t.source !== MESSAGE) take(t.value, t.age!, t.source, null);
  cells.forEach((cell, index) => {
    // A cell that has never given a temperature has no sensor; one that has and does not any more has lost it.
    if (cell === null || !cell.hasSensor) return;
    const age = now - cell.temperatureAt;
    take(age < staleAfter ? cell.temperature : null, age, cell.temperatureSource, index + 1);
  });
  for (const value of [low, high]) {
    if (value.value === null) continue;
    value.whole = whole;
    value.age = oldest;
  }
  reading.temperatureMin = low;
  reading.temperatureMax = high;
}

/**
 * Lets sensors that come as messages count beside the device's: a colder or hotter one makes the extremes worse, and
 * keeps neither of them fresh. One that is lost is missed, except where the device tells its own extremes.
 * @param list what a message said lately; an older one is forgotten, for the device goes on without it
 */
export function worsenedBy(reading: Reading, list: SensorList, isExtremeTold: boolean): void {
  const { temperatureMin: low, temperatureMax: high } = reading;
  for (const value of list.values) {
    if (value === null) {
      if (!isExtremeTold) low.whole = high.whole = false;
      continue;
    }
    // These sensors belong to no cell, so none can be excused for balancing.
    if (low.value !== null && value < low.value) Object.assign(low, { value, cell: null });
    if (high.value !== null && value > high.value) Object.assign(high, { value, cell: null });
  }
}
