/** Samples for tests of the figures: what is not said is as in a healthy pack of four cells at rest, second by second. */
import type { BatterySample, BatterySettings } from '../../../../src/engine/figures/sample.ts';

export const SETTINGS: BatterySettings = {
  cells: 4,
  capacity: 100,
  balanceCurrent: 1.8,
  balanceVoltage: 3.5,
  cellUndervoltage: 2.8,
  selfConsumption: 0,
  residualDrain: 0.01,
  absorptionTime: 7200,
  reserveSoc: 0,
  fullChargeEvery: Number.NaN,
};

/** What is said replaces what a healthy pack at rest would say; voltages and extremes follow the cells. */
export function sampleOf(
  said: Omit<Partial<BatterySample>, 'cells'> & { readonly cells?: readonly number[] },
): BatterySample {
  const { now = 1000, dt = 1, current = 0, cells: given = [3.3, 3.3, 3.3, 3.3], ...rest } = said;
  const cells = Float64Array.from(given);
  const sum = cells.reduce((all, one) => all + one, 0);
  return {
    dt,
    gap: false,
    now,
    wall: 1_700_000_000_000 + now * 1000,
    flow: said.gap === true ? Number.NaN : current,
    current,
    currentAt: now,
    voltage: sum,
    voltageAt: now,
    currentIn: Number.NaN,
    currentOut: Number.NaN,
    temperature: 25,
    cellsAt: new Float64Array(cells.length).fill(now),
    cellMin: Math.min(...cells),
    cellMax: Math.max(...cells),
    cellMean: sum / cells.length,
    balancing: false,
    soc: 0.5,
    sigma: 0.02,
    anchor: null,
    ...rest,
    cells,
  };
}
