/** Answers of a Seplos V2 pack, made here from the document's layout and from nothing else. */
import { word, zeros } from '../ascii-hex/build-frame.ts';

export interface TelemetryParts {
  readonly cells?: readonly number[];
  /** Tenths of a kelvin. */
  readonly temperatures?: readonly number[];
  readonly current?: number;
  readonly voltage?: number;
  readonly remaining?: number;
  readonly custom?: readonly number[];
}

/** INFO of an answer to 42. */
export function telemetry({
  cells = [3300, 3301, 3302, 3303],
  temperatures = [2981, 2991, 3001, 3011, 2951, 3031],
  current = -1234,
  voltage = 1321,
  remaining = 5000,
  custom = [9900, 505, 10000, 77, 991, 1319, 0, 0, 0, 0],
}: TelemetryParts = {}): number[] {
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
    custom.length,
    ...custom.flatMap(word),
  ];
}

export interface AlarmParts {
  readonly cells?: readonly number[];
  readonly temperatures?: readonly number[];
  /** Warnings 1…8, by number. */
  readonly warnings?: Readonly<Record<number, number>>;
  readonly power?: number;
  readonly balance?: readonly [first: number, second: number];
  readonly system?: number;
  readonly open?: readonly [first: number, second: number];
  readonly rest?: number;
}

/** INFO of an answer to 44. */
export function alarms({
  cells = zeros(16),
  temperatures = zeros(6),
  warnings = {},
  power = 3,
  balance = [0, 0],
  system = 1,
  open = [0, 0],
  rest = 6,
}: AlarmParts = {}): number[] {
  const warning = (number: number): number => warnings[number] ?? 0;
  const custom = [
    ...[1, 2, 3, 4, 5, 6].map(warning),
    power,
    ...balance,
    system,
    ...open,
    warning(7),
    warning(8),
    ...zeros(rest),
  ];
  return [0, 1, cells.length, ...cells, temperatures.length, ...temperatures, 0, 0, custom.length, ...custom];
}
