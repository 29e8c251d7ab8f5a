/** The values of a map as an observation. */
import type { CellObservation, Observation } from '../../engine/reading/observation.ts';
import type { ListField, MapItem, Scalar } from './types.ts';

/** What was read; a value whose request failed is not among them. */
export type Values = ReadonlyMap<MapItem, number | boolean | null>;

const PLAIN = [
  'voltage',
  'currentIn',
  'currentOut',
  'soc',
  'bmsTemperature',
  'starterVoltage',
  'alternatorCurrent',
] as const;
const EXTREMES = ['cellMin', 'cellMax', 'temperatureMin', 'temperatureMax'] as const;

/** What the whole map has, whatever was read of it. */
export interface Whole {
  /** Temperatures that belong to no cell: they are told together or not at all. */
  readonly sensors: number;
  /** Names of its flags: those that were not read are told as not known. */
  readonly flags: readonly string[];
}

export function observe(values: Values, whole: Whole, currentSign: 1 | -1): Observation {
  const scalars = new Map<Scalar, number | null>();
  const flags: Record<string, boolean | string | null> = Object.fromEntries(whole.flags.map((name) => [name, null]));
  const extra: Record<string, number | null> = {};
  const lists: Record<ListField, Map<number, number | boolean | null>> = {
    cell: new Map(),
    cellTemperature: new Map(),
    balancing: new Map(),
    temperature: new Map(),
  };
  for (const [{ target }, value] of values) {
    const number = typeof value === 'boolean' ? null : value;
    if (target.kind === 'scalar') scalars.set(target.name, number);
    else if (target.kind === 'list') lists[target.name].set(target.number, value);
    else if (target.kind === 'extra') extra[target.name] = number;
    else flags[target.name] = typeof value === 'boolean' ? value : null;
  }
  const fault = scalars.get('fault');
  if (fault !== undefined) flags['fault'] = fault === null ? null : codeOf(fault);
  const cells = cellsOf(lists);
  return {
    ...scalarFields(scalars, currentSign),
    ...(cells.length === 0 ? {} : { cells }),
    ...(whole.sensors > 0 && lists.temperature.size === whole.sensors
      ? { temperatures: sensorsOf(lists.temperature) }
      : {}),
    ...(Object.keys(flags).length === 0 ? {} : { hardware: flags }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function scalarFields(scalars: ReadonlyMap<Scalar, number | null>, sign: 1 | -1): Observation {
  const fields: Record<string, unknown> = {};
  for (const name of PLAIN) if (scalars.has(name)) fields[name] = scalars.get(name);
  for (const name of EXTREMES) if (scalars.has(name)) fields[name] = { value: scalars.get(name), cell: null };
  const current = scalars.get('current');
  if (current !== undefined) fields['current'] = current === null ? null : sign * current + 0;
  const count = scalars.get('cellCount');
  if (typeof count === 'number') fields['cellCount'] = count;
  return fields;
}

/** A cell's values may come from several places; those that were read are told. */
function cellsOf({
  cell,
  cellTemperature,
  balancing,
}: Record<ListField, ReadonlyMap<number, unknown>>): CellObservation[] {
  const numbers = new Set([...cell.keys(), ...cellTemperature.keys(), ...balancing.keys()]);
  return [...numbers]
    .toSorted((a, b) => a - b)
    .map((number) => ({
      cell: number,
      ...(cell.has(number) ? { voltage: cell.get(number) as number | null } : {}),
      ...(cellTemperature.has(number) ? { temperature: cellTemperature.get(number) as number | null } : {}),
      ...(balancing.has(number) ? { balancing: balancing.get(number) as boolean | null } : {}),
    }));
}

const sensorsOf = (sensors: ReadonlyMap<number, number | boolean | null>): (number | null)[] =>
  Array.from({ length: sensors.size }, (_, i) => sensors.get(i + 1) as number | null);

/** Any number but 0 is a fault: as the device's documentation lists it. */
function codeOf(number: number): string {
  if (number === 0) return '';
  return Number.isInteger(number) && number > 0 ? `0x${number.toString(16).toUpperCase()}` : String(number);
}

/** Of these items. */
export function wholeOf(items: readonly MapItem[]): Whole {
  const isFlag = ({ target }: MapItem): boolean => target.kind === 'flag' || isFault(target);
  return {
    sensors: items.filter(({ target }) => target.kind === 'list' && target.name === 'temperature').length,
    flags: items.filter(isFlag).map(({ target }) => (isFault(target) ? 'fault' : target.name)),
  };
}

const isFault = (target: MapItem['target']): boolean => target.kind === 'scalar' && target.name === 'fault';
