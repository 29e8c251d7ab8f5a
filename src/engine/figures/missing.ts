/**
 * How much charge every cell lacks against the fullest one, and how long balancing takes to bring it there (VLB-13).
 *
 * Two ways. The voltages at the top, read back through the curve: good where the curve is steep (a cell that lacks a few per
 * cent), poor on the plateau (70 and 90 % differ by 10 mV), and then it says so. And counting: the charge that flows between the
 * moment the first cell passes 3.45 V and the moment another one does is what that one lacked, whatever the curve; what
 * balancing has taken from the first one meanwhile it does not lack any more. The surer of both is told.
 */
import { curveSpread, halfGap } from '../estimator/ocv-curve.ts';
import { Polarisation, coldFactor } from '../estimator/polarisation.ts';
import { CellMeans } from './cell-means.ts';
import { ChargeCurve } from './charge-curve.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, numbersIn, recordOf, storable } from './stored.ts';

/** V of the highest cell from which a charge is at the top (VLB-11). */
const TOP = 3.45;
/** Below this (V) nothing is followed; ... */
const NEAR = 3.4;
/** ...and after so long there (s) the charge is over: until then loads in between are counted like everything else. */
const OVER = 3600;
/** Shares of the capacity per hour: voltages tell something from a sensor's zero up to a moderate charge. */
const ZERO = 0.005;
const MODERATE = 0.3;
/** s at the top until the voltages count, and over which they are smoothed: 5 mV of noise become half a millivolt. */
const SURE = 60;
const SMOOTH = 60;
/** V below the height of this charge at which the cells relax already; the height is forgotten in this time (s). */
const RELAXES = 0.01;
const HEIGHT_TIME = 7200;
/** What a steady current adds to the voltage, in units of the resistance of a second (A123 cell: 27 to 30 mΩ after 300 to 900 s, 9.7 after 1). */
const SETTLED = 2.9;
/** Uncertainties: of a cell's voltage (V), of the polarisation, of the branch as a share of half of the gap. */
const SENSOR = 0.005;
const POLARISATION = 0.3;
const BRANCH = 0.3;
/** The curve's error is the same for cells at the same voltage; this far apart (V) it is not any more. */
const APART = 0.02;
/** Uncertainties of counting: of the capacity (the moment of passing), of the count, and of what balancing has taken. */
const PASSING = 0.003;
const COUNT = 0.03;
const TAKEN = 0.25;
/** °C of a battery whose temperature nobody tells. */
const USUAL_TEMPERATURE = 25;
const HIGHEST = 10;
const LONGEST = 1e12;

/** h that balancing with `balanceCurrent` A takes for `missing` Ah (VLB-13); NaN when either is not known. */
export function rebalancingHours(missing: number, balanceCurrent: number): number {
  return balanceCurrent > 0 ? missing / balanceCurrent : Number.NaN;
}

/**
 * How many times a charger that holds its absorption voltage for `absorptionTime` s must be started again for that (VLB-13).
 * Rounded down as in the manual (55 h in steps of 2 h: 27), for the first step needs no new start.
 */
export function chargerRestarts(hours: number, absorptionTime: number): number {
  return absorptionTime > 0 ? Math.floor((hours * 3600) / absorptionTime) : Number.NaN;
}

export class MissingCharge {
  /**
   * V per unit of capacity per hour at 25 °C that a pulse of a second adds to a cell. Starts as the estimator's own does; may
   * be set to what the estimator has learned.
   */
  resistance = new Polarisation().resistance;

  readonly #settings: BatterySettings;
  readonly #means: CellMeans;
  readonly #curve = new ChargeCurve();
  #awake = true;
  #topFor = 0;
  #current = 0;
  #height = Number.NaN;
  /** As it was last at the top. */
  readonly #kept: Float64Array;
  #polarisation = 0;
  #temperature = Number.NaN;
  #spread = Number.NaN;
  #age = Number.NaN;
  /** Counting: whether all cells were seen below the top before; whether it goes on; Ah since the first cell passed. */
  #armed = false;
  #counting = false;
  #charge = 0;
  #lowFor = 0;
  #first = 0;
  /** Ah at which every cell passed (NaN: not yet), and that balancing has taken from it since the first one did. */
  readonly #passed: Float64Array;
  readonly #taken: Float64Array;
  readonly #missing: Float64Array;
  readonly #uncertainty: Float64Array;
  #solved = false;

  constructor(settings: BatterySettings) {
    const count = settings.cells;
    this.#settings = settings;
    this.#means = new CellMeans(count, SMOOTH);
    this.#kept = new Float64Array(count).fill(Number.NaN);
    this.#passed = new Float64Array(count).fill(Number.NaN);
    this.#taken = new Float64Array(count);
    this.#missing = new Float64Array(count).fill(Number.NaN);
    this.#uncertainty = new Float64Array(count).fill(Number.NaN);
  }

