/**
 * Time to go against the truth: from 90 % down to 20 % SOC of every measured run, an estimate a minute, told against the time
 * that really passed until 20 %. Beside ours a battery monitor's rule: its own count over a mean of the current.
 *
 * The runs begin full, with twelve minutes at 1C, and go on with half hours of a drive cycle and five minutes of rest.
 */
import { Remaining } from '../../src/engine/figures/remaining.ts';
import type { BatterySample, BatterySettings } from '../../src/engine/figures/sample.ts';
import { SocEstimator } from '../../src/engine/estimator/soc-estimator.ts';
import { type DataSet, type Harness, joined } from './harness.ts';

const FROM = 0.9;
const TO = 0.2;
const EVERY = 60;
/** A battery whose SOC rises by more than this before 20 % is charged in between, which nobody can foresee. */
const RISE = 0.03;
/** Within this share of the truth an estimate is of use. */
const USEFUL = 0.2;
/** Least share of useful ones, on the clean rows. */
const LEAST = 0.8;
/** The data is scaled to this (Ah). */
const CAPACITY = 100;
const KAW = ['n15', 'n05', 'p05', 'p15', 'p25', 'p35', 'p45'].map((run) => `kaw:${run}`);

interface Row {
  readonly name: string;
  readonly offset: number;
  readonly gain: number;
  /** A; 0: none. */
  readonly quantum: number;
  readonly voltage: number;
  readonly capacity: number;
}
const CLEAN: Row = { name: 'clean', offset: 0, gain: 1, quantum: 0, voltage: 0, capacity: 1 };
const ROWS: readonly Row[] = [
  CLEAN,
  { ...CLEAN, name: 'off+0.5A', offset: 0.5 },
  { ...CLEAN, name: 'off-0.5A', offset: -0.5 },
  { ...CLEAN, name: 'cap+5%', capacity: 1.05 },
  { name: 'combo-like', offset: 0.3, gain: 1.01, quantum: 0.5, voltage: 0.01, capacity: 1.05 },
];

/** What tells a time to go (s), sample by sample; Infinity: none. */
interface Teller {
  step(dt: number, current: number, voltage: number, temperature: number): void;
  left(): number;
}

/** Ours, told the SOC by the estimator. */
class Ours implements Teller {
  readonly #capacity: number;
  readonly #estimator: SocEstimator;
  readonly #remaining: Remaining;
  #now = 0;

  constructor(capacity: number, start: number) {
    this.#capacity = capacity;
    const settings = { capacity, fullVoltage: 3.5, tailCurrent: Number.NaN, fullTime: 180 };
    this.#estimator = new SocEstimator(settings, { soc: start, sigma: 0.02 });
    this.#remaining = new Remaining(settingsFor(capacity));
  }

  step(dt: number, current: number, cell: number, temperature: number): void {
    this.#now += dt;
    const { soc, sigma } = this.#estimator.step({ dt, current, cellMin: cell, cellMean: cell, temperature });
    this.#remaining.step(sampleAt(this.#now, dt, current, cell, temperature, soc, sigma));
  }

  left(): number {
    const offset = this.#estimator.currentOffset;
    this.#remaining.update({ capacity: this.#capacity, floor: 0, resistance: Number.NaN, offset });
    const time = this.#remaining.timeToReserve;
    return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
  }
}

/** Count and one mean of the current (min), which begins at nothing; Peukert exponent and charge efficiency as they come, or tuned. */
class Monitor implements Teller {
  readonly #capacity: number;
  readonly #minutes: number;
  readonly #peukert: number;
  readonly #efficiency: number;
  #soc: number;
  #mean = 0;

  constructor(capacity: number, start: number, minutes: number, tuned: boolean) {
    this.#capacity = capacity;
    this.#soc = start;
    this.#minutes = minutes;
    this.#peukert = tuned ? 1 : 1.05;
    this.#efficiency = tuned ? 0.999 : 0.99;
  }

