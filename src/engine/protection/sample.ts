/**
 * A reading, boiled down to the numbers that rules compare. Unknown is NaN, so every comparison with it is false.
 *
 * The arrays are filled again and again and never grow: a step allocates nothing.
 */
import type { CellValue, Hardware, Reading, Value } from '../reading/reading.ts';
import { LIMITS } from '../reading/limits.ts';
import { QUANTITIES, type Quantity } from './quantity.ts';

const INDEX = Object.fromEntries(QUANTITIES.map((q, i) => [q, i])) as Record<Quantity, number>;

/** Where a quantity stands in the sample's arrays. */
export function indexOf(quantity: Quantity): number {
  return INDEX[quantity];
}

const CELL_MIN = INDEX.cellMin;
const CELL_MAX = INDEX.cellMax;
const CELL_SPREAD = INDEX.cellSpread;
const VOLTAGE = INDEX.voltage;
const CELL_AVERAGE = INDEX.cellAverage;
const TEMPERATURE_MIN = INDEX.temperatureMin;
const TEMPERATURE_MAX = INDEX.temperatureMax;
const TEMPERATURE_MAX_RESTING = INDEX.temperatureMaxResting;
const BMS_TEMPERATURE = INDEX.bmsTemperature;
const STARTER_VOLTAGE = INDEX.starterVoltage;
const ALTERNATOR_LOAD = INDEX.alternatorLoad;
const SHORT_CIRCUIT = INDEX.shortCircuit;
const BMS_HOT = INDEX.bmsHot;
const DEVICE_FAULT = INDEX.deviceFault;
const DEVICE_CHARGE = INDEX.deviceCharge;
const DEVICE_LOAD = INDEX.deviceLoad;
const CURRENT = INDEX.current;
const DISCHARGE_CURRENT = INDEX.dischargeCurrent;
const SOC = INDEX.soc;
const SOC_KNOWN = INDEX.socKnown;
const COMMUNICATION = INDEX.communication;

/** A reading may have passed through hands that put something else there: what cannot be is unknown here too. */
const LEAST = new Float64Array(QUANTITIES.length).fill(-Infinity);
const MOST = new Float64Array(QUANTITIES.length).fill(Infinity);
for (const [limits, names] of [
  [LIMITS.cellVoltage, ['cellMin', 'cellMax']],
  [LIMITS.packVoltage, ['voltage', 'starterVoltage']],
  // The owner's correction has been added to them.
  [widened(LIMITS.temperature, 10), ['temperatureMin', 'temperatureMax', 'bmsTemperature']],
  [LIMITS.current, ['current', 'alternatorLoad']],
] as const) {
  for (const name of names) {
    LEAST[INDEX[name]] = limits[0];
    MOST[INDEX[name]] = limits[1];
  }
}

function widened([least, most]: readonly [number, number], by: number): readonly [number, number] {
  return [least - by, most + by];
}

/** Quantities with a value that says "nothing of the kind": what no device tells must not stand in anybody's way. */
const RESTING: Readonly<Partial<Record<Quantity, number>>> = {
  shortCircuit: 0,
  shortCircuits: 0,
  bmsHot: 0,
  deviceFault: 0,
  deviceCharge: 1,
  deviceLoad: 1,
  selfLockout: 0,
  cellMismatch: 0,
  jumps: 0,
  openWire: 0,
  frozenFor: -1,
  untilCut: Infinity,
  chargeStaysClosed: 0,
  loadStaysClosed: 0,
  contactorStaysClosed: 0,
  chargeStaysOpen: 0,
  loadStaysOpen: 0,
  contactorStaysOpen: 0,
  chargeRelayLost: 0,
  loadRelayLost: 0,
  contactorRelayLost: 0,
  silenceSensors: 0,
  openingsCharge: 0,
  openingsLoad: 0,
  drainVoltage: Infinity,
  raisedFor: 0,
};

