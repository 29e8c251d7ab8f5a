/** What the state of charge and the battery's figures cost, beside the protection's step over the same cells. */
import { StateOfCharge } from '../src/engine/estimator/state-of-charge.ts';
import { Figures } from '../src/engine/figures/figures.ts';
import { Sampler } from '../src/engine/figures/sampler.ts';
import { batterySettings, PackEngine } from '../src/engine/pack-engine.ts';
import { resolveSettings } from '../src/engine/pack/validate.ts';
import { rounded, sideBySide, type Row } from './harness.ts';

const CELLS = 16;
const CAPACITY = 280;
/** A house: a load that comes and goes, and cells that give way to it. */
const CURRENTS = [-8, -9, -31, -30, -30.5, -8, -7.5, -8];
const OHM = 0.0006;

export function batteryRows(): Row[] {
  const resolved = resolveSettings('lifepo4', { cells: CELLS, capacity: CAPACITY });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const { settings } = resolved;
  const engine = new PackEngine(settings, { name: 'bench', firstClose: true, precharged: true });
  const readings = CURRENTS.map((current, n) => {
    const cells = Array.from({ length: CELLS }, (_, k) => ({
      cell: k + 1,
      voltage: 3.3 + current * OHM + (k % 7) * 1e-3,
      temperature: 20,
    }));
    const voltage = cells.reduce((sum, cell) => sum + cell.voltage, 0);
    engine.observe('bench', { cells, current, voltage, soc: 60 }, n);
    return engine.reading(n, 1.7e12);
  });

  const { protection } = engine;
  const soc = new StateOfCharge(settings);
  const sampler = new Sampler(CELLS, Number.NaN);
  const figures = new Figures(batterySettings(settings));
  soc.tell(0.6, 'owner');
  const known = { capacitySigma: 5, health: Number.NaN, floor: 0, currentOffset: 0, loadsCut: false, chargeCut: false };
  let now = 0;
  const next = (): (typeof readings)[number] => {
    now += 1;
    return readings[now % readings.length]!;
  };
  const protect = (): void => {
    protection.step(next(), now);
  };
  const sampled = () => {
    return sampler.take(next(), now);
  };
  const estimate = sideBySide(() => void soc.step(sampled()), protect, 50_000);
  const figure = sideBySide(
    () => {
      const sample = sampled();
      sampler.estimated(soc.soc, soc.sigma, null);
      figures.step(sample, { ...known, capacity: CAPACITY });
    },
    protect,
    50_000,
  );
  if (!protection.allowed('charge')) throw new Error('the bench judged no healthy pack');
  const row = (bench: string, { ours, reference, ratio }: typeof estimate): Row => ({
    bench,
    unit: 'ns',
    value: rounded(ours),
    reference: rounded(reference),
    ratio: rounded(ratio),
    goal: null,
    met: null,
    note: 'reference: the protection’s step over the same readings',
  });
  return [
    row(`state of charge and capacity, a step, ${CELLS} cells`, estimate),
    row(`figures and advice, a step, ${CELLS} cells`, figure),
    {
      bench: `what is stored of a pack, ${CELLS} cells`,
      unit: 'kB',
      value: rounded(JSON.stringify(engine.memory(now)).length / 1000),
      reference: null,
      ratio: null,
      goal: null,
      met: null,
      note: 'JSON; it does not grow with time but for the event log, which is bounded',
    },
  ];
}
