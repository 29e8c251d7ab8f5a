/**
 * What is left in the battery (OGT-12): charge, energy, and the time to empty, to the reserve and to full.
 *
 * Time is energy over power, for most loads hang on an inverter or a converter, which takes more current from a lower
 * voltage. Which power is told by the means of the past (`past-means.ts`), taken over what flows net, so that the sun counts,
 * and only while the battery is discharged. A kettle, or a pump while the sun shines, does not turn the figure over: whether
 * the battery is charged or discharged follows ten minutes of net power.
 *
 * W (+ charges), Wh, Ah, s; SOC 0..1; NaN where nothing can be said. Pure: time is that of the samples.
 */
import { coldFactor } from '../estimator/polarisation.ts';
import { DischargeEnergy } from './discharge-energy.ts';
import { PastMeans, type PastMeansState } from './past-means.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { numberIn, recordOf, storable } from './stored.ts';
import { innerSoc } from './usable.ts';

/** Power is taken together by the minute (s). */
const MINUTE = 60;
/** V of a cell, for power that comes without a voltage and for the sizes below. */
const NOMINAL_CELL = 3.3;
/** The means of discharging (min): of 20 minutes, four hours, and three days of nothing but discharging. */
const DISCHARGE_TIMES = [20, 240, 4320] as const;
/** Which of them is the load that pulls the voltage down. */
const LOAD = 0;
/** The means of the present charging (min). */
const CHARGE_TIMES = [10, 60] as const;
/** Before anything is known: the load of a battery that lasts for a day and a quarter (capacities per hour) … */
const USUAL_LOAD = 1 / 30;
/** … which counts for as much as these minutes. Loads of 1/20 to 1/60 reach the bar of the measured runs (bench/soc/time-left.ts). */
const USUAL_WEIGHT = 240;
/** Charging and discharging are told apart by the mean of about this time (min), … */
const DIRECTION_TIME = 10;
/** … above this it charges, below that it discharges, in between it stays (capacities per hour). */
const CHARGES = 1 / 200;
const DISCHARGES = -1 / 1000;
/** A time of more than this says nothing (s). */
const LONGEST = 30 * 86_400;
/** Nothing flows in less (s). */
const SHORTEST_STEP = 1e-6;
/** A step longer than this does not tell what flowed in between, and after a silence of this it may flow either way (s). */
const LONGEST_STEP = 3600;
/** Volts a cell that are no measurement lie outside of these. */
const LEAST_CELL = 1;
const MOST_CELL = 5;
/** No battery carries more (capacities per hour). */
const LARGEST = 100;
/** What a steady load takes off the voltage, in resistances as a pulse of a second shows them (9.7 mΩ at 1 s, 27.3 at 300 s). */
const SETTLED = 2.8;
/** Resistance of a cell as a pulse of a second shows it, where it is not known (V per capacity per hour, A123 at 25 °C). */
const USUAL_RESISTANCE = 0.024;
/** A load that would take off more than this heats the cells until it does not (V a cell). */
const MOST_DROP = 0.2;
/**
 * Near full a charger at its voltage gives no more than this many capacities an hour for each capacity that is missing: 34 to
 * 15 measured (A123 at 1C and 3C, 3.6 V a cell) …
 */
const TAPER = 20;
/** … and the battery is full when that has come down to this (capacities per hour). */
const TAIL = 1 / 20;

/** What others know of the battery. */
export interface RemainingKnowledge {
  /** Ah: learned, or rated. */
  readonly capacity: number;
  /** SOC (0..1) that does not count; NaN: none. */
  readonly floor: number;
  /** Ω of the whole pack as a pulse of about a second shows it, at the present temperature; NaN: unknown. */
  readonly resistance: number;
  /** What the current sensor shows at no current (A); left out or NaN: nothing. */
  readonly offset?: number;
}

export interface RemainingState {
  readonly discharging: PastMeansState;
  readonly charging: PastMeansState;
  readonly direction: number | null;
  readonly charges: boolean;
  readonly time: number;
  readonly power: number;
  readonly charge: number;
  readonly unseen: number;
}

