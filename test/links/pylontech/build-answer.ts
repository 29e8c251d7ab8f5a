/** Answers of Pylontech modules, made here from the document's layout and from nothing else. */
import { word, word3, zeros } from '../ascii-hex/build-frame.ts';

export interface ModuleParts {
  readonly cells?: readonly number[];
  /** Tenths of a kelvin, the board's first. */
  readonly temperatures?: readonly number[];
  readonly current?: number;
  readonly voltage?: number;
  readonly remaining?: number;
  readonly items?: number;
  readonly total?: number;
  readonly cycles?: number;
}

/** One module's part of an answer to 42; with more than two items the charge has three bytes. */
export function moduleOf({
  cells = [3301, 3302, 3303, 3304],
  temperatures = [3031, 2981, 2991],
  current = -26,
  voltage = 13210,
  remaining = 95_460,
  items = 4,
  total = 111_000,
  cycles = 31,
}: ModuleParts = {}): number[] {
  const long = items > 2;
  return [
    cells.length,
    ...cells.flatMap(word),
    temperatures.length,
    ...temperatures.flatMap(word),
    ...word(current),
    ...word(voltage),
    ...word(long ? 0xffff : remaining),
    items,
    ...word(long ? 0xffff : total),
    ...word(cycles),
    ...(long ? [...word3(remaining), ...word3(total)] : []),
  ];
}

export interface AlarmParts {
  readonly command?: number;
  readonly cells?: readonly number[];
  readonly temperatures?: readonly number[];
  readonly charge?: number;
  readonly voltage?: number;
  readonly discharge?: number;
  readonly status?: readonly number[];
}

/** INFO of an answer to 44. */
export function alarmOf({
  command = 2,
  cells = zeros(15),
  temperatures = zeros(5),
  charge = 0,
  voltage = 0,
  discharge = 0,
  status = [0, 0x0e, 0x40, 0, 0],
}: AlarmParts = {}): number[] {
  return [
    0x11,
    command,
    cells.length,
    ...cells,
    temperatures.length,
    ...temperatures,
    charge,
    voltage,
    discharge,
    ...status,
  ];
}
