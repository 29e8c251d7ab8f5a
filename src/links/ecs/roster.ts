/** Who is on the line: the greenMeter at the address set and the LiPros behind it, or the LiPros alone. */
import type { LinkOptions } from '../options.ts';

export type LiproKind = 'v2-v3' | 'active';

export interface Roster {
  /** Unit of the greenMeter; `null`: there is none. */
  readonly meter: number | null;
  /** Units of the cells, the first cell first. */
  readonly cells: readonly number[];
  /** Which registers they have; `null`: each one is asked for its type. */
  readonly kind: LiproKind | null;
}

/** The highest unit that Modbus has on a serial line. */
const LAST_UNIT = 247;

/** From the link's settings; cells for which there is no address are left out. */
export function rosterOf({ address, cells, variant }: Pick<LinkOptions, 'address' | 'cells' | 'variant'>): Roster {
  const alone = variant.startsWith('cells-only');
  const kind = variant.endsWith('-v2-v3') ? 'v2-v3' : variant.endsWith('-active') ? 'active' : null;
  const first = alone ? address : address + 1;
  const count = Math.max(0, Math.min(cells, LAST_UNIT - first + 1));
  return { meter: alone ? null : address, cells: Array.from({ length: count }, (_, i) => first + i), kind };
}
