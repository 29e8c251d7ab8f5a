/**
 * The table of what every source said last, and the reading made from it.
 *
 * Each value keeps the second it was measured at; a reading tells only what is fresh. A message refreshes only the
 * fields it holds. A value that cannot be (a string, NaN, 40 V in one cell) is refused as `impossible`; a value that is
 * merely alarming is kept: an outlier is evidence.
 */
import { LIMITS } from './limits.ts';
import type { AgedField, CellObservation, Extreme, Observation } from './observation.ts';
import {
  emptyReading,
  unknownCellValue,
  unknownValue,
  type Cause,
  type CellReading,
  type CellValue,
  type Hardware,
  type Reading,
  type SourceState,
  type Value,
} from './reading.ts';

/** Fields that only some sources measure; a reading holds them once one has. */
const OPTIONAL = [
  ['bmsTemperature', LIMITS.temperature],
  ['starterVoltage', LIMITS.packVoltage],
  ['alternatorCurrent', LIMITS.current],
] as const;

interface Kept {
  value: number | null;
  cell: number | null;
  at: number;
  source: string;
  cause: Cause | null;
}

interface KeptCell {
  voltage: number | null;
  temperature: number | null;
  balancing: boolean | null;
  /** The cell has given a temperature before: `null` now means that the sensor is lost. */
  hasSensor: boolean;
  /** Monotonic second at which the voltage was measured. */
  at: number;
  temperatureAt: number;
  source: string;
}

type ExtremeField = 'cellMin' | 'cellMax' | 'temperatureMin' | 'temperatureMax';

export interface SourceTableOptions {
  readonly pack: string;
  /** Cells in series, as set. */
  readonly cells: number;
  /** Seconds after which a value is no longer known. */
  readonly staleAfter: number;
  /** A cell at or above this voltage is taken to be balancing where the device does not say (123-R6). */
  readonly balanceVoltage: number;
  /** Added to every temperature (VLB-7). */
  readonly temperatureOffset: number;
  /** Numbers of the cells that are known to have a temperature sensor. */
  readonly sensors?: readonly number[];
}

export class SourceTable {
  readonly #options: SourceTableOptions;
  readonly #fields = new Map<AgedField, Kept>();
  readonly #extremes = new Map<ExtremeField, Kept>();
  readonly #cells: (KeptCell | null)[];
  #temperatures: { values: (number | null)[]; at: number; source: string } | null = null;
  #hardware: { flags: Hardware; at: number } | null = null;
  #extra: Readonly<Record<string, number | string | boolean | null>> = {};
  readonly #sources = new Map<string, { at: number; error: string | null; cellCount: number | null }>();
  #cellCount: number | null = null;

  constructor(options: SourceTableOptions) {
    this.#options = options;
    const known = options.sensors ?? [];
    this.#cells = Array.from({ length: options.cells }, (_, i) => (known.includes(i + 1) ? newCell(true) : null));
  }

