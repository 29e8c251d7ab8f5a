/** How bad a reading is, in each respect a rule may look at: what must not be lost when messages are shed. */
import { BAD_FLAGS, isBad } from '../engine/reading/hardware-table.ts';
import { LIMITS } from '../engine/reading/limits.ts';
import type { Observation } from '../engine/reading/observation.ts';

type Limits = readonly [least: number, most: number];
type Flags = Readonly<Record<string, unknown>>;

/** What a device may say about itself that takes something away. */
const TROUBLE = [...BAD_FLAGS, 'fault'];

/** The same list of respects as `badnessOfReading`: the higher, the worse; NaN where nothing is said. */
export function badnessOfObservation(seen: Observation): number[] {
  const cells = seen.cells ?? [];
  return badness({
    cells: [...cells.map(({ voltage }) => voltage), seen.cellMin?.value, seen.cellMax?.value],
    temperatures: [
      ...(seen.temperatures ?? []),
      ...cells.map(({ temperature }) => temperature),
      seen.temperatureMin?.value,
      seen.temperatureMax?.value,
    ],
    current: seen.current,
    voltage: seen.voltage,
    bmsTemperature: seen.bmsTemperature,
    starterVoltage: seen.starterVoltage,
    alternatorCurrent: seen.alternatorCurrent,
    hardware: seen.hardware,
  });
}

/** @param reading whatever a message carries as its reading */
export function badnessOfReading(reading: unknown): number[] {
  const value = (name: string): unknown => partOf(partOf(reading, name), 'value');
  return badness({
    cells: [value('cellMin'), value('cellMax')],
    temperatures: [value('temperatureMin'), value('temperatureMax')],
    current: value('current'),
    voltage: value('voltage'),
    bmsTemperature: value('bmsTemperature'),
    starterVoltage: value('starterVoltage'),
    alternatorCurrent: value('alternatorCurrent'),
    hardware: partOf(reading, 'hardware'),
  });
}

interface Said {
  readonly cells: readonly unknown[];
  readonly temperatures: readonly unknown[];
  readonly current: unknown;
  readonly voltage: unknown;
  readonly bmsTemperature: unknown;
  readonly starterVoltage: unknown;
  readonly alternatorCurrent: unknown;
  readonly hardware: unknown;
}

function badness(said: Said): number[] {
  const { hardware } = said;
  return [
    ...bothEnds(said.cells, LIMITS.cellVoltage),
    ...bothEnds(said.temperatures, LIMITS.temperature),
    ...bothEnds([said.current], LIMITS.current),
    ...bothEnds([said.voltage], LIMITS.packVoltage),
    highest([said.bmsTemperature], LIMITS.temperature, 1),
    highest([said.starterVoltage], LIMITS.packVoltage, -1),
    highest([said.alternatorCurrent], LIMITS.current, 1),
    ...TROUBLE.map((name) => (isBad(name, partOf(hardware, name)) ? 1 : Number.NaN)),
  ];
}

function bothEnds(values: readonly unknown[], limits: Limits): [high: number, low: number] {
  return [highest(values, limits, 1), highest(values, limits, -1)];
}

/** The highest value, or with the sign −1 the lowest, turned round. What cannot be hides nothing that can. */
function highest(values: readonly unknown[], [least, most]: Limits, sign: 1 | -1): number {
  let found = Number.NaN;
  for (const value of values) {
    if (typeof value !== 'number' || !(value >= least && value <= most)) continue;
    if (!(value * sign <= found)) found = value * sign;
  }
  return found;
}

function partOf(thing: unknown, name: string): unknown {
  return typeof thing === 'object' && thing !== null ? (thing as Flags)[name] : undefined;
}
