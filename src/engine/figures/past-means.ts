/**
 * Means of a load over minutes, hours and days, and what they say of the time to come: the next twenty minutes go on as the
 * last twenty did, the next hours as the last hours, and after that it is as in the days before. So a heavy load counts at
 * once for a battery that it empties soon, little for one that lasts, and for as long again as it has been on. A load that
 * stands still, by the minute or by the half hour, counts for longer (`steady-load.ts`).
 *
 * Numbers come a minute at a time. W or A: whatever is put in.
 */
import { HALF_HOURS, MINUTES, SteadyLoad, type SteadyLoadState } from './steady-load.ts';
import { numberIn, numbersIn, recordOf } from './stored.ts';

const MINUTE = 60;
/** Minutes of a half hour. */
const HALF_HOUR = 30;
/** More minutes than these tell nothing more. */
const MOST_MINUTES = 1e6;
/** No load is larger (W or A). */
const LARGEST = 1e9;

interface PastMeansRule {
  /** Minutes, from short to long. */
  readonly times: readonly number[];
  /** What is expected before anything was seen … */
  readonly prior: number;
  /** … and for how many minutes it counts; 0: the first minute says all. */
  readonly weight: number;
}

export interface PastMeansState {
  readonly means: readonly number[];
  readonly known: number;
  readonly steady: SteadyLoadState;
  readonly regular: SteadyLoadState;
  /** The half hour so far: the sum of its minutes, and how many. */
  readonly sum: number;
  readonly minutes: number;
}

export class PastMeans {
  readonly #rule: PastMeansRule;
  readonly #means: Float64Array;
  /** By the minute, and by the half hour. */
  readonly #steady = new SteadyLoad(MINUTES);
  readonly #regular = new SteadyLoad(HALF_HOURS);
  #sum = 0;
  #minutes = 0;
  /** Minutes behind the means, those of the prior among them. */
  #known: number;

  constructor(rule: PastMeansRule) {
    this.#rule = rule;
    this.#means = new Float64Array(rule.times.length).fill(rule.prior);
    this.#known = rule.weight;
  }

  /** Mean over the `index`-th time. */
  mean(index: number): number {
    return this.#means[index] ?? Number.NaN;
  }

  /** A minute with a mean of `value`. */
  add(value: number): void {
    const { times } = this.#rule;
    this.#known = Math.min(MOST_MINUTES, this.#known + 1);
    for (let k = 0; k < times.length; k++) {
      const mean = this.#means[k] ?? value;
      this.#means[k] = mean + (value - mean) / Math.min(times[k] ?? 1, this.#known);
    }
    this.#steady.add(value);
    this.#sum += value;
    this.#minutes++;
    if (this.#minutes < HALF_HOUR) return;
    this.#regular.add(this.#sum / this.#minutes);
    this.#sum = this.#minutes = 0;
  }

  /** `seconds` in which nothing of this was seen: what was a short time ago is not any more. */
  pass(seconds: number): void {
    const minutes = seconds / MINUTE;
    const longest = this.#means[this.#means.length - 1] ?? 0;
    for (let k = 0; k < this.#means.length - 1; k++) {
      const mean = this.#means[k] ?? longest;
      this.#means[k] = longest + (mean - longest) * Math.exp(-minutes / (this.#rule.times[k] ?? 1));
    }
    this.#steady.pass(minutes);
    this.#regular.pass(minutes / HALF_HOUR);
  }

  /** Begins anew. */
  restart(): void {
    this.#means.fill(this.#rule.prior);
    this.#known = this.#rule.weight;
    this.#steady.clear();
    this.#regular.clear();
    this.#sum = this.#minutes = 0;
  }

  /** Seconds until `amount` (at least 0, in units · hours) has flowed as the past lets expect; Infinity: never. */
  timeFor(amount: number): number {
    const stands = this.#steady.ahead > 0;
    const { level } = stands ? this.#steady : this.#regular;
    const ahead = stands ? this.#steady.ahead : this.#regular.ahead * HALF_HOUR;
    let left = amount;
    let at = 0;
    if (ahead > 0) {
      const flows = (level * ahead) / 60;
      if (level > 0 && left <= flows) return (left / level) * 3600;
      left -= flows;
      at = ahead;
    }
    const last = this.#means.length - 1;
    for (let k = 0; k < last; k++) {
      const until = this.#rule.times[k] ?? 0;
      if (until <= at) continue;
      const rate = this.#means[k] ?? 0;
      const flows = (rate * (until - at)) / 60;
      if (rate > 0 && left <= flows) return (at / 60 + left / rate) * 3600;
      left -= flows;
      at = until;
    }
    const rate = this.#means[last] ?? 0;
    return rate > 0 ? (at / 60 + left / rate) * 3600 : Number.POSITIVE_INFINITY;
  }

  state(): PastMeansState {
    return {
      means: [...this.#means],
      known: this.#known,
      steady: this.#steady.state(),
      regular: this.#regular.state(),
      sum: this.#sum,
      minutes: this.#minutes,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const means = numbersIn(stored, 'means', this.#means.length, -LARGEST, LARGEST);
    if (means === null || means.some((mean) => Number.isNaN(mean))) return;
    this.#means.set(means);
    this.#known = numberIn(stored, 'known', 0, MOST_MINUTES, this.#rule.weight);
    this.#steady.restore(stored.steady);
    this.#regular.restore(stored.regular);
    this.#minutes = Math.round(numberIn(stored, 'minutes', 0, HALF_HOUR - 1, 0));
    this.#sum = this.#minutes > 0 ? numberIn(stored, 'sum', -LARGEST * HALF_HOUR, LARGEST * HALF_HOUR, 0) : 0;
  }
}
