/**
 * What a current adds to the voltage of a cell beyond its rest: at once (resistance), within seconds and within minutes
 * (two relaxing parts), and how the resistance is learned from the jumps of the load.
 *
 * Resistances are volts per unit of capacity per hour, so they are the same for cells of any size. Starting values and the
 * ratios are from load steps of the A123 cell (pulse of 1 s 9.7 mΩ, 10 s 14.1, 300 s 27.3, 890 s 29.6 at 2.5 Ah, 25 °C).
 */

/** Resistance relative to 25 °C, measured at these temperatures. */
const COLD: readonly (readonly [number, number])[] = [
  [-25, 12.4],
  [-15, 6.6],
  [-5, 3.2],
  [5, 2.08],
  [15, 1.39],
  [25, 1],
  [35, 1],
  [45, 0.92],
];

/** How many times its resistance at 25 °C a cell has at `temperature` °C. */
export function coldFactor(temperature: number): number {
  let low = COLD[0] ?? [25, 1];
  if (temperature <= low[0]) return low[1];
  for (const high of COLD) {
    if (temperature < high[0]) return low[1] + ((high[1] - low[1]) * (temperature - low[0])) / (high[0] - low[0]);
    low = high;
  }
  return low[1];
}

/** A123 cell at 25 °C: 9.7 mΩ × 2.5 Ah. */
const START = 0.024;
/** Jumps of the current smaller than this tell little about the resistance (per hour). */
const JUMP = 0.08;
/** A sample that stands for longer than this does not show the jump alone (s). */
const JUMP_TIME = 15;
/** Sum of squared jumps that the starting value counts for, and that is remembered at most. */
const TRUST = 0.3;
const REMEMBERED = 20;
/** No single jump counts for more than this, however large: it would outweigh, or overshoot, all that was learned. */
const HEAVIEST = REMEMBERED / 4;

/** The relaxing parts: resistance in units of the one learned, and time (s). */
const FAST = { share: 0.5, time: 10 };
const SLOW = { share: 1.4, time: 150 };

export interface PolarisationState {
  readonly fast: number;
  readonly slow: number;
  readonly resistance: number;
  readonly weight: number;
}

export class Polarisation {
  #fast = 0;
  #slow = 0;
  #resistance = START;
  #weight = TRUST;
  #current = Number.NaN;
  #voltage = Number.NaN;
  #lasted = 0;
  #before = Number.NaN;
  #voltageBefore = Number.NaN;
  #dt = Number.NaN;
  #fastLeft = 1;
  #slowLeft = 1;

  /** Volts per unit of capacity per hour at 25 °C, as a pulse of about a second shows it. */
  get resistance(): number {
    return this.#resistance;
  }

  /** `current` (per hour) flowed for `dt` s (above 0). @returns what it added to the voltage in the mean of that time (V). */
  step(current: number, temperature: number, dt: number): number {
    if (dt !== this.#dt) {
      this.#dt = dt;
      this.#fastLeft = Math.exp(-dt / FAST.time);
      this.#slowLeft = Math.exp(-dt / SLOW.time);
    }
    const direct = this.#resistance * coldFactor(temperature) * current;
    const fast = this.#fast - FAST.share * direct;
    const slow = this.#slow - SLOW.share * direct;
    this.#fast = FAST.share * direct + fast * this.#fastLeft;
    this.#slow = SLOW.share * direct + slow * this.#slowLeft;
    const fading = fast * FAST.time * (1 - this.#fastLeft) + slow * SLOW.time * (1 - this.#slowLeft);
    return direct * (1 + FAST.share + SLOW.share) + fading / dt;
  }

  /**
   * Learns from a sample: `voltage` V (NaN: unknown) at `current` per hour, which flowed for `dt` s. Equal samples in a row are
   * one that lasted longer, and a jump counts once its second sample is over, so it does not matter how time is cut.
   */
  learn(current: number, voltage: number, temperature: number, dt: number): void {
    if (current === this.#current && voltage === this.#voltage) {
      this.#lasted += dt;
      return;
    }
    const jump = this.#current - this.#before;
    if (Math.abs(jump) >= JUMP && this.#lasted > 0 && this.#lasted <= JUMP_TIME + 1e-6) {
      this.#take((this.#voltage - this.#voltageBefore) / jump / coldFactor(temperature), jump * jump);
    }
    this.#before = this.#current;
    this.#voltageBefore = this.#voltage;
    this.#current = current;
    this.#voltage = voltage;
    this.#lasted = dt;
  }

  #take(seen: number, square: number): void {
    // Anything else has nothing to do with the load (a switched wire, a false sample), or is unknown.
    if (!(seen > START / 8 && seen < START * 12)) return;
    const counts = Math.min(square, HEAVIEST);
    this.#weight = Math.min(REMEMBERED, this.#weight + counts);
    this.#resistance += ((seen - this.#resistance) * counts) / this.#weight;
  }

  /** The voltage was not followed for `dt` s. */
  lose(dt: number): void {
    this.#fast *= Math.exp(-dt / FAST.time);
    this.#slow *= Math.exp(-dt / SLOW.time);
    this.#current = Number.NaN;
    this.#before = Number.NaN;
  }

  /** What a state that has been checked says. */
  restore(state: PolarisationState): void {
    this.#fast = state.fast;
    this.#slow = state.slow;
    this.#resistance = state.resistance;
    this.#weight = state.weight;
  }

  /** The unit of charge is now `factor` times what it was: what was learned counts for little until it is seen again. */
  rescale(factor: number): void {
    this.#resistance *= factor;
    this.#weight = Math.min(this.#weight, TRUST);
  }

  state(): PolarisationState {
    return { fast: this.#fast, slow: this.#slow, resistance: this.#resistance, weight: this.#weight };
  }
}
