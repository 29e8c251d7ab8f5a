/** What was read of an Offgridtec Smart-Pro battery, in the words every source uses. */
import type { CellObservation, Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import type { RegisterValue } from './registers.ts';

type Building = { -readonly [Field in keyof Observation]: Observation[Field] };

/** @param cellCount as the battery was found to have; absent: it tells of none */
export function observationOf(
  values: readonly RegisterValue[],
  { currentSign }: Pick<LinkOptions, 'currentSign'>,
  cellCount?: number,
): Observation {
  const observation: Building = {};
  const cells: CellObservation[] = [];
  const extra: Record<string, number | null> = {};
  for (const { register, value } of values) {
    const { quantity, cell } = register;
    if (quantity === 'cellVoltage') cells.push({ cell: cell ?? 0, voltage: value });
    else if (quantity === 'current') observation.current = value === null ? null : value * currentSign + 0;
    else if (quantity === 'voltage' || quantity === 'soc' || quantity === 'bmsTemperature')
      observation[quantity] = value;
    else extra[quantity === 'remaining' ? 'remainingCapacity' : quantity] = value;
  }
  if (cellCount !== undefined) observation.cellCount = cellCount;
  if (cells.length > 0) observation.cells = cells;
  if (Object.keys(extra).length > 0) observation.extra = extra;
  return observation;
}
