/**
 * State of charge with its uncertainty, from current, cell voltages and temperature.
 *
 * Counting is the backbone. Beside the SOC the estimator keeps what it cannot know for sure: the offset of the current
 * sensor, the error of the configured capacity, that of the voltage sensors, the branch of the hysteresis and the battery's
 * own curve, each with its uncertainty and how they hang together. Once a minute the voltage corrects all of them as far as
 * the slope of the curve allows (an extended Kalman filter whose slope is a mean over what is possible); full and empty
 * cells correct them firmly. docs/soc.md tells why and how well.
 *
 * SOC 0..1, A (+ charges), V, °C, s. Total: anything may be unknown (`null`), nothing throws or leaves 0..1. Deterministic.
 */
import { type Anchor, Anchors } from './anchors.ts';
import { BIAS, BRANCH, Belief, CAPACITY, LEAST_SIGMA, SOC, UNKNOWN_SIGMA, VOLTAGE } from './belief.ts';
import { Block } from './block.ts';
import { type Closure, FullToFull } from './full-to-full.ts';
import { type CountingSettings, PLAIN_COUNTING, netCurrent } from './net-current.ts';
import { Places } from './places.ts';
import { Polarisation, coldFactor } from './polarisation.ts';
import { QuietCurrent } from './quiet-current.ts';
import { RecentCurrent } from './recent-current.ts';
import { SOC_STATE_VERSION, type SocState } from './soc-state.ts';
import { TUNING, type Tuning } from './tuning.ts';
import { type Expected, expectVoltage, onCurve } from './voltage-model.ts';

/** Voltage is compared with the model once in this time (s). */
const BLOCK = 60;
/** Nothing flows in less than this (s). */
const SHORTEST_STEP = 1e-6;
/** A step longer than this does not tell what flowed in between (s). */
const LONGEST_STEP = 3600;
/** A gap of thirty years is as good as any longer one (s). */
const LONGEST_GAP = 1e9;
/** No battery carries more than this (capacities per hour). */
const LARGEST = 100;
const DAY = 86_400;
/** Nobody but full cells makes a battery full: until then this is the most that is shown … */
const ALMOST_FULL = 0.99;
/** … and a full battery that was discharged below this is not full any more. */
const FULL_UNTIL = 0.97;
/** What an anchor tells, and how sure (one standard deviation). */
const FULL = { soc: 1, sigma: 0.005 };
const EMPTY = { soc: 0.005, sigma: 0.007 };
/** The same of a battery that is called full while it still charges. */
const CALLED_FULL_SIGMA = 0.03;
/** A configured capacity that changed by up to this factor was corrected; beyond, the battery is another one. */
const CORRECTED = 1.25;
/** How sure the SOC is at most after either. */
const CORRECTED_SIGMA = 0.03;
const OTHER_SIGMA = 0.1;
/** An anchor this many times further away than thought possible shows that all was wrong, so nothing is learned from it. */
const BROKEN = 4;
/** Counting from full to full that is left over by more than this many times its uncertainty casts doubt on the offset … */
const DOUBT = 3;
/** … of which this much is how differently full a full battery can be (SOC). */
const CLOSING_SIGMA = 0.01;
/** A voltage that has moved by less (V) since it was compared is the same measurement: a sensor that stands, or a long rest. */
const STANDS = 1e-6;
/** A voltage further off than this many times what was thought possible counts for less. */
const ODD = 3;
/** Corrections that add up to this are told. */
const TOLD = 0.02;
/** Cell voltages and temperatures outside of these are no measurement. */
const CELL_RANGE = [1, 5] as const;
const TEMPERATURE_RANGE = [-60, 120] as const;

export interface SocSettings extends Partial<Omit<CountingSettings, 'capacity'>> {
  /** Configured capacity (Ah), above 0. */
  readonly capacity: number;
  /** All cells at or above this (V) … */
  readonly fullVoltage: number;
  /** … at a current no larger than this (A; NaN: 5 % of the capacity; Infinity: whatever flows, 123-R5 to the letter) … */
  readonly tailCurrent: number;
  /** … for this time (s): full. */
  readonly fullTime: number;
}

/** What was measured over the `dt` seconds that end now; `null` is unknown. Without the current it is a gap. */
export interface SocInput {
  readonly dt: number;
  /** Mean of these seconds: it is counted. */
  readonly current: number | null;
  /**
   * What the sensor shows at their end, together with the voltages; left out: the mean. Between two samples a load that is
   * switched has a mean that no sensor has ever shown: half of a jump beside a whole one of the voltage, half of a sensor's step.
   */
  readonly shown?: number | null;
  /** The lowest cell. */
  readonly cellMin: number | null;
  readonly cellMean: number | null;
  readonly temperature: number | null;
}

