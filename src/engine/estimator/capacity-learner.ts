/**
 * The capacity that the battery shows, learned from partial cycles between places that are known: full, empty, and where the
 * resting voltage tells.
 *
 * It is a second estimator beside that of the state of charge, which is told the same but hardly believes the configured
 * capacity. Charge and voltage are weighed against each other together with all that makes them uncertain: the offset of
 * the current sensor, the cell's own curve, the branch of the hysteresis. Pairs of "so much charge, so much SOC" that are
 * fitted afterwards would have to take those as given. docs/soc.md tells how well it does.
 *
 * Never from the resistance: that says next to nothing about the capacity of LiFePO4.
 */
import { SocEstimator, type SocInput, type SocSettings } from './soc-estimator.ts';
import type { SocState } from './soc-state.ts';
import { LEARNING, TUNING, type Tuning } from './tuning.ts';

/** A capacity is told once it is this sure (share of itself), in the Ah of the current sensor. */
const SURE = 0.03;
/** No sensor's Ah are known better than this (share): its scale is as good as the capacity's. */
const SCALE = 0.01;
/** Beyond so many standard deviations the configured capacity is refuted. */
const REFUTED = 2;

export class CapacityLearner {
  #estimator: SocEstimator;
  /** Configured (Ah). */
  readonly #rated: number;

  /**
   * Nobody's word on the SOC is taken: one that is wrong would be taken for a wrong capacity, and the cells tell soon enough.
   * @param settings as for the state of charge
   * @param tuning for experiments
   */
  constructor(settings: SocSettings, tuning: Tuning = LEARNING) {
    this.#rated = settings.capacity;
    this.#estimator = new SocEstimator(settings, null, tuning);
  }

  /** A learner that goes on where `state` was saved; as for the state of charge. */
  static restored(settings: SocSettings, state: SocState, tuning: Tuning = LEARNING): CapacityLearner {
    const learner = new CapacityLearner(settings, tuning);
    learner.#estimator = SocEstimator.restored(settings, state, tuning);
    return learner;
  }

  /** To be told every step that the state of charge is told. */
  step(input: SocInput): void {
    this.#estimator.step(input);
  }

  /** As for the state of charge. */
  zero(current: number): void {
    this.#estimator.zero(current);
  }

  /** Best guess at the capacity (Ah), however unsure; the configured one at first. */
  get guess(): number {
    return this.#estimator.capacity;
  }

  /** One standard deviation of it (Ah), with that of the current sensor's scale. */
  get sigma(): number {
    return Math.hypot(this.#estimator.capacitySigma, SCALE * this.guess);
  }

  /** Learned capacity (Ah), NaN until its standard deviation is below 3 % of it. */
  get capacity(): number {
    return this.#estimator.capacitySigma < SURE * this.guess ? this.guess : Number.NaN;
  }

  /** State of health (ECS-3): learned over rated capacity, 1 as new, may be above; NaN until learned. */
  get soh(): number {
    return this.capacity / this.#rated;
  }

  /**
   * Lets the state of charge count with what was learned once the configured capacity is refuted: an old battery that was
   * configured as new. @returns whether it did
   */
  correct(estimator: SocEstimator): boolean {
    const error = this.#rated / this.guess - 1;
    const sigma = (this.sigma / this.guess) * (1 + error);
    if (Math.abs(error) <= REFUTED * Math.hypot(TUNING.capacity, sigma)) return false;
    if (Math.abs(estimator.capacity - this.guess) <= this.sigma) return false;
    estimator.adopt(this.#estimator);
    return true;
  }

  /** For the store; `parseSocState` reads it back. */
  state(): SocState {
    return this.#estimator.state();
  }
}