export interface SampleOptions {
  /** Seconds after which a value no longer counts as known. */
  readonly staleAfter: number;
  readonly cells: number;
  /** The alternator current that belongs to its fuse (A), NaN while the fuse is not told. */
  readonly alternatorLimit: number;
}

export class Sample {
  /** In the order of `QUANTITIES`; NaN where unknown. */
  readonly values = new Float64Array(QUANTITIES.length);
  /** Monotonic second at which the value was last known for the whole pack; -Infinity: never. */
  readonly knownAt = new Float64Array(QUANTITIES.length).fill(-Infinity);
  /** Cell number behind the value, 0 where there is none. */
  readonly cellOf = new Int16Array(QUANTITIES.length);
  /** 1 where the value speaks for the whole pack. */
  readonly whole = new Uint8Array(QUANTITIES.length).fill(1);

  /** The number of cells that the device counts is not the number in the settings. */
  miscounted = false;

  /** A relay follows the permission of the main contactor; `null` while no relay has reported. */
  contactorRelay: boolean | null = null;

  /** The device's own word for its fault, while it reports one. */
  deviceCode: string | null = null;

  readonly #staleAfter: number;
  readonly #cells: number;
  readonly #alternatorLimit: number;
  /** Ages from here on no longer count as known. */
  #limit = 0;

  constructor(options: SampleOptions) {
    this.#staleAfter = options.staleAfter;
    this.#cells = options.cells;
    this.#alternatorLimit = options.alternatorLimit;
    this.values.fill(Number.NaN);
    for (const [name, value] of Object.entries(RESTING) as [Quantity, number][]) this.values[INDEX[name]] = value;
  }

  /**
   * Takes a reading in.
   * @param now the monotonic second of the step
   * @param countedAt the monotonic second at which the reading's ages count: a reading may have been on its way
   */
  fill(reading: Reading, now: number, countedAt = now): void {
    const { values } = this;
    this.#limit = this.#staleAfter - (now - countedAt);
    this.#cellValue(CELL_MIN, reading.cellMin, countedAt);
    this.#cellValue(CELL_MAX, reading.cellMax, countedAt);
    this.miscounted = reading.cellMin.cause === 'contradictory';
    this.#value(VOLTAGE, reading.voltage, countedAt, true);
    this.#cellValue(TEMPERATURE_MIN, reading.temperatureMin, countedAt);
    this.#cellValue(TEMPERATURE_MAX, reading.temperatureMax, countedAt);
    this.#value(CURRENT, reading.current, countedAt, true);

    this.#optional(BMS_TEMPERATURE, reading.bmsTemperature, countedAt);
    this.#optional(STARTER_VOLTAGE, reading.starterVoltage, countedAt);
    this.#optional(ALTERNATOR_LOAD, reading.alternatorCurrent, countedAt);
    values[ALTERNATOR_LOAD] = values[ALTERNATOR_LOAD]! / this.#alternatorLimit;

    values[CELL_AVERAGE] = values[VOLTAGE]! / this.#cells;
    this.#follow(CELL_AVERAGE, VOLTAGE);
    values[CELL_SPREAD] = values[CELL_MAX]! - values[CELL_MIN]!;
    this.cellOf[CELL_SPREAD] = this.cellOf[CELL_MAX]!;
    this.#follow(CELL_SPREAD, CELL_MAX);
    values[DISCHARGE_CURRENT] = -values[CURRENT]!;
    this.#follow(DISCHARGE_CURRENT, CURRENT);
    this.#resting(reading);

    const soc = reading.soc.value;
    const known = typeof soc === 'number' && soc >= LIMITS.soc[0] && soc <= LIMITS.soc[1];
    values[SOC] = known ? soc : Number.NaN;
    values[SOC_KNOWN] = known ? 1 : 0;
    this.#flags(reading.hardware);
  }

  /** Monotonic second at which the stalest of some quantities was last known; -Infinity when one never was. */
  oldest(needs: Int32Array): number {
    const { knownAt } = this;
    let oldest = Infinity;
    for (let i = 0; i < needs.length; i++) {
      const at = knownAt[needs[i]!]!;
      if (at < oldest) oldest = at;
    }
    return oldest;
  }

