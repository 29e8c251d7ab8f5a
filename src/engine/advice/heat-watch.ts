/** Tells a sharp rise of temperature from a warm day: how far the battery is above what it was lately. */
import { numberIn, recordOf, storable } from '../figures/stored.ts';

/** "Lately" is a mean of about half an hour (s): a day that grows warmer by 4 °C an hour lies 2 °C above it. */
const LATELY = 1800;
/** °C above it: ten an hour without an end, or as much at once. At a tenth of the capacity a good battery gains two. */
const SHARP = 5;
/** s for which it must be so, or one wild value would end a recovery. */
const LASTS = 60;
/** °C: the end of the operating range (VLB-6); a balancing board warms its own sensor (123-R6), so more is let pass. */
const HOT = 50;
const HOT_BALANCING = 75;

export class HeatWatch {
  #mean = Number.NaN;
  #sharpFor = 0;
  #hotFor = 0;

  /**
   * @param temperature °C; NaN: unknown, which tells nothing
   * @param balancing a board that takes charge from a cell shows its own heat, not that of the battery
   */
  step(temperature: number, balancing: boolean, dt: number): void {
    if (Number.isNaN(temperature)) return;
    if (Number.isNaN(this.#mean)) this.#mean = temperature;
    this.#mean += (temperature - this.#mean) * -Math.expm1(-dt / LATELY);
    const sharp = !balancing && temperature - this.#mean > SHARP;
    this.#sharpFor = sharp ? this.#sharpFor + dt : 0;
    const hot = temperature >= (balancing ? HOT_BALANCING : HOT);
    this.#hotFor = hot ? this.#hotFor + dt : 0;
  }

  /** Nobody looked for a while: what it was before is no measure any more. */
  lose(): void {
    this.#mean = Number.NaN;
    this.#sharpFor = 0;
    this.#hotFor = 0;
  }

  get isSharp(): boolean {
    return this.#sharpFor >= LASTS;
  }

  get isHot(): boolean {
    return this.#hotFor >= LASTS;
  }

  state(): unknown {
    return { mean: storable(this.#mean), sharpFor: this.#sharpFor, hotFor: this.#hotFor };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#mean = numberIn(stored, 'mean', -100, 200, Number.NaN);
    this.#sharpFor = numberIn(stored, 'sharpFor', 0, 1e9, 0);
    this.#hotFor = numberIn(stored, 'hotFor', 0, 1e9, 0);
  }
}
