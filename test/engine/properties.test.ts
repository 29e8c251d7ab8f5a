/** What must hold for every sequence of readings. The model imports nothing from the protection. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Bench, settingsOf } from '../support/pack.ts';
import type { SettingName } from '../../src/engine/pack/schema.ts';
import { PERMISSION_ROLES, type ProfileId } from '../../src/engine/vocabulary.ts';

interface Row {
  cells: (number | null)[];
  temperature: number | null;
  current: number | null;
  /** Seconds since the row before. */
  step: number;
  silent: boolean;
}

const voltage = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(2.4, 2.5, 2.79, 2.8, 2.9, 3.1, 3.2, 3.3, 3.44, 3.5, 3.64, 3.65, 3.7, 3.9) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const rowOf = fc.record<Row>({
  cells: fc.array(voltage, { minLength: 4, maxLength: 4 }),
  temperature: fc.constantFrom(-25, -20, 0, 4.9, 5, 20, 44, 46, 59, 61, null),
  current: fc.constantFrom(-250, -101, -50, 0, 50, 101, null),
  step: fc.constantFrom(0.5, 1, 1, 2, 4),
  silent: fc.boolean().map((b) => b),
});
const rows = fc
  .array(
    fc
      .record({ row: rowOf, times: fc.integer({ min: 1, max: 8 }) })
      .map(({ row, times }) => Array<Row>(times).fill(row)),
    { maxLength: 15 },
  )
  .map((parts) => parts.flat());
const profile = fc.constantFrom<ProfileId>('lifepo4', '123smartbms');

function play(bench: Bench, row: Row): void {
  if (row.silent) bench.silence(row.step);
  else bench.say({ cells: row.cells, temperatures: [row.temperature], current: row.current }, row.step);
}

/** Conditions under which charging (the loads) must be off, straight from the settings: value, limit, delay, who. */
const LIMITS: readonly {
  name: SettingName;
  delay: SettingName;
  role: 'charge' | 'load';
  beyond(row: Row, limit: number): boolean;
}[] = [
  {
    name: 'cellOvervoltage',
    delay: 'cellOvervoltageDelay',
    role: 'charge',
    beyond: (r, l) => r.cells.some((v) => v !== null && v >= l),
  },
  {
    name: 'cellUndervoltageCritical',
    delay: 'cellUndervoltageCriticalDelay',
    role: 'load',
    beyond: (r, l) => r.cells.some((v) => v !== null && v <= l),
  },
  {
    name: 'chargeTemperatureMin',
    delay: 'chargeTemperatureMinDelay',
    role: 'charge',
    beyond: (r, l) => r.temperature !== null && r.temperature < l,
  },
  {
    name: 'chargeTemperatureMax',
    delay: 'chargeTemperatureMaxDelay',
    role: 'charge',
    beyond: (r, l) => r.temperature !== null && r.temperature > l,
  },
  {
    name: 'dischargeTemperatureMin',
    delay: 'dischargeTemperatureMinDelay',
    role: 'load',
    beyond: (r, l) => r.temperature !== null && r.temperature < l,
  },
  {
    name: 'dischargeTemperatureMax',
    delay: 'dischargeTemperatureMaxDelay',
    role: 'load',
    beyond: (r, l) => r.temperature !== null && r.temperature > l,
  },
  {
    name: 'dischargeCurrentMax',
    delay: 'dischargeCurrentMaxDelay',
    role: 'load',
    beyond: (r, l) => r.current !== null && -r.current > l,
  },
];

