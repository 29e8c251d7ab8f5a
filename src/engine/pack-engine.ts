/**
 * The whole engine of one pack: what sources say → reading with SOC → decision.
 * The nodes, the command line's replay and the benches all run this one piece; time comes in as an argument.
 */
import { SocCounter } from './estimator/soc-counter.ts';
import { numberOf, staleAfter, type PackSettings } from './pack/settings.ts';
import type { ProtectionMemory } from './protection/decision.ts';
import { Protection } from './protection/protection.ts';
import type { Quantity } from './protection/quantity.ts';
import { LimitKeeper, type Limits } from './limits/limits.ts';
import { SourceTable } from './reading/assemble.ts';
import type { Observation } from './reading/observation.ts';
import type { Reading } from './reading/reading.ts';

/** What survives a restart, as plain data. */
export interface PackMemory {
  /** 0..1, or `null` when unknown. */
  readonly soc: number | null;
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
  readonly #soc: SocCounter;
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
    this.#soc = new SocCounter(settings, options.memory ?? null);
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
    this.#soc.seed(soc);
  }

  /** 0..1, NaN while unknown. */
  get soc(): number {
    return this.#soc.soc;
  }

  /** Energy counters and the like, as the device told last. */
  get extra(): Readonly<Record<string, number | string | boolean | null>> {
    return this.#sources.extra;
  }

  /** What is known at `now` (monotonic s), with SOC counted up to here; `wall` in ms since 1970 for display. */
  reading(now: number, wall: number): Reading {
    const reading = this.#sources.reading(now, wall);
    this.#soc.step(reading, now);
    if (Number.isNaN(this.#soc.soc)) this.#seedFromDevice(now);
    const soc = this.#soc.soc;
    if (!Number.isNaN(soc)) reading.soc = { value: soc * 100, age: 0, source: 'counter', uncertainty: null };
    return reading;
  }

  /** A device's own count seeds ours, unless it says it is not calibrated (its link then gives none). */
  #seedFromDevice(now: number): void {
    const soc = this.#sources.deviceSoc(now);
    if (soc !== null) this.#soc.seed(soc / 100);
  }

  /** What chargers and loads may use, after the last judged reading; to be asked about once a second. */
  limits(now: number): Limits {
    // Before the first decision nothing may flow, and it is no reason to hold the limits down afterwards.
    if (!this.protection.ready) return this.#limits.none();
    return this.#limits.step(this.protection.limitInputs, now);
  }

  memory(now: number): PackMemory {
    const soc = this.#soc.soc;
    const { sensors } = this.#sources;
    return { soc: Number.isNaN(soc) ? null : soc, protection: this.protection.memory(now), sensors };
  }
}
