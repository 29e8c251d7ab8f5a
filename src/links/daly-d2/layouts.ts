/**
 * Where the registers of the two layouts are, after esphome-daly-bms ("Register Map: D2 vs. p81") and the component
 * daly_hkms_bms. D2 has places for 32 cells and p81 for 48, so nearly everything behind them is shifted.
 */
import { celsius, DALY_STATES, type DalyState } from '../daly/fields.ts';
import { type DalyFaults, readDalyFaults } from '../daly/faults.ts';
import { isSet } from '../register-values.ts';
import type { DalyBlock, DalyLayout } from './frame.ts';

interface Places {
  readonly cells: number;
  readonly temperatures: number;
  readonly voltage: number;
  readonly current: number;
  readonly soc: number;
  /** `null`: not both of them are in the blocks that are asked for. */
  readonly cellMax: number | null;
  readonly cellMin: number | null;
  readonly cellDifference: number;
  readonly state: number;
  readonly remaining: number;
  readonly cellCount: number;
  readonly sensorCount: number;
  readonly cycles: number;
  readonly balancer: number;
  readonly chargeMos: number;
  readonly dischargeMos: number;
  /** One bit a cell, the lowest of the first register for cell 1. */
  readonly balancing: number;
  readonly balancingRegisters: number;
  readonly mosTemperature: number;
  readonly boardTemperature: number;
  /** Alarm words. */
  readonly alarms: number;
  readonly alarmWords: number;
  readonly mostCells: number;
}

const MOST_SENSORS = 8;
const NO_CURRENT = 30_000;
const FULL = 1000;

const D2: Places = {
  cells: 0x00,
  temperatures: 0x20,
  voltage: 0x28,
  current: 0x29,
  soc: 0x2a,
  cellMax: 0x2b,
  cellMin: 0x2c,
  cellDifference: 0x38,
  state: 0x2f,
  remaining: 0x30,
  cellCount: 0x31,
  sensorCount: 0x32,
  cycles: 0x33,
  balancer: 0x34,
  chargeMos: 0x35,
  dischargeMos: 0x36,
  balancing: 0x3e,
  balancingRegisters: 2,
  mosTemperature: 0x42,
  boardTemperature: 0x43,
  alarms: 0x3a,
  alarmWords: 4,
  mostCells: 32,
};

const P81: Places = {
  cells: 0x00,
  temperatures: 0x30,
  voltage: 0x38,
  current: 0x39,
  soc: 0x3a,
  cellMax: null,
  cellMin: null,
  cellDifference: 0x42,
  state: 0x48,
  remaining: 0x4b,
  cellCount: 0x3c,
  sensorCount: 0x3d,
  cycles: 0x4c,
  balancer: 0x4d,
  chargeMos: 0x52,
  dischargeMos: 0x53,
  balancing: 0x4f,
  balancingRegisters: 3,
  mosTemperature: 0x5a,
  boardTemperature: 0x5b,
  alarms: 0x66,
  alarmWords: 14,
  mostCells: 48,
};

const PLACES: Readonly<Record<DalyLayout, Places>> = { d2: D2, p81: P81 };

/** What is asked every cycle, the first block first; all have different lengths. The others may be missing in D2. */
export const BLOCKS: Readonly<Record<DalyLayout, readonly [DalyBlock, DalyBlock]>> = {
  d2: [
    { first: 0x00, count: 62 },
    { first: 0x3e, count: 9 },
  ],
  p81: [
    { first: 0x00, count: 64 },
    { first: 0x41, count: 62 },
  ],
};

/** Versions and codes as text. */
export const VERSIONS: Readonly<Record<DalyLayout, DalyBlock>> = {
  d2: { first: 0xa9, count: 32 },
  p81: { first: 0x178, count: 74 },
};

/** Every block that an answer may hold, told apart by length. */
export function blockOf(layout: DalyLayout, count: number): DalyBlock | null {
  return [...BLOCKS[layout], VERSIONS[layout]].find((block) => block.count === count) ?? null;
}

/** Words of registers, by number; absent ones were not told. */
export type Registers = ReadonlyMap<number, number>;

/** The registers of a block by number. */
export function numbered(first: number, words: readonly number[]): Registers {
  return new Map(words.map((word, i) => [first + i, word]));
}

