/**
 * The learned resistance against the regression over everything that was measured at 1 Hz: with every sensor, and with a slow
 * poller (shown, not gated: it measures a longer pulse). The sets are scaled to 100 Ah; resistances are told of the real cell.
 */
import { coldFactor } from '../../src/engine/estimator/polarisation.ts';
import { Resistance } from '../../src/engine/figures/resistance.ts';
import type { BatterySample, BatterySettings } from '../../src/engine/figures/sample.ts';
import type { Candidate, DataSet, Fault, Harness } from './harness.ts';

/** Ah to which the harness scales every set. */
const CAPACITY = 100;
const SETTINGS: BatterySettings = {
  cells: 1,
  capacity: CAPACITY,
  balanceCurrent: 0,
  balanceVoltage: 3.5,
  cellUndervoltage: 2.8,
  selfConsumption: 0,
  residualDrain: 0,
  absorptionTime: 7200,
  reserveSoc: 0,
  fullChargeEvery: Number.NaN,
};

/** Rows, and the greatest error that is accepted at the end of the run (share); `null`: shown only. */
const ROWS: readonly { readonly name: string; readonly fault: Fault; readonly most: number | null }[] = [
  { name: 'clean', fault: {}, most: 0.05 },
  { name: 'current in steps of 0.5 A', fault: { quant: 0.5 }, most: 0.1 },
  { name: 'current of the 123\\SmartBMS', fault: { q123: 1 }, most: 0.1 },
  { name: 'cells in steps of 5 mV', fault: { vq: 0.005 }, most: 0.1 },
  { name: '123\\SmartBMS and 5 mV', fault: { q123: 1, vq: 0.005 }, most: 0.1 },
  { name: '0.5 A and 5 mV', fault: { quant: 0.5, vq: 0.005 }, most: 0.1 },
  { name: 'asked every 10 s', fault: { every: 10 }, most: null },
];

/** Runs to be told the resistance of; tao is validation: every run of it is a look, to be counted. */
const SETS = ['n15', 'n05', 'p05', 'p15', 'p25', 'p35', 'p45'].map((run) => `kaw:${run}`);

/** What was learned of a run. */
export interface Learned {
  /** Ω at the temperature of the run and as a share of the reference: at the end, and the furthest off once it was told. */
  readonly end: number;
  readonly error: number;
  readonly worst: number;
  /** Hours until it was told. */
  readonly after: number;
  readonly pulse: number;
  readonly jumps: number;
  readonly uncertainty: number;
}

/** Ω of the scaled cell, from all that was measured second by second at the temperature of the beginning. */
export function referenceResistance(data: DataSet): number {
  const { t, i, v, T, n } = data;
  let [product, square] = [0, 0];
  for (let k = 1; k < n; k++) {
    if (T[k] !== T[0] || at(t, k) - at(t, k - 1) > 2) continue;
    const jump = at(i, k) - at(i, k - 1);
    product += jump * (at(v, k) - at(v, k - 1));
    square += jump * jump;
  }
  return product / square;
}

/** Runs `data` past the learned resistance, seen with the sensors of `fault`. */
export function learnResistance(harness: Harness, data: DataSet, fault: Fault): Learned {
  const reference = referenceResistance(data);
  const warm = data.T[0] ?? 25;
  const resistance = new Resistance(SETTINGS);
  let [worst, after, before, next] = [0, Number.NaN, Number.NaN, 0];

  class Run implements Candidate {
    readonly soc = Number.NaN;

    step(t: number, _dt: number, current: number, voltage: number, temperature: number): void {
      while (at(data.t, next) < t) next++;
      resistance.step(
        sampleAt(t, Number.isNaN(before) ? 0 : t - before, current, voltage, temperature, at(data.soc, next)),
      );
      before = t;
      const { packNow } = resistance;
      if (Number.isNaN(packNow) || temperature !== warm) return;
      if (Number.isNaN(after)) after = (t - at(data.t, 0)) / 3600;
      worst = Math.max(worst, Math.abs(packNow / reference - 1));
    }

    save(): unknown {
      return null;
    }

    load(): void {}
  }

  harness.run(data, Run, fault, { midStart: false });
  const end = resistance.cell(0) * coldFactor(warm);
  const { pulse, jumps, uncertainty } = resistance;
  return { end, error: end / reference - 1, worst, after, pulse, jumps, uncertainty };
}

/** Prints the table; with `null` (no harness, no data) the sentence that says so. */
export function printResistance(harness: Harness | null, sets: readonly string[] = SETS): void {
  console.log('\n### resistance: against the regression over all that was measured at 1 Hz\n');
  if (harness === null) {
    console.log('skipped: the harness with the measured runs is not there.');
    return;
  }
  console.log(
    '| run | sensor | Ω × Ah at this temperature | error | most | furthest off | told after | pulse | jumps | σ |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  let [met, gates] = [0, 0];
  for (const set of sets) {
    const data = harness.load(set);
    for (const { name, fault, most } of ROWS) {
      const { end, error, worst, after, pulse, jumps, uncertainty } = learnResistance(harness, data, fault);
      const isMet = most !== null && Math.abs(error) <= most;
      if (most !== null) gates++;
      if (isMet) met++;
      const gate = most === null ? '' : `${percent(most)}${isMet ? ' met' : ' NOT met'}`;
      console.log(
        `| ${set} | ${name} | ${(end * CAPACITY).toFixed(4)} | ${percent(error)} | ${gate} | ${percent(worst)} | ${after.toFixed(1)} h | ${pulse.toFixed(1)} s | ${jumps} | ${percent(uncertainty)} |`,
      );
    }
  }
  console.log(`\nGates: ${met} of ${gates} met.`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function at(column: Float64Array, k: number): number {
  return column[k] ?? Number.NaN;
}

function sampleAt(
  now: number,
  dt: number,
  current: number,
  voltage: number,
  temperature: number,
  soc: number,
): BatterySample {
  return {
    dt,
    gap: dt > 120,
    now,
    wall: 0,
    flow: current,
    current,
    currentAt: now,
    voltage,
    voltageAt: now,
    currentIn: Number.NaN,
    currentOut: Number.NaN,
    temperature,
    cells: Float64Array.of(voltage),
    cellsAt: Float64Array.of(now),
    cellMin: voltage,
    cellMax: voltage,
    cellMean: voltage,
    balancing: false,
    soc,
    sigma: 0.02,
    anchor: null,
  };
}