  /** Ah that every cell lacked against the fullest one when the last charge at the top ended (or now, at the top); NaN: not known. The array is reused. */
  get missing(): Float64Array {
    this.#solve();
    return this.#missing;
  }

  /** One standard deviation of each (Ah). */
  get uncertainty(): Float64Array {
    this.#solve();
    return this.#uncertainty;
  }

  /** Ah counted in the last charge from the first cell's passing 3.45 V to each one's: what it lacked at its beginning; NaN: it did not get there. The array is reused. */
  get counted(): Float64Array {
    return this.#passed;
  }

  /** Number (from 1) of the cell that lacks most; NaN while not known. */
  get worst(): number {
    this.#solve();
    let worst = -1;
    for (let i = 0; i < this.#missing.length; i++) {
      const most = this.#missing[worst] ?? Number.NEGATIVE_INFINITY;
      if ((this.#missing[i] ?? Number.NaN) > most) worst = i;
    }
    return worst < 0 ? Number.NaN : worst + 1;
  }

  /** Ah that it lacks. */
  get largest(): number {
    return this.missing[this.worst - 1] ?? Number.NaN;
  }

  /** One standard deviation of it (Ah). */
  get largestUncertainty(): number {
    return this.uncertainty[this.worst - 1] ?? Number.NaN;
  }

  /** h that balancing takes at least (VLB-13); NaN without a balance current. */
  get hours(): number {
    return rebalancingHours(this.largest, this.#settings.balanceCurrent);
  }

  /** Times that the charger must be started again for it (VLB-13). */
  get restarts(): number {
    return chargerRestarts(this.hours, this.#settings.absorptionTime);
  }

  /** V between the highest and the lowest cell at the top of the last charge; NaN: never seen. */
  get spreadTop(): number {
    return this.#spread;
  }

  /** s since the cells were at the top last; NaN: never. */
  get age(): number {
    return this.#age;
  }

  step(sample: BatterySample): void {
    const { dt } = sample;
    this.#age += dt;
    const near = sample.cellMax >= NEAR && !sample.gap;
    if (!near && !this.#counting) {
      if (this.#awake) this.#sleep();
      return;
    }
    this.#awake = true;
    this.#solved = false;
    if (this.#counting) this.#count(sample, near);
    if (!near) {
      this.#means.lose();
      this.#topFor = 0;
      return;
    }
    this.#means.step(sample.cells, dt);
    const was = this.#current;
    this.#current = Number.isNaN(was) ? sample.current : was + (sample.current - was) * this.#means.share;
    if (this.#means.max >= TOP) this.#pass(sample);
    else if (this.#means.max < TOP) this.#armed = true;
    this.#keep(sample);
  }

  #count(sample: BatterySample, near: boolean): void {
    // A silence that may yet be bridged stands for no time.
    if (sample.dt > 0) this.#charge += (sample.flow * sample.dt) / 3600;
    this.#lowFor = near ? 0 : this.#lowFor + sample.dt;
    // What is not known to have flowed makes the count worthless.
    if (Number.isNaN(this.#charge) || sample.gap || this.#lowFor > OVER) {
      this.#counting = false;
      this.#charge = 0;
      this.#lowFor = 0;
      this.#armed = false;
    }
  }

  #pass({ dt, flow, balancing }: BatterySample): void {
    const values = this.#means.values;
    if (!this.#counting) {
      // A charge whose beginning at the top was not seen is not counted.
      if (!this.#armed) return;
      this.#armed = false;
      if (Number.isNaN(flow)) return;
      this.#counting = true;
      this.#charge = 0;
      this.#lowFor = 0;
      this.#passed.fill(Number.NaN);
      this.#taken.fill(0);
      this.#first = values.indexOf(this.#means.max);
    }
    const { balanceCurrent, balanceVoltage } = this.#settings;
    const takes = (balanceCurrent * dt) / 3600;
    // Balancing of unknown strength, or of unknown cells: what it has taken is not known either.
    if (balancing && !(takes >= 0 && balanceVoltage > 0)) this.#taken.fill(Number.NaN);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (value >= TOP && Number.isNaN(this.#passed[i] ?? 0)) this.#passed[i] = Math.max(0, this.#charge);
      if (value >= balanceVoltage && takes > 0) this.#taken[i] = (this.#taken[i] ?? 0) + takes;
    }
  }

  #keep(sample: BatterySample): void {
    const { dt, current, temperature } = sample;
    const { capacity } = this.#settings;
    const means = this.#means;
    if (!(means.max >= TOP && current >= -ZERO * capacity && current <= MODERATE * capacity)) {
      this.#topFor = 0;
      return;
    }
    this.#topFor += dt;
    if (this.#topFor < SURE - 1e-6) return;
    const height = this.#height;
    // Cells that relax after the charge do so each in its own way.
    this.#height =
      means.mean < height ? height + (means.mean - height) * (1 - Math.exp(-dt / HEIGHT_TIME)) : means.mean;
    if (means.mean < this.#height - RELAXES) return;
    this.#kept.set(means.values);
    this.#temperature = temperature;
    const warmth = Number.isNaN(temperature) ? USUAL_TEMPERATURE : temperature;
    this.#polarisation = (Math.max(0, this.#current) / capacity) * this.resistance * coldFactor(warmth) * SETTLED;
    if (Number.isNaN(this.#polarisation)) this.#polarisation = 0;
    this.#spread = means.max - means.min;
    this.#age = 0;
  }

  #solve(): void {
    if (this.#solved) return;
    this.#solved = true;
    const { capacity } = this.#settings;
    const kept = this.#kept;
    let highest = Number.NaN;
    for (const value of kept) if (!(value <= highest)) highest = value;
    const best = this.#soc(highest);
    const steep = this.#slack(highest, SENSOR);
    for (let i = 0; i < kept.length; i++) {
      const value = kept[i] ?? Number.NaN;
      const soc = this.#soc(value);
      const alike = Math.min(1, (highest - value) / APART);
      const curve = alike * this.#slack(value, this.#error(soc));
      let missing = (best - soc) * capacity;
      let sigma = Math.hypot(steep, this.#slack(value, SENSOR), curve) * capacity;
      const passed = this.#passed[i] ?? Number.NaN;
      const taken = (this.#taken[this.#first] ?? Number.NaN) - (this.#taken[i] ?? Number.NaN);
      const sure = Math.hypot(PASSING * capacity, COUNT * passed, TAKEN * taken);
      if (sure < sigma) {
        missing = Math.max(0, passed - taken);
        sigma = sure;
      }
      this.#missing[i] = missing;
      this.#uncertainty[i] = sigma;
    }
  }

  #soc(voltage: number): number {
    return this.#curve.soc(voltage - this.#polarisation, this.#temperature);
  }

  /** How far the SOC may be off (0..1) when the voltage is by `error` V. */
  #slack(voltage: number, error: number): number {
    return (this.#soc(voltage + error) - this.#soc(voltage - error)) / 2;
  }

  /** How far the voltage of a cell at `soc` may lie beside the curve (V). */
  #error(soc: number): number {
    const temperature = Number.isNaN(this.#temperature) ? USUAL_TEMPERATURE : this.#temperature;
    return Math.hypot(curveSpread(soc), BRANCH * halfGap(soc, temperature), POLARISATION * this.#polarisation);
  }

  #sleep(): void {
    this.#awake = false;
    this.#means.lose();
    this.#topFor = 0;
    this.#current = Number.NaN;
    this.#height = Number.NaN;
    this.#armed = false;
  }

  state(): object {
    return {
      kept: Array.from(this.#kept, storable),
      polarisation: this.#polarisation,
      temperature: storable(this.#temperature),
      spread: storable(this.#spread),
      age: storable(this.#age),
      passed: Array.from(this.#passed, storable),
      taken: Array.from(this.#taken, storable),
      first: this.#first,
      armed: this.#armed,
      counting: this.#counting,
      charge: this.#charge,
      lowFor: this.#lowFor,
      topFor: this.#topFor,
      current: storable(this.#current),
      height: storable(this.#height),
      means: this.#means.state(),
      resistance: this.resistance,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const count = this.#settings.cells;
    const unknown = Number.NaN;
    this.#kept.fill(unknown);
    this.#passed.fill(unknown);
    this.#taken.fill(0);
    const kept = numbersIn(stored, 'kept', count, 0, HIGHEST);
    if (kept !== null) {
      this.#kept.set(kept);
      this.#polarisation = numberIn(stored, 'polarisation', 0, HIGHEST, 0);
      this.#temperature = numberIn(stored, 'temperature', -100, 200, unknown);
      this.#spread = numberIn(stored, 'spread', 0, HIGHEST, unknown);
      this.#age = numberIn(stored, 'age', 0, LONGEST, unknown);
    }
    const passed = numbersIn(stored, 'passed', count, 0, LONGEST);
    const taken = numbersIn(stored, 'taken', count, 0, LONGEST);
    const first = numberIn(stored, 'first', 0, count - 1, -1);
    const whole = passed !== null && taken !== null && Number.isInteger(first) && first >= 0;
    if (whole) {
      this.#passed.set(passed);
      this.#taken.set(taken);
      this.#first = first;
    }
    this.#armed = stored['armed'] === true;
    this.#counting = whole && stored['counting'] === true;
    this.#charge = numberIn(stored, 'charge', -LONGEST, LONGEST, 0);
    this.#lowFor = numberIn(stored, 'lowFor', 0, LONGEST, 0);
    this.#topFor = numberIn(stored, 'topFor', 0, LONGEST, 0);
    this.#current = numberIn(stored, 'current', -LONGEST, LONGEST, unknown);
    this.#height = numberIn(stored, 'height', 0, HIGHEST, unknown);
    this.resistance = numberIn(stored, 'resistance', 1e-4, 1, this.resistance);
    this.#means.restore(stored['means']);
    this.#solved = false;
    this.#awake = true;
  }
}
