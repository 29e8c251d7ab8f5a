/**
 * The whole engine of one pack: what sources say → reading with SOC → decision.
 * The nodes, the command line's replay and the benches all run this one piece; time comes in as an argument.
 */
import type { SocState } from './estimator/soc-state.ts';
import { StateOfCharge } from './estimator/state-of-charge.ts';
import { Figures } from './figures/figures.ts';
import type { BatterySample, BatterySettings } from './figures/sample.ts';
import { Sampler } from './figures/sampler.ts';
import { Notes } from './notes.ts';
import type { SettingName } from './pack/schema.ts';
import { numberOf, staleAfter, type PackSettings } from './pack/settings.ts';
import type { ProtectionEvent, ProtectionMemory } from './protection/decision.ts';
import { Protection } from './protection/protection.ts';
import type { Quantity } from './protection/quantity.ts';
import { LimitKeeper, type Limits } from './limits/limits.ts';
import { SourceTable } from './reading/assemble.ts';
import type { Observation } from './reading/observation.ts';
import type { Reading } from './reading/reading.ts';

/** A sensor is off by no more than this share of the capacity per hour, its blind spot (123-R8), or so few amperes. */
const LARGEST_OFFSET = 0.02;
const LEAST_OFFSET = 1;

/** What survives a restart, as plain data. */
export interface PackMemory {
  /** 0..1 as shown, or `null` when unknown. */
  readonly soc: number | null;
  /** What the estimator knows beside it, and the one that learns the capacity. */
  readonly estimator?: SocState;
  readonly learner?: SocState;
  /** Everything else that is counted and learned of the battery, as its parts wrote it. */
  readonly figures?: unknown;
  readonly protection: ProtectionMemory;
  /** Numbers of the cells that have given a temperature: one that does not any more has lost its sensor. */
  readonly sensors?: readonly number[];
}

export interface PackEngineOptions {
  /** The pack's name, carried by its readings. */
  readonly name: string;
  readonly memory?: PackMemory | null;
  /** Monotonic second at which the memory was made, from which the times of its log count back; it may be negative. */
  readonly memoryAt?: number;
  readonly firstClose?: boolean;
  /** Somebody vouches for an external precharge where the settings do not say (a log that is replayed). */
  readonly precharged?: boolean;
  readonly without?: readonly Quantity[];
}

export class PackEngine {
  readonly settings: PackSettings;
  readonly protection: Protection;
  readonly #sources: SourceTable;
  readonly #soc: StateOfCharge;
  readonly #sampler: Sampler;
  readonly figures: Figures;
  readonly #notes: Notes;
  readonly #limits: LimitKeeper;

