/**
 * The scoring harness that lies outside of the project: its data sets, its faults, its loop and its baselines, loaded at run
 * time from the folder that CELLWARDEN_SOC_BENCH names (default: `../shared/soc-bench` beside the checkout).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** A measured run in units of a 100 Ah pack; `soc` is the truth, 0..1. */
export interface DataSet {
  readonly name: string;
  readonly n: number;
  readonly t: Float64Array;
  readonly i: Float64Array;
  readonly v: Float64Array;
  readonly T: Float64Array;
  readonly soc: Float64Array;
}

export interface Start {
  readonly capAh: number;
  /** What the estimator is told of the SOC at the start, and how sure. */
  readonly soc0: number;
  readonly s0: number;
}

export interface Candidate {
  readonly soc: number;
  step(t: number, dt: number, current: number, voltage: number, temperature: number): void;
  save(): unknown;
  load(saved: unknown): void;
}

export type CandidateClass = new (start: Start) => Candidate;
export type Fault = Readonly<Record<string, number>>;

export interface Harness {
  readonly faults: Readonly<Record<string, Fault>>;
  readonly baselines: Readonly<Record<string, CandidateClass>>;
  load(name: string): DataSet;
  /** `rmse` and `max` in % SOC. */
  run(
    data: DataSet,
    candidate: CandidateClass,
    fault: Fault,
    options: { readonly midStart: boolean },
  ): { readonly rmse: number; readonly max: number };
}

/** The harness, or the sentence why it cannot be used. */
export function loadHarness(root: string): Harness | string {
  const folder = resolve(root, process.env.CELLWARDEN_SOC_BENCH ?? join('..', 'shared', 'soc-bench'));
  if (!existsSync(join(folder, 'bench.js'))) {
    return `bench:soc skipped: there is no ${join(folder, 'bench.js')}; CELLWARDEN_SOC_BENCH names the folder of the harness.`;
  }
  const load = createRequire(join(folder, 'bench.js'));
  const bench = load('./bench.js');
  const { load: read } = load('./lib.js');
  return { faults: bench.F, baselines: bench.EST, load: read, run: bench.run };
}

/** Runs one after the other, as one. */
export function joined(sets: readonly DataSet[]): DataSet {
  const n = sets.reduce((sum, set) => sum + set.n, 0);
  const column = (): Float64Array => new Float64Array(n);
  const all = {
    name: sets.map((set) => set.name).join('+'),
    n,
    t: column(),
    i: column(),
    v: column(),
    T: column(),
    soc: column(),
  };
  let next = 0;
  let start = 0;
  for (const set of sets) {
    const first = set.t[0] ?? 0;
    for (let k = 0; k < set.n; k++, next++) {
      all.t[next] = start + (set.t[k] ?? 0) - first;
      for (const key of ['i', 'v', 'T', 'soc'] as const) all[key][next] = set[key][k] ?? Number.NaN;
    }
    start = (all.t[next - 1] ?? 0) + 1;
  }
  return all;
}
