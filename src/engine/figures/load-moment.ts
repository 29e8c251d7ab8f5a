/** One measurement of the current, and the voltages that were measured together with it. */
import type { BatterySample } from './sample.ts';

/** Two times closer than this are the same (s): ages are told, and an age taken from now is only as exact as a double. */
const SAME_TIME = 1e-3;
/** A voltage further from the current than this does not belong to it (s). */
const TOGETHER = 0.3;
/** The same as a share of the time between two measurements: a load that jumps just then is mistaken by that share. */
const TOGETHER_SHARE = 0.2;

/** Channel 0 is the pack's voltage, channel k + 1 that of cell k. */
export class LoadMoment {
  at = Number.NaN;
  current = Number.NaN;
  readonly #voltages: Float64Array;
  /** How far from the current each voltage was measured (s); infinite: none was. */
  readonly #apart: Float64Array;

  constructor(cells: number) {
    this.#voltages = new Float64Array(cells + 1).fill(Number.NaN);
    this.#apart = new Float64Array(cells + 1).fill(Infinity);
  }

  /** Takes the sample's current; the voltages are for `look` to find. */
  begin(sample: BatterySample): void {
    this.at = sample.currentAt;
    this.current = sample.current;
    this.#voltages.fill(Number.NaN);
    this.#apart.fill(Infinity);
  }

  forget(): void {
    this.at = Number.NaN;
  }

  /** The sample's current was measured at another time than this one. */
  differs(sample: BatterySample): boolean {
    return !(Math.abs(sample.currentAt - this.at) < SAME_TIME);
  }

  /** Takes every voltage of the sample that was measured closer to this current than the one held. */
  look(sample: BatterySample): void {
    const { at } = this;
    const { cells, cellsAt } = sample;
    this.#offer(0, sample.voltage, Math.abs(sample.voltageAt - at));
    for (let k = 0; k < cells.length; k++)
      this.#offer(k + 1, cells[k] as number, Math.abs((cellsAt[k] as number) - at));
  }

  #offer(channel: number, voltage: number, apart: number): void {
    if (!(apart < (this.#apart[channel] as number)) || Number.isNaN(voltage)) return;
    this.#voltages[channel] = voltage;
    this.#apart[channel] = apart;
  }

  /** How far `channel` rose from `before` to here (V); NaN where its voltage was not measured with the current in both. */
  rise(before: LoadMoment, channel: number): number {
    const most = Math.min(TOGETHER, TOGETHER_SHARE * (this.at - before.at));
    const together = (this.#apart[channel] as number) <= most && (before.#apart[channel] as number) <= most;
    return together ? (this.#voltages[channel] as number) - (before.#voltages[channel] as number) : Number.NaN;
  }
}
