/**
 * All figures of one battery beside its state of charge: what it holds, how it is, how it was used, what it needs. Each is a
 * part of its own; here they are fed from the same sample and stored together.
 */
import { Adviser } from '../advice/adviser.ts';
import type { Advice, AdviceEdge } from '../advice/advice.ts';
import { ChargeCuts } from '../advice/charge-cuts.ts';
import type { AdviceFacts } from '../advice/facts.ts';
import { Recovery } from '../advice/recovery.ts';
import { Balance } from './balance.ts';
import { Calibration } from './calibration.ts';
import { Counters } from './counters.ts';
import { Cycles } from './cycles.ts';
import { Efficiency } from './efficiency.ts';
import { Extremes } from './extremes.ts';
import { Lately } from './lately.ts';
import { LoadCut } from './load-cut.ts';
import { MissingCharge } from './missing.ts';
import { Remaining } from './remaining.ts';
import { Reserve } from './reserve.ts';
import { Resistance } from './resistance.ts';
import { Rest } from './rest.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { recordOf } from './stored.ts';

/** Raised when stored figures of an older program cannot be read any more. */
const FIGURES_VERSION = 1;
/** Advice is looked at once in so many seconds. */
const ADVICE_EVERY = 10;
const NO_EDGES: readonly AdviceEdge[] = [];

/** What others know of the battery. */
export interface Known {
  /** Ah: learned, or as set while nothing is learned; and one standard deviation of it. */
  readonly capacity: number;
  readonly capacitySigma: number;
  /** Learned capacity over the rated one, NaN while it is not known well. Never told from the resistance. */
  readonly health: number;
  /** SOC (0..1) below which nothing counts. */
  readonly floor: number;
  /** What the current sensor shows at no current (A). */
  readonly currentOffset: number;
  /** The loads are off because a cell is empty. */
  readonly loadsCut: boolean;
  /** Charging is stopped because a cell is full. */
  readonly chargeCut: boolean;
}

const NOTHING_KNOWN = {
  capacitySigma: Infinity,
  health: Number.NaN,
  floor: 0,
  currentOffset: 0,
  loadsCut: false,
  chargeCut: false,
} as const;

export class Figures {
  readonly settings: BatterySettings;
  readonly counters = new Counters();
  readonly cycles: Cycles;
  readonly extremes = new Extremes();
  readonly efficiency: Efficiency;
  readonly calibration = new Calibration();
  readonly resistance: Resistance;
  readonly remaining: Remaining;
  readonly balance: Balance;
  readonly rest: Rest;
  readonly missing: MissingCharge;
  readonly reserve: Reserve;
  readonly recovery: Recovery;
  readonly lately: Lately;
  readonly #cut: LoadCut;
  readonly #chargeCuts = new ChargeCuts();
  readonly #adviser: Adviser;
  #sinceAdvice = 0;
  #edges: readonly AdviceEdge[] = NO_EDGES;
  #known: Known;

  /** @param stored what `state()` gave before, whatever became of it on the disk */
  constructor(settings: BatterySettings, stored: unknown = null) {
    this.settings = settings;
    this.cycles = new Cycles(settings);
    this.efficiency = new Efficiency(settings);
    this.resistance = new Resistance(settings);
    this.remaining = new Remaining(settings);
    this.balance = new Balance(settings);
    this.rest = new Rest(settings);
    this.missing = new MissingCharge(settings);
    this.reserve = new Reserve(settings);
    this.recovery = new Recovery(settings);
    this.lately = new Lately(settings);
    this.#cut = new LoadCut(settings);
    this.#adviser = new Adviser(settings);
    const { capacity } = settings;
    this.#known = { ...NOTHING_KNOWN, capacity };
    this.#restore(stored);
  }

  /** As others knew it at the last step. */
  get known(): Known {
    return this.#known;
  }

  /** The most urgent first. */
  get advice(): readonly Advice[] {
    return this.#adviser.active;
  }

