/**
 * A pack's state of charge: what its settings and its samples mean to the estimator, and what of the estimate is shown.
 *
 * An unknown SOC stays unknown until a device, the owner, a full battery or the voltages tell well enough: it is never
 * invented.
 */
import { numberOf, type PackSettings } from '../pack/settings.ts';
import { PROFILES } from '../profiles/index.ts';
import type { BatterySample } from '../figures/sample.ts';
import { floorOf, innerSoc, shownSoc } from '../figures/usable.ts';
import type { Anchor } from './anchors.ts';
import { CapacityLearner } from './capacity-learner.ts';
import { type SocCorrection, SocEstimator, type SocSettings } from './soc-estimator.ts';
import { parseSocState, type SocState } from './soc-state.ts';
import { TUNING } from './tuning.ts';

/** SOC is known once its uncertainty (one standard deviation, 0..1) is below this … */
const KNOWN = 0.1;
/** … and until it is above this. */
const LOST = 0.2;
/** How far a device's own count, the owner's word, and what an earlier version stored may be off. */
const SIGMA = { device: 0.07, owner: 0.01, stored: 0.1 } as const;
/** Energy that comes back of what was put in, measured at a third of the capacity per hour: docs/soc.md. */
const ENERGY_EFFICIENCY = 0.96;

export interface SocMemory {
  /** 0..1 as shown, or `null` when unknown. */
  readonly soc: number | null;
  /** The estimator's own state, and that of the one that learns the capacity; an earlier version had none. */
  readonly estimator?: SocState;
  readonly learner?: SocState;
}

/** Where a state of charge that is told comes from. */
export type Teller = keyof typeof SIGMA;

export class StateOfCharge {
  readonly #settings: PackSettings;
  readonly #estimator: SocEstimator;
  readonly #learner: CapacityLearner;
  readonly #byPack: boolean;
  readonly #compensated: boolean;
  #known: boolean;
  #floor: number;

  constructor(settings: PackSettings, memory: SocMemory | null = null) {
    this.#settings = settings;
    const mode = settings.values.mode === 'critical' ? 'critical' : 'normal';
    this.#byPack = PROFILES[settings.profile].full[mode] === 'byPack';
    this.#compensated = settings.values.temperatureCompensation === 'yes';
    this.#floor = floorOf(Number.NaN, this.#share);
    const state = parseSocState(memory?.estimator);
    const wanted = estimatorSettings(settings);
    this.#estimator = state === null ? new SocEstimator(wanted) : SocEstimator.restored(wanted, state);
    const learned = parseSocState(memory?.learner);
    this.#learner = learned === null ? new CapacityLearner(wanted) : CapacityLearner.restored(wanted, learned);
    const soc = memory?.soc ?? null;
    this.#known = soc !== null;
    if (state === null && soc !== null) this.tell(soc, 'stored');
  }

  /** As shown: 0..1 of what counts as the capacity, NaN while unknown. */
  get shown(): number {
    return this.#known ? shownSoc(this.#estimator.soc, this.#floor) : Number.NaN;
  }

  /** One standard deviation of what is shown (0..1), NaN while unknown. */
  get uncertainty(): number {
    return this.#known ? this.#estimator.sigma / (1 - this.#floor) : Number.NaN;
  }

  /** Part of the battery's charge that does not count: cold, or the owner's choice (123-R14). 0..1. */
  get floor(): number {
    return this.#floor;
  }

  /** Of the whole battery, 0..1, and its standard deviation; NaN while unknown. */
  get soc(): number {
    return this.#known ? this.#estimator.soc : Number.NaN;
  }

  get sigma(): number {
    return this.#known ? this.#estimator.sigma : Number.NaN;
  }

  /** What the current sensor shows at no current, as far as is known (A). */
  get currentOffset(): number {
    return this.#estimator.currentOffset;
  }

