/**
 * What the cells of a resting battery show: by how much they differ, and whether one of them sags.
 *
 * A cell that drops 0.1 to 0.2 V below the others while nothing flows leaks: it is defective, which balancing does not mend
 * (VLB-21). A low cell of a nearly empty pack rests low from the beginning; what is told here has grown during the rest, by more
 * than the little charge that flows meanwhile explains.
 */
import { CellMeans } from './cell-means.ts';
import { Lasting, newest } from './lasting.ts';
import { REST, RestTime } from './rest-time.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, numbersIn, recordOf, storable } from './stored.ts';

/** s over which the cells are smoothed. */
const SMOOTH = 60;
/** Flat part of the curve (V): only there all others say how a sound cell rests. */
const FLAT_LOW = 3.2;
const FLAT_HIGH = 3.4;
/** s in the flat part before the comparison begins. */
const SETTLES = 300;
/** VLB-21: V below the others that a defective cell drops, for so long (s) that nothing else is the reason. */
const SAGS = 0.1;
const SAGS_TIME = 600;
/** A cell that has been found is thought well again when it sags less than this (V) in a rest as long as the one that found it. */
const WELL = 0.05;
/**
 * So much net charge (of the capacity) explains less than 0.1 V of a cell that began at or above this voltage, whichever branch of
 * the hysteresis it was on: 5 % from about 12 % down, 1 % from about 8 % down (ocv-curve.ts). A cell below both is not judged.
 */
const ON_PLATEAU = { voltage: 3.23, charge: 0.05 };
const ABOVE_KNEE = { voltage: 3.15, charge: 0.01 };
const HIGHEST = 10;
const LONGEST = 1e12;

export class Rest {
  readonly #cells: number;
  readonly #capacity: number;
  readonly #time: RestTime;
  readonly #means: CellMeans;
  readonly #sagging = new Lasting(SAGS_TIME);
  /** Cells by their voltage, lowest first. */
  readonly #order: Uint16Array;
  /** V of every cell when the comparison began, and how far it was below the others then. */
  readonly #base: Float64Array;
  readonly #from: Float64Array;
  #othersOfLow = Number.NaN;
  #othersOfMiddle = Number.NaN;
  #othersOfHigh = Number.NaN;
  #compared = false;
  /** Ah that have flowed since; s since then, or, before, in the flat part. */
  #charge = 0;
  #lasted = 0;
  #suspect = -1;
  #spread = Number.NaN;
  #spreadAge = Number.NaN;
  #found = 0;
  #foundSag = Number.NaN;
  #foundAfter = 0;
  #foundAge = Number.NaN;
  #awake = true;

  constructor(settings: BatterySettings) {
    this.#cells = settings.cells;
    this.#capacity = settings.capacity;
    this.#time = new RestTime(settings.capacity);
    this.#means = new CellMeans(settings.cells, SMOOTH);
    this.#order = Uint16Array.from({ length: settings.cells }, (_, i) => i);
    this.#base = new Float64Array(settings.cells).fill(Number.NaN);
    this.#from = new Float64Array(settings.cells).fill(Number.NaN);
  }

  /** s for which the battery has rested (|current| below 2 % of the capacity per hour, nothing missing); 0: it does not. */
  get lasted(): number {
    return this.#time.lasted;
  }

  /** V between the highest and the lowest cell at the last rest of ten minutes or more; NaN: there was none. */
  get spreadRest(): number {
    return this.#spread;
  }

  /** s since that was measured. */
  get spreadRestAge(): number {
    return this.#spreadAge;
  }

  /** Number (from 1) of the cell that sagged by 0.1 V or more at rest (VLB-21); NaN: none did. Kept until a rest as long shows it sound. */
  get sagCell(): number {
    return this.#found > 0 ? this.#found : Number.NaN;
  }

  /** V that it dropped against the others in that rest. */
  get sagVolts(): number {
    return this.#foundSag;
  }

  /** s since it was seen to sag last. */
  get sagAge(): number {
    return this.#foundAge;
  }

