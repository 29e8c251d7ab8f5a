/**
 * `npm run soak`: does it go on for a long time without leaking, wearing out a card, or opening for nothing?
 *
 *   npm run soak [-- --days N] [--seed N]      a year (or N days) compressed, as fast as this machine can
 *   npm run soak -- --real [--minutes N]       20 minutes (or N) of a real Node-RED at ten frames a second
 *
 * Prints a table; exits with 1 when a promise is broken.
 */
import { parseArgs } from 'node:util';
import type { Promised } from './soak-table.ts';
import { table } from './soak-table.ts';

const { values: options } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    seed: { type: 'string', default: '1' },
    real: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '20' },
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

async function year(): Promise<Promised[]> {
  const { liveYear } = await import('./soak-year.ts');
  const days = Number(options.days);
  if (!(days > 0 && days <= 10_000)) throw new Error(`--days ${options.days} is not a number of days from 0 to 10000`);
  const result = await liveYear(days, Number(options.seed), (day) => {
    if (process.stderr.isTTY) process.stderr.write(`\rday ${day.toFixed(0)} of ${days} `);
  });
  const count = Object.values(result.events).reduce((a, b) => a + b, 0);
  for (const line of [...result.wrong, ...result.missed].slice(0, 20)) console.log(line);
  const slowest = Object.entries(result.slowest).map(([name, took]) => `${name} ${took} s`);
  return [
    { what: 'days', is: String(result.days), goal: null, isKept: null },
    { what: 'steps a second', is: String(Math.round(result.perSecond)), goal: null, isKept: null },
    { what: 'damaged frames', is: String(result.damaged), goal: '> 0', isKept: result.damaged > 0 },
    { what: 'events in the plant', is: String(count), goal: '> 0', isKept: count > 0 },
    { what: 'slowest openings', is: slowest.join(', '), goal: null, isKept: null },
    { what: 'openings without a cause', is: String(result.wrong.length), goal: '0', isKept: result.wrong.length === 0 },
    { what: 'trips missed or late', is: String(result.missed.length), goal: '0', isKept: result.missed.length === 0 },
    { what: 'openings for a damaged line', is: String(result.lineOpenings), goal: null, isKept: null },
    { what: 'most writes on a day', is: String(result.writes), goal: '<= 200', isKept: result.writes <= 200 },
    {
      what: 'growth of the heap',
      is: result.growth === null ? 'not measured: too short a run' : `${(result.growth / 1e6).toFixed(2)} MB`,
      goal: '< 1 MB',
      isKept: result.growth === null ? null : result.growth < 1e6,
    },
  ];
}

async function real(): Promise<Promised[]> {
  const { liveForReal } = await import('./soak-real.ts');
  const minutes = Number(options.minutes);
  if (!(minutes >= 1)) throw new Error(`--minutes ${options.minutes} is not a number of minutes from 1`);
  return await liveForReal(minutes, (line) => console.log(line));
}

(options.real ? real() : year()).then(
  (rows) => {
    console.log(table(rows));
    process.exit(rows.some(({ isKept }) => isKept === false) ? 1 : 0);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(2);
  },
);