  /** Capacity as far as it is known (Ah): as set at first, then as the battery shows it. */
  get capacity(): number {
    return this.#isLearned ? this.#learner.guess : this.#estimator.capacity;
  }

  /** One standard deviation of it (Ah). */
  get capacitySigma(): number {
    return this.#isLearned ? this.#learner.sigma : this.#estimator.capacitySigma;
  }

  /** State of health (ECS-3): learned over rated capacity; NaN until it is known well. */
  get health(): number {
    return this.#learner.soh;
  }

  /** The battery has shown more than what was set could say. */
  get #isLearned(): boolean {
    return this.#learner.sigma <= TUNING.capacity * this.#learner.guess;
  }

  /** Somebody tells where the battery stands, as shown (0..1); what is no number tells nothing. */
  tell(soc: number, who: Teller): void {
    if (!Number.isFinite(soc)) return;
    this.#estimator.seed({ soc: innerSoc(soc, this.#floor), sigma: SIGMA[who] });
    this.#known = true;
  }

  /** Certainly nothing flows: what the sensor shows is its offset (123-R8). */
  zero(current: number): void {
    this.#estimator.zero(current);
    this.#learner.zero(current);
  }

  /** Counts what has flowed. @returns what the cells have just shown */
  step(sample: BatterySample): Anchor {
    const { dt, flow, voltage, cells, temperature } = sample;
    const cellMin = this.#byPack ? voltage / cells.length : sample.cellMin;
    const input = {
      dt,
      current: storable(flow),
      shown: storable(sample.current),
      cellMin: storable(cellMin),
      cellMean: storable(sample.cellMean),
      temperature: storable(temperature),
    };
    this.#estimator.step(input);
    this.#learner.step(input);
    this.#learner.correct(this.#estimator);
    const anchor = this.#estimator.takeAnchor();
    const { sigma } = this.#estimator;
    this.#known = sigma <= (this.#known ? LOST : KNOWN);
    this.#floor = this.#floorAt(temperature);
    return anchor;
  }

  /** The last correction that is worth telling, once; SOC as shown. */
  takeCorrection(): SocCorrection | null {
    const correction = this.#estimator.takeCorrection();
    if (correction === null || !this.#known) return null;
    const { from, to } = correction;
    return { ...correction, from: shownSoc(from, this.#floor), to: shownSoc(to, this.#floor) };
  }

  memory(): Required<SocMemory> {
    const { shown } = this;
    return {
      soc: Number.isNaN(shown) ? null : shown,
      estimator: this.#estimator.state(),
      learner: this.#learner.state(),
    };
  }

  /** The temperature that was known last counts on. */
  #floorAt(temperature: number): number {
    if (this.#compensated && Number.isNaN(temperature)) return this.#floor;
    return floorOf(this.#compensated ? temperature : Number.NaN, this.#share);
  }

  get #share(): number {
    return numberOf(this.#settings, 'capacityShare') / 100;
  }
}

/** What the pack's settings say to the estimator. */
function estimatorSettings(settings: PackSettings): SocSettings {
  const tail = numberOf(settings, 'fullTailCurrent');
  const efficiency = numberOf(settings, 'chargeEfficiency') / 100;
  const by = settings.values.countBy === 'energy' ? 'energy' : 'charge';
  return {
    capacity: numberOf(settings, 'capacity'),
    cells: numberOf(settings, 'cells'),
    fullVoltage: numberOf(settings, 'balanceVoltage'),
    // Off is off: whatever the current (123-R5 is literal).
    tailCurrent: Number.isNaN(tail) ? Infinity : tail,
    fullTime: numberOf(settings, 'fullTime'),
    blindSpot: numberOf(settings, 'currentBlindSpot'),
    selfConsumption: numberOf(settings, 'selfConsumption'),
    chargeEfficiency: Number.isNaN(efficiency) ? (by === 'energy' ? ENERGY_EFFICIENCY : 1) : efficiency,
    peukert: numberOf(settings, 'peukertExponent'),
    by,
  };
}

function storable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
