/**
 * Round-trip efficiency in energy and in charge (ECS-3): what came out between two full batteries, of what went in.
 *
 * The battery stands at the same place at both ends, so what is missing was lost. Only the cells' own word is full, and
 * nothing may have flowed unseen in between. An offset of the current sensor goes into the figure: 0.1 A over a day of
 * 100 Ah is 2.4 %.
 */
import { packVoltage } from './pack-voltage.ts';
import type { BatterySample, BatterySettings } from './sample.ts';
import { numbersIn, recordOf, type StoredRecord } from './stored.ts';

/** Of LiFePO4 in energy; lead-acid has 0.8 (OGT-15). A figure to compare with. */
export const EXPECTED_EFFICIENCY = 0.92;
/** Rated capacities that must have been discharged: less tells nothing. */
const LEAST_OUT = 0.1;
/** The last full batteries count, as many as have this many capacities between them: about a week of hard use. */
const MEMORY = 5;
/** Another efficiency than this comes of a count that is wrong. */
const LEAST_BELIEVED = 0.5;
const MOST_BELIEVED = 1.2;
/** Ah or Wh: more cannot be. */
const LARGEST = 1e9;

/** Charged Ah, discharged Ah, charged Wh, discharged Wh. */
type Flows = [inAh: number, outAh: number, inWh: number, outWh: number];

export interface EfficiencyState {
  /** All was seen since the battery was full. */
  readonly whole: boolean;
  /** Charged Ah, discharged Ah, charged Wh, discharged Wh since then. */
  readonly since: readonly number[];
  /** The same of the full batteries before, the older the less. */
  readonly before: readonly number[];
}

export class Efficiency {
  readonly #capacity: number;
  #whole = false;
  #since: Flows = [0, 0, 0, 0];
  #before: Flows = [0, 0, 0, 0];

  /** @param settings rated `capacity` in Ah; without it there is no efficiency */
  constructor(settings: Pick<BatterySettings, 'capacity'>) {
    this.#capacity = settings.capacity;
  }

  /** Wh out of Wh in, 0.5..1.2 (above 1 only by the error of a sensor); NaN until it was once full to full. */
  get energy(): number {
    return ratio(this.#before[3], this.#before[2]);
  }

  /** Ah out of Ah in, 0.5..1.2 (above 1 only by the error of a sensor); NaN until it was once full to full. */
  get charge(): number {
    return ratio(this.#before[1], this.#before[0]);
  }

  step(sample: BatterySample): void {
    if (sample.gap) this.#whole = false;
    else if (sample.dt > 0) this.#count(sample);
    if (sample.anchor === 'full') this.#full();
  }

  state(): EfficiencyState {
    return { whole: this.#whole, since: [...this.#since], before: [...this.#before] };
  }

  /** Takes over what can be read of an earlier `state()`; the rest stays as it is. */
  restore(found: unknown): void {
    const record = recordOf(found);
    const since = flowsIn(record, 'since');
    const before = flowsIn(record, 'before');
    if (since !== null && typeof record.whole === 'boolean') {
      this.#since = since;
      this.#whole = record.whole;
    }
    if (before !== null && (isBelieved(before) || before.every((flow) => flow === 0))) this.#before = before;
  }

  #count(sample: BatterySample): void {
    const charge = (sample.flow * sample.dt) / 3600;
    const energy = charge * packVoltage(sample);
    if (!Number.isFinite(energy)) {
      this.#whole = false;
      return;
    }
    const since = this.#since;
    if (charge > 0) {
      since[0] += charge;
      since[2] += energy;
    } else {
      since[1] -= charge;
      since[3] -= energy;
    }
  }

  /** The cells show it again and again while the battery stays full: it is counted from the last time. */
  #full(): void {
    const since = this.#since;
    if (this.#whole && since[1] >= LEAST_OUT * this.#capacity && isBelieved(since)) this.#blend(since[1]);
    since.fill(0);
    this.#whole = true;
  }

  /** The more was discharged, the more it counts, and the more of the old is forgotten. */
  #blend(discharged: number): void {
    const kept = Math.exp(-discharged / (MEMORY * this.#capacity));
    for (let k = 0; k < 4; k++) this.#before[k] = (this.#before[k] ?? 0) * kept + (this.#since[k] ?? 0);
  }
}

function isBelieved([inAh, outAh, inWh, outWh]: Flows): boolean {
  const charge = ratio(outAh, inAh);
  const energy = ratio(outWh, inWh);
  return charge >= LEAST_BELIEVED && charge <= MOST_BELIEVED && energy >= LEAST_BELIEVED && energy <= MOST_BELIEVED;
}

function ratio(out: number, taken: number): number {
  return taken > 0 ? out / taken : Number.NaN;
}

function flowsIn(record: StoredRecord, key: string): Flows | null {
  const list = numbersIn(record, key, 4, 0, LARGEST);
  return list === null || list.some(Number.isNaN) ? null : (list as Flows);
}