  step(dt: number, current: number): void {
    const out = -current / (this.#capacity / 20);
    const counted = current > 0 ? current * this.#efficiency : out > 1 ? current * out ** (this.#peukert - 1) : current;
    this.#soc = Math.min(1, this.#soc + (counted * dt) / 3600 / this.#capacity);
    this.#mean += (current - this.#mean) * Math.min(1, dt / 60 / this.#minutes);
  }

  left(): number {
    return this.#mean < 0
      ? (Math.max(0, this.#soc - TO) * this.#capacity * 3600) / -this.#mean
      : Number.POSITIVE_INFINITY;
  }
}

type Make = (capacity: number, start: number) => Teller;
const TELLERS: readonly (readonly [string, Make])[] = [
  ['cellwarden', (capacity, start) => new Ours(capacity, start)],
  ...[3, 12, 60, 180].map(
    (minutes) =>
      [
        `tuned monitor, ${minutes} min`,
        (capacity: number, start: number) => new Monitor(capacity, start, minutes, true),
      ] as const,
  ),
  ['stock monitor, 12 min', (capacity, start) => new Monitor(capacity, start, 12, false)],
];

/**
 * Prints the tables; `validate` adds the runs that nothing was tuned on (every time is a look, to be counted).
 * @returns a line for every gate that is not met
 */
export function printTimeLeft(harness: Harness, validate = false): string[] {
  const kaw = KAW.map((name) => harness.load(name));
  const missed = [
    ...print('kaw: each run for itself, nothing known before it (tuned on this)', kaw, LEAST),
    ...print('kaw: one after the other, a full charge between them (tuned on this)', [joined(kaw)], LEAST),
  ];
  if (validate) {
    const tao = ['tao:plateau_25c', 'tao:plateau_10c'].map((name) => harness.load(name));
    print('tao: between 80 and 20 % (validation only)', tao, null);
  }
  return missed;
}

function print(title: string, sets: readonly DataSet[], least: number | null): string[] {
  const missed: string[] = [];
  console.log(`\n### Time to go, ${title}\n`);
  console.log(`| sensor | ${TELLERS.map(([name]) => name).join(' | ')} |\n|---|${TELLERS.map(() => '---').join('|')}|`);
  for (const row of ROWS) {
    const cells = TELLERS.map(([name, make]) => {
      const errors = sets.flatMap((set) => errorsOf(set, row, make)).sort((a, b) => a - b);
      const useful = errors.filter((error) => error <= USEFUL).length / errors.length;
      const gated = least !== null && name === 'cellwarden' && row === CLEAN;
      const met = !gated || useful >= least;
      if (!met) missed.push(`time to go, ${title}: ${percent(least)} within ±${100 * USEFUL} %, is ${percent(useful)}`);
      const gate = gated ? (met ? ' met' : ' NOT met') : '';
      return `${percent(errors[errors.length >> 1] ?? Number.NaN)} / ${percent(useful)}${gate}`;
    });
    console.log(`| ${row.name} | ${cells.join(' | ')} |`);
  }
  console.log(
    `\nMedian error / share within ±${100 * USEFUL} % of the truth.${least === null ? '' : ` Gate, clean: ${percent(least)}.`}`,
  );
  return missed;
}

/** Share by which every estimate was off. */
function errorsOf(set: DataSet, row: Row, make: Make): number[] {
  const truth = timesTo(set);
  const teller = make(CAPACITY * row.capacity, set.soc[0] ?? 1);
  const errors: number[] = [];
  let told = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < set.n; k++) {
    const now = set.t[k] ?? 0;
    const dt = k === 0 ? 0 : now - (set.t[k - 1] ?? now);
    const shown = (set.i[k] ?? 0) * row.gain + row.offset;
    const current = row.quantum > 0 ? Math.round(shown / row.quantum) * row.quantum : shown;
    teller.step(dt, current, (set.v[k] ?? Number.NaN) + row.voltage, set.T[k] ?? Number.NaN);
    const left = truth[k] ?? Number.NaN;
    if (!(left > 0) || now - told < EVERY) continue;
    told = now;
    errors.push(Math.abs(teller.left() - left) / left);
  }
  return errors;
}

/** Seconds until 20 % for every sample on a way down from 90 % without a charge on it, NaN elsewhere. */
function timesTo(set: DataSet): Float64Array {
  const times = new Float64Array(set.n).fill(Number.NaN);
  let end = Number.NaN;
  let highest = 0;
  for (let k = set.n - 1; k >= 0; k--) {
    const soc = set.soc[k] ?? Number.NaN;
    const now = set.t[k] ?? Number.NaN;
    if (soc <= TO) {
      // The first that is not above 20 %, from the other side.
      end = now;
      highest = soc;
      continue;
    }
    highest = Math.max(highest, soc);
    if (soc > FROM || highest > soc + RISE) end = Number.NaN;
    times[k] = end - now;
  }
  return times;
}

function settingsFor(capacity: number): BatterySettings {
  return {
    cells: 1,
    capacity,
    balanceCurrent: Number.NaN,
    balanceVoltage: Number.NaN,
    cellUndervoltage: 2.8,
    selfConsumption: 0,
    residualDrain: Number.NaN,
    absorptionTime: Number.NaN,
    reserveSoc: TO,
    fullChargeEvery: Number.NaN,
  };
}

function sampleAt(
  now: number,
  dt: number,
  current: number,
  cell: number,
  temperature: number,
  soc: number,
  sigma: number,
): BatterySample {
  const cells = Float64Array.of(cell);
  const cellsAt = Float64Array.of(now);
  return {
    dt,
    gap: false,
    now,
    wall: now * 1000,
    flow: current,
    current,
    currentAt: now,
    voltage: cell,
    voltageAt: now,
    currentIn: Number.NaN,
    currentOut: Number.NaN,
    temperature,
    cells,
    cellsAt,
    cellMin: cell,
    cellMax: cell,
    cellMean: cell,
    balancing: false,
    soc,
    sigma,
    anchor: null,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