export class Remaining {
  readonly #settings: BatterySettings;
  /** W that flow out, while discharging. */
  readonly #discharging: PastMeans;
  /** A that flow in, while charging. */
  readonly #charging = new PastMeans({ times: CHARGE_TIMES, prior: 0, weight: 0 });
  readonly #table = new DischargeEnergy();
  #capacity: number;
  #floor = 0;
  #resistance = Number.NaN;
  #offset = 0;
  #soc = Number.NaN;
  #temperature = Number.NaN;
  /** Mean net current of the last minutes, capacities per hour; NaN before the first. */
  #direction = Number.NaN;
  #charges = false;
  /** The present minute so far: s, W·s, A·s. */
  #time = 0;
  #power = 0;
  #charge = 0;
  /** Seconds of which nothing is known, since the last of which something is. */
  #unseen = 0;

  constructor(settings: BatterySettings) {
    this.#settings = settings;
    this.#capacity = settings.capacity;
    const usual = USUAL_LOAD * settings.capacity * settings.cells * NOMINAL_CELL;
    this.#discharging = new PastMeans({ times: DISCHARGE_TIMES, prior: usual, weight: USUAL_WEIGHT });
  }

  /** What is known now; numbers that cannot be are taken as unknown. */
  update({ capacity, floor, resistance, offset = 0 }: RemainingKnowledge): void {
    this.#capacity = capacity > 0 && capacity < Number.POSITIVE_INFINITY ? capacity : this.#settings.capacity;
    this.#floor = floor > 0 ? Math.min(1, floor) : 0;
    this.#resistance = resistance > 0 && resistance < Number.POSITIVE_INFINITY ? resistance : Number.NaN;
    this.#offset = Number.isFinite(offset) ? offset : 0;
  }