  step(sample: BatterySample, known: Known): void {
    this.#known = known;
    this.counters.step(sample);
    this.cycles.step(sample);
    this.extremes.step(sample);
    this.efficiency.step(sample);
    this.calibration.step(sample);
    this.resistance.step(sample);
    this.remaining.step(sample);
    this.balance.step(sample);
    this.rest.step(sample);
    this.missing.step(sample);
    this.lately.step(sample, this.balance.atTop, known.currentOffset);
    this.#cut.step(sample, known.loadsCut);
    this.reserve.step(sample, known.loadsCut);
    this.recovery.step(sample);
    this.#chargeCuts.step(sample.dt, known.chargeCut);
    this.#sinceAdvice += sample.dt;
    if (this.#sinceAdvice < ADVICE_EVERY) return;
    this.#sinceAdvice = 0;
    const edges = this.#adviser.step(this.#facts(sample));
    if (edges.length > 0) this.#edges = [...this.#edges, ...edges];
  }

  /** What is remaining, with what is known now. */
  left(): Remaining {
    const { capacity, floor, currentOffset: offset } = this.#known;
    this.remaining.update({ capacity, floor, resistance: this.resistance.packNow, offset });
    return this.remaining;
  }

  /** What advice was given or taken back since the last time. */
  takeAdvice(): readonly AdviceEdge[] {
    const edges = this.#edges;
    this.#edges = NO_EDGES;
    return edges;
  }

  /** The owner clears what counts since then (123-R10); the battery's age, its capacity and its resistance stay. */
  clear(): void {
    this.counters.clear();
    this.cycles.clear();
    this.extremes.clear();
  }

  state(): object {
    return {
      version: FIGURES_VERSION,
      ...Object.fromEntries(Object.entries(this.#parts).map(([name, part]) => [name, part.state()])),
    };
  }

  #restore(stored: unknown): void {
    const found = recordOf(stored);
    if (found['version'] !== FIGURES_VERSION) return;
    for (const [name, part] of Object.entries(this.#parts)) part.restore(found[name]);
  }

  /** Under the names they are stored by. */
  get #parts(): Readonly<Record<string, { state(): unknown; restore(found: unknown): void }>> {
    const { counters, cycles, extremes, efficiency, calibration, resistance, remaining } = this;
    const { balance, rest, missing, reserve, recovery, lately } = this;
    const own = { cut: this.#cut, chargeCuts: this.#chargeCuts, adviser: this.#adviser };
    const used = { counters, cycles, extremes, efficiency, calibration, resistance, remaining };
    return { ...used, balance, rest, missing, reserve, recovery, lately, ...own };
  }

  #facts(sample: BatterySample): AdviceFacts {
    const { balance, rest, missing, lately, calibration, cycles } = this;
    const sags = Number.isNaN(rest.sagCell) ? null : rest.sagCell;
    // Before the first rest nobody has looked.
    const isLooked = !Number.isNaN(rest.spreadRest);
    return {
      everFull: !Number.isNaN(calibration.secondsSinceFull),
      daysSinceFull: calibration.daysSinceFull,
      daysKnown: lately.daysKnown,
      cyclesPerDay: lately.cyclesPerDay,
      greatestRate: lately.greatestRate,
      shortCharges: lately.hasShortCharges,
      // Nothing tells how many batteries with a BMS of their own a pack is made of.
      seriesStrings: false,
      balance: balance.balance,
      spreadRest: rest.spreadRest,
      spreadTop: missing.spreadTop,
      missingAh: missing.largest,
      missingCell: Number.isNaN(missing.worst) ? null : missing.worst,
      repairHours: missing.hours,
      repairRestarts: missing.restarts,
      saggingCell: sags,
      saggingBy: sags !== null ? rest.sagVolts : isLooked ? 0 : Number.NaN,
      soc: sample.soc,
      sigma: sample.sigma,
      soh: this.#known.health,
      cycles: cycles.equivalent,
      temperature: sample.temperature,
      idleFor: lately.idleFor,
      loadsCut: this.#known.loadsCut,
      cutCell: this.#cut.cell,
      cutVoltage: this.#cut.voltage,
      cutMean: this.#cut.mean,
      timeToDamage: this.reserve.timeToDamage,
      chargeCuts: this.#chargeCuts.count,
      chargeCutsFor: this.#chargeCuts.cyclingFor,
      sinceChargeCut: this.#chargeCuts.sinceLast,
      recovery: this.recovery,
    };
  }
}