  /** A device that says nothing about a flag has not taken back what it said before. */
  #flags(hardware: Hardware): void {
    const { values } = this;
    const { cellCommunication, shortCircuit, bmsOverTemperature, chargeAllowed, loadAllowed, fault } = hardware;
    if (typeof cellCommunication === 'boolean') values[COMMUNICATION] = cellCommunication ? 1 : 0;
    else if (Number.isNaN(values[COMMUNICATION]!)) values[COMMUNICATION] = 1;
    if (typeof shortCircuit === 'boolean') values[SHORT_CIRCUIT] = shortCircuit ? 1 : 0;
    if (typeof bmsOverTemperature === 'boolean') values[BMS_HOT] = bmsOverTemperature ? 1 : 0;
    if (typeof chargeAllowed === 'boolean') values[DEVICE_CHARGE] = chargeAllowed ? 1 : 0;
    if (typeof loadAllowed === 'boolean') values[DEVICE_LOAD] = loadAllowed ? 1 : 0;
    if (fault === undefined || fault === null) return;
    values[DEVICE_FAULT] = fault === '' ? 0 : 1;
    this.deviceCode = fault === '' ? null : fault;
  }

  /** A value that only some readings hold. */
  #optional(index: number, from: Value | undefined, countedAt: number): void {
    if (from !== undefined) this.#value(index, from, countedAt, true);
    else this.values[index] = Number.NaN;
  }

  #cellValue(index: number, from: CellValue, countedAt: number): void {
    const known = this.#value(index, from, countedAt, from.whole);
    const { cell } = from;
    this.cellOf[index] = known && typeof cell === 'number' ? cell : 0;
  }

  #value(index: number, from: Value, countedAt: number, whole: boolean): boolean {
    const { value, age } = from;
    const possible = typeof value === 'number' && value >= LEAST[index]! && value <= MOST[index]!;
    if (!possible || typeof age !== 'number' || !(age < this.#limit)) {
      this.values[index] = Number.NaN;
      this.whole[index] = 0;
      return false;
    }
    this.values[index] = value;
    if (whole) {
      this.whole[index] = 1;
      this.knownAt[index] = age > 0 ? countedAt - age : countedAt;
    } else this.whole[index] = 0;
    return true;
  }

  #follow(index: number, leader: number): void {
    this.whole[index] = this.whole[leader]!;
    this.knownAt[index] = this.knownAt[leader]!;
  }

  /**
   * The hottest cell that is not balancing, and every sensor that belongs to none: a bypass resistor heats its own sensor,
   * so such a cell reads far too hot (123-R6). Where the others are not known one by one, the hottest of all counts:
   * the safe side.
   */
  #resting({ cells, temperatures }: Reading): void {
    const hottest = this.cellOf[TEMPERATURE_MAX]!;
    this.values[TEMPERATURE_MAX_RESTING] = this.values[TEMPERATURE_MAX]!;
    this.cellOf[TEMPERATURE_MAX_RESTING] = hottest;
    this.#follow(TEMPERATURE_MAX_RESTING, TEMPERATURE_MAX);
    if (hottest === 0 || cells[hottest - 1]?.balancing !== true) return;
    let most = -Infinity;
    let at = 0;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      if (cell.balancing === true) continue;
      if (typeof cell.temperature !== 'number' || Number.isNaN(cell.temperature)) return;
      if (cell.temperature <= most) continue;
      most = cell.temperature;
      at = i + 1;
    }
    // A reading may have passed through hands that took the list away.
    if (!Array.isArray(temperatures)) return;
    for (const sensor of temperatures) {
      const value: unknown = sensor?.value;
      if (typeof value !== 'number' || Number.isNaN(value)) return;
      if (value <= most) continue;
      most = value;
      at = 0;
    }
    if (most === -Infinity) return;
    this.values[TEMPERATURE_MAX_RESTING] = most;
    this.cellOf[TEMPERATURE_MAX_RESTING] = at;
  }
}