  step(sample: BatterySample): void {
    this.#soc = sample.soc;
    if (Number.isFinite(sample.temperature)) this.#temperature = sample.temperature;
    const dt = sample.dt;
    if (!(dt >= SHORTEST_STEP)) return;
    const current = sample.flow - this.#offset;
    if (sample.gap || dt > LONGEST_STEP || !(Math.abs(current) <= LARGEST * this.#settings.capacity)) {
      this.#lose(dt);
      return;
    }
    this.#unseen = 0;
    const { cells } = this.#settings;
    const seen = sample.voltage >= LEAST_CELL * cells && sample.voltage <= MOST_CELL * cells;
    const voltage = seen ? sample.voltage : NOMINAL_CELL * cells;
    const own = this.#settings.selfConsumption > 0 ? this.#settings.selfConsumption : 0;
    const power = current * voltage - own;
    const charge = current - own / voltage;
    let left = dt;
    // Cut where a minute ends, so that it does not matter how the time was cut before.
    while (left > 0) {
      const part = Math.min(left, MINUTE - this.#time);
      this.#time += part;
      this.#power += power * part;
      this.#charge += charge * part;
      left -= part;
      if (this.#time >= MINUTE - 1e-6) this.#minute();
    }
  }

  /** Ah until empty. */
  get charge(): number {
    return this.#soc >= 0 ? Math.max(0, Math.min(1, this.#soc) - this.#empty) * this.#capacity : Number.NaN;
  }

  /** Wh until empty. */
  get energy(): number {
    return this.#energyTo(this.#empty);
  }

  /** s until empty; NaN while charged, before the first minute, and beyond thirty days. */
  get timeToEmpty(): number {
    return this.#timeTo(this.#empty);
  }

  /** s until the reserve (`reserveSoc`), as `timeToEmpty`; 0 below it. */
  get timeToReserve(): number {
    const reserve = this.#settings.reserveSoc;
    // It is set as the SOC is shown: a part of what counts.
    return this.#timeTo(Math.max(this.#empty, reserve > 0 ? innerSoc(reserve, this.#floor) : 0));
  }

  /** s until full, with the current tapering off at the end; NaN while discharged, before the first minute, beyond thirty days. */
  get timeToFull(): number {
    if (!this.#charges || !(this.#soc >= 0)) return Number.NaN;
    const missing = 1 - Math.min(1, this.#soc);
    if (missing === 0) return 0;
    const hours = this.#charging.timeFor(missing * this.#capacity) / 3600;
    const rate = missing / hours;
    // From where on the voltage holds the charger back, in what is missing; a small charger is full before that.
    const held = Math.min(missing, rate / TAPER);
    const taper = rate > TAIL ? Math.max(0, Math.log((held * TAPER) / TAIL)) / TAPER : held / rate;
    return within(((missing - held) / rate + taper) * 3600);
  }

  state(): RemainingState {
    return {
      discharging: this.#discharging.state(),
      charging: this.#charging.state(),
      direction: storable(this.#direction),
      charges: this.#charges,
      time: this.#time,
      power: this.#power,
      charge: this.#charge,
      unseen: this.#unseen,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#discharging.restore(stored.discharging);
    this.#charging.restore(stored.charging);
    this.#direction = numberIn(stored, 'direction', -LARGEST, LARGEST, Number.NaN);
    this.#charges = stored.charges === true && !Number.isNaN(this.#direction);
    this.#unseen = numberIn(stored, 'unseen', 0, LONGEST_STEP, 0);
    this.#time = numberIn(stored, 'time', 0, MINUTE - 1e-6, 0);
    const most = LARGEST * this.#settings.capacity * MINUTE;
    const mostPower = most * MOST_CELL * this.#settings.cells;
    this.#power = numberIn(stored, 'power', -mostPower, mostPower, Number.NaN);
    this.#charge = numberIn(stored, 'charge', -most, most, Number.NaN);
    if (this.#time > 0 && !Number.isNaN(this.#power + this.#charge)) return;
    this.#time = 0;
    this.#power = 0;
    this.#charge = 0;
  }

  /** Nothing is known of `dt` s. */
  #lose(dt: number): void {
    this.#discharging.pass(dt);
    this.#charging.pass(dt);
    this.#unseen = Math.min(LONGEST_STEP, this.#unseen + dt);
    if (this.#unseen < LONGEST_STEP) return;
    this.#direction = Number.NaN;
    this.#charges = false;
  }

  /** A minute is over. */
  #minute(): void {
    const power = this.#power / this.#time;
    const current = this.#charge / this.#time;
    this.#time = 0;
    this.#power = 0;
    this.#charge = 0;
    const rate = current / this.#settings.capacity;
    const known = !Number.isNaN(this.#direction);
    this.#direction = known ? this.#direction + (rate - this.#direction) / DIRECTION_TIME : rate;
    const charges = this.#direction > CHARGES || (this.#charges && this.#direction >= DISCHARGES);
    if (charges && !this.#charges) this.#charging.restart();
    this.#charges = charges;
    if (charges) {
      this.#charging.add(current);
      this.#discharging.pass(MINUTE);
    } else this.#discharging.add(-power);
  }

  /** V that the present load takes off a cell. */
  get #drop(): number {
    const { cells } = this.#settings;
    const current = Math.max(0, this.#discharging.mean(LOAD)) / (cells * NOMINAL_CELL);
    const usual =
      (USUAL_RESISTANCE * coldFactor(Number.isNaN(this.#temperature) ? 25 : this.#temperature)) / this.#capacity;
    const resistance = Number.isNaN(this.#resistance) ? usual : this.#resistance / cells;
    return Math.min(MOST_DROP, SETTLED * resistance * current);
  }

  /** SOC at which nothing more comes out: the floor, or the load pulls the cells down to where the loads are cut. */
  get #empty(): number {
    const cut = this.#table.socAt(this.#settings.cellUndervoltage, this.#drop, this.#temperature);
    return Math.max(this.#floor, cut);
  }

  #energyTo(soc: number): number {
    if (!(this.#soc >= 0)) return Number.NaN;
    const cell = this.#table.between(Math.min(1, this.#soc), soc, this.#drop, this.#temperature);
    return cell * this.#capacity * this.#settings.cells;
  }

  #timeTo(soc: number): number {
    if (this.#charges || Number.isNaN(this.#direction)) return Number.NaN;
    const energy = this.#energyTo(soc);
    return energy === 0 ? 0 : within(this.#discharging.timeFor(energy));
  }
}

/** A time that says something, else NaN. */
function within(seconds: number): number {
  return seconds >= 0 && seconds <= LONGEST ? seconds : Number.NaN;
}
