/**
 * What was counted from one full battery to the next. It must come out at nothing; what is left over is the sensor's offset,
 * whatever else was believed of it meanwhile.
 */

/** Shorter than this tells nothing (s), nor does a battery that was hardly used (capacities that went in and out). */
const SHORTEST = 6 * 3600;
const LEAST_MOVED = 0.1;

export interface Closure {
  /** From full to full (h). */
  readonly hours: number;
  /** Mean of the current that was seen (per hour of the capacity). */
  readonly mean: number;
  /** Capacities that went in and out. */
  readonly moved: number;
}

export class FullToFull {
  #since = Number.NaN;
  #left = 0;
  #moved = 0;

  /** A current (per hour of the capacity) was seen for `dt` s. */
  count(current: number, dt: number): void {
    const charge = (current * dt) / 3600;
    this.#since += dt;
    this.#left += charge;
    this.#moved += Math.abs(charge);
  }

  /** Something flowed that nobody saw. */
  lose(): void {
    this.#since = Number.NaN;
  }

  /** The battery is full now. @returns what was counted since it was last, where that tells something. */
  full(): Closure | null {
    const tells = this.#since >= SHORTEST && this.#moved >= LEAST_MOVED;
    const hours = this.#since / 3600;
    const closure = tells ? { hours, mean: this.#left / hours, moved: this.#moved } : null;
    this.#since = 0;
    this.#left = 0;
    this.#moved = 0;
    return closure;
  }
}
