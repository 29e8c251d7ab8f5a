/**
 * Internal resistance of every cell and of the pack, learned from the jumps of the load (ECS-3).
 *
 * When the current jumps from one measurement to the next, so does the voltage: R = Σ ΔI·ΔV / Σ ΔI². A cell goes on giving
 * way for minutes (an A123 cell: 9.7 mΩ after 1 s, 14.1 after 10 s, 29.6 after 15 min), so a resistance means nothing without
 * the time between the two measurements: the pulse. All is brought to 25 °C by what the estimator knows of cold cells.
 *
 * What is left out is chosen by the current, never by the ratio: a sensor with coarse steps shows most small jumps as none
 * and some as too much, and only the mean of all is right.
 */
import { coldFactor } from '../estimator/polarisation.ts';
import { FadingSlopes } from './fading-slopes.ts';
import { LoadMoment } from './load-moment.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';

/**
 * Smaller jumps of the current drown in noise (share of the capacity per hour), or in the steps of the sensor (A). A battery
 * of a few Ah has a finer sensor, and hardly ever jumps by so many A: this share of its capacity per hour is enough for it.
 */
const LEAST_JUMP = 0.06;
const LEAST_AMPERES = 2;
const ENOUGH_JUMP = 0.2;
/** Measurements further apart than this show more than the jump (s). */
const LONGEST_PULSE = 15;
/**
 * A jump has no more weight than one of this size (share of the capacity per hour). Where nothing limits it, a single jump
 * of a whole capacity per hour rules the first figures: those of measured cells were up to 14 % wrong, with this 10 %.
 */
const HEAVIEST_JUMP = 0.2;
/** The cells' sensor may have steps of 5 mV: a jump of a cell's voltage is known no better than this (V). */
const SENSOR = 0.005 / Math.sqrt(6);
/** Close to full and empty the voltage follows the charge more than the load (SOC 0..1). */
const LEAST_SOC = 0.1;
const MOST_SOC = 0.95;
/** Twelve times what an A123 cell has (9.7 mΩ × 2.5 Ah), in V per capacity per hour; and what it may be off besides (V). */
const MOST_RISE = 12 * 0.024;
const FALSE_RISE = 0.05;
/** No pulse has more weight or a longer time than this in a state of ours. */
const MOST_JUMPS = 1e12;

const PACK = 0;

export interface ResistanceState {
  readonly slopes: unknown;
  readonly pulse: number | null;
  readonly weight: number;
  readonly jumps: number;
  readonly temperature: number | null;
}

export class Resistance {
  readonly #cells: number;
  readonly #capacity: number;
  readonly #leastJump: number;
  readonly #heaviest: number;
  readonly #slopes: FadingSlopes;
  #before: LoadMoment;
  #last: LoadMoment;
  /** Mean time between the two measurements of a jump, and the weight that it has. */
  #pulse = Number.NaN;
  #weight = 0;
  #jumps = 0;
  /** As told last. */
  #temperature = Number.NaN;

  constructor({ cells, capacity }: BatterySettings) {
    this.#cells = cells;
    this.#capacity = capacity;
    this.#leastJump = Math.max(LEAST_JUMP * capacity, Math.min(LEAST_AMPERES, ENOUGH_JUMP * capacity));
    this.#heaviest = HEAVIEST_JUMP * capacity;
    this.#slopes = new FadingSlopes(cells + 1);
    this.#before = new LoadMoment(cells);
    this.#last = new LoadMoment(cells);
  }

  /** Resistance of the pack at 25 °C (Ω); NaN until some jumps of the load have shown it. */
  get pack(): number {
    return this.#slopes.slope(PACK);
  }

  /** Resistance of the pack at the temperature of now (Ω), as measured; NaN: not known. */
  get packNow(): number {
    return this.pack * this.#cold();
  }

  /** Resistance of cell `k`, from 0, at 25 °C (Ω); NaN until known. */
  cell(k: number): number {
    return k >= 0 && k < this.#cells ? this.#slopes.slope(k + 1) : Number.NaN;
  }

