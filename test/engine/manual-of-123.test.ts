/** The 123\SmartBMS profile against the tables of its manual (chapter "Algorithm"), and one example a requirement. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Bench } from '../support/pack.ts';

const V_MAX = 3.65;
const V_MIN = 2.8;
const V_BYPASS = 3.5;
const T_MIN = 0;
const T_MAX = 50;
const CHARGE_RESTART = 95;
const DISCHARGE_RESTART = 20;

interface Row {
  cells: number[];
  temperature: number;
  communication: boolean;
}

/** The manual's two tables, word for word. SOC in %, `null` while unknown: its conditions are then skipped. */
function oracle(mode: 'normal' | 'critical') {
  let charge = true;
  let load = true;
  return (row: Row, soc: number | null): { charge: boolean; load: boolean } => {
    const { cells, temperature: t, communication: ok } = row;
    const all = (test: (v: number) => boolean): boolean => cells.every(test);
    const some = (test: (v: number) => boolean): boolean => cells.some(test);
    const normal = mode === 'normal';
    const offCharge = some((v) => v >= V_MAX) || (normal && all((v) => v >= V_BYPASS)) || t < T_MIN || t > T_MAX || !ok;
    const onCharge =
      all((v) => v < (normal ? V_BYPASS : V_MAX - 0.05)) &&
      (!normal || soc === null || soc < CHARGE_RESTART) &&
      t > T_MIN &&
      t < T_MAX &&
      ok;
    const offLoad = some((v) => v <= V_MIN) || t < T_MIN || t > T_MAX || !ok;
    const onLoad =
      all((v) => v > (normal ? V_MIN : V_MIN + 0.05)) &&
      (!normal || soc === null || soc >= DISCHARGE_RESTART) &&
      t > T_MIN &&
      t < T_MAX &&
      ok;
    charge = offCharge ? false : onCharge ? true : charge;
    load = offLoad ? false : onLoad ? true : load;
    return { charge, load };
  };
}

const voltage = fc.constantFrom(
  2.7,
  2.795,
  2.8,
  2.805,
  2.9,
  3.3,
  3.495,
  3.5,
  3.505,
  3.595,
  3.6,
  3.645,
  3.65,
  3.655,
  3.8,
);
const row = fc.record({
  cells: fc.array(voltage, { minLength: 2, maxLength: 4 }).map((v) => [...v, ...v].slice(0, 4)),
  temperature: fc.constantFrom(-1, 0, 1, 20, 49, 50, 51),
  communication: fc.boolean().map((b) => b),
});

