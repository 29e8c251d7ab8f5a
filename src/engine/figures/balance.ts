/**
 * Whether the cells are balanced: `unknown`, `balancing`, `balanced` or `imbalance` (VLB-11).
 *
 * Only a charge up to the top tells: in the flat part cells that are far apart show the same voltage. What the cells differ by
 * counts there while the pack is charged or nearly at rest, smoothed and for a minute. "Balanced" and "not finished" are kept
 * until the next charge reaches the top.
 */
import { CellMeans } from './cell-means.ts';
import { Lasting, newest } from './lasting.ts';
import { REST, RestTime, smallCurrent } from './rest-time.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';

export type BalanceState = 'unknown' | 'balancing' | 'balanced' | 'imbalance';

/** VLB-11: mean V of a cell from which the state can be told (13.8 V of four cells). */
const TOP = 3.45;
/** Noise of a charger that holds just this voltage (V). */
const TOP_NOISE = 0.01;
/** The charge to the top is over when the mean cell stays below this (V)... */
const LEFT = 3.4;
/** ...for so long (s): a load that runs for some minutes, or a charger that the BMS switches on and off (VLB-21), does not end it. */
const LEFT_TIME = 600;
/** VLB-11: a cell at which balancing works (V). A pack one cell of which runs ahead may be switched off before its mean is at the top. */
const WORKS = 3.5;
/** VLB-11: balanced is within this, imbalance is beyond that (V). */
const BALANCED = 0.01;
const IMBALANCE = 0.1;
/** VLB-11: unknown after so long without a charge (s). */
const MONTH = 30 * 86_400;
/** VLB-11: nearly done with every cell at this (V; a charger that holds it leaves some cells a sensor's step below) and less than this (A). */
const DONE_VOLTAGE = 3.55;
const DONE_NOISE = 0.005;
const DONE_CURRENT = 1.5;
/** Above the recommended charge current (VLB-16, of the capacity per hour) differences of resistance show. */
const STRONG = 0.5;
/** A discharge beyond a sensor's zero (of the capacity per hour) brings cells together that are apart at the top. */
const DISCHARGE = 0.005;
/** No single sample decides (s), and what the cells are smoothed over (s): 5 mV of noise become half a millivolt. */
const SURE = 60;
const SMOOTH = 30;
/** What a rest tells, it tells in this time (s) of it: a cell that drops later is defective and no imbalance (VLB-21). */
const REST_TOLD = 1800;
/** Flat part of the curve: mean V of a cell at rest. */
const FLAT_LOW = 3.2;
const FLAT_HIGH = 3.4;
/** s for which the cells count as watched although nobody knows what flowed: there may be no current sensor at all. */
const WATCHED = 60;
/** Rounding of differences of voltages (V). */
const ROUNDING = 1e-9;
const LONGEST = 1e12;

export class Balance {
  readonly #small: number;
  readonly #discharge: number;
  readonly #strong: number;
  readonly #means: CellMeans;
  readonly #rest: RestTime;
  readonly #entering = new Lasting(SURE);
  readonly #leaving = new Lasting(LEFT_TIME);
  readonly #close = new Lasting(SURE);
  readonly #widening = new Lasting(SURE);
  readonly #narrowing = new Lasting(SURE);
  #age = Number.NaN;
  #top = false;
  #finished = false;
  #wide = false;
  /** s for which a device has said that it balances, up to `SURE`; counted back when it does not. */
  #told = 0;
  #device = false;
  #nearlyDone = false;
  #awake = true;

  constructor(settings: BatterySettings) {
    this.#small = smallCurrent(settings.capacity);
    this.#discharge = settings.capacity > 0 ? DISCHARGE * settings.capacity : 0;
    this.#strong = settings.capacity > 0 ? STRONG * settings.capacity : Number.POSITIVE_INFINITY;
    this.#means = new CellMeans(settings.cells, SMOOTH);
    this.#rest = new RestTime(settings.capacity);
  }

