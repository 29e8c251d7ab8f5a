/** The engine's estimator as the harness wants it, and a record of how sure it was. */
import { SocEstimator, type SocSettings } from '../../src/engine/estimator/soc-estimator.ts';
import { parseSocState } from '../../src/engine/estimator/soc-state.ts';
import type { Candidate, CandidateClass, DataSet, Start } from './harness.ts';

/** A step longer than this is a gap (s), as in the harness. */
const GAP = 120;
/** A jump to full is a fault below this SOC. */
const NEARLY_FULL = 0.97;
const FULL = 0.995;

/** How honest the uncertainty was over a run. */
export interface Honesty {
  /** Share of the samples with the truth within two standard deviations. */
  readonly inside: number;
  /** Median of two standard deviations (0..1). */
  readonly twoSigma: number;
  /** Jumps to 100 % while the truth was below 97 %. */
  readonly jumps: number;
}

/** A class for the harness, whose runs over `data` are judged by `honesty` of the last of them. */
export function candidateFor(data: DataSet): { readonly Class: CandidateClass; honesty(): Honesty } {
  let last = new Record(data);
  class Ours implements Candidate {
    #estimator: SocEstimator;
    readonly #settings: SocSettings;
    #at = Number.NaN;

    constructor({ capAh, soc0, s0 }: Start) {
      this.#settings = { capacity: capAh, fullVoltage: 3.5, tailCurrent: Number.NaN, fullTime: 180 };
      this.#estimator = new SocEstimator(this.#settings, { soc: soc0, sigma: s0 });
      last = new Record(data);
    }

    get soc(): number {
      return this.#estimator.soc;
    }

    step(t: number, _dt: number, current: number, voltage: number, temperature: number): void {
      let dt = Number.isNaN(this.#at) ? 0 : t - this.#at;
      this.#at = t;
      if (dt > GAP) {
        this.#estimator.step({ dt, current: null, cellMin: null, cellMean: null, temperature: null });
        dt = 0;
      }
      const { soc, sigma } = this.#estimator.step({ dt, current, cellMin: voltage, cellMean: voltage, temperature });
      last.take(t, soc, sigma);
    }

    save(): unknown {
      return JSON.stringify({ state: this.#estimator.state(), at: this.#at });
    }

    load(saved: unknown): void {
      const { state, at } = JSON.parse(String(saved));
      const known = parseSocState(state);
      if (known === null) throw new Error('the estimator does not accept its own state');
      this.#estimator = SocEstimator.restored(this.#settings, known);
      this.#at = at ?? Number.NaN;
    }
  }
  return { Class: Ours, honesty: () => last.honesty() };
}

class Record {
  readonly #data: DataSet;
  #next = 0;
  #count = 0;
  #inside = 0;
  #jumps = 0;
  #before = 1;
  readonly #sigmas: number[] = [];

  constructor(data: DataSet) {
    this.#data = data;
  }

  take(t: number, soc: number, sigma: number): void {
    const { t: times, soc: truths } = this.#data;
    while ((times[this.#next] ?? t) < t) this.#next++;
    const truth = truths[this.#next] ?? Number.NaN;
    if (Math.abs(soc - truth) <= 2 * sigma) this.#inside++;
    if (this.#count++ % 60 === 0) this.#sigmas.push(2 * sigma);
    if (soc >= FULL && this.#before < FULL && truth < NEARLY_FULL) this.#jumps++;
    this.#before = soc;
  }

  honesty(): Honesty {
    const sorted = this.#sigmas.sort((a, b) => a - b);
    return {
      inside: this.#inside / this.#count,
      twoSigma: sorted[sorted.length >> 1] ?? Number.NaN,
      jumps: this.#jumps,
    };
  }
}
