/** What came of the scenarios, for people and for programs. */
import type { Outcome } from './run.ts';

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function figures({ scenario, measured }: Outcome): { bound: string; median: string; worst: string } {
  const show = (value: number): string =>
    scenario.unit === 'edges' ? `${value} movements` : `${value.toFixed(value < 1 ? 3 : 2)} s`;
  if (measured.length === 0) return { bound: show(scenario.bound), median: '–', worst: '–' };
  return { bound: show(scenario.bound), median: show(median(measured)), worst: show(Math.max(...measured)) };
}

/** One line, and what is needed to look into a failure. */
export function inFull(outcome: Outcome): string {
  const { scenario, verdict, why, measured, notes, log } = outcome;
  const { bound, median: middle, worst } = figures(outcome);
  const line = `${verdict.toUpperCase().padEnd(7)} ${scenario.hazards.join(' ')}: ${scenario.title} | promised ${bound}, median ${middle}, worst ${worst} (${measured.length} runs)${notes.map((note) => `; ${note}`).join('')}`;
  if (why === null) return line;
  const said = log.slice(-12).map((one) => `\n          | ${one}`);
  return `${line}\n        ${why}${verdict === 'fail' ? said.join('') : ''}`;
}

/** The outcomes as a Markdown table. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { bound, median: middle, worst } = figures(outcome);
    const { hazards, title } = outcome.scenario;
    return [hazards.join(', '), title, bound, middle, worst, String(outcome.measured.length), outcome.verdict];
  });
  return [
    ['hazard', 'what', 'promised', 'median', 'worst', 'runs', 'verdict'],
    Array.from({ length: 7 }, () => '---'),
    ...rows,
  ]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** One line of JSON. */
export function toJson(outcome: Outcome, without?: string): string {
  const { scenario, verdict, measured, error, why, notes, log } = outcome;
  const { hazards, title, bound, unit = 's', covers } = scenario;
  return JSON.stringify({ without, hazards, title, bound, unit, covers, verdict, measured, error, why, notes, log });
}
