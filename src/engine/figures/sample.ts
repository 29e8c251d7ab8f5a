/**
 * What one step sees of the battery, boiled down from a reading once for everything that makes figures of it.
 * Unknown is NaN. V, A (+ charges), °C, s; SOC 0..1.
 */
import type { Anchor } from '../estimator/anchors.ts';

export interface BatterySample {
  /** Seconds since the sample before: never negative, 0 for the first one. */
  readonly dt: number;
  /** What flowed in these seconds is not known (a restart, a lost link): time passes, nothing is counted. */
  readonly gap: boolean;
  /** Monotonic second. */
  readonly now: number;
  /** Milliseconds since 1970: for calendar days and display only, it may jump. */
  readonly wall: number;
  /** Mean current of the `dt` seconds, as the sensor shows it: what counters count. NaN in a gap. */
  readonly flow: number;
  /** As measured last, and the monotonic second at which (NaN: never). */
  readonly current: number;
  readonly currentAt: number;
  readonly voltage: number;
  readonly voltageAt: number;
  /** Two sensors (123-R7): from the sources, and to the consumers (both ≥ 0 in their usual direction); NaN where there is one sensor only. */
  readonly currentIn: number;
  readonly currentOut: number;
  /** Mean of what the sensors say. */
  readonly temperature: number;
  /** Every cell's voltage and when it was measured (monotonic s); always as long as the pack has cells. */
  readonly cells: Float64Array;
  readonly cellsAt: Float64Array;
  /** Of all cells; NaN when not all of them are known. */
  readonly cellMin: number;
  readonly cellMax: number;
  /** Mean voltage of a cell. */
  readonly cellMean: number;
  /** A device says that it is balancing a cell. */
  readonly balancing: boolean;
  /** State of charge after this step and one standard deviation of it; NaN while unknown. */
  readonly soc: number;
  readonly sigma: number;
  /** The cells have just shown that the battery is full, or empty; it comes again while they go on showing it. */
  readonly anchor: Anchor;
}

/** What the figures need to know of the pack's settings. NaN: off or not set. */
export interface BatterySettings {
  readonly cells: number;
  /** Rated, as set (Ah). */
  readonly capacity: number;
  /** What the balancing board takes from a cell (A). */
  readonly balanceCurrent: number;
  /** V a cell from which it does. */
  readonly balanceVoltage: number;
  /** V of a cell at which the loads are cut. */
  readonly cellUndervoltage: number;
  /** W that the monitor itself takes from the battery, ECS-4. */
  readonly selfConsumption: number;
  /** A that still flow when the loads are cut (OGT-11, VSB-12, 123-R20). */
  readonly residualDrain: number;
  /** s at the charger's absorption voltage that one charge holds (VLB-16). */
  readonly absorptionTime: number;
  /** SOC (0..1) to which the time to go counts; 0: empty. */
  readonly reserveSoc: number;
  /** Days after which a full charge is due; NaN: by how the battery is used (VLB-12). */
  readonly fullChargeEvery: number;
}