export interface SocEstimate {
  /** 0..1. */
  readonly soc: number;
  /** One standard deviation, as a share of 1. */
  readonly sigma: number;
}

export type SocCorrectionReason = 'full' | 'empty' | 'voltage';

/** What was shown has been corrected, by more than counting. */
export interface SocCorrection {
  readonly reason: SocCorrectionReason;
  /** 0..1, without and with the correction. */
  readonly from: number;
  readonly to: number;
}

export class SocEstimator {
  readonly #counting: CountingSettings;
  readonly #tuning: Tuning;
  readonly #belief: Belief;
  readonly #polarisation = new Polarisation();
  readonly #recent = new RecentCurrent();
  readonly #places = new Places();
  readonly #quiet: QuietCurrent;
  readonly #anchors: Anchors;
  readonly #block = new Block();
  /** As it was shown when it was compared last (V). */
  #compared = Number.NaN;
  readonly #expected: Expected = { mean: 0, slope: 0, halfGap: 0, bent: 0, spread: 0 };
  #temperature = 25;
  /** How much of a fresh measurement the next voltage is, 0..1. */
  #fresh = 1;
  #full = false;
  #anchor: Anchor = null;
  /** A battery that seems to do nothing has not been caught doing something. */
  #trusted = true;
  readonly #closure = new FullToFull();
  #corrected = 0;
  #correction: SocCorrection | null = null;

  /**
   * @param start what is known of the SOC; `null`: nothing
   * @param tuning for experiments
   */
  constructor(settings: SocSettings, start: SocEstimate | null = null, tuning: Tuning = TUNING) {
    const { capacity } = settings;
    this.#counting = { ...PLAIN_COUNTING, ...settings };
    this.#tuning = tuning;
    this.#belief = new Belief(tuning);
    this.#quiet = new QuietCurrent(this.#counting.blindSpot / capacity);
    this.#anchors = new Anchors({ ...settings, tailCurrent: settings.tailCurrent / capacity });
    if (start !== null) this.seed(start);
  }

  /**
   * An estimator that goes on where `state` was saved; a gap since then is a step without a current. Where the configured
   * capacity has changed since, what was learned is put into the new unit; where it changed much, it is another battery.
   */
  static restored(settings: SocSettings, state: SocState, tuning: Tuning = TUNING): SocEstimator {
    const estimator = new SocEstimator(settings, null, tuning);
    estimator.#belief.restore(state.belief);
    estimator.#polarisation.restore(state.polarisation);
    estimator.#recent.restore(state.recent);
    estimator.#places.restore(state.places);
    estimator.#temperature = state.temperature;
    estimator.#full = state.full;
    estimator.#trusted = state.trusted;
    estimator.#fresh = 0;
    estimator.#rescale(settings.capacity / state.capacity);
    return estimator;
  }