describe('123\\SmartBMS, the tables of the manual', () => {
  for (const mode of ['normal', 'critical'] as const) {
    const ids = mode === 'normal' ? '123-R2 123-R3' : '123-R4';
    it(`${ids} ${mode} mode follows the tables for any sequence of rows, SOC ${mode === 'normal' ? 'known or unknown' : 'ignored'}`, () => {
      fc.assert(
        fc.property(fc.array(row, { maxLength: 25 }), fc.constantFrom(null, 10, 20, 50, 94, 95, 99), (rows, soc) => {
          const bench = new Bench('123smartbms', { given: { mode } });
          if (soc !== null) bench.engine.seedSoc(soc / 100);
          // Cells high enough to count as full would move SOC: the oracle reads it back, as the manual's own BMS would.
          const judge = oracle(mode);
          bench.say();
          judge({ cells: [3.3, 3.3, 3.3, 3.3], temperature: 20, communication: true }, soc);
          for (const { cells, temperature, communication } of rows) {
            bench.say({ cells, temperatures: [temperature], communication });
            const known = bench.engine.soc;
            const expected = judge({ cells, temperature, communication }, Number.isNaN(known) ? null : known * 100);
            assert.deepEqual({ charge: bench.charge, load: bench.load }, expected);
          }
        }),
        { numRuns: 600 },
      );
    });
  }

  it('123-R2 charge stops at V-max, not below it, and names the cell', () => {
    const bench = new Bench('123smartbms').say({ cells: [3.3, 3.3, 3.645, 3.3] });
    assert.equal(bench.charge, true);
    bench.say({ cells: [3.3, 3.3, 3.65, 3.3] });
    assert.equal(bench.charge, false);
    assert.equal(bench.load, true);
    const [event] = bench.events;
    assert.deepEqual(
      [event?.rule, event?.code, event?.cell, event?.value, event?.threshold],
      ['cell-overvoltage', 'Vh', 3, 3.65, 3.65],
    );
  });

  it('123-R2 charge stops when ALL cells are at V-bypass, not while one is below', () => {
    const bench = new Bench('123smartbms').say({ cells: [3.5, 3.5, 3.5, 3.495] });
    assert.equal(bench.charge, true);
    bench.say({ cells: [3.5, 3.5, 3.5, 3.5] });
    assert.equal(bench.charge, false);
    assert.deepEqual(bench.edges, ['cell-overvoltage(full)/raised', 'soc-unknown/cleared']);
  });

  it('123-R2 charge comes back below V-bypass only when SOC is below charge restart', () => {
    const bench = new Bench('123smartbms').say({ cells: [3.5, 3.5, 3.5, 3.5] });
    assert.equal(bench.charge, false);
    bench.say({ cells: [3.4, 3.4, 3.4, 3.4] });
    assert.equal(bench.charge, false, 'SOC is 100 %');
    bench.engine.seedSoc(0.95);
    bench.say({ cells: [3.4, 3.4, 3.4, 3.4] });
    assert.equal(bench.charge, false, 'SOC is 95 %, not below 95');
    bench.engine.seedSoc(0.9499);
    bench.say({ cells: [3.4, 3.4, 3.4, 3.4] });
    assert.equal(bench.charge, true);
    assert.deepEqual(bench.edges, ['cell-overvoltage(full)/cleared']);
  });

  it('123-R2 a gate that is all that is left in the way says what is waited for', () => {
    const bench = new Bench('123smartbms');
    bench.engine.seedSoc(0.97);
    bench.say().say({ temperatures: [60] });
    assert.equal(bench.charge, false);
    bench.say({ temperatures: [20] });
    assert.equal(bench.charge, false);
    assert.ok(bench.edges.includes('cell-overvoltage(full)/raised'), bench.edges.join());
    assert.equal(bench.load, true);
  });

  it('123-R3 load stops at V-min, and stays off below discharge restart', () => {
    const bench = new Bench('123smartbms');
    bench.engine.seedSoc(0.15);
    bench.say({ cells: [2.805, 3, 3, 3] });
    assert.equal(bench.load, true);
    bench.say({ cells: [2.8, 3, 3, 3] });
    assert.equal(bench.load, false);
    assert.equal(bench.charge, true, 'VSB-11 charging stays possible while the loads are off');
    bench.say({ cells: [3, 3, 3, 3] });
    assert.equal(bench.load, false, 'SOC 15 % is below 20 %');
    assert.ok(bench.edges.includes('soc-low(discharge-restart)/raised'), bench.edges.join());
    bench.engine.seedSoc(0.2);
    bench.say({ cells: [3, 3, 3, 3] });
    assert.equal(bench.load, true);
  });

  it('123-R4 critical mode ignores SOC and V-bypass and has a small hysteresis', () => {
    const bench = new Bench('123smartbms', { given: { mode: 'critical' } });
    bench.engine.seedSoc(1);
    bench.say({ cells: [3.6, 3.6, 3.6, 3.6] });
    assert.equal(bench.charge, true);
    bench.say({ cells: [3.65, 3.6, 3.6, 3.6] });
    assert.equal(bench.charge, false);
    bench.say({ cells: [3.6, 3.6, 3.6, 3.6] });
    assert.equal(bench.charge, false, 'not below 3.60 yet');
    bench.say({ cells: [3.595, 3.595, 3.595, 3.595] });
    assert.equal(bench.charge, true);
  });

  it('123-R5 SOC becomes 100 % when all cells reach V-bypass (normal)', () => {
    const bench = new Bench('123smartbms');
    bench.engine.seedSoc(0.6);
    bench.say({ cells: [3.6, 3.6, 3.6, 3.495] });
    assert.ok(bench.engine.soc < 0.61);
    bench.say({ cells: [3.5, 3.5, 3.5, 3.5] });
    assert.equal(bench.engine.soc, 1);
  });

  it('123-R5 SOC becomes 100 % when the pack reaches V-bypass × cells (critical)', () => {
    const bench = new Bench('123smartbms', { given: { mode: 'critical' } });
    bench.engine.seedSoc(0.6);
    bench.say({ cells: [3.6, 3.6, 3.5, 3.29] });
    assert.ok(bench.engine.soc < 0.61);
    bench.say({ cells: [3.6, 3.6, 3.5, 3.3] });
    assert.equal(bench.engine.soc, 1);
  });

  it('123-R6 a bypassing cell reads too hot: charging stops, the loads stay on', () => {
    const bench = new Bench('123smartbms');
    const said = (hot: number, volts: number): void => {
      bench.now += 1;
      const cells = [1, 2, 3, 4].map((cell) => ({
        cell,
        voltage: cell === 2 ? volts : 3.4,
        temperature: cell === 2 ? hot : 25,
      }));
      bench.engine.observe('device', { cells, current: 0, voltage: 13.6 }, bench.now);
      bench.judge();
    };
    said(25, 3.4);
    said(60, 3.55);
    assert.deepEqual([bench.charge, bench.load], [false, true]);
    said(60, 3.4);
    assert.deepEqual([bench.charge, bench.load], [false, false], 'not bypassing: it is really hot');
  });

  it('123-R8 currents inside the blind spot count as zero', () => {
    const after = (currentBlindSpot: number, current: number): number => {
      const bench = new Bench('123smartbms', { given: { currentBlindSpot } });
      bench.engine.seedSoc(0.5);
      return bench.keep(3600, { current }).engine.soc;
    };
    for (const current of [2, -2]) assert.ok(Math.abs(after(2.5, current) - 0.5) < 1e-3);
    assert.ok(Math.abs(after(0, 2) - 0.52) < 1e-3);
    assert.ok(Math.abs(after(0, -2) - 0.48) < 1e-3);
  });

  it('123-R9 the five warnings carry their letters', () => {
    const seen = new Set<string>();
    const bench = new Bench('123smartbms').say();
    const rows = [
      { cells: [3.7, 3.3, 3.3, 3.3] },
      { cells: [2.7, 3.3, 3.3, 3.3] },
      { temperatures: [-1] },
      { temperatures: [51] },
      { communication: false },
    ];
    for (const said of rows) for (const event of bench.say(said).events) if (event.code !== null) seen.add(event.code);
    assert.deepEqual([...seen].filter((code) => code !== 'full').sort(), ['E', 'Th', 'Tl', 'Vh', 'Vl']);
  });
});
