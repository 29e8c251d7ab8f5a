/** The engine's step against the floor: one scan of the same cells for minimum, maximum and numbers that are none. */
import { PackEngine } from '../src/engine/pack-engine.ts';
import { resolveSettings } from '../src/engine/pack/validate.ts';
import { PROFILE_IDS, type ProfileId } from '../src/engine/vocabulary.ts';
import { rounded, sideBySide, type Row } from './harness.ts';

function engineOf(profile: ProfileId, cells: number): PackEngine {
  const resolved = resolveSettings(profile, { cells, capacity: 280 });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return new PackEngine(resolved.settings, { name: 'bench', firstClose: true, precharged: true });
}

const voltages = (cells: number): number[] => Array.from({ length: cells }, (_, i) => 3.3 + (i % 7) * 1e-3);

/** The realistic floor: every number is looked at and must be one in the range of a cell. */
function floorOf(cells: number): () => void {
  const values = Float64Array.from(voltages(cells));
  const sink = { min: 0, max: 0 };
  return () => {
    let min = Infinity;
    let max = -Infinity;
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      if (!(v >= 0 && v <= 5.5)) continue;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    sink.min = min;
    sink.max = max;
  };
}

export function engineRows(): Row[] {
  const rows: Row[] = [];
  for (const profile of PROFILE_IDS) {
    for (const cells of [16, 255]) {
      const engine = engineOf(profile, cells);
      const seen = {
        cells: voltages(cells).map((voltage, i) => ({ cell: i + 1, voltage, temperature: 20 })),
        current: 5,
        voltage: 3.3 * cells,
        soc: 60,
        starterVoltage: 13.8,
      };
      engine.observe('bench', seen, 0);
      const reading = engine.reading(0, 0);
      let now = 0;
      const { protection } = engine;
      const step = sideBySide(
        () => {
          now += 1e-7;
          protection.step(reading, now);
        },
        floorOf(cells),
        100_000,
      );
      if (!protection.allowed('charge')) throw new Error('the bench judged something else than a healthy pack');
      rows.push({
        bench: `engine step, ${profile}, ${cells} cells`,
        unit: 'ns',
        value: rounded(step.ours),
        reference: rounded(step.reference),
        ratio: rounded(step.ratio),
        goal: '≤ 5',
        met: step.ratio <= 5,
        note: 'reference: min/max/range scan of the cells',
      });
      const whole = sideBySide(
        () => {
          now += 1e-7;
          engine.observe('bench', seen, now);
          protection.step(engine.reading(now, 0), now);
        },
        floorOf(cells),
        Math.round(200_000 / cells),
      );
      rows.push({
        bench: `observation → reading → SOC → decision, ${profile}, ${cells} cells`,
        unit: 'ns',
        value: rounded(whole.ours),
        reference: rounded(whole.reference),
        ratio: rounded(whole.ratio),
        goal: null,
        met: null,
        note: 'with a fresh reading object each time',
      });
    }
  }
  return rows;
}

/** Bytes per step that stay after a million steps: nothing may grow with time. */
export function growthRow(): Row {
  const collect = (globalThis as { gc?: () => void }).gc;
  const engine = engineOf('lifepo4', 16);
  let now = 0;
  const run = (steps: number): void => {
    for (let i = 0; i < steps; i++) {
      now += 1;
      const voltage = i % 3000 < 60 ? 3.7 : 3.3;
      engine.observe(
        'bench',
        { cells: [{ cell: 1 + (i % 16), voltage }], temperatures: [20], current: 1, voltage: 53 },
        now,
      );
      engine.protection.step(engine.reading(now, 0), now);
    }
  };
  run(200_000);
  // The compiler's own memory comes and goes: what really grows, grows in every window.
  const windows = [0, 1, 2, 3].map(() => {
    collect?.();
    const before = process.memoryUsage().heapUsed;
    run(250_000);
    collect?.();
    return (process.memoryUsage().heapUsed - before) / 1024;
  });
  const grown = Math.min(...windows) * windows.length;
  return {
    bench: 'heap after 1 000 000 steps with trips',
    unit: 'kB more',
    value: rounded(grown),
    reference: null,
    ratio: null,
    goal: '< 100 kB',
    met: collect === undefined ? null : grown < 100,
    note: collect === undefined ? 'needs --expose-gc' : '',
  };
}
