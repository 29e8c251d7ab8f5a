/**
 * The table of what every source said last, and the reading made from it.
 *
 * Each value keeps the second it was measured at; a reading tells only what is fresh. A message refreshes only the
 * fields it holds. A value that cannot be (a string, NaN, 40 V in one cell) is refused as `impossible`; a value that is
 * merely alarming is kept: an outlier is evidence.
 *
 * What a device has told once is the device's: messages made by hand neither replace it nor keep it fresh, so that nobody
 * who can send a message speaks for a battery that is measured. What such messages may worsen is kept apart from here.
 */
import { cellExtremes } from './cell-extremes.ts';
import { HardwareTable } from './hardware-table.ts';
import { checked, newCell, newKept, put, aged, type Kept, type KeptCell } from './kept.ts';
import { LIMITS } from './limits.ts';
import type { AgedField, CellObservation, Extreme, Observation } from './observation.ts';
import { MESSAGE, tellsCells, tellsTemperatures } from './owned.ts';
import { temperatureExtremes, worsenedBy, type SensorList } from './temperatures.ts';
import {
  emptyReading,
  unknownValue,
  type CellReading,
  type CellValue,
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
  /** What sensors that belong to no cell say, by source. */
  readonly #temperatures = new Map<string, SensorList>();
  readonly #hardware = new HardwareTable();
  #extra: Readonly<Record<string, number | string | boolean | null>> = {};
  readonly #sources = new Map<string, { at: number; error: string | null; cellCount: number | null }>();
  #cellCount: number | null = null;
  /** A device has told this: messages do not any more. */
  #ownsCount = false;
  #ownsCells = false;
  #ownsTemperatures = false;

  constructor(options: SourceTableOptions) {
    this.#options = options;
    const known = options.sensors ?? [];
    this.#cells = Array.from({ length: options.cells }, (_, i) => (known.includes(i + 1) ? newCell(true) : null));
  }

  /** Takes in what `source` said at the monotonic second `at`. */
  observe(source: string, seen: Observation, at: number): void {
    const byHand = source === MESSAGE;
    if (!byHand) this.#own(seen);
    if (seen.cellCount !== undefined) this.#count(seen.cellCount, byHand);
    this.#sources.set(source, { at, error: null, cellCount: seen.cellCount ?? null });
    this.#keep('voltage', seen.voltage, LIMITS.packVoltage, source, at - aged(seen.ages?.voltage));
    this.#keep('current', seen.current, LIMITS.current, source, at - aged(seen.ages?.current));
    this.#keep('currentIn', seen.currentIn, LIMITS.current, source, at - aged(seen.ages?.currentIn));
    this.#keep('currentOut', seen.currentOut, LIMITS.current, source, at - aged(seen.ages?.currentOut));
    this.#keep('soc', seen.soc, LIMITS.soc, source, at - aged(seen.ages?.soc));
    for (const [field, limits] of OPTIONAL) {
      if (seen[field] !== undefined) this.#keep(field, seen[field], limits, source, at - aged(seen.ages?.[field]));
    }
    if (!byHand || !this.#ownsCells) {
      this.#keepExtreme('cellMin', seen.cellMin, LIMITS.cellVoltage, source, at);
      this.#keepExtreme('cellMax', seen.cellMax, LIMITS.cellVoltage, source, at);
    }
    if (!byHand || !this.#ownsTemperatures) {
      this.#keepExtreme('temperatureMin', seen.temperatureMin, LIMITS.temperature, source, at);
      this.#keepExtreme('temperatureMax', seen.temperatureMax, LIMITS.temperature, source, at);
    }
    if (seen.cells !== undefined)
      for (const cell of seen.cells) if (cell !== undefined) this.#keepCell(cell, source, at - aged(cell.age));
    if (seen.temperatures !== undefined) {
      const values = Array.from(seen.temperatures, (t) => this.#temperature(t ?? null));
      this.#temperatures.set(source, { values, at: at - aged(seen.temperaturesAge), source });
    }
    if (seen.hardware !== undefined) this.#hardware.hear(seen.hardware, at, byHand);
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
    reading.hardware = this.#hardware.told(now, this.#options.staleAfter);
    for (const [name, state] of this.#sources) reading.sources[name] = this.#sourceState(state, now);
    return reading;
  }

  #fresh(at: number, now: number): boolean {
    return now - at < this.#options.staleAfter;
  }

  /** A device speaks: what it tells for the first time is its own from now on. */
  #own(seen: Observation): void {
    if (!this.#ownsCells && tellsCells(seen)) {
      this.#ownsCells = true;
      this.#extremes.delete('cellMin');
      this.#extremes.delete('cellMax');
      for (const cell of this.#cells) {
        if (cell === null) continue;
        cell.voltage = cell.balancing = null;
        cell.at = -Infinity;
      }
    }
    if (!this.#ownsTemperatures && tellsTemperatures(seen)) {
      this.#ownsTemperatures = true;
      this.#extremes.delete('temperatureMin');
      this.#extremes.delete('temperatureMax');
      for (const cell of this.#cells) {
        if (cell === null || cell.temperatureAt === -Infinity) continue;
        cell.temperature = null;
        cell.temperatureAt = -Infinity;
        // No device has shown that there is a sensor.
        cell.hasSensor = false;
      }
    }
  }

  /** Where the device counts its cells, a message may only contradict it, until the device counts again. */
  #count(given: number, byHand: boolean): void {
    if (!byHand) this.#ownsCount = true;
    else if (this.#ownsCount && given === this.#cells.length) return;
    this.#cellCount = given;
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
    const byHand = source === MESSAGE;
    if (byHand && kept.owned) return;
    put(kept, given, limits, source, at);
    if (!byHand && kept.value !== null) kept.owned = true;
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
    const byHand = source === MESSAGE;
    const isVoltage = !byHand || !this.#ownsCells;
    const isTemperature = !byHand || !this.#ownsTemperatures;
    if (!isVoltage && !isTemperature) return;
    if (seen.voltage !== undefined && isVoltage) {
      kept.voltage = checked(seen.voltage, LIMITS.cellVoltage).value;
      kept.balancing = kept.voltage === null ? null : kept.voltage >= this.#options.balanceVoltage;
      kept.at = at;
    }
    if (seen.balancing !== undefined && isVoltage) kept.balancing = seen.balancing;
    if (seen.temperature !== undefined && isTemperature) {
      kept.temperature = this.#temperature(seen.temperature);
      kept.temperatureAt = at;
      if (kept.temperature !== null) kept.hasSensor = true;
    }
    if (isVoltage || kept.source === '') kept.source = source;
    if (isTemperature) kept.temperatureSource = source;
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
    cellExtremes(reading, this.#cells, now, this.#options.staleAfter, this.#miscounted());
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
    const byHand = this.#ownsTemperatures ? this.#temperatures.get(MESSAGE) : undefined;
    if (byHand !== undefined && !this.#fresh(byHand.at, now)) this.#temperatures.delete(MESSAGE);
    // A device that has never known a temperature has nothing to say beside a message.
    const alone = this.#ownsTemperatures ? undefined : this.#temperatures.get(MESSAGE);
    if (alone !== undefined) this.#list(reading, alone, now);
    else for (const list of this.#temperatures.values()) this.#list(reading, list, now);
    const min = this.#extremes.get('temperatureMin');
    const max = this.#extremes.get('temperatureMax');
    const isStale = min === undefined || max === undefined || !this.#fresh(min.at, now);
    temperatureExtremes(reading, this.#cells, now, this.#options.staleAfter, this.#ownsTemperatures);
    // Extremes that are no longer told stand in nobody's way; while they are, what other sources say counts too.
    if (min !== undefined && max !== undefined && !(isStale && reading.temperatureMin.value !== null)) {
      const { temperatureMin: coldest, temperatureMax: hottest } = reading;
      reading.temperatureMin = this.#deviceTemperature(min, now);
      reading.temperatureMax = this.#deviceTemperature(max, now);
      const { value: low } = reading.temperatureMin;
      const { value: high } = reading.temperatureMax;
      if (low !== null && high !== null && coldest.value !== null && hottest.value !== null) {
        if (coldest.value < low && coldest.source !== min.source) reading.temperatureMin = { ...coldest, whole: true };
        if (hottest.value > high && hottest.source !== max.source) reading.temperatureMax = { ...hottest, whole: true };
      }
    }
    if (byHand !== undefined && this.#fresh(byHand.at, now)) worsenedBy(reading, byHand, !isStale);
  }

  #list(reading: Reading, { values, at, source }: SensorList, now: number): void {
    const age = now - at;
    const fresh = this.#fresh(at, now);
    for (const value of values) {
      if (!fresh) reading.temperatures.push({ value: null, age, source, cause: 'stale' });
      else if (value === null) reading.temperatures.push({ value, age, source, cause: 'reported' });
      else reading.temperatures.push({ value, age, source });
    }
  }

  /** The device's own extreme over its sensors. One that is not known any more speaks for no cell, let alone for all. */
  #deviceTemperature(kept: Kept, now: number): CellValue {
    const told = this.#told(kept, now);
    const known = told.value !== null;
    return { ...told, cell: known ? kept.cell : null, whole: known };
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
