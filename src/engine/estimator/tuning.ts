/**
 * The numbers of the estimator that are judgement and not measurement; how they were found is in docs/soc.md.
 * Currents are in units of the capacity per hour: 1 fills the battery in an hour. Uncertainties are one standard deviation.
 */
export interface Tuning {
  /** The configured capacity may be off by this share, and the true one changes by so much in a day (ageing: 1 % in a year). */
  readonly capacity: number;
  readonly capacityPerDay: number;
  /** The current sensor may show this at no current, and its offset wanders by so much in a day. */
  readonly bias: number;
  readonly biasPerDay: number;
  /** The voltage sensors may be off together by this (V), and wander by so much in a day. */
  readonly voltage: number;
  readonly voltagePerDay: number;
  /** The battery's own curve may lie beside ours by this (V), in the middle and in half of the gap, beside the spread of makers. */
  readonly curve: number;
  readonly curveGap: number;
  /** Half of the way from one branch of the hysteresis to the other, as a share of the capacity. */
  readonly branchChange: number;
  /** At rest the branch fades in this time (s). */
  readonly branchTime: number;
  /** How uncertain a branch is that was reached by charge that flowed (±1 are the branches themselves). */
  readonly branchNoise: number;
  /** Voltage that the model leaves unexplained: at rest (V); */
  readonly model: number;
  /** as a share of what the current adds; */
  readonly polarisation: number;
  /** as a share of the gap, between the branches; */
  readonly minor: number;
  /** as a share of the variance between makers, for shapes finer than the places at which the curve is learned; */
  readonly fine: number;
  /** in the cold (V), and how steeply it rises towards empty there; */
  readonly cold: number;
  readonly coldEmpty: number;
  /** and close to full and empty (V). */
  readonly empty: number;
  readonly top: number;
  /** So much charge must flow (share of the capacity), or so much time pass (s), until a voltage tells something new. */
  readonly freshCharge: number;
  readonly freshTime: number;
  /** A place on the curve that was seen this often says half as much as at first (Infinity: always the same). */
  readonly enough: number;
  /** An anchor that shows that all was wrong makes forget what was learned of battery and sensors, not only the SOC. */
  readonly forgetful: boolean;
  /** Counting a whole capacity goes wrong by this share, beside offset and capacity: gain, polling, rounding. */
  readonly counting: number;
  /** How well a current that stands still at zero tells the offset of the sensor. */
  readonly quiet: number;
}

export const TUNING: Tuning = {
  capacity: 0.067,
  capacityPerDay: 0.0005,
  bias: 0.006,
  biasPerDay: 0.0006,
  voltage: 0.008,
  voltagePerDay: 0.002,
  curve: 0.008,
  curveGap: 0.008,
  branchChange: 0.03,
  branchTime: 14_400,
  branchNoise: 0.5,
  model: 0.007,
  polarisation: 0.25,
  minor: 0.8,
  fine: 0.25,
  cold: 0.004,
  coldEmpty: 7,
  empty: 0.03,
  top: 0.06,
  freshCharge: 0.06,
  freshTime: 43_200,
  enough: Number.POSITIVE_INFINITY,
  forgetful: false,
  counting: 0.006,
  quiet: 0.0005,
};

/**
 * For learning the capacity, where nothing but the battery itself is to be believed: a configured capacity says little, a
 * curve may differ by more, a quiet current is hardly the offset, and a place on the curve that was seen often says little
 * more. What is wrong in the same way in every cycle would otherwise add up over a year.
 * Found in simulated months of cells of other makes (`npm run bench:soc -- month`).
 */
export const LEARNING: Tuning = {
  ...TUNING,
  capacity: 0.2,
  curve: 0.012,
  curveGap: 0.006,
  branchNoise: 0.3,
  freshCharge: 0.04,
  enough: 20,
  forgetful: true,
  quiet: 0.003,
};
