/**
 * Makes the sample of a step out of a reading: once, for the state of charge and everything else that is counted.
 *
 * Between two samples the current is taken to change in a straight line. A short silence (a lost frame or two) is bridged
 * the same way; over a longer one nothing is known of what flowed, and that is a gap.
 */
import type { Anchor } from '../estimator/anchors.ts';
import type { Reading, Value } from '../reading/reading.ts';
import type { BatterySample } from './sample.ts';

/** Two samples further apart than this do not tell what flowed in between (s). */
const LONGEST_STEP = 3600;
/** A silence up to this length is bridged (s). */
const BRIDGED = 60;
/** Cells that were measured so much earlier than the current do not belong to it (s). */
const TOGETHER = 1;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Sampler {
  readonly #sample: Writable<BatterySample>;
  #last = Number.NaN;
  #lastCurrent = Number.NaN;
  /** Seconds of silence that are not told yet. */
  #held = 0;
  #silent = false;

  /**
   * @param cells in series
   * @param since monotonic second up to which all is known (when the memory was made); NaN: a battery that is new here
   */
  constructor(cells: number, since: number) {
    this.#last = since;
    this.#silent = true;
    this.#sample = {
      dt: 0,
      gap: false,
      now: Number.NaN,
      wall: Number.NaN,
      flow: Number.NaN,
      current: Number.NaN,
      currentAt: Number.NaN,
      voltage: Number.NaN,
      voltageAt: Number.NaN,
      currentIn: Number.NaN,
      currentOut: Number.NaN,
      temperature: Number.NaN,
      cells: new Float64Array(cells).fill(Number.NaN),
      cellsAt: new Float64Array(cells).fill(Number.NaN),
      cellMin: Number.NaN,
      cellMax: Number.NaN,
      cellMean: Number.NaN,
      balancing: false,
      soc: Number.NaN,
      sigma: Number.NaN,
      anchor: null,
    };
  }

  /**
   * The sample of `now` (monotonic s); the same object each time, without its state of charge.
   * @param reading what is known now
   */
  take(reading: Reading, now: number): BatterySample {
    const sample = this.#sample;
    // A memory from the future, of which no clock can say how old it is, must not stop the counting until then.
    if (Number.isNaN(sample.now) && this.#last > now) this.#last = now;
    sample.now = now;
    sample.wall = reading.at;
    this.#measured(reading, now);
    this.#pass(now, sample.current);
    return sample;
  }

  /** The last sample. */
  get sample(): BatterySample {
    return this.#sample;
  }

  /** What the estimator makes of the sample; SOC 0..1, NaN while unknown. */
  estimated(soc: number, sigma: number, anchor: Anchor): void {
    this.#sample.soc = soc;
    this.#sample.sigma = sigma;
    this.#sample.anchor = anchor;
  }

  /** How much time the sample stands for, and what flowed in it. */
  #pass(now: number, current: number): void {
    const sample = this.#sample;
    const passed = now > this.#last ? now - this.#last : 0;
    if (!(now <= this.#last)) this.#last = now;
    const known = !Number.isNaN(current);
    const dt = passed + this.#held;
    const bridged = !this.#silent && dt <= (this.#held > 0 || !known ? BRIDGED : LONGEST_STEP);
    if (!known && bridged) {
      // It may come back in time.
      this.#held = dt;
      sample.dt = 0;
      sample.gap = false;
      sample.flow = Number.NaN;
      return;
    }
    this.#held = 0;
    this.#silent = !known;
    sample.dt = dt;
    sample.gap = !bridged;
    sample.flow = bridged ? (current + this.#lastCurrent) / 2 : Number.NaN;
    this.#lastCurrent = current;
  }

  #measured(reading: Reading, now: number): void {
    const sample = this.#sample;
    const { cellMin, cellMax, temperatureMin, temperatureMax } = reading;
    sample.current = numberOf(reading.current);
    sample.currentAt = at(reading.current, now);
    sample.voltage = numberOf(reading.voltage);
    sample.voltageAt = at(reading.voltage, now);
    sample.currentIn = numberOf(reading.currentIn);
    sample.currentOut = numberOf(reading.currentOut);
    sample.temperature = (numberOf(temperatureMin) + numberOf(temperatureMax)) / 2;
    sample.cellMin = cellMin.whole ? numberOf(cellMin) : Number.NaN;
    sample.cellMax = cellMax.whole ? numberOf(cellMax) : Number.NaN;
    sample.cellMean = this.#cells(reading, now);
  }

  /** Fills the table of cells. @returns the mean of all of them, from whatever belongs best to the current */
  #cells(reading: Reading, now: number): number {
    const sample = this.#sample;
    const { cells, cellsAt } = sample;
    let sum = 0;
    let oldest = Infinity;
    sample.balancing = false;
    for (let k = 0; k < cells.length; k++) {
      const cell = reading.cells[k];
      const voltage = cell?.voltage ?? Number.NaN;
      const when = now - (cell?.age ?? Number.NaN);
      cells[k] = voltage;
      cellsAt[k] = when;
      sum += voltage;
      if (when < oldest) oldest = when;
      if (cell?.balancing === true) sample.balancing = true;
    }
    const mean = sum / cells.length;
    const ofPack = sample.voltage / cells.length;
    const late = Number.isNaN(mean) || sample.currentAt - oldest > TOGETHER;
    return late && !Number.isNaN(ofPack) ? ofPack : mean;
  }
}

function numberOf({ value }: Value): number {
  return value ?? Number.NaN;
}

function at({ value, age }: Value, now: number): number {
  return value === null || age === null ? Number.NaN : now - age;
}