  /** One standard deviation of `pack` as a share of it, without what the temperature makes uncertain; NaN: nothing is known. */
  get uncertainty(): number {
    return this.#slopes.uncertainty(PACK);
  }

  /** The length of the pulse that the resistances belong to (s): the mean time between two measurements; NaN: none. */
  get pulse(): number {
    return this.#pulse;
  }

  /** Jumps of the load that were learned from. */
  get jumps(): number {
    return this.#jumps;
  }

  step(sample: BatterySample): void {
    this.#slopes.age(sample.dt);
    if (!Number.isNaN(sample.temperature)) this.#temperature = sample.temperature;
    if (sample.gap || Number.isNaN(sample.current) || Number.isNaN(sample.currentAt)) {
      // What was measured before and after a silence is no jump.
      this.#before.forget();
      this.#last.forget();
      return;
    }
    if (this.#last.differs(sample)) {
      this.#learn(sample.soc);
      const next = this.#before;
      this.#before = this.#last;
      this.#last = next;
      next.begin(sample);
    }
    // A voltage may be told after the current that it belongs to.
    this.#last.look(sample);
  }

  /** Learns from the jump between the last two measurements, now that all that belongs to them is there. */
  #learn(soc: number): void {
    const jump = this.#last.current - this.#before.current;
    const pulse = this.#last.at - this.#before.at;
    if (!(Math.abs(jump) >= this.#leastJump && pulse > 0 && pulse <= LONGEST_PULSE)) return;
    if (soc < LEAST_SOC || soc > MOST_SOC) return;
    this.#weight *= this.#slopes.fade();
    const cold = this.#cold();
    let taken = false;
    let sum = 0;
    for (let k = 0; k < this.#cells; k++) {
      const rise = this.#last.rise(this.#before, k + 1);
      sum += rise;
      if (this.#take(k + 1, jump, rise, 1, cold)) taken = true;
    }
    const measured = this.#last.rise(this.#before, PACK);
    if (this.#take(PACK, jump, Number.isNaN(measured) ? sum : measured, this.#cells, cold)) taken = true;
    if (!taken) return;
    this.#jumps++;
    const square = Math.min(Math.abs(jump), this.#heaviest) ** 2;
    this.#weight += square;
    const known = Number.isNaN(this.#pulse) ? pulse : this.#pulse;
    this.#pulse = known + ((pulse - known) * square) / this.#weight;
  }

  /** @returns whether the rise (V) of so many `cells` can be believed; NaN is none */
  #take(channel: number, jump: number, rise: number, cells: number, cold: number): boolean {
    const along = (jump > 0 ? rise : -rise) / cells;
    const most = FALSE_RISE + (MOST_RISE * cold * Math.abs(jump)) / this.#capacity;
    if (!(along >= -FALSE_RISE && along <= most)) return false;
    const share = Math.min(1, this.#heaviest / Math.abs(jump));
    this.#slopes.take(channel, share * jump, (share * rise) / cold, (share * cells * SENSOR) / cold);
    return true;
  }

  /** How many times its resistance at 25 °C the battery has; a battery whose temperature nobody tells is taken to have 25 °C. */
  #cold(): number {
    return Number.isNaN(this.#temperature) ? 1 : coldFactor(this.#temperature);
  }

  state(): ResistanceState {
    return {
      slopes: this.#slopes.state(),
      pulse: storable(this.#pulse),
      weight: this.#weight,
      jumps: this.#jumps,
      temperature: storable(this.#temperature),
    };
  }

  /** Takes over what was learned; of a pack with another number of cells nothing is. */
  restore(found: unknown): void {
    const stored = recordOf(found);
    if (!this.#slopes.restore(stored.slopes)) return;
    this.#pulse = numberIn(stored, 'pulse', 0, LONGEST_PULSE, Number.NaN);
    this.#weight = Number.isNaN(this.#pulse) ? 0 : numberIn(stored, 'weight', 0, Number.MAX_VALUE, 0);
    this.#jumps = numberIn(stored, 'jumps', 0, MOST_JUMPS, 0);
    this.#temperature = numberIn(stored, 'temperature', -60, 150, Number.NaN);
  }
}