  step(sample: BatterySample): void {
    const { dt } = sample;
    this.#spreadAge += dt;
    this.#foundAge += dt;
    const rested = this.#time.step(sample);
    if (rested === 0) {
      if (this.#awake) this.#end();
      return;
    }
    this.#awake = true;
    this.#means.step(sample.cells, dt);
    if (rested < REST - 1e-6) return;
    this.#spread = this.#means.max - this.#means.min;
    this.#spreadAge = 0;
    this.#compare(sample);
  }

  #compare(sample: BatterySample): void {
    this.#sort();
    const middle = this.#medianWithout(-1);
    if (!(this.#cells > 1 && middle >= FLAT_LOW && middle <= FLAT_HIGH)) {
      this.#forget();
      return;
    }
    const { dt, flow } = sample;
    this.#lasted += dt;
    if (!this.#compared) {
      // Not on the way into the flat part, where every cell still moves in its own way.
      if (this.#lasted >= SETTLES - 1e-6) this.#begin();
      return;
    }
    this.#charge += (flow * dt) / 3600;
    const moved = Math.abs(this.#charge) / this.#capacity;
    if (moved <= ON_PLATEAU.charge) this.#look(moved, sample);
    else this.#begin();
  }

  /** From here on it is compared. */
  #begin(): void {
    const values = this.#means.values;
    this.#base.set(values);
    this.#measureOthers();
    for (let place = 0; place < this.#cells; place++) {
      const cell = this.#order[place] ?? 0;
      this.#from[cell] = Math.max(0, this.#others(place) - (values[cell] ?? Number.NaN));
    }
    this.#compared = true;
    this.#charge = 0;
    this.#lasted = 0;
    this.#suspect = -1;
    this.#sagging.lose();
  }

  #look(moved: number, sample: BatterySample): void {
    const { dt } = sample;
    const values = this.#means.values;
    const least = moved <= ABOVE_KNEE.charge ? ABOVE_KNEE.voltage : ON_PLATEAU.voltage;
    this.#measureOthers();
    let worst = -1;
    let most = Number.NEGATIVE_INFINITY;
    let known = Number.NaN;
    for (let place = 0; place < this.#cells; place++) {
      const cell = this.#order[place] ?? 0;
      const judged = (this.#base[cell] ?? Number.NaN) >= least;
      if (!judged) continue;
      const sag = this.#others(place) - (values[cell] ?? Number.NaN) - (this.#from[cell] ?? Number.NaN);
      if (cell === this.#found - 1) known = sag;
      if (sag > most) [worst, most] = [cell, sag];
    }
    if (worst !== this.#suspect) {
      this.#suspect = worst;
      this.#sagging.lose();
    }
    const sags = most >= SAGS;
    if (this.#sagging.step(sags, dt, sags ? newest(sample.cellsAt) : Number.NaN)) this.#take(worst, most);
    else if (this.#found > 0 && this.#lasted >= this.#foundAfter && known < WELL) this.#clear();
  }

  #take(cell: number, sag: number): void {
    if (this.#found !== cell + 1) this.#foundAfter = this.#lasted;
    this.#found = cell + 1;
    this.#foundSag = sag;
    this.#foundAge = 0;
  }

  #clear(): void {
    this.#found = 0;
    this.#foundSag = Number.NaN;
    this.#foundAge = Number.NaN;
    this.#foundAfter = 0;
  }

  /** The order hardly changes from step to step, so that moving what is out of place costs little. */
  #sort(): void {
    const [order, values] = [this.#order, this.#means.values];
    for (let i = 1; i < order.length; i++) {
      const cell = order[i] ?? 0;
      const value = values[cell] ?? 0;
      let place = i;
      while (place > 0 && (values[order[place - 1] ?? 0] ?? 0) > value) {
        order[place] = order[place - 1] ?? 0;
        place--;
      }
      order[place] = cell;
    }
  }

  /** The median of the others is the same for all cells below the middle place, and for all above it. */
  #measureOthers(): void {
    this.#othersOfLow = this.#medianWithout(0);
    this.#othersOfMiddle = this.#medianWithout((this.#cells - 1) >> 1);
    this.#othersOfHigh = this.#medianWithout(this.#cells - 1);
  }

  #others(place: number): number {
    const middle = (this.#cells - 1) >> 1;
    return place < middle ? this.#othersOfLow : place === middle ? this.#othersOfMiddle : this.#othersOfHigh;
  }

  /** Median (V) of all cells but the one at this place of the order; of all of them at -1. */
  #medianWithout(place: number): number {
    const count = place < 0 ? this.#cells : this.#cells - 1;
    const high = this.#ranked(count >> 1, place);
    return count % 2 === 1 ? high : (high + this.#ranked((count >> 1) - 1, place)) / 2;
  }

  #ranked(rank: number, without: number): number {
    const place = without >= 0 && rank >= without ? rank + 1 : rank;
    return this.#means.values[this.#order[place] ?? 0] ?? Number.NaN;
  }

  /** Nothing to compare with any more. */
  #forget(): void {
    this.#compared = false;
    this.#charge = 0;
    this.#lasted = 0;
    this.#suspect = -1;
    this.#sagging.lose();
  }

  #end(): void {
    this.#awake = false;
    this.#means.lose();
    this.#forget();
  }

  state(): object {
    return {
      rest: this.#time.lasted,
      spread: storable(this.#spread),
      spreadAge: storable(this.#spreadAge),
      found: this.#found,
      foundSag: storable(this.#foundSag),
      foundAfter: this.#foundAfter,
      foundAge: storable(this.#foundAge),
      means: this.#means.state(),
      base: this.#compared ? Array.from(this.#base, storable) : null,
      from: this.#compared ? Array.from(this.#from, storable) : null,
      charge: this.#charge,
      lasted: this.#lasted,
      suspect: this.#suspect,
      sagging: this.#sagging.state(),
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const count = this.#cells;
    this.#time.restore(stored, 'rest');
    this.#spread = numberIn(stored, 'spread', 0, HIGHEST, Number.NaN);
    this.#spreadAge = numberIn(stored, 'spreadAge', 0, LONGEST, Number.NaN);
    const cell = numberIn(stored, 'found', 0, count, 0);
    const sag = numberIn(stored, 'foundSag', 0, HIGHEST, Number.NaN);
    this.#clear();
    if (Number.isInteger(cell) && cell > 0 && sag >= 0) {
      this.#found = cell;
      this.#foundSag = sag;
      this.#foundAfter = numberIn(stored, 'foundAfter', 0, LONGEST, 0);
      this.#foundAge = numberIn(stored, 'foundAge', 0, LONGEST, 0);
    }
    this.#means.restore(stored['means']);
    const base = numbersIn(stored, 'base', count, 0, HIGHEST);
    const from = numbersIn(stored, 'from', count, 0, HIGHEST);
    this.#forget();
    this.#lasted = numberIn(stored, 'lasted', 0, LONGEST, 0);
    if (base !== null && from !== null) {
      this.#base.set(base);
      this.#from.set(from);
      this.#compared = true;
      this.#charge = numberIn(stored, 'charge', -LONGEST, LONGEST, 0);
      this.#suspect = numberIn(stored, 'suspect', -1, count - 1, -1);
      this.#sagging.restore(stored['sagging']);
    }
    this.#awake = true;
  }
}
