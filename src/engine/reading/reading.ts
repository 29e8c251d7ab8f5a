/**
 * The reading: what is known about a pack at one moment, with the age of every value.
 *
 * Unknown is a state of its own: a value that is missing, stale, impossible or contradictory is `null` with a cause,
 * never a stale or made-up number. Units: V, A (positive = charging), °C, %, s. Cell numbers count from 1.
 */

/** Why a value is not known. */
export type Cause =
  /** no source has ever given it */
  | 'missing'
  /** last measured too long ago */
  | 'stale'
  /** not a number, or outside what physics allows */
  | 'impossible'
  /** the source says itself that it does not know */
  | 'reported'
  /** sources, or a source and the settings, contradict each other */
  | 'contradictory';

export interface Value {
  value: number | null;
  /** Seconds since the device measured it; `null` when it never did. */
  age: number | null;
  source: string | null;
  cause?: Cause;
}

export interface CellValue extends Value {
  /** Number of the cell the value belongs to, where it is known. */
  cell: number | null;
  /** The value speaks for every cell (or sensor) of the pack. A partial one may trip a rule but never clears it. */
  whole: boolean;
}

export interface CellReading {
  voltage: number | null;
  temperature: number | null;
  balancing: boolean | null;
  age: number | null;
  source: string | null;
}

export interface SourceState {
  ok: boolean;
  /** Seconds since its last good frame or message; `null`: never heard. */
  age: number | null;
  error: string | null;
}

/** What the device says about itself; absent or `null`: it says nothing. */
export interface Hardware {
  chargeAllowed?: boolean | null;
  loadAllowed?: boolean | null;
  cellCommunication?: boolean | null;
  socCalibrated?: boolean | null;
  /** The device has cut a short circuit. */
  shortCircuit?: boolean | null;
  /** The device is too hot itself. */
  bmsOverTemperature?: boolean | null;
  /** A fault of the device in the manufacturer's own code (`E-SL24`); an empty text: it has none. */
  fault?: string | null;
  [flag: string]: boolean | number | string | null | undefined;
}

export interface Reading {
  /** The pack's name. */
  pack: string;
  /** Milliseconds since 1970, for display only. */
  at: number;
  cells: CellReading[];
  cellMin: CellValue;
  cellMax: CellValue;
  voltage: Value;
  current: Value;
  currentIn: Value;
  currentOut: Value;
  /** Present where a source measures it: the BMS itself, the starter side of an alternator port, its current. */
  bmsTemperature?: Value;
  starterVoltage?: Value;
  alternatorCurrent?: Value;
  temperatures: Value[];
  temperatureMin: CellValue;
  temperatureMax: CellValue;
  /** State of charge in %, with how sure we are (± % of one standard deviation). */
  soc: Value & { uncertainty: number | null };
  hardware: Hardware;
  sources: Record<string, SourceState>;
}

export function unknownValue(cause: Cause = 'missing'): Value {
  return { value: null, age: null, source: null, cause };
}

export function unknownCellValue(cause: Cause = 'missing'): CellValue {
  return { value: null, age: null, source: null, cause, cell: null, whole: false };
}

/** A reading in which nothing is known. `cells` gives the length of the table. */
export function emptyReading(pack: string, cells: number, at: number): Reading {
  return {
    pack,
    at,
    cells: Array.from({ length: cells }, () => ({
      voltage: null,
      temperature: null,
      balancing: null,
      age: null,
      source: null,
    })),
    cellMin: unknownCellValue(),
    cellMax: unknownCellValue(),
    voltage: unknownValue(),
    current: unknownValue(),
    currentIn: unknownValue(),
    currentOut: unknownValue(),
    temperatures: [],
    temperatureMin: unknownCellValue(),
    temperatureMax: unknownCellValue(),
    soc: { ...unknownValue(), uncertainty: null },
    hardware: {},
    sources: {},
  };
}

/** A reading that shares nothing with the given one. Many times quicker than making one anew. */
export function copyReading(reading: Reading): Reading {
  const { bmsTemperature, starterVoltage, alternatorCurrent } = reading;
  const copy: Reading = {
    ...reading,
    cells: reading.cells.map((cell) => ({ ...cell })),
    cellMin: { ...reading.cellMin },
    cellMax: { ...reading.cellMax },
    voltage: { ...reading.voltage },
    current: { ...reading.current },
    currentIn: { ...reading.currentIn },
    currentOut: { ...reading.currentOut },
    temperatures: reading.temperatures.map((value) => ({ ...value })),
    temperatureMin: { ...reading.temperatureMin },
    temperatureMax: { ...reading.temperatureMax },
    soc: { ...reading.soc },
    hardware: { ...reading.hardware },
    sources: {},
  };
  if (bmsTemperature !== undefined) copy.bmsTemperature = { ...bmsTemperature };
  if (starterVoltage !== undefined) copy.starterVoltage = { ...starterVoltage };
  if (alternatorCurrent !== undefined) copy.alternatorCurrent = { ...alternatorCurrent };
  for (const [name, state] of Object.entries(reading.sources)) copy.sources[name] = { ...state };
  return copy;
}
