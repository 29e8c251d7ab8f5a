/** A table of sources that is talked to, and asked what is known some seconds later. */
import { SourceTable, type SourceTableOptions } from '../../../src/engine/reading/assemble.ts';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import type { CellValue, Reading } from '../../../src/engine/reading/reading.ts';

/** The moment at which the sources of these tests speak (monotonic s). */
export const AT = 100;
/** Seconds after which a value is no longer known. */
export const STALE = 5;

export interface Talked {
  readonly table: SourceTable;
  say(seen: Observation, at?: number, source?: string): Talked;
  /** The reading `after` seconds from the first word. */
  after(seconds: number): Reading;
}

/** A table for four cells that are balanced from 3.5 V, unless said otherwise. */
export function tableOf(over: Partial<SourceTableOptions> = {}): Talked {
  const options = { pack: 'house', cells: 4, staleAfter: STALE, balanceVoltage: 3.5, temperatureOffset: 0, ...over };
  const table = new SourceTable(options);
  const talked: Talked = {
    table,
    say(seen, at = AT, source = 'device') {
      table.observe(source, seen, at);
      return talked;
    },
    after: (seconds) => table.reading(AT + seconds, 1_700_000_000_000),
  };
  return talked;
}

/** Cells from 1 with these voltages. */
export const cells = (...voltages: (number | null)[]): Observation => ({
  cells: voltages.map((voltage, i) => ({ cell: i + 1, voltage })),
});
/** What counts of an extreme. */
export const brief = ({ value, cell, whole, cause }: CellValue): unknown[] => [value, cell, whole, cause];
