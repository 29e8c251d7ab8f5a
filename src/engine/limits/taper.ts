/** How much of a full limit is left between a value that is well and one that is not. */

/**
 * What is left, whatever the value, as long as the permission stands: 5 % of the full current.
 *
 * At 1C that is C/20, the current OGT-13 names for a careful charge. A limit of 0 A is more than "less": inverters take
 * it as the order to switch off, so 0 is kept for the permission that is gone.
 */
export const REST = 0.05;

/**
 * The share that is left below an upper bound: 1 up to `full`, falling evenly to 0 at `gone`.
 *
 * @param value the measured value; NaN (unknown) is not well: 0
 * @param full up to here nothing is taken away; not below `gone` means that there is no slope, only the bound
 * @param gone the bound; NaN (its setting is off): 1, whatever the value
 * @returns 0..1
 */
export function shareBelow(value: number, full: number, gone: number): number {
  if (Number.isNaN(gone)) return 1;
  if (!(value < gone)) return 0;
  return value <= full ? 1 : (gone - value) / (gone - full);
}

/** The same above a lower bound: 0 at `gone` and under it, rising evenly to 1 at `full`. */
export function shareAbove(value: number, full: number, gone: number): number {
  return shareBelow(-value, -full, -gone);
}

/** The factor for a current: 1 for a full share, the small rest for none. */
export function factorOf(share: number): number {
  return REST + (1 - REST) * share;
}