  /** Takes in what `source` said at the monotonic second `at`. */
  observe(source: string, seen: Observation, at: number): void {
    if (seen.cellCount !== undefined) this.#cellCount = seen.cellCount;
    this.#sources.set(source, { at, error: null, cellCount: seen.cellCount ?? null });
    this.#keep('voltage', seen.voltage, LIMITS.packVoltage, source, at - aged(seen.ages?.voltage));
    this.#keep('current', seen.current, LIMITS.current, source, at - aged(seen.ages?.current));
    this.#keep('currentIn', seen.currentIn, LIMITS.current, source, at - aged(seen.ages?.currentIn));
    this.#keep('currentOut', seen.currentOut, LIMITS.current, source, at - aged(seen.ages?.currentOut));
    this.#keep('soc', seen.soc, LIMITS.soc, source, at - aged(seen.ages?.soc));
    for (const [field, limits] of OPTIONAL) {
      if (seen[field] !== undefined) this.#keep(field, seen[field], limits, source, at - aged(seen.ages?.[field]));
    }
    this.#keepExtreme('cellMin', seen.cellMin, LIMITS.cellVoltage, source, at);
    this.#keepExtreme('cellMax', seen.cellMax, LIMITS.cellVoltage, source, at);
    this.#keepExtreme('temperatureMin', seen.temperatureMin, LIMITS.temperature, source, at);
    this.#keepExtreme('temperatureMax', seen.temperatureMax, LIMITS.temperature, source, at);
    if (seen.cells !== undefined)
      for (const cell of seen.cells) if (cell !== undefined) this.#keepCell(cell, source, at - aged(cell.age));
    if (seen.temperatures !== undefined) {
      const values = Array.from(seen.temperatures, (t) => this.#temperature(t ?? null));
      this.#temperatures = { values, at: at - aged(seen.temperaturesAge), source };
    }
    if (seen.hardware !== undefined) this.#hardware = { flags: seen.hardware, at };
    if (seen.extra !== undefined) this.#extra = seen.extra;
  }

  /** The source itself reports trouble (a lost port, garbage): shown until its next good observation. */
  trouble(source: string, error: string | null): void {
    const known = this.#sources.get(source);
    if (known === undefined) this.#sources.set(source, { at: -Infinity, error, cellCount: null });
    else known.error = error;
  }

  /** The device's own state of charge in %, while fresh. */
  deviceSoc(now: number): number | null {
    const kept = this.#fields.get('soc');
    return kept !== undefined && this.#fresh(kept.at, now) ? kept.value : null;
  }

  /** Numbers of the cells that have given a temperature. */
  get sensors(): number[] {
    return this.#cells.flatMap((cell, index) => (cell?.hasSensor === true ? [index + 1] : []));
  }

  /** Energy counters and the like, as the device told last. */
  get extra(): Readonly<Record<string, number | string | boolean | null>> {
    return this.#extra;
  }

  /** What is known at `now` (monotonic s); `wall` in ms since 1970 for display. SOC is the estimator's to fill in. */
  reading(now: number, wall: number): Reading {
    const reading = emptyReading(this.#options.pack, 0, wall);
    reading.cells = this.#cellTable(now);
    reading.voltage = this.#value('voltage', now);
    reading.current = this.#value('current', now);
    reading.currentIn = this.#value('currentIn', now);
    reading.currentOut = this.#value('currentOut', now);
    for (const [field] of OPTIONAL) {
      const kept = this.#fields.get(field);
      if (kept !== undefined) reading[field] = this.#told(kept, now);
    }
    this.#fillCellExtremes(reading, now);
    this.#fillTemperatures(reading, now);
    if (this.#hardware !== null && this.#fresh(this.#hardware.at, now)) reading.hardware = { ...this.#hardware.flags };
    for (const [name, state] of this.#sources) reading.sources[name] = this.#sourceState(state, now);
    return reading;
  }

  #fresh(at: number, now: number): boolean {
    return now - at < this.#options.staleAfter;
  }

  #keep(
    field: AgedField,
    given: number | null | undefined,
    limits: readonly [number, number],
    source: string,
    at: number,
  ): void {
    if (given === undefined) return;
    let kept = this.#fields.get(field);
    if (kept === undefined) this.#fields.set(field, (kept = newKept()));
    put(kept, given, limits, source, at);
  }

  #keepExtreme(
    field: ExtremeField,
    given: Extreme | undefined,
    limits: readonly [number, number],
    source: string,
    at: number,
  ): void {
    if (given === undefined) return;
    let kept = this.#extremes.get(field);
    if (kept === undefined) this.#extremes.set(field, (kept = newKept()));
    put(kept, given.value, limits, source, at - aged(given.age));
    if (kept.value !== null && limits === LIMITS.temperature) kept.value += this.#options.temperatureOffset;
    kept.cell = given.cell;
  }

  #keepCell(seen: CellObservation, source: string, at: number): void {
    const index = seen.cell - 1;
    if (!(index >= 0 && index < this.#cells.length)) {
      // A cell that the settings do not know: the device counts more cells than they do.
      if (index >= this.#cells.length) this.#cellCount = seen.cell;
      return;
    }
    const kept: KeptCell = this.#cells[index] ?? newCell(false);
    if (seen.voltage !== undefined) {
      kept.voltage = checked(seen.voltage, LIMITS.cellVoltage).value;
      kept.balancing = kept.voltage === null ? null : kept.voltage >= this.#options.balanceVoltage;
      kept.at = at;
    }
    if (seen.balancing !== undefined) kept.balancing = seen.balancing;
    if (seen.temperature !== undefined) {
      kept.temperature = this.#temperature(seen.temperature);
      kept.temperatureAt = at;
      if (kept.temperature !== null) kept.hasSensor = true;
    }
    kept.source = source;
    this.#cells[index] = kept;
  }

  #temperature(given: number | null): number | null {
    const { value } = checked(given, LIMITS.temperature);
    return value === null ? null : value + this.#options.temperatureOffset;
  }

  #value(field: AgedField, now: number): Value {
    const kept = this.#fields.get(field);
    if (kept === undefined) return unknownValue();
    return this.#told(kept, now);
  }

