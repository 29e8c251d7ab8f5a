/**
 * Finds a cell that does not rise while the battery is charged (VLB-18: half an hour, then it is beyond recovery).
 *
 * Only where the curve is steep does a healthy cell rise so that a sensor shows it; on the plateau half an hour at a tenth of
 * the capacity raises it by two millivolts.
 */
import { numberIn, numbersIn, recordOf, storable } from '../figures/stored.ts';

/** Which cells are looked at, and how much must have gone in before one is judged. */
export interface Look {
  /** V: cells below are on the steep part for what goes in. */
  readonly below: number;
  /** Share of the capacity. */
  readonly share: number;
}

/** The trickle: at the very bottom a thousandth of the capacity (100 Ah: an hour) raises a cell by 20 mV and more. */
export const TRICKLE_LOOK: Look = { below: 2.45, share: 0.001 };
/** A tenth of the capacity per hour puts in 5 % in half an hour; even a tenth of that raises a cell below 3.1 V by 13 mV. */
export const SLOW_LOOK: Look = { below: 3.1, share: 0.005 };

/** V that a cell has to rise within a look. */
const RISE = 0.01;
/** s of charging after which the first voltage is taken: before, the current itself lifts a dead cell too. */
const SETTLED = 120;
/** A look takes at least so long (s). */
const LOOK = 1800;
/** A pause longer than this (s) lets the cells sink, and the look begins anew. The BMS may well cycle the charger. */
const PAUSE = 300;

export class RiseWatch {
  readonly #capacity: number;
  /** V of each cell when the look began; NaN before. */
  readonly #first: Float64Array;
  #chargedFor = 0;
  #pausedFor = 0;
  /** Ah that went in since the look began. */
  #charge = 0;
  #begun = false;
  #found = 0;

  /** @param capacity Ah */
  constructor(cells: number, capacity: number) {
    this.#capacity = capacity;
    this.#first = new Float64Array(cells).fill(Number.NaN);
  }

  /** @param flow A that went in during these `dt` s; NaN, or a battery that is not charged: a pause */
  step(cells: Float64Array, charging: boolean, flow: number, dt: number, look: Look): void {
    if (!charging) {
      this.#pausedFor += dt;
      if (this.#pausedFor > PAUSE) this.lose();
      return;
    }
    this.#pausedFor = 0;
    this.#chargedFor += dt;
    if (!this.#begun) {
      if (this.#chargedFor >= SETTLED) this.#begin(cells);
      return;
    }
    this.#charge += (flow * dt) / 3600;
    if (this.#chargedFor < LOOK || !(this.#charge >= look.share * this.#capacity)) return;
    this.#found = this.#flat(cells, look.below);
    this.#chargedFor = SETTLED;
    this.#begin(cells);
  }

  /** Number of the cell that did not rise, from 1; 0: none is known. */
  get found(): number {
    return this.#found;
  }

  /** Nobody looked for a while, or another stage begins. */
  lose(): void {
    this.#first.fill(Number.NaN);
    this.#chargedFor = 0;
    this.#pausedFor = 0;
    this.#charge = 0;
    this.#begun = false;
    this.#found = 0;
  }

  state(): unknown {
    return {
      first: Array.from(this.#first, storable),
      chargedFor: this.#chargedFor,
      pausedFor: this.#pausedFor,
      charge: this.#charge,
      begun: this.#begun,
      found: this.#found,
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const first = numbersIn(stored, 'first', this.#first.length, -10, 10);
    if (first === null) return;
    this.#first.set(first);
    this.#chargedFor = numberIn(stored, 'chargedFor', 0, 1e9, 0);
    this.#pausedFor = numberIn(stored, 'pausedFor', 0, 1e9, 0);
    this.#charge = numberIn(stored, 'charge', 0, 1e9, 0);
    this.#begun = stored['begun'] === true;
    this.#found = Math.round(numberIn(stored, 'found', 0, first.length, 0));
  }

  #begin(cells: Float64Array): void {
    this.#begun = true;
    this.#charge = 0;
    for (let i = 0; i < this.#first.length; i++) this.#first[i] = cells[i] ?? Number.NaN;
  }

  #flat(cells: Float64Array, below: number): number {
    for (let i = 0; i < this.#first.length; i++) {
      // What is not known at either end is not judged.
      const now = cells[i] ?? Number.NaN;
      if (now < below && now - this.#first[i]! < RISE) return i + 1;
    }
    return 0;
  }
}
