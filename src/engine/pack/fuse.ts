/** The alternator current that belongs to a fuse: the table of the Smart BMS 12-200 (VSB-2), not "about 90 %" of it. */

/** Fuse (two in parallel as `2x30`) and the current it goes with (A). */
const TABLE = [
  ['125', 100],
  ['100', 90],
  ['80', 60],
  ['60', 50],
  ['2x30', 40],
  ['2x20', 25],
  ['2x15', 20],
  ['2x10', 12],
  ['2x7.5', 9],
] as const;

export const FUSES: readonly string[] = TABLE.map(([fuse]) => fuse);

/** @returns amperes; NaN where the fuse is not told */
export function alternatorLimit(fuse: unknown): number {
  return TABLE.find(([name]) => name === fuse)?.[1] ?? Number.NaN;
}