  #told(kept: Kept, now: number): Value {
    const age = now - kept.at;
    if (!this.#fresh(kept.at, now)) return { value: null, age, source: kept.source, cause: 'stale' };
    if (kept.value === null) return { value: null, age, source: kept.source, cause: kept.cause! };
    return { value: kept.value, age, source: kept.source };
  }

  /** The table of cells is display where the device gives its own extremes, so it may lag by a whole sweep. */
  #cellTable(now: number): CellReading[] {
    const sweep = this.#options.staleAfter + 2 * this.#cells.length;
    const limit = this.#extremes.has('cellMin') ? sweep : this.#options.staleAfter;
    return this.#cells.map((cell) => {
      if (cell === null) return { voltage: null, temperature: null, balancing: null, age: null, source: null };
      const age = now - cell.at;
      const known = age < limit;
      return {
        voltage: known ? cell.voltage : null,
        temperature: now - cell.temperatureAt < limit ? cell.temperature : null,
        balancing: known ? cell.balancing : null,
        age: cell.at === -Infinity ? null : age,
        source: cell.source,
      };
    });
  }

  #fillCellExtremes(reading: Reading, now: number): void {
    const min = this.#extremes.get('cellMin');
    const max = this.#extremes.get('cellMax');
    // Extremes that are no longer told stand in nobody's way: single cells may come instead.
    const told = min !== undefined && max !== undefined;
    if (
      told &&
      (this.#fresh(min.at, now) || this.#cells.every((cell) => cell === null || !this.#fresh(cell.at, now)))
    ) {
      reading.cellMin = this.#deviceExtreme(min, now);
      reading.cellMax = this.#deviceExtreme(max, now);
      return;
    }
    let low = unknownCellValue();
    let high = unknownCellValue();
    let known = 0;
    let oldest = 0;
    this.#cells.forEach((cell, index) => {
      if (cell === null || cell.voltage === null || !this.#fresh(cell.at, now)) return;
      known++;
      const age = now - cell.at;
      oldest = Math.max(oldest, age);
      const entry: CellValue = { value: cell.voltage, age, source: cell.source, cell: index + 1, whole: false };
      if (low.value === null || cell.voltage < low.value) low = entry;
      if (high.value === null || cell.voltage > high.value) high = { ...entry };
    });
    const whole = known === this.#cells.length && !this.#miscounted();
    const cause: Cause = this.#miscounted() ? 'contradictory' : 'missing';
    // The extreme of the pack is as old as the oldest cell it was chosen among.
    for (const value of [low, high]) {
      value.whole = whole;
      if (value.value !== null) value.age = oldest;
      if (!whole) value.cause = value.value === null && known === 0 && this.#cells.some(Boolean) ? 'stale' : cause;
    }
    reading.cellMin = low;
    reading.cellMax = high;
  }

  /** The device's own extreme over all cells: complete when its cell count matches the setting. */
  #deviceExtreme(kept: Kept, now: number): CellValue {
    const told = this.#told(kept, now);
    const whole = told.value !== null && !this.#miscounted();
    const value: CellValue = { ...told, cell: told.value === null ? null : kept.cell, whole };
    if (!whole && told.value !== null) value.cause = 'contradictory';
    return value;
  }

  #miscounted(): boolean {
    return this.#cellCount !== null && this.#cellCount !== this.#cells.length;
  }

  #fillTemperatures(reading: Reading, now: number): void {
    const list = this.#temperatures;
    if (list !== null) {
      const age = now - list.at;
      const fresh = this.#fresh(list.at, now);
      reading.temperatures = list.values.map((value) => {
        if (!fresh) return { value: null, age, source: list.source, cause: 'stale' };
        return value === null
          ? { value, age, source: list.source, cause: 'reported' }
          : { value, age, source: list.source };
      });
    }
    const min = this.#extremes.get('temperatureMin');
    const max = this.#extremes.get('temperatureMax');
    this.#temperatureExtremes(reading, now);
    if (min === undefined || max === undefined) return;
    // Extremes that are no longer told stand in nobody's way; while they are, what other sources say counts too.
    if (!this.#fresh(min.at, now) && reading.temperatureMin.value !== null) return;
    const { temperatureMin: coldest, temperatureMax: hottest } = reading;
    reading.temperatureMin = this.#deviceTemperature(min, now);
    reading.temperatureMax = this.#deviceTemperature(max, now);
    const { value: low } = reading.temperatureMin;
    const { value: high } = reading.temperatureMax;
    if (low === null || high === null || coldest.value === null || hottest.value === null) return;
    if (coldest.value < low && coldest.source !== min.source) reading.temperatureMin = { ...coldest, whole: true };
    if (hottest.value > high && hottest.source !== max.source) reading.temperatureMax = { ...hottest, whole: true };
  }

  /** The device's own extreme over its sensors. One that is not known any more speaks for no cell, let alone for all. */
  #deviceTemperature(kept: Kept, now: number): CellValue {
    const told = this.#told(kept, now);
    const known = told.value !== null;
    return { ...told, cell: known ? kept.cell : null, whole: known };
  }

  #temperatureExtremes(reading: Reading, now: number): void {
    let low = unknownCellValue();
    let high = unknownCellValue();
    let whole = true;
    let oldest = 0;
    const take = (value: number | null, age: number, source: string | null, cell: number | null): void => {
      if (value === null) {
        whole = false;
        return;
      }
      oldest = Math.max(oldest, age);
      if (low.value === null || value < low.value) low = { value, age, source, cell, whole: false };
      if (high.value === null || value > high.value) high = { value, age, source, cell, whole: false };
    };
    for (const t of reading.temperatures) take(t.value, t.age!, t.source, null);
    this.#cells.forEach((cell, index) => {
      // A cell that has never given a temperature has no sensor; one that has and does not any more has lost it.
      if (cell === null || !cell.hasSensor) return;
      const fresh = this.#fresh(cell.temperatureAt, now);
      take(fresh ? cell.temperature : null, now - cell.temperatureAt, cell.source, index + 1);
    });
    for (const value of [low, high]) {
      if (value.value === null) continue;
      value.whole = whole;
      value.age = oldest;
    }
    reading.temperatureMin = low;
    reading.temperatureMax = high;
  }

  #sourceState(state: { at: number; error: string | null; cellCount: number | null }, now: number): SourceState {
    const heard = state.at > -Infinity;
    const fresh = heard && this.#fresh(state.at, now);
    const count = state.cellCount;
    const error =
      count !== null && count !== this.#cells.length
        ? `counts ${count} cells, the settings say ${this.#cells.length}`
        : state.error;
    return { ok: fresh && error === null, age: heard ? now - state.at : null, error };
  }
}

