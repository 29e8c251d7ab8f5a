/** A battery (100 Ah where nothing else is said) whose truth is known: the published curve with its hysteresis, resistance and the faults of a sensor. */
import { halfGap, middleVoltage } from '../../../../src/engine/estimator/ocv-curve.ts';
import type { SocInput, SocSettings } from '../../../../src/engine/estimator/soc-estimator.ts';

export const SETTINGS: SocSettings = { capacity: 100, fullVoltage: 3.5, tailCurrent: Number.NaN, fullTime: 180 };
export const NOTHING: Omit<SocInput, 'dt'> = { current: null, cellMin: null, cellMean: null, temperature: null };

/** Whoever counts and follows the voltage. */
export interface Follower {
  step(input: SocInput): unknown;
}

/** Half a milliohm a cell. */
const RESISTANCE = 5e-4;
const STEP = 10;
/** Noise of the current sensor (A). */
const RIPPLE = 0.01;

export class Battery {
  soc: number;
  /** What the current sensor shows at no current (A). */
  offset = 0;
  /** Ah. */
  readonly #capacity: number;
  #branch = 0;

  constructor(soc: number, capacity = 100) {
    this.soc = soc;
    this.#capacity = capacity;
  }

  /** `current` A flow for `seconds`, at 25 °C; a full battery takes none. The estimator is told every ten seconds. */
  run(estimator: Follower, current: number, seconds: number): this {
    for (let t = 0; t < seconds; t += STEP) {
      const flows = this.soc >= 1 && current > 0 ? 0 : current;
      const change = (flows * STEP) / 3600 / this.#capacity;
      this.soc = Math.min(1, Math.max(0, this.soc + change));
      this.#branch = Math.min(1, Math.max(-1, this.#branch + change / 0.04));
      const rest = middleVoltage(this.soc, 25) + this.#branch * halfGap(this.soc, 25);
      const cell = this.soc >= 1 ? 3.55 : rest + flows * RESISTANCE;
      const ripple = (t / STEP) % 2 === 0 ? RIPPLE : -RIPPLE;
      estimator.step({
        dt: STEP,
        current: flows + this.offset + ripple,
        cellMin: cell,
        cellMean: cell,
        temperature: 25,
      });
    }
    return this;
  }

  /** A day in a house: a load that is always on, sun of so many A at noon (18 fill the battery), more load in the evening. */
  day(estimator: Follower, always: number, noon = 18, each: (battery: this) => void = () => {}): this {
    for (let minute = 0; minute < 1440; minute++) {
      const hour = minute / 60;
      const sun = hour > 7 && hour < 17 ? noon * Math.sin(((hour - 7) / 10) * Math.PI) : 0;
      this.run(estimator, sun - always - (hour > 18 && hour < 23 ? 8 : 0), 60);
      each(this);
    }
    return this;
  }
}