  /** VLB-11. */
  get balance(): BalanceState {
    if (!(this.#age <= MONTH)) return 'unknown';
    if (this.#wide) return 'imbalance';
    if (this.#finished) return 'balanced';
    return this.#top || this.#device ? 'balancing' : 'imbalance';
  }

  /** Balancing comes to its end: every cell at 3.55 V and less than 1.5 A (VLB-11). */
  get nearlyDone(): boolean {
    return this.#nearlyDone && this.balance === 'balancing';
  }

  /** A charge to the top goes on (mean cell above 3.45 V, and since then not left). */
  get atTop(): boolean {
    return this.#top;
  }

  /** s since the cells could be judged last at the top; NaN: never. */
  get age(): number {
    return this.#age;
  }

  step(sample: BatterySample): void {
    const { dt, cellMax } = sample;
    this.#age += dt;
    if (sample.gap && !(dt <= WATCHED)) {
      this.#sleep();
      this.#rest.step(sample);
      this.#told = 0;
      this.#device = false;
      return;
    }
    this.#hear(sample.balancing, dt);
    const rested = this.#rest.step(sample);
    if (this.#top || cellMax >= LEFT) {
      this.#judge(sample);
      return;
    }
    if (this.#awake) this.#sleep();
    if (rested >= REST && rested <= REST_TOLD) this.#judgeRest(sample);
    else this.#widening.lose();
  }

  #hear(balancing: boolean, dt: number): void {
    if (balancing) {
      if (this.#told < SURE) this.#told = Math.min(SURE, this.#told + dt);
      if (this.#told >= SURE - ROUNDING) this.#device = true;
    } else if (this.#told > 0) {
      this.#told = Math.max(0, this.#told - dt);
      if (this.#told <= ROUNDING) this.#device = false;
    }
  }

  #judge(sample: BatterySample): void {
    const { dt, cellMean, current } = sample;
    const at = newest(sample.cellsAt);
    this.#awake = true;
    this.#means.step(sample.cells, dt);
    if (this.#top) this.#leave(sample, at);
    else this.#enter(sample, at);

    const high = cellMean >= TOP;
    // A pack without a current sensor is judged all the same: under a load its mean cell is not at the top.
    const calm = !(current < -this.#small) && !(current > this.#strong);
    if (calm && (high || this.#means.max >= WORKS)) this.#compare(sample, at);
    else {
      this.#close.lose();
      this.#widening.lose();
      this.#narrowing.lose();
    }
    this.#nearlyDone =
      this.#means.min >= DONE_VOLTAGE - DONE_NOISE - ROUNDING && current < DONE_CURRENT && current > -this.#small;
  }

  #enter(sample: BatterySample, at: number): void {
    // Without its cells a pack cannot be judged: at the top or not, it stays unknown.
    if (sample.cellMean >= TOP && sample.cellMax >= TOP) {
      if (!this.#entering.step(true, sample.dt, at)) return;
      this.#entering.lose();
      this.#leaving.lose();
      this.#top = true;
      this.#finished = false;
      this.#age = 0;
    } else if (!(sample.cellMean >= TOP - TOP_NOISE)) this.#entering.lose();
  }

  #leave(sample: BatterySample, at: number): void {
    if (sample.cellMean >= TOP - TOP_NOISE) this.#age = 0;
    // A mean that stays unknown while other things are measured ends it too.
    if (this.#leaving.step(!(sample.cellMean >= LEFT), sample.dt, at)) this.#top = false;
  }

  #compare({ dt, cellMean, current }: BatterySample, at: number): void {
    const spread = this.#means.max - this.#means.min;
    const held = !(current < -this.#discharge);
    const close = held && cellMean >= TOP && spread <= BALANCED + ROUNDING;
    if (this.#close.step(close, dt, at) && this.#top) this.#finished = true;
    if (this.#widening.step(spread > IMBALANCE + ROUNDING, dt, at)) {
      this.#wide = true;
      this.#finished = false;
      this.#age = 0;
    }
    if (this.#narrowing.step(held && spread <= IMBALANCE + ROUNDING, dt, at)) this.#wide = false;
  }

  /** A rest shows an imbalance that is so great that one cell is at its steep end while the others are not. */
  #judgeRest(sample: BatterySample): void {
    const flat = sample.cellMean >= FLAT_LOW && sample.cellMean <= FLAT_HIGH;
    const wide = flat && sample.cellMax - sample.cellMin > IMBALANCE + ROUNDING;
    if (!this.#widening.step(wide, sample.dt, newest(sample.cellsAt))) return;
    this.#wide = true;
    this.#finished = false;
  }

  #sleep(): void {
    this.#awake = false;
    this.#means.lose();
    this.#entering.lose();
    this.#leaving.lose();
    this.#close.lose();
    this.#widening.lose();
    this.#narrowing.lose();
    this.#nearlyDone = false;
  }

  state(): object {
    return {
      age: storable(this.#age),
      top: this.#top,
      finished: this.#finished,
      wide: this.#wide,
      told: this.#told,
      device: this.#device,
      nearlyDone: this.#nearlyDone,
      rest: this.#rest.lasted,
      means: this.#means.state(),
      entering: this.#entering.state(),
      leaving: this.#leaving.state(),
      close: this.#close.state(),
      widening: this.#widening.state(),
      narrowing: this.#narrowing.state(),
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#age = numberIn(stored, 'age', 0, LONGEST, Number.NaN);
    this.#top = stored['top'] === true;
    this.#finished = stored['finished'] === true;
    this.#wide = stored['wide'] === true;
    this.#told = numberIn(stored, 'told', 0, SURE, 0);
    this.#device = stored['device'] === true;
    this.#nearlyDone = stored['nearlyDone'] === true;
    this.#rest.restore(stored, 'rest');
    this.#means.restore(stored['means']);
    this.#entering.restore(stored['entering']);
    this.#leaving.restore(stored['leaving']);
    this.#close.restore(stored['close']);
    this.#widening.restore(stored['widening']);
    this.#narrowing.restore(stored['narrowing']);
    this.#awake = true;
  }
}
