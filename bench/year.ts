/**
 * A simulated year at 1 Hz through the whole engine: days and nights, a heavy load now and then, a device that falls silent,
 * and trips of several kinds. Prints steps a second and how the heap grows after the first month.
 */
import { PackEngine } from '../src/engine/pack-engine.ts';
import { resolveSettings } from '../src/engine/pack/validate.ts';
import { rounded, type Row } from './harness.ts';

const CELLS = 16;
const DAY = 86_400;
const MONTH = 30 * DAY;
const MONTHS = 12;
const YEAR_DAYS = 365;

export function yearRows(): Row[] {
  const collect = (globalThis as { gc?: () => void }).gc;
  const resolved = resolveSettings('lifepo4', { cells: CELLS, capacity: 280, retries: 10, minimumOff: 10 });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const engine = new PackEngine(resolved.settings, { name: 'year', firstClose: true, precharged: true });
  const cells = Array.from({ length: CELLS }, (_, i) => ({ cell: i + 1, voltage: 3.3, temperature: 20 }));
  const seen = { cells, current: 0, voltage: 3.3 * CELLS, soc: 60 };
  const heap: number[] = [];
  let events = 0;
  let spent = 0;

  const live = (from: number, to: number): void => {
    const start = performance.now();
    for (let now = from; now < to; now++) {
      const sun = Math.sin((now / DAY) * 2 * Math.PI);
      const surge = now % 7200 < 30 ? -200 : 0;
      // Once a week the battery is charged too far, and once it is emptied; once a day the device is silent for two minutes.
      const week = now % (7 * DAY);
      const lean = week < 300 ? 0.4 : week > 3 * DAY && week < 3 * DAY + 300 ? -0.6 : 0.03 * sun;
      const silent = now % DAY > DAY - 120;
      seen.current = 60 * sun + surge;
      let sum = 0;
      for (let i = 0; i < CELLS; i++) {
        const voltage = 3.3 + lean + ((now * 7 + i * 13) % 11) * 0.001;
        cells[i]!.voltage = voltage;
        sum += voltage;
      }
      seen.voltage = sum;
      if (!silent) engine.observe('bench', seen, now);
      engine.protection.step(engine.reading(now, 0), now);
      events += engine.protection.events.length;
    }
    spent += performance.now() - start;
  };

  for (let month = 0; month < MONTHS; month++) {
    const last = month === MONTHS - 1 ? YEAR_DAYS * DAY : (month + 1) * MONTH;
    live(month * MONTH, last);
    collect?.();
    heap.push(process.memoryUsage().heapUsed);
  }
  const steps = YEAR_DAYS * DAY;
  if (events < 1000) throw new Error(`the year had only ${events} events: it shows nothing`);
  const slope = (slopeOf(heap.slice(1)) * MONTHS) / 1e6;
  const note = `${steps} steps, ${events} events, lifepo4, ${CELLS} cells`;
  return [
    {
      bench: 'a year at 1 Hz: steps a second',
      unit: '1/s',
      value: rounded(steps / (spent / 1000)),
      reference: null,
      ratio: null,
      goal: null,
      met: null,
      note,
    },
    {
      bench: 'a year at 1 Hz: growth of the heap after the first month',
      unit: 'MB a year',
      value: rounded(slope),
      reference: null,
      ratio: null,
      goal: '< 1 MB',
      met: collect === undefined ? null : slope < 1,
      note: collect === undefined ? 'needs --expose-gc' : note,
    },
  ];
}

/** Least squares slope of values one month apart, per month. */
function slopeOf(values: readonly number[]): number {
  const n = values.length;
  const meanX = (n - 1) / 2;
  const meanY = values.reduce((a, b) => a + b, 0) / n;
  let above = 0;
  let below = 0;
  values.forEach((y, x) => {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  });
  return above / below;
}