  #rescale(factor: number): void {
    if (Math.abs(factor - 1) < 1e-9) return;
    const corrected = factor <= CORRECTED && factor >= 1 / CORRECTED;
    this.#belief.rescale(factor);
    if (corrected) {
      this.#recent.rescale(factor);
      this.#polarisation.rescale(factor);
    } else {
      this.#recent.clear();
      this.#belief.forgetBattery(this.#tuning);
      this.#places.clear();
    }
    this.#belief.covariance.atLeast(SOC, (corrected ? CORRECTED_SIGMA : OTHER_SIGMA) ** 2);
  }

  /** 0..1. */
  get soc(): number {
    const soc = this.#belief.value(SOC);
    const most = this.#full ? 1 : ALMOST_FULL;
    return soc < 0 ? 0 : soc > most ? most : soc;
  }

  /** One standard deviation of `soc`, 0.005..0.29. */
  get sigma(): number {
    return Math.min(UNKNOWN_SIGMA, this.#belief.sigma(SOC));
  }

  /** What the current sensor shows at no current, as far as is known (A). */
  get currentOffset(): number {
    return this.#belief.value(BIAS) * this.#counting.capacity;
  }

  /** What the battery holds from empty to full, as far as is known (Ah); the configured one at first. Not its SOH: see there. */
  get capacity(): number {
    return this.#counting.capacity / (1 + this.#belief.value(CAPACITY));
  }

  /** One standard deviation of `capacity` (Ah). */
  get capacitySigma(): number {
    return (this.capacity * this.#belief.sigma(CAPACITY)) / (1 + this.#belief.value(CAPACITY));
  }

  /** Believes what `other` does, which was told the same but believes less of what is configured. */
  adopt(other: SocEstimator): void {
    const before = this.soc;
    this.#spread();
    this.#belief.restore(other.#belief.state());
    this.#tell('voltage', before);
  }

  /** Somebody knows: a device's own count, the owner. What is known of sensors and curve stays. */
  seed(start: SocEstimate): void {
    if (!Number.isFinite(start.soc) || !Number.isFinite(start.sigma)) return;
    const soc = Math.min(1, Math.max(0, start.soc));
    this.#belief.setSoc(soc);
    this.#full = soc > ALMOST_FULL;
    this.#belief.covariance.reset(SOC, Math.min(UNKNOWN_SIGMA, Math.max(start.sigma, LEAST_SIGMA)) ** 2);
  }

  /** The sensor shows `current` (A) while certainly none flows (123-R8 auto-zero). */
  zero(current: number): void {
    if (!Number.isFinite(current)) return;
    this.#spread();
    this.#belief.only(BIAS);
    const noise = this.#tuning.quiet ** 2;
    this.#belief.learn(current / this.#counting.capacity - this.#belief.value(BIAS), () => noise);
  }

  /** Takes in a step and tells where the battery stands now. */
  step(input: SocInput): SocEstimate {
    this.#anchor = null;
    const dt = input.dt >= SHORTEST_STEP ? Math.min(input.dt, LONGEST_GAP) : 0;
    this.#temperature = within(input.temperature, TEMPERATURE_RANGE, this.#temperature);
    const cell = within(input.cellMean, CELL_RANGE, Number.NaN);
    const current = netCurrent(input.current ?? Number.NaN, cell, this.#counting);
    const lowest = within(input.cellMin, CELL_RANGE, Number.NaN);
    if (!(Math.abs(current) <= LARGEST) || dt > LONGEST_STEP) this.#lose(dt, lowest);
    else {
      const shown = input.shown ?? input.current ?? 0;
      const blind = Math.abs(input.current ?? 0) < this.#counting.blindSpot;
      this.#polarisation.learn(netCurrent(shown, cell, this.#counting), cell, this.#temperature, dt);
      this.#follow(current, shown / this.#counting.capacity, blind, cell, lowest, dt);
    }
    return this;
  }

  /** The last correction that is worth telling, once. */
  takeCorrection(): SocCorrection | null {
    const correction = this.#correction;
    this.#correction = null;
    return correction;
  }

  /** What the cells have shown in the last step, once; it comes again, at least every minute, while they go on showing it. */
  takeAnchor(): Anchor {
    const anchor = this.#anchor;
    this.#anchor = null;
    return anchor;
  }

  /** For the store. What came together in the current minute is counted, but not yet compared with the voltage. */
  state(): SocState {
    return {
      version: SOC_STATE_VERSION,
      capacity: this.#counting.capacity,
      belief: this.#belief.state(),
      polarisation: this.#polarisation.state(),
      recent: this.#recent.state(),
      places: this.#places.state(),
      temperature: this.#temperature,
      full: this.#full,
      trusted: this.#trusted,
    };
  }

  /** `current` counts, `shown` is what the sensor shows (both per hour); `blind`: it counts as none. */
  #follow(current: number, shown: number, blind: boolean, cell: number, lowest: number, dt: number): void {
    let left = dt;
    while (left > 0) {
      // Cut where a minute ends or the cells have shown something, so that it does not matter how the time was cut before.
      const shows = this.#anchors.until(lowest, current, this.#temperature);
      const part = Math.min(left, BLOCK - this.#block.time, shows);
      this.#anchors.step(lowest, current, this.#temperature, part);
      this.#quiet.step(shown, part);
      this.#recent.step(current, part);
      this.#count(current, cell, part, blind);
      left -= part;
      if (this.#block.time >= BLOCK - 1e-6 || this.#anchors.reached) this.#correct();
    }
  }

  /** Inside its blind spot a sensor shows nothing, its offset neither. */
  #count(current: number, cell: number, dt: number, blind: boolean): void {
    const belief = this.#belief;
    const charge = ((current - (blind ? 0 : belief.value(BIAS))) * dt) / 3600;
    const change = charge * (1 + belief.value(CAPACITY));
    belief.setSoc(belief.value(SOC) + change);
    belief.moveBranch(change, dt, this.#tuning);
    if (belief.value(SOC) < FULL_UNTIL) this.#full = false;
    this.#block.count(charge, change, dt, blind);
    this.#closure.count(current, dt);
    const added = this.#polarisation.step(current, this.#temperature, dt);
    if (!Number.isNaN(cell)) this.#block.see(cell, added, belief.value(SOC) - change / 2, dt);
  }

  /** Nothing is known of `dt` s: the mean current goes on for a while, and nobody can be sure of that. */
  #lose(dt: number, lowest: number): void {
    if (dt === 0) return this.#watch(lowest, dt);
    this.#closure.lose();
    this.#spread();
    this.#block.clearSeen();
    const { covariance } = this.#belief;
    const { hours, moved, variance } = this.#recent.gap(dt);
    const charge = (this.#recent.mean - this.#belief.value(BIAS)) * hours;
    this.#belief.setSoc(this.#belief.value(SOC) + charge * (1 + this.#belief.value(CAPACITY)));
    covariance.couple(SOC, BIAS, -hours);
    covariance.couple(SOC, CAPACITY, charge);
    covariance.add(SOC, variance);
    covariance.atLeast(SOC, LEAST_SIGMA ** 2);
    if (covariance.get(SOC, SOC) > UNKNOWN_SIGMA ** 2) covariance.reset(SOC, UNKNOWN_SIGMA ** 2);
    this.#drift(moved, moved, dt);
    this.#full = this.#full && this.#belief.value(SOC) >= FULL_UNTIL;
    this.#polarisation.lose(dt);
    this.#quiet.lose();
    this.#watch(lowest, dt);
  }

  /** The cells may make a battery full, where no tail current is asked for, without anybody knowing the current. */
  #watch(lowest: number, dt: number): void {
    if (dt > BLOCK) this.#anchors.lose();
    else {
      this.#anchors.step(lowest, Number.NaN, this.#temperature, dt);
      this.#byAnchor(this.#anchors.found);
    }
  }

  /** Counting since the last time makes less sure. */
  #spread(): void {
    const { covariance } = this.#belief;
    const block = this.#block;
    covariance.couple(SOC, BIAS, -block.sensed / 3600);
    covariance.couple(SOC, CAPACITY, block.charge);
    covariance.add(SOC, this.#tuning.counting ** 2 * block.moved);
    this.#drift(Math.abs(block.charge), block.moved, block.time);
    block.clearCount();
  }

  /** Sensors drift, the branch is lost as charge flows one way, and what the voltage tells is new again. */
  #drift(net: number, moved: number, dt: number): void {
    const t = this.#tuning;
    const { covariance } = this.#belief;
    covariance.add(BIAS, (t.biasPerDay ** 2 * dt) / DAY);
    covariance.add(CAPACITY, (t.capacityPerDay ** 2 * dt) / DAY);
    covariance.add(VOLTAGE, (t.voltagePerDay ** 2 * dt) / DAY);
    this.#places.fade(dt);
    const kept = Math.exp(-net / t.branchChange - dt / t.branchTime);
    covariance.scale(BRANCH, kept);
    covariance.add(BRANCH, t.branchNoise ** 2 * (1 - kept * kept));
    this.#fresh = Math.min(1, this.#fresh + moved / t.freshCharge + dt / t.freshTime);
  }

  #correct(): void {
    const before = this.soc;
    this.#spread();
    if (this.#block.seen >= BLOCK / 2 - 1e-6) this.#byVoltage();
    this.#block.clearSeen();
    this.#byQuiet();
    this.#tell('voltage', before);
    this.#byAnchor(this.#anchors.found);
  }

  #byVoltage(): void {
    const t = this.#tuning;
    const belief = this.#belief;
    const block = this.#block;
    if (Math.abs(block.shown - this.#compared) < STANDS) return;
    this.#compared = block.shown;
    const soc = Math.min(1, Math.max(0, block.soc));
    const branch = belief.value(BRANCH);
    const expected = expectVoltage(soc, belief.sigma(SOC), branch, this.#temperature, this.#expected);
    const learned = belief.curveAt(soc);
    belief.slopes[SOC] = expected.slope;
    belief.slopes[VOLTAGE] = 1;
    belief.slopes[BRANCH] = expected.halfGap;
    const chill = t.cold * Math.max(0, coldFactor(this.#temperature) - 1) ** 1.5;
    const left =
      t.model ** 2 +
      t.fine * expected.spread +
      (t.polarisation * block.added) ** 2 +
      (t.minor * expected.halfGap) ** 2 * (1 - branch * branch) +
      (chill * Math.exp(t.coldEmpty * Math.max(0, 0.5 - soc))) ** 2 +
      (t.empty * Math.exp(-soc / 0.12)) ** 2 +
      (t.top * Math.exp((soc - 1) / 0.05)) ** 2;
    const often = 1 + this.#places.seen(soc, branch) / t.enough;
    this.#places.count(soc, branch, this.#fresh);
    const noise = (left * often) / this.#fresh + expected.bent;
    this.#fresh = 0;
    const surprise = onCurve(block.voltage, this.#temperature) - expected.mean - belief.value(VOLTAGE) - learned;
    belief.learn(surprise, (spread) => noise + Math.max(0, (surprise / ODD) ** 2 - noise - spread));
  }

  #byQuiet(): void {
    if (!this.#trusted || !this.#quiet.still) return;
    const known = this.#belief.covariance.get(BIAS, BIAS);
    const variance = this.#quiet.variance(this.#tuning.quiet);
    // The same evidence again and again does not make surer than it is.
    if (known <= variance * 1.0001) return;
    this.#belief.only(BIAS);
    const noise = (variance * known) / (known - variance);
    this.#belief.learn(this.#quiet.offset - this.#belief.value(BIAS), () => noise);
  }

  #byAnchor(found: Anchor): void {
    if (found === null) return;
    const before = this.soc;
    this.#anchor = found;
    if (found === 'full' && this.#anchors.charging) {
      this.#callFull(before);
      return;
    }
    const { soc, sigma } = found === 'full' ? FULL : EMPTY;
    this.#full = found === 'full';
    const surprise = soc - this.#belief.value(SOC);
    const { covariance } = this.#belief;
    if (surprise ** 2 > BROKEN ** 2 * (covariance.get(SOC, SOC) + sigma ** 2)) {
      if (this.#tuning.forgetful) this.#forget();
      this.#belief.setSoc(soc);
      covariance.reset(SOC, sigma ** 2);
    } else {
      this.#belief.only(SOC);
      this.#belief.learn(surprise, () => sigma ** 2);
      // A full battery is at 100 %, and nothing less is shown of it.
      if (found === 'full') this.#belief.setSoc(soc);
    }
    this.#tell(found, before);
    if (found === 'full') this.#check(this.#closure.full());
  }

  /** The owner's rule makes a battery full that still charges: shown as such, but nothing is learned from it. */
  #callFull(before: number): void {
    this.#full = true;
    this.#belief.setSoc(FULL.soc);
    this.#belief.covariance.reset(SOC, CALLED_FULL_SIGMA ** 2);
    this.#tell('full', before);
  }

  /**
   * What was left over from full to full is the offset. Where an offset that was read off a quiet battery cannot explain it,
   * something is always on there, and such evidence is not believed any more.
   */
  #check(closure: Closure | null): void {
    if (closure === null) return;
    const { hours, mean, moved } = closure;
    const noise = (CLOSING_SIGMA ** 2 + this.#tuning.counting ** 2 * moved) / hours ** 2;
    const surprise = mean - this.#belief.value(BIAS);
    if (this.#trusted && surprise ** 2 > DOUBT ** 2 * (noise + this.#belief.covariance.get(BIAS, BIAS))) {
      this.#trusted = false;
      // All that was learned beside a wrong offset is wrong as well.
      this.#forget();
    }
    this.#belief.only(BIAS);
    this.#belief.learn(mean - this.#belief.value(BIAS), () => noise);
  }

  #forget(): void {
    this.#belief.forget(this.#tuning);
    this.#places.clear();
  }

  #tell(reason: SocCorrectionReason, before: number): void {
    const change = this.soc - before;
    this.#corrected = reason === 'voltage' ? this.#corrected + change : change;
    if (Math.abs(this.#corrected) > TOLD) {
      this.#correction = { reason, from: this.soc - this.#corrected, to: this.soc };
      this.#corrected = 0;
    } else if (reason !== 'voltage') this.#corrected = 0;
  }
}

/** `value` where it is a number within `range`, else `otherwise`. */
function within(value: number | null, range: readonly [number, number], otherwise: number): number {
  return value !== null && value >= range[0] && value <= range[1] ? value : otherwise;
}
