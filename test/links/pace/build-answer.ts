/** Answers of PACE boards, made here from the published layouts and from nothing else. */
import { word, word4, zeros } from '../ascii-hex/build-frame.ts';

const CELLS = [3301, 3302, 3303, 3304];

export interface ValueParts {
  readonly cells?: readonly number[];
  /** Tenths of a kelvin. */
  readonly temperatures?: readonly number[];
  readonly current?: number;
  readonly voltage?: number;
  readonly remaining?: number;
  readonly full?: number;
  readonly custom?: number;
  readonly soc?: number;
  /** Bytes behind the values. */
  readonly more?: readonly number[];
}

/** INFO of an answer to 42, version 2.5. */
export function values25({
  cells = CELLS,
  temperatures = [2980, 2990, 3000, 3010, 3030, 2950],
  current = -225,
  voltage = 13_210,
  remaining = 4819,
  full = 10_346,
  custom = 3,
  more = [],
}: ValueParts = {}): number[] {
  return [
    0,
    1,
    cells.length,
    ...cells.flatMap(word),
    temperatures.length,
    ...temperatures.flatMap(word),
    ...word(current),
    ...word(voltage),
    ...word(remaining),
    custom,
    ...word(full),
    ...word(140),
    ...word(10_000),
    ...more,
  ];
}

/** INFO of an answer to 42, version 2.0: of the sensors two are not counted. */
export function values20({
  cells = CELLS,
  temperatures = [2980, 2990, 3000, 3010, 2950, 3030],
  current = 669,
  voltage = 1321,
  remaining = 8617,
  full = 9860,
  custom = 15,
  soc = 87,
  more = [],
}: ValueParts = {}): number[] {
  return [
    0x10,
    1,
    cells.length,
    ...cells.flatMap(word),
    temperatures.length - 2,
    ...temperatures.flatMap(word),
    ...word(current),
    ...word(voltage),
    ...word(remaining),
    ...word(full),
    ...word(84),
    custom,
    ...[soc, 98, 3304, 3301, 3, 3010, 2980].flatMap(word),
    ...[711_360, 676_949, 382_067, 356_518, 1664, 1226].flatMap(word4),
    ...[300, 400].flatMap(word),
    ...more,
  ];
}

export interface StatusParts {
  readonly cells?: readonly number[];
  readonly temperatures?: readonly number[];
  readonly limits?: readonly number[];
  readonly protect?: readonly [first: number, second: number];
  readonly system?: number;
  readonly fault?: number;
  readonly balance?: number;
  readonly warnings?: readonly [first: number, second: number];
}

/** INFO of an answer to 44, version 2.5. */
export function status25({
  cells = zeros(16),
  temperatures = zeros(6),
  limits = [0, 0, 0],
  protect = [0, 0],
  system = 0x0e,
  fault = 0,
  balance = 0,
  warnings = [0, 0],
}: StatusParts = {}): number[] {
  const head = [0, 1, cells.length, ...cells, temperatures.length, ...temperatures, ...limits];
  return [...head, ...protect, system, 0, fault, ...word(balance), ...warnings];
}

export interface EventParts {
  readonly cells?: readonly number[];
  readonly balanceEvent?: number;
  readonly voltage?: number;
  /** 16 bits. */
  readonly temperature?: number;
  readonly current?: number;
  readonly capacity?: number;
  readonly fet?: number;
  readonly balance?: number;
  readonly custom?: number;
}

/** INFO of an answer to 44, version 2.0. */
export function status20({
  cells = zeros(16),
  balanceEvent = 0,
  voltage = 0,
  temperature = 0,
  current = 0,
  capacity = 0,
  fet = 3,
  balance = 0,
  custom = 9,
}: EventParts = {}): number[] {
  const head = [0x10, 1, cells.length, ...cells, 4, ...zeros(6), 0, 0, custom];
  return [...head, balanceEvent, voltage, ...word(temperature), current, capacity, fet, 2, ...word4(balance), 0];
}
