/** Charge and energy in and out over one span of time (123-R10, ECS-3). Nothing here ever goes back but by `clear()`. */
import { recordOf } from './stored.ts';
import { Sum, type SumState } from './sum.ts';

export interface TallyState {
  readonly chargedAh: SumState;
  readonly dischargedAh: SumState;
  readonly chargedWh: SumState;
  readonly dischargedWh: SumState;
  /** `null`: not known. */
  readonly fromSources: SumState | null;
  readonly toConsumers: SumState | null;
}

export class Tally {
  readonly #chargedAh = new Sum();
  readonly #dischargedAh = new Sum();
  readonly #chargedWh = new Sum();
  readonly #dischargedWh = new Sum();
  readonly #fromSources = new Sum();
  readonly #toConsumers = new Sum();
  /** Sources and consumers were told apart. */
  #apart = false;

  /** Ah into the battery. */
  get chargedAh(): number {
    return this.#chargedAh.value;
  }

  /** Ah out of the battery. */
  get dischargedAh(): number {
    return this.#dischargedAh.value;
  }

  /** Wh into the battery. */
  get chargedWh(): number {
    return this.#chargedWh.value;
  }

  /** Wh out of the battery. */
  get dischargedWh(): number {
    return this.#dischargedWh.value;
  }

  /** Wh from the sources (123-R7, 123-R10); NaN where only the net current is known. */
  get fromSources(): number {
    return this.#apart ? this.#fromSources.value : Number.NaN;
  }

  /** Wh to the consumers (123-R7, 123-R10); NaN where only the net current is known. */
  get toConsumers(): number {
    return this.#apart ? this.#toConsumers.value : Number.NaN;
  }

  /** Counts `charge` (Ah) and `energy` (Wh), both + into the battery; NaN is not counted. */
  count(charge: number, energy: number): void {
    if (charge > 0) {
      this.#chargedAh.add(charge);
      this.#chargedWh.add(energy);
    } else {
      this.#dischargedAh.add(-charge);
      this.#dischargedWh.add(-energy);
    }
  }

  /** Counts Wh that came from the sources and went to the consumers. */
  countApart(fromSources: number, toConsumers: number): void {
    this.#apart = true;
    this.#fromSources.add(fromSources);
    this.#toConsumers.add(toConsumers);
  }

  /** Another span begins: all to 0, and sources and consumers are not known until they are told apart again. */
  begin(): void {
    this.clear();
    this.#apart = false;
  }

  /** All to 0. */
  clear(): void {
    this.#chargedAh.clear();
    this.#dischargedAh.clear();
    this.#chargedWh.clear();
    this.#dischargedWh.clear();
    this.#fromSources.clear();
    this.#toConsumers.clear();
  }

  state(): TallyState {
    return {
      chargedAh: this.#chargedAh.state(),
      dischargedAh: this.#dischargedAh.state(),
      chargedWh: this.#chargedWh.state(),
      dischargedWh: this.#dischargedWh.state(),
      fromSources: this.#apart ? this.#fromSources.state() : null,
      toConsumers: this.#apart ? this.#toConsumers.state() : null,
    };
  }

  /** Takes over the sums that can be read; the others stay as they are. */
  restore(found: unknown): void {
    const record = recordOf(found);
    this.#chargedAh.restore(record.chargedAh);
    this.#dischargedAh.restore(record.dischargedAh);
    this.#chargedWh.restore(record.chargedWh);
    this.#dischargedWh.restore(record.dischargedWh);
    const sources = this.#fromSources.restore(record.fromSources);
    const consumers = this.#toConsumers.restore(record.toConsumers);
    if (sources || consumers) this.#apart = true;
  }
}
