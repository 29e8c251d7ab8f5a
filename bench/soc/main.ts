/**
 * `npm run bench:soc [-- group …] [--all]`: scores the engine's SOC with the harness and marks the gates met or not.
 * Groups: kaw and week (tuned on), tao and nosync (validation: every run of these is a look, to be counted in docs/soc.md).
 * `resistance` and `time` score the resistance that is learned and the time to go, on kaw and, where everything is run, tao.
 * `house` and `month` need no data: a simulated house whose loads and sensor do what the data sets do not, and months of
 * partial cycles of which the capacity is learned (four minutes, so only when asked for).
 * `--all` adds every baseline of the harness to the plain counter.
 */
import { candidateFor } from './candidate.ts';
import { printHouse } from './house.ts';
import { GROUPS, type Group, LEAST_INSIDE, mostRmse, mostTwoSigma } from './groups.ts';
import { printMonth } from './month.ts';
import { printResistance } from './resistance.ts';
import { printTimeLeft } from './time-left.ts';
import { type CandidateClass, type DataSet, type Harness, loadHarness } from './harness.ts';

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const names = [...GROUPS.map(({ name }) => name), 'resistance', 'time', 'house', 'month'];
const runs = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const unknown = wanted.filter((word) => !names.includes(word));
const harness = loadHarness(process.cwd());
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exitCode = 2;
} else {
  const groups = GROUPS.filter(({ name }) => runs(name));
  if (runs('house')) printHouse();
  if (wanted.includes('month')) printMonth();
  if (typeof harness === 'string') {
    if (groups.length > 0 || runs('resistance') || runs('time')) console.log(harness);
  } else {
    if (groups.length > 0) bench(harness, groups);
    if (runs('resistance')) printResistance(harness);
    if (runs('time')) for (const miss of printTimeLeft(harness, runs('tao'))) console.log(`NOT met: ${miss}`);
  }
}

function bench(harness: Harness, groups: readonly Group[]): void {
  const baselines = Object.keys(harness.baselines).filter((name) => name === 'CC' || process.argv.includes('--all'));
  const missed: string[] = [];
  let gates = 0;
  for (const group of groups) {
    const data = group.data(harness);
    console.log(`\n### ${group.title}\n`);
    console.log(`| fault | cellwarden | gate | in 2σ: mean, worst | median 2σ | jumps | ${baselines.join(' | ')} |`);
    console.log(`|---|---|---|---|---|---|${baselines.map(() => '---').join('|')}|`);
    for (const row of group.rows) {
      const fault = harness.faults[row];
      if (fault === undefined) throw new Error(`the harness has no fault ${row}`);
      const others = baselines.map((name) => {
        const Class = harness.baselines[name] as CandidateClass;
        return score(data.map((set) => harness.run(set, Class, fault, group)));
      });
      const ours = data.map((set) => scored(harness, set, fault, group));
      const { rmse, max } = score(ours);
      const inside = ours.map((run) => run.inside);
      const twoSigma = ours.reduce((sum, run) => sum + run.twoSigma, 0) / ours.length;
      const jumps = ours.reduce((sum, run) => sum + run.jumps, 0);
      const counter = others[baselines.indexOf('CC')]?.rmse ?? Number.NaN;
      const [most, widest] = [mostRmse(group.name, row, counter), mostTwoSigma(row)];
      const checks: [string, boolean][] = [
        ['inside 2σ', mean(inside) >= LEAST_INSIDE],
        ['jump to 100 %', jumps === 0],
      ];
      if (most !== null) checks.push([`RMSE ≤ ${most.toFixed(2)}`, rmse <= most]);
      if (widest !== null) checks.push([`2σ ≤ ${100 * widest} %`, twoSigma <= widest]);
      gates += checks.length;
      for (const [what, met] of checks)
        if (!met) missed.push(`${group.name} ${row}: ${what}, is ${rmse.toFixed(2)} / ${max.toFixed(1)}`);
      const gate = most === null ? '' : `≤ ${most.toFixed(2)} ${rmse <= most ? 'met' : 'NOT met'}`;
      const honest = `${percent(mean(inside))}, ${percent(Math.min(...inside))}${mean(inside) >= LEAST_INSIDE ? '' : ' NOT met'}`;
      const width = `${(100 * twoSigma).toFixed(1)}${widest !== null && twoSigma > widest ? ' NOT met' : ''}`;
      const columns = others.map((other) => `${other.rmse.toFixed(2)} / ${other.max.toFixed(1)}`);
      console.log(
        `| ${row} | ${rmse.toFixed(2)} / ${max.toFixed(1)} | ${gate} | ${honest} | ${width} | ${jumps} | ${columns.join(' | ')} |`,
      );
    }
  }
  console.log(`\nRMSE / greatest error in % SOC over the whole run. Gates: ${gates - missed.length} of ${gates} met.`);
  for (const miss of missed) console.log(`NOT met: ${miss}`);
}

function scored(harness: Harness, set: DataSet, fault: Readonly<Record<string, number>>, group: Group) {
  const { Class, honesty } = candidateFor(set);
  const { rmse, max } = harness.run(set, Class, fault, group);
  return { rmse, max, ...honesty() };
}

/** As the harness sums up the runs of a group. */
function score(runs: readonly { readonly rmse: number; readonly max: number }[]): { rmse: number; max: number } {
  return {
    rmse: Math.sqrt(mean(runs.map((run) => run.rmse ** 2))),
    max: Math.max(...runs.map((run) => run.max)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
