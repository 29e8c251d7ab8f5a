/**
 * The groups of values in a LifePower4's or Basen's general answer: number of the group, number of values, values; two
 * bytes each up to group 0A, four behind it, high byte first. Pure and total.
 */

const GROUP = {
  cells: 0x01,
  current: 0x02,
  soc: 0x03,
  capacity: 0x04,
  temperatures: 0x05,
  status: 0x06,
  cycles: 0x07,
  voltage: 0x08,
  soh: 0x09,
  last: 0x0a,
} as const;
/** Basen's answer goes on after the tenth group. */
const WIDE_FROM = 0x0b;

/** Bytes of the status up to those with the protections that every layout has. */
const PROTECTIONS_TO = 4;

/** A count of the current at rest. */
const NO_CURRENT = 30_000;
/** °C are sent so much higher. */
const TEMPERATURE_OFFSET = 50;
/** What an input without a sensor may hold; neither end of the range is a battery's temperature. */
const NO_SENSOR: readonly number[] = [0, 0xff];
/** What a sensor is for, in the high byte. LifePower4 marks its MOSFETs with 80, Basen with 40. */
const SENSOR = { ambient: 0x20, mos: [0x40, 0x80] } as const;

export type LifepowerLayout = 'lifepower4' | 'basen';

/**
 * Upper bits of a cell are flags. Basen: the highest one tells of balancing, and twelve bits are the voltage. Of
 * LifePower4's two highest bits nobody has published the meaning.
 */
const CELL = { lifepower4: 0x3fff, basen: 0x0fff, balancing: 0x8000 } as const;

export interface LifepowerGeneral {
  readonly layout: LifepowerLayout;
  /** V */
  readonly cells: readonly number[];
  /** Cell by cell; `null`: this layout does not tell. */
  readonly balancing: readonly boolean[] | null;
  /** The bits above each voltage, as sent. */
  readonly cellFlags: readonly number[];
  /** A, 30000 less the count; positive = charging unless the device counts the other way. */
  readonly current: number | null;
  /** % */
  readonly soc: number | null;
  /** Ah */
  readonly capacity: number | null;
  /** °C of the cells' sensors; `null`: nothing is connected. */
  readonly temperatures: readonly (number | null)[];
  readonly mosTemperature: number | null;
  readonly ambientTemperature: number | null;
  /** The status bytes, as sent. */
  readonly status: Uint8Array;
  readonly cycles: number | null;
  /** V */
  readonly voltage: number | null;
  /** % */
  readonly soh: number | null;
  /** Groups that nobody has published the meaning of, as numbers. */
  readonly others: Readonly<Record<string, readonly number[]>>;
}

/**
 * The data of a general answer; `null` when the groups do not come out even, or when there are no cells or no status that
 * reaches to the protections: without them, nothing would be known to be wrong.
 */
export function readLifepowerGeneral(data: Uint8Array, variant: string): LifepowerGeneral | null {
  const groups = groupsOf(data);
  const status = groups?.get(GROUP.status);
  const raw = words(groups?.get(GROUP.cells));
  if (groups === null || raw.length === 0 || status === undefined || status.bytes.length < PROTECTIONS_TO) return null;
  const further = Array.from(groups.keys()).some((group) => group >= WIDE_FROM);
  const basen = variant === 'basen' || (variant !== 'lifepower4' && further);
  const layout: LifepowerLayout = basen ? 'basen' : 'lifepower4';
  const first = (group: number): number | null => words(groups.get(group))[0] ?? null;
  const hundredths = (group: number): number | null => {
    const value = first(group);
    return value === null ? null : value / 100;
  };
  const current = first(GROUP.current);
  return {
    layout,
    cells: raw.map((value) => (value & CELL[layout]) / 1000),
    balancing: basen ? raw.map((value) => (value & CELL.balancing) !== 0) : null,
    cellFlags: raw.map((value) => value & ~CELL[layout]),
    current: current === null ? null : (NO_CURRENT - current) / 100,
    soc: hundredths(GROUP.soc),
    capacity: hundredths(GROUP.capacity),
    ...temperaturesOf(words(groups.get(GROUP.temperatures))),
    status: status.bytes,
    cycles: first(GROUP.cycles),
    voltage: hundredths(GROUP.voltage),
    soh: hundredths(GROUP.soh),
    others: othersOf(groups),
  };
}

interface Group {
  readonly bytes: Uint8Array;
  /** Bytes of one value. */
  readonly width: number;
}

function groupsOf(data: Uint8Array): Map<number, Group> | null {
  const groups = new Map<number, Group>();
  for (let at = 0; at < data.length; ) {
    const [number, count] = data.subarray(at, at + 2);
    if (number === undefined || count === undefined || groups.has(number)) return null;
    const width = number < WIDE_FROM ? 2 : 4;
    const end = at + 2 + count * width;
    if (end > data.length) return null;
    groups.set(number, { bytes: Uint8Array.from(data.subarray(at + 2, end)), width });
    at = end;
  }
  return groups;
}

function words(group: Group | undefined): number[] {
  if (group === undefined) return [];
  const view = new DataView(group.bytes.buffer, group.bytes.byteOffset, group.bytes.length);
  return Array.from({ length: group.bytes.length / group.width }, (_, i) =>
    group.width === 2 ? view.getUint16(2 * i) : view.getUint32(4 * i),
  );
}

function temperaturesOf(values: readonly number[]) {
  const temperatures: (number | null)[] = [];
  let [mosTemperature, ambientTemperature]: (number | null)[] = [null, null];
  for (const value of values) {
    const [kind, raw] = [value >> 8, value & 0xff];
    const celsius = NO_SENSOR.includes(raw) ? null : raw - TEMPERATURE_OFFSET;
    if (kind === SENSOR.ambient) ambientTemperature = celsius;
    else if (kind === SENSOR.mos[0] || kind === SENSOR.mos[1]) mosTemperature = celsius;
    else temperatures.push(celsius);
  }
  return { temperatures, mosTemperature: mosTemperature ?? null, ambientTemperature: ambientTemperature ?? null };
}

function othersOf(groups: ReadonlyMap<number, Group>): Record<string, number[]> {
  const unknown = Array.from(groups).filter(([number]) => number >= GROUP.last || number < GROUP.cells);
  return Object.fromEntries(
    unknown.map(([number, group]) => [`group${number.toString(16).padStart(2, '0').toUpperCase()}`, words(group)]),
  );
}