export interface DalyValues {
  readonly cellCount?: number;
  /** V */
  readonly cells?: readonly number[];
  /** °C; `null`: a dead sensor. */
  readonly temperatures?: readonly (number | null)[];
  /** V */
  readonly voltage?: number;
  /** A, positive = charging, without the sign of the settings. */
  readonly current?: number;
  /** %; `null`: above 100. */
  readonly soc?: number | null;
  /** V, as it says itself. */
  readonly cellMax?: number;
  readonly cellMin?: number;
  /** V between the two, as it says itself. */
  readonly cellDifference?: number;
  readonly state?: DalyState;
  /** Ah */
  readonly remainingCapacity?: number;
  readonly cycles?: number;
  /** 0 = off. */
  readonly balancer?: number;
  readonly chargeMos?: boolean;
  readonly dischargeMos?: boolean;
  /** Numbers of the cells that are being balanced. */
  readonly balancingCells?: readonly number[];
  /** °C */
  readonly mosTemperature?: number | null;
  readonly boardTemperature?: number | null;
  /** D2 only. */
  readonly faults?: DalyFaults;
  /** The words as they are, where it is not known what they mean. */
  readonly alarmWords?: string;
}

/** What the registers say, as far as they are there; `null`: values that cannot be. Total. */
export function readValues(layout: DalyLayout, registers: Registers): DalyValues | null {
  const places = PLACES[layout];
  const at = (place: number | null): number | undefined => (place === null ? undefined : registers.get(place));
  const cellCount = at(places.cellCount);
  const sensors = at(places.sensorCount);
  if (cellCount !== undefined && (cellCount < 1 || cellCount > places.mostCells)) return null;
  if (sensors !== undefined && sensors > MOST_SENSORS) return null;
  const state = at(places.state);
  if (state !== undefined && DALY_STATES[state] === undefined) return null;
  const soc = at(places.soc);
  const scaled = (place: number | null, factor: number): number | undefined => divided(at(place), factor);
  const current = at(places.current);
  return {
    ...given('cellCount', cellCount),
    ...given(
      'cells',
      row(registers, places.cells, cellCount)?.map((raw) => raw / 1000),
    ),
    ...given('temperatures', row(registers, places.temperatures, sensors)?.map(celsius)),
    ...given('voltage', scaled(places.voltage, 10)),
    ...given('current', current === undefined ? undefined : (current - NO_CURRENT) / 10),
    ...given('soc', soc !== undefined && soc > FULL ? null : divided(soc, 10)),
    ...given('cellMax', scaled(places.cellMax, 1000)),
    ...given('cellMin', scaled(places.cellMin, 1000)),
    ...given('cellDifference', scaled(places.cellDifference, 1000)),
    ...given('state', state === undefined ? undefined : DALY_STATES[state]),
    ...given('remainingCapacity', scaled(places.remaining, 10)),
    ...given('cycles', at(places.cycles)),
    ...given('balancer', at(places.balancer)),
    ...given('chargeMos', flag(at(places.chargeMos))),
    ...given('dischargeMos', flag(at(places.dischargeMos))),
    ...given('balancingCells', balancing(registers, places)),
    ...given('mosTemperature', warmth(at(places.mosTemperature))),
    ...given('boardTemperature', warmth(at(places.boardTemperature))),
    ...alarms(layout, row(registers, places.alarms, places.alarmWords)),
  };
}

function given<N extends keyof DalyValues>(name: N, value: DalyValues[N]): DalyValues {
  return value === undefined ? {} : { [name]: value };
}

const divided = (raw: number | undefined, by: number): number | undefined => (raw === undefined ? undefined : raw / by);
const flag = (raw: number | undefined): boolean | undefined => (raw === undefined ? undefined : raw !== 0);
const warmth = (raw: number | undefined): number | null | undefined => (raw === undefined ? undefined : celsius(raw));

/** A whole row of registers, or nothing. */
function row(registers: Registers, first: number, count: number | undefined): number[] | undefined {
  const words = Array.from({ length: count ?? 0 }, (_, i) => registers.get(first + i));
  return count === undefined || words.includes(undefined) ? undefined : words.map((word) => word ?? 0);
}

function balancing(registers: Registers, places: Places): number[] | undefined {
  const words = row(registers, places.balancing, places.balancingRegisters);
  return words?.flatMap((word, i) =>
    Array.from({ length: 16 }, (_, bit) => 16 * i + bit + 1).filter((_, bit) => isSet(word, bit)),
  );
}

/** In D2 each register holds two bytes of the A5 protocol's alarm bits, the first one low. */
function alarms(layout: DalyLayout, words: readonly number[] | undefined): Pick<DalyValues, 'faults' | 'alarmWords'> {
  if (words === undefined) return {};
  if (layout === 'p81') return { alarmWords: words.map((word) => word.toString(16).padStart(4, '0')).join(' ') };
  return { faults: readDalyFaults(Uint8Array.from(words.flatMap((word) => [word & 0xff, word >> 8]))) };
}

/** The texts in a block of registers, two characters each; zeros and blanks end one. */
export function textsOf(words: readonly number[]): string[] {
  const bytes = words.flatMap((word) => [word >> 8, word & 0xff]);
  const text = bytes.map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ' ')).join('');
  return text.split(' ').filter((word) => word !== '');
}