describe('properties of the protection', () => {
  it('no permission outlasts a violated condition by more than its delay', () => {
    fc.assert(
      fc.property(profile, rows, (id, sequence) => {
        const { values } = settingsOf(id);
        const bench = new Bench(id).say();
        const since = LIMITS.map(() => Number.NaN);
        for (const row of sequence) {
          play(bench, row);
          if (row.silent) continue;
          LIMITS.forEach((limit, i) => {
            const threshold = values[limit.name];
            if (typeof threshold !== 'number') return;
            if (!limit.beyond(row, threshold)) since[i] = Number.NaN;
            else if (Number.isNaN(since[i])) since[i] = bench.now;
            if (bench.now - since[i]! >= Number(values[limit.delay])) {
              assert.equal(bench.allowed(limit.role), false, `${limit.name} violated for ${bench.now - since[i]!} s`);
            }
          });
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('VLB-9 no permission outlasts an unknown value by more than its communication timeout', () => {
    fc.assert(
      fc.property(profile, rows, (id, sequence) => {
        const { values } = settingsOf(id);
        const bench = new Bench(id).say();
        const currentCounts = typeof values.chargeCurrentMax === 'number';
        let cells = bench.now;
        let temperature = bench.now;
        let current = bench.now;
        for (const row of sequence) {
          play(bench, row);
          if (!row.silent && row.cells.every((v) => v !== null)) cells = bench.now;
          if (!row.silent && row.temperature !== null) temperature = bench.now;
          if (!row.silent && row.current !== null) current = bench.now;
          const whole = Math.min(cells, temperature, currentCounts ? current : Infinity);
          if (bench.now - whole >= Number(values.communicationTimeoutCharge)) assert.equal(bench.charge, false);
          if (bench.now - whole >= Number(values.communicationTimeoutLoad)) assert.equal(bench.load, false);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('a lease never rests on a value that is no longer known', () => {
    fc.assert(
      fc.property(profile, rows, (id, sequence) => {
        const { values } = settingsOf(id);
        const bench = new Bench(id).say();
        let heard = bench.now;
        for (const row of sequence) {
          play(bench, row);
          if (!row.silent) heard = bench.now;
          assert.ok(bench.engine.protection.relyUntil('charge') <= heard + Number(values.communicationTimeoutCharge));
          assert.ok(bench.engine.protection.relyUntil('load') <= heard + Number(values.communicationTimeoutLoad));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a higher cell never allows charging that a lower one forbids, nor a lower cell the loads', () => {
    fc.assert(
      fc.property(profile, rows, fc.integer({ min: 0, max: 3 }), (id, sequence, cell) => {
        const as = new Bench(id).say();
        const higher = new Bench(id).say();
        const lower = new Bench(id).say();
        const shift = (row: Row, by: number): Row => ({
          ...row,
          cells: row.cells.map((v, i) => (i === cell && v !== null ? v + by : v)),
        });
        for (const row of sequence) {
          play(as, row);
          play(higher, shift(row, 0.3));
          play(lower, shift(row, -0.3));
          assert.ok(as.charge || !higher.charge, 'a higher cell allowed charging');
          assert.ok(as.load || !lower.load, 'a lower cell allowed the loads');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the order of the cells changes nothing but the cell number', () => {
    fc.assert(
      fc.property(profile, rows, (id, sequence) => {
        const as = new Bench(id).say();
        const turned = new Bench(id).say();
        for (const row of sequence) {
          play(as, row);
          play(turned, { ...row, cells: [...row.cells].reverse() });
          assert.deepEqual([turned.charge, turned.load, turned.preAlarm], [as.charge, as.load, as.preAlarm]);
          assert.deepEqual(
            turned.events.map((e) => [e.row, e.edge, e.value]),
            as.events.map((e) => [e.row, e.edge, e.value]),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('every edge of a permission has a cause, and the edges of a rule take turns', () => {
    fc.assert(
      fc.property(profile, rows, (id, sequence) => {
        const bench = new Bench(id).say();
        const raised = new Set(bench.events.filter((e) => e.edge === 'raised').map((e) => e.row));
        let before = PERMISSION_ROLES.map((role) => bench.allowed(role));
        for (const row of sequence) {
          play(bench, row);
          for (const event of bench.events) {
            assert.equal(raised.has(event.row), event.edge === 'cleared', `${event.row} ${event.edge} twice`);
            if (event.edge === 'raised') raised.add(event.row);
            else raised.delete(event.row);
          }
          const after = PERMISSION_ROLES.map((role) => bench.allowed(role));
          if (after.join() !== before.join()) assert.ok(bench.events.length > 0, 'a permission moved without an event');
          before = after;
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('a healthy pack is allowed again in the end, whatever came before', () => {
    fc.assert(
      fc.property(profile, rows, (id, sequence) => {
        const bench = new Bench(id).say();
        for (const row of sequence) play(bench, row);
        bench.engine.seedSoc(0.5);
        bench.keep(200);
        assert.deepEqual([bench.charge, bench.load, bench.preAlarm], [true, true, false]);
      }),
      { numRuns: 150 },
    );
  });

  it('memory does not grow', () => {
    const bench = new Bench('lifepo4').say();
    for (let i = 0; i < 20_000; i++) bench.say({ cells: [3.3, 3.3, 3.3, i % 40 < 20 ? 3.7 : 3.3] });
    assert.ok(JSON.stringify(bench.engine.memory(bench.now)).length < 500);
  });
});