  constructor(settings: PackSettings, options: PackEngineOptions) {
    this.settings = settings;
    this.protection = new Protection(settings, {
      memory: options.memory?.protection ?? null,
      memoryAt: options.memoryAt ?? 0,
      firstClose: options.firstClose === true,
      precharged: options.precharged === true,
      without: options.without ?? [],
    });
    const { memory = null } = options;
    this.#soc = new StateOfCharge(settings, memory);
    this.#sampler = new Sampler(numberOf(settings, 'cells'), memory === null ? Number.NaN : (options.memoryAt ?? 0));
    this.figures = new Figures(batterySettings(settings), memory?.figures);
    this.#notes = new Notes(this.protection.log);
    this.#limits = new LimitKeeper(settings);
    this.#sources = new SourceTable({
      pack: options.name,
      cells: numberOf(settings, 'cells'),
      staleAfter: staleAfter(settings),
      balanceVoltage: numberOf(settings, 'balanceVoltage'),
      temperatureOffset: numberOf(settings, 'temperatureOffset'),
      sensors: options.memory?.sensors ?? [],
    });
  }

  /** Takes in what a source said at the monotonic second `at`. */
  observe(source: string, seen: Observation, at: number): void {
    this.#sources.observe(source, seen, at);
  }

  /** A source reports trouble, or (with `null`) that it is over. */
  trouble(source: string, error: string | null): void {
    this.#sources.trouble(source, error);
  }

  /** Sets the state of charge (0..1): the owner's word. */
  seedSoc(soc: number): void {
    this.#soc.tell(soc, 'owner');
    this.figures.calibration.note(soc, 'owner', this.#sampler.sample);
  }

  /** 0..1 as shown, NaN while unknown. */
  get soc(): number {
    return this.#soc.shown;
  }

  /**
   * Certainly nothing flows now: what the current sensor shows is its offset (123-R8).
   * @returns false when no current is known, or more is shown than a sensor can be off by
   */
  zeroCurrent(now: number): boolean {
    const current = this.#sources.reading(now, 0).current.value;
    if (current === null || Math.abs(current) > this.#mostOffset) return false;
    this.#soc.zero(current);
    return true;
  }

  /** A. */
  get #mostOffset(): number {
    const of = (name: SettingName): number => numberOf(this.settings, name) || 0;
    return Math.max(LEAST_OFFSET, LARGEST_OFFSET * of('capacity'), of('currentBlindSpot'));
  }

  /** Events that only tell and have come since the last time: corrections of the state of charge, advice. */
  takeNotes(): readonly ProtectionEvent[] {
    return this.#notes.take();
  }

  /** Energy counters and the like, as the device told last. */
  get extra(): Readonly<Record<string, number | string | boolean | null>> {
    return this.#sources.extra;
  }

  /** What is known at `now` (monotonic s), with SOC counted up to here; `wall` in ms since 1970 for display. */
  reading(now: number, wall: number): Reading {
    const reading = this.#sources.reading(now, wall);
    const sample = this.#sampler.take(reading, now);
    const anchor = this.#soc.step(sample);
    if (Number.isNaN(this.#soc.shown)) this.#seedFromDevice(now);
    else if (Number.isNaN(sample.current)) this.#followDevice(now);
    this.#sampler.estimated(this.#soc.soc, this.#soc.sigma, anchor);
    const correction = this.#soc.takeCorrection();
    if (correction !== null) this.#notes.corrected(correction, now);
    this.#figure(sample);
    for (const edge of this.figures.takeAdvice()) this.#notes.advice(edge, now);
    const { shown, uncertainty } = this.#soc;
    if (!Number.isNaN(shown)) {
      reading.soc = { value: 100 * shown, age: 0, source: 'estimator', uncertainty: 100 * uncertainty };
    }
    return reading;
  }

  /** Without a current nothing can be counted: a device that counts by itself knows better. */
  #followDevice(now: number): void {
    const soc = this.#sources.deviceSoc(now);
    if (soc !== null) this.#soc.tell(soc / 100, 'device');
  }

  #figure(sample: BatterySample): void {
    const { capacity, capacitySigma, health, floor, currentOffset } = this.#soc;
    const { protection } = this;
    const loadsCut = protection.isRaised('cell-undervoltage') || protection.isRaised('cell-undervoltage-critical');
    const chargeCut = protection.isRaised('cell-overvoltage') || protection.isRaised('cell-overvoltage-critical');
    this.figures.step(sample, { capacity, capacitySigma, health, floor, currentOffset, loadsCut, chargeCut });
  }

  /** A device's own count is a start, unless it says it is not calibrated (its link then gives none). */
  #seedFromDevice(now: number): void {
    const soc = this.#sources.deviceSoc(now);
    if (soc === null) return;
    this.#soc.tell(soc / 100, 'device');
    this.figures.calibration.note(soc / 100, 'device', this.#sampler.sample);
  }

  /** What chargers and loads may use, after the last judged reading; to be asked about once a second. */
  limits(now: number): Limits {
    // Before the first decision nothing may flow, and it is no reason to hold the limits down afterwards.
    if (!this.protection.ready) return this.#limits.none();
    return this.#limits.step(this.protection.limitInputs, now);
  }

  memory(now: number): PackMemory {
    const { sensors } = this.#sources;
    const figures = this.figures.state();
    return { ...this.#soc.memory(), figures, protection: this.protection.memory(now), sensors };
  }
}

/** What of the settings the figures are about. */
export function batterySettings(settings: PackSettings): BatterySettings {
  const of = (name: SettingName): number => numberOf(settings, name);
  return {
    cells: of('cells'),
    capacity: of('capacity'),
    balanceCurrent: of('balanceCurrent'),
    balanceVoltage: of('balanceVoltage'),
    cellUndervoltage: of('cellUndervoltage'),
    selfConsumption: of('selfConsumption'),
    residualDrain: of('residualDrain'),
    absorptionTime: of('absorptionTime'),
    reserveSoc: of('reserveSoc') / 100,
    fullChargeEvery: of('fullChargeEvery'),
  };
}
