/**
 * What messages made by hand claim about a battery that a device measures. The table of sources takes nothing from them;
 * here the worst that they said is kept and makes the readings worse, until the device tells the same field again.
 */
import type { Observation } from '../engine/reading/observation.ts';
import { MESSAGE } from '../engine/reading/owned.ts';
import type { Reading } from '../engine/reading/reading.ts';
import { isPossible, isWorseCurrent, WORSE, worsen, type WorseField } from './worse.ts';

interface Claim {
  readonly value: number;
  readonly cell: number | null;
}

const SINGLE = ['bmsTemperature', 'starterVoltage', 'alternatorCurrent'] as const;

export class Claims {
  readonly #offset: number;
  readonly #worst = new Map<WorseField, Claim>();
  /** The largest currents that were claimed, into the battery and out of it (A). */
  #into = 0;
  #outOf = 0;
  #any = false;
  /** A device has spoken: without one, messages are all that is known. */
  #device = false;

  /** @param temperatureOffset the owner's correction, which every temperature of the battery gets (K) */
  constructor(temperatureOffset: number) {
    this.#offset = temperatureOffset;
  }

  /** Takes note of what a source said. */
  hear(source: string, seen: Observation): void {
    if (source !== MESSAGE) {
      this.#device = true;
      if (this.#any) this.#forget(seen);
    } else if (this.#device) this.#claim(seen);
  }

  /** Makes what a device has told worse where it was claimed to be; ages stay the device's. */
  apply(reading: Reading): void {
    if (!this.#any) return;
    for (const [field, { value, cell }] of this.#worst) {
      const known = reading[field];
      if (known === undefined || known.source === MESSAGE) continue;
      if (worsen(reading, field, value, cell)) known.source = MESSAGE;
    }
    const { current } = reading;
    if (current.value === null || current.source === MESSAGE) return;
    const outwards = current.value < 0 || (current.value === 0 && -this.#outOf > this.#into);
    const claimed = outwards ? this.#outOf : this.#into;
    if (!isWorseCurrent(claimed, current.value)) return;
    current.value = claimed;
    current.source = MESSAGE;
  }

  #claim(seen: Observation): void {
    for (const field of ['cellMin', 'cellMax'] as const) {
      this.#note(field, seen[field]?.value, seen[field]?.cell ?? null);
      for (const { cell, voltage } of seen.cells ?? []) this.#note(field, voltage, cell);
    }
    for (const field of ['temperatureMin', 'temperatureMax'] as const) {
      this.#note(field, seen[field]?.value, null, this.#offset);
      for (const { temperature } of seen.cells ?? []) this.#note(field, temperature, null, this.#offset);
    }
    for (const field of SINGLE) this.#note(field, seen[field], null);
    const { current } = seen;
    if (!isPossible('current', current)) return;
    this.#into = Math.max(this.#into, current);
    this.#outOf = Math.min(this.#outOf, current);
    this.#any = true;
  }

  #note(field: WorseField, value: number | null | undefined, cell: number | null, offset = 0): void {
    if (typeof value !== 'number' || !isPossible(field, value + offset)) return;
    const known = this.#worst.get(field);
    // What one message has claimed the next one does not take back.
    if (known !== undefined && (value + offset - known.value) * WORSE[field] <= 0) return;
    this.#worst.set(field, { value: value + offset, cell });
    this.#any = true;
  }

  /** The device speaks of it again: what was claimed before is over. */
  #forget(seen: Observation): void {
    const cells = seen.cells ?? [];
    for (const field of ['cellMin', 'cellMax'] as const) {
      const claimed = this.#worst.get(field)?.cell ?? null;
      const isTold = cells.some(({ cell, voltage }) => voltage !== undefined && (claimed === null || cell === claimed));
      if (isTold || seen[field] !== undefined) this.#worst.delete(field);
    }
    const isListed = seen.temperatures !== undefined || cells.some(({ temperature }) => temperature !== undefined);
    for (const field of ['temperatureMin', 'temperatureMax'] as const) {
      if (isListed || seen[field] !== undefined) this.#worst.delete(field);
    }
    for (const field of SINGLE) if (seen[field] !== undefined) this.#worst.delete(field);
    if (seen.current !== undefined) this.#into = this.#outOf = 0;
    this.#any = this.#worst.size > 0 || this.#into > 0 || this.#outOf < 0;
  }
}