/** The value where it is a number within `limits`, else unknown with the cause. */
function checked(given: unknown, limits: readonly [number, number]): { value: number | null; cause: Cause | null } {
  if (given === null) return { value: null, cause: 'reported' };
  if (typeof given !== 'number' || !(given >= limits[0] && given <= limits[1]))
    return { value: null, cause: 'impossible' };
  return { value: given, cause: null };
}

function newCell(hasSensor: boolean): KeptCell {
  const never = -Infinity;
  return { voltage: null, temperature: null, balancing: null, hasSensor, at: never, temperatureAt: never, source: '' };
}

function newKept(): Kept {
  return { value: null, cell: null, at: -Infinity, source: '', cause: null };
}

/** Overwrites in place: this runs for every value of every frame. */
function put(kept: Kept, given: unknown, limits: readonly [number, number], source: string, at: number): void {
  if (typeof given === 'number' && given >= limits[0] && given <= limits[1]) {
    kept.value = given;
    kept.cause = null;
  } else {
    kept.value = null;
    kept.cause = given === null ? 'reported' : 'impossible';
  }
  kept.at = at;
  kept.source = source;
}

/** An age as given by a source; nothing comes from the future. */
function aged(age: number | undefined): number {
  return age !== undefined && age > 0 ? age : 0;
}
