/** The current that counts: what the sensor shows, after blind spot, self-consumption and the ways of counting. */

/** Cell voltage at which a battery's energy is rated (V). */
const RATED_CELL = 3.3;

export interface CountingSettings {
  /** Ah. */
  readonly capacity: number;
  /** Currents below this are zero (A, 123-R8); 0: none. */
  readonly blindSpot: number;
  /** What the monitor itself takes from the battery (W, ECS-4); 0: not counted. */
  readonly selfConsumption: number;
  /** Cells in series: for self-consumption. */
  readonly cells: number;
  /** Share of the charge that stays (VLB-14). Measured for LiFePO4: 1 within what could be measured. */
  readonly chargeEfficiency: number;
  /** Peukert exponent (VLB-14), against a twentieth of the capacity per hour. Measured: 1.00 to 1.03. */
  readonly peukert: number;
  /** Count Ah, or Wh at rated voltage (ECS-2). */
  readonly by: 'charge' | 'energy';
}

/** What the measured data of LiFePO4 cells support: nothing is lost, and rate makes no charge disappear. */
export const PLAIN_COUNTING: Omit<CountingSettings, 'capacity'> = {
  blindSpot: 0,
  selfConsumption: 0,
  cells: 4,
  chargeEfficiency: 1,
  peukert: 1,
  by: 'charge',
};

/** Rate at which capacity is rated: a twentieth of it per hour. */
const RATED_RATE = 0.05;

/**
 * Current that counts, in capacities per hour.
 * @param current A into the battery
 * @param cell mean voltage of a cell (V), NaN when unknown: then 3.3 V
 */
export function netCurrent(current: number, cell: number, settings: CountingSettings): number {
  const voltage = cell > 0 ? cell : RATED_CELL;
  const seen = Math.abs(current) < settings.blindSpot ? 0 : current;
  const used = seen - settings.selfConsumption / (voltage * settings.cells);
  const rate = used / settings.capacity;
  const weighed = settings.by === 'energy' ? (rate * voltage) / RATED_CELL : rate;
  if (rate > 0) return weighed * settings.chargeEfficiency;
  if (settings.peukert === 1 || -rate <= RATED_RATE) return weighed;
  return weighed * (-rate / RATED_RATE) ** (settings.peukert - 1);
}
