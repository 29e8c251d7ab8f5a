/**
 * Slopes of lines through zero, by least squares, of some channels at once: how much each rises per unit of what drives all.
 * What was learned fades with time. Memory is constant.
 */
import { numberIn, numbersIn, recordOf } from './stored.ts';

/**
 * What is learned counts for 1/e after so long (s). It is time that fades it, not what is learned after it: the liveliest
 * evening would leave nothing else, and so close to empty a cell may have a tenth more resistance than in the middle.
 */
const FADING_TIME = 30 * 86_400;
/**
 * A slope is told from so many rises on. With 10 rises and 5 % the first resistances of measured cells were up to 17 %
 * wrong, with these 10 %.
 */
const LEAST_COUNT = 40;
/** And from this relative uncertainty on (one standard deviation), until that has doubled. */
const SURE = 0.03;
/** Sums beyond this are no sums of ours. */
const MOST = 1e15;
const ROUNDING = 1e-6;

export interface SlopesState {
  /** By channel, sums of: the squared drive; the squared rise; their product; the squared noise of the sensor; */
  readonly weight: readonly number[];
  readonly square: readonly number[];
  readonly product: readonly number[];
  readonly noise: readonly number[];
  /** how many there were; and 1 for a slope that is told. */
  readonly count: readonly number[];
  readonly told: readonly number[];
  /** Seconds since the sums were faded. */
  readonly idle: number;
}

export class FadingSlopes {
  readonly #channels: number;
  readonly #weight: Float64Array;
  readonly #square: Float64Array;
  readonly #product: Float64Array;
  readonly #noise: Float64Array;
  readonly #count: Float64Array;
  readonly #told: Uint8Array;
  #idle = 0;

  constructor(channels: number) {
    this.#channels = channels;
    this.#weight = new Float64Array(channels);
    this.#square = new Float64Array(channels);
    this.#product = new Float64Array(channels);
    this.#noise = new Float64Array(channels);
    this.#count = new Float64Array(channels);
    this.#told = new Uint8Array(channels);
  }

  /** `seconds` pass: what is known gets older. */
  age(seconds: number): void {
    if (seconds > 0 && seconds < Infinity) this.#idle += seconds;
  }

  /** To be called before what was learned at one time is taken. @returns what is left of everything before (0..1) */
  fade(): number {
    const left = this.#left();
    this.#idle = 0;
    for (const sums of [this.#weight, this.#square, this.#product, this.#noise, this.#count]) {
      for (let k = 0; k < this.#channels; k++) sums[k] = this.#of(sums, k) * left;
    }
    return left;
  }

  /** `channel` rose by `rise` under `drive`; `noise` is how uncertain that is at least (one standard deviation). */
  take(channel: number, drive: number, rise: number, noise: number): void {
    const told = this.#isTold(channel);
    this.#weight[channel] = this.#of(this.#weight, channel) + drive * drive;
    this.#square[channel] = this.#of(this.#square, channel) + rise * rise;
    this.#product[channel] = this.#of(this.#product, channel) + drive * rise;
    this.#noise[channel] = this.#of(this.#noise, channel) + noise * noise;
    this.#count[channel] = this.#of(this.#count, channel) + 1;
    const enough = told || this.#of(this.#count, channel) >= LEAST_COUNT;
    this.#told[channel] = enough && this.uncertainty(channel) <= (told ? 2 * SURE : SURE) ? 1 : 0;
  }

  /** NaN until enough is known. */
  slope(channel: number): number {
    return this.#isTold(channel) ? this.#of(this.#product, channel) / this.#of(this.#weight, channel) : Number.NaN;
  }

  /** One standard deviation of the slope as a share of it, by how the rises scattered; NaN: nothing is known. */
  uncertainty(channel: number): number {
    const weight = this.#of(this.#weight, channel);
    const product = this.#of(this.#product, channel);
    if (!(product > 0 && weight > 0)) return Number.NaN;
    const scatter = Math.max(this.#of(this.#noise, channel), this.#of(this.#square, channel) - product ** 2 / weight);
    return Math.sqrt((scatter * weight) / this.#of(this.#count, channel) / this.#left()) / product;
  }

  state(): SlopesState {
    return {
      weight: [...this.#weight],
      square: [...this.#square],
      product: [...this.#product],
      noise: [...this.#noise],
      count: [...this.#count],
      told: [...this.#told],
      idle: this.#idle,
    };
  }

  /** @returns whether `found` could be taken over: all or nothing */
  restore(found: unknown): boolean {
    const stored = recordOf(found);
    const list = (key: string, least: number, most: number) =>
      numbersIn(stored, key, this.#channels, least, most) ?? [Number.NaN];
    const lists = [
      list('weight', 0, MOST),
      list('square', 0, MOST),
      list('product', -MOST, MOST),
      list('noise', 0, MOST),
      list('count', 0, MOST),
      list('told', 0, 1),
    ];
    if (lists.some((numbers) => numbers.some((value) => Number.isNaN(value)))) return false;
    const [weight = [], square = [], product = []] = lists;
    // No product of sums is greater than this, whatever was learned.
    if (product.some((value, k) => value ** 2 > (1 + ROUNDING) * (weight[k] as number) * (square[k] as number)))
      return false;
    const sums = [this.#weight, this.#square, this.#product, this.#noise, this.#count, this.#told];
    for (const [index, numbers] of lists.entries()) sums[index]?.set(numbers);
    this.#idle = numberIn(stored, 'idle', 0, MOST, 0);
    return true;
  }

  #of(sums: Float64Array, channel: number): number {
    return sums[channel] as number;
  }

  #isTold(channel: number): boolean {
    return this.#told[channel] === 1 && this.uncertainty(channel) <= 2 * SURE;
  }

  /** Share of what was learned that time has left since the sums were faded. */
  #left(): number {
    return Math.exp(-this.#idle / FADING_TIME);
  }
}
