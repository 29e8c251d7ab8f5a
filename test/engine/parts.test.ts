/** The parts of the protection one by one: what each does at its edges, where the whole rarely goes. */
import assert from 'node:assert/strict';
import { ContactorSequence } from '../../src/engine/protection/contactor.ts';
import type { ProtectionEvent, ProtectionMemory } from '../../src/engine/protection/decision.ts';
import { EventLog } from '../../src/engine/protection/event-log.ts';
import { QUANTITIES, type Quantity } from '../../src/engine/protection/quantity.ts';
import { Role } from '../../src/engine/protection/role.ts';
import { Test } from '../../src/engine/protection/condition.ts';
import { isActive, maskOf, quantitiesOf, Row } from '../../src/engine/protection/row.ts';
import type { Compare, Rule } from '../../src/engine/protection/rule.ts';
import { indexOf } from '../../src/engine/protection/sample.ts';
import { compileTable, rulesInForce } from '../../src/engine/protection/table.ts';
import { Watch } from '../../src/engine/protection/watch.ts';
import { PERMISSION_ROLES, PROFILE_IDS } from '../../src/engine/vocabulary.ts';
import { Bench, settingsOf } from '../support/pack.ts';

/** All quantities unknown, but for these. */
function valuesOf(known: Partial<Record<Quantity, number>>): Float64Array {
  const values = new Float64Array(QUANTITIES.length).fill(Number.NaN);
  for (const [name, value] of Object.entries(known) as [Quantity, number][]) values[indexOf(name)] = value;
  return values;
}

const WHOLE = new Uint8Array(QUANTITIES.length).fill(1);
const PART = new Uint8Array(QUANTITIES.length);

describe('a role', () => {
  const limits = { minimumOff: 10, switchesPerHour: Number.NaN, retryWindow: 100 };

  it('OGT-14 waits for its minimum time off, to the second', () => {
    const role = new Role('load', true, limits);
    assert.equal(role.waitsFor(0), null, 'it has never been on');
    role.closed(0);
    role.opened(5, true);
    assert.deepEqual([role.waitsFor(5), role.waitsFor(14.9), role.waitsFor(15)], ['minimum-off', 'minimum-off', null]);
  });

  it('OGT-14 closes so often an hour and no more', () => {
    const role = new Role('load', true, { ...limits, minimumOff: 0, switchesPerHour: 2 });
    role.closed(0);
    role.opened(1, false);
    assert.equal(role.waitsFor(2), null);
    role.closed(2);
    role.opened(3, false);
    assert.equal(role.waitsFor(3599.9), 'switches');
    assert.equal(role.waitsFor(3600), null);
  });

  it('OGT-14 counts the openings by rules within the window', () => {
    const role = new Role('load', true, limits);
    role.opened(0, true);
    role.opened(1, false);
    role.opened(50, true);
    assert.deepEqual([role.openings(99.9), role.openings(100), role.openings(150)], [2, 1, 0]);
    role.opened(200, true);
    role.forget();
    assert.equal(role.openings(200), 0);
  });

  it('keeps no more of the past than any setting can ask for', () => {
    const role = new Role('load', true, { minimumOff: 0, switchesPerHour: 120, retryWindow: 86_400 });
    for (let i = 0; i < 1000; i++) {
      role.closed(i);
      role.opened(i, true);
    }
    assert.equal(role.openings(1000), 128);
    const memory = role.memory(1000);
    assert.deepEqual([memory?.openings.length, memory?.closings.length], [128, 128]);
    assert.equal(role.waitsFor(1000), 'switches');
  });

  it('OGT-14 what it remembers makes another wait as it would have', () => {
    const settings = { minimumOff: 10, switchesPerHour: 1, retryWindow: 100 };
    const role = new Role('load', true, settings);
    assert.equal(role.memory(0), null, 'nothing yet');
    role.closed(0);
    role.opened(5, true);
    const memory = role.memory(8);
    assert.deepEqual(memory, { openings: [3], closings: [8], off: 3 });
    const other = new Role('load', false, settings);
    other.restore(memory, 1008);
    assert.deepEqual([other.waitsFor(1014.9), other.waitsFor(1015)], ['minimum-off', 'switches']);
    assert.deepEqual([other.openings(1008), other.openings(1105)], [1, 0]);
    role.closed(20);
    assert.equal(role.memory(20)?.off, null, 'it is on');
  });
});

describe('the contactor’s order', () => {
  it('VLB-10 waits for a charge path that rules hold open, and only until it has been open for so long', () => {
    const sequence = new ContactorSequence({ delay: 2, precharge: 'external', prechargeTime: 5 });
    assert.equal(sequence.waitsToOpen(true, 100, 101.9), true);
    assert.equal(sequence.waitsToOpen(true, 100, 102), false);
    assert.equal(sequence.waitsToOpen(false, 100, 100), false, 'a charge path that stays closed is not waited for');
    assert.equal(sequence.waitsToOpen(true, -Infinity, 0), false, 'it has never been closed');
  });

  it('VLB-10 closes at once after somebody else’s precharge, and never without any', () => {
    const external = new ContactorSequence({ delay: 2, precharge: 'external', prechargeTime: 5 });
    assert.deepEqual([external.closes(0), external.precharging(0)], [true, false]);
    const none = new ContactorSequence({ delay: 2, precharge: 'unconfirmed', prechargeTime: 5 });
    assert.deepEqual([none.closes(0), none.closes(1e9), none.precharging(1e9)], [false, false, false]);
  });

  it('VLB-10 closes after the resistor has been in for its time; the resistor stays in for a moment more', () => {
    const sequence = new ContactorSequence({ delay: 2, precharge: 'resistor', prechargeTime: 5 });
    assert.equal(sequence.precharging(9), false);
    assert.deepEqual([sequence.closes(10), sequence.precharging(10)], [false, true]);
    assert.deepEqual([sequence.closes(14.9), sequence.closes(15)], [false, true]);
    assert.deepEqual([sequence.precharging(15.9), sequence.precharging(16)], [true, false]);
  });

  it('VLB-10 a precharge that is given up begins anew', () => {
    const sequence = new ContactorSequence({ delay: 2, precharge: 'resistor', prechargeTime: 5 });
    sequence.closes(0);
    sequence.abort();
    assert.equal(sequence.precharging(1), false);
    assert.deepEqual([sequence.closes(4), sequence.closes(8.9), sequence.closes(9)], [false, false, true]);
  });
});

describe('the log of events', () => {
  const event = (over: Partial<ProtectionEvent> = {}): ProtectionEvent => ({
    rule: 'pre-alarm',
    row: 'pre-alarm',
    code: null,
    severity: 'warning',
    edge: 'raised',
    quantity: 'cellMin',
    missing: null,
    cell: 1,
    value: 3,
    threshold: 3.1,
    duration: 0,
    at: 0,
    count: 1,
    first: 0,
    denies: [],
    ...over,
  });

  it('OGT-14 says of each row how often, since when and for how long in all, the newest first', () => {
    const log = new EventLog();
    assert.deepEqual([log.history('pre-alarm').count, log.history('pre-alarm').first], [0, Number.NaN]);
    log.record(event({ at: 10 }));
    log.record(event({ at: 15, edge: 'cleared', duration: 5 }));
    log.record(event({ at: 20 }));
    log.record(event({ at: 12, row: 'imbalance', rule: 'imbalance', code: 'x', severity: 'info' }));
    const [newest, other] = log.entries();
    assert.equal(newest?.row, 'pre-alarm');
    assert.deepEqual([newest?.count, newest?.first, newest?.last, newest?.seconds], [2, 10, 20, 5]);
    assert.deepEqual([other?.rule, other?.code, other?.severity, other?.first], ['imbalance', 'x', 'info', 12]);
    assert.deepEqual([log.history('pre-alarm').count, log.history('pre-alarm').first], [2, 10]);
    assert.deepEqual(
      log.edges.map((e) => e.at),
      [10, 15, 20, 12],
    );
    log.clear();
    assert.deepEqual([log.entries().length, log.edges.length, log.history('pre-alarm').count], [0, 0, 0]);
  });

  it('a row that only tells is told six times in ten minutes, with both its edges; then it is counted and not told', () => {
    const log = new EventLog();
    const told: boolean[] = [];
    for (let i = 0; i < 8; i++) {
      told.push(log.record(event({ at: i * 10 })));
      told.push(log.record(event({ at: i * 10 + 5, edge: 'cleared', duration: 5 })));
    }
    assert.deepEqual(told, [...Array<boolean>(12).fill(true), ...Array<boolean>(4).fill(false)]);
    assert.equal(log.history('pre-alarm').count, 8);
    assert.equal(log.entries()[0]?.seconds, 40);
    // Ten minutes after the first it may be told again.
    assert.equal(log.record(event({ at: 599.9 })), false);
    assert.equal(log.record(event({ at: 600, edge: 'cleared' })), false, 'nobody has heard of its beginning');
    assert.equal(log.record(event({ at: 600 })), true);
  });

  it('what takes a permission away is always told', () => {
    const log = new EventLog();
    for (let i = 0; i < 50; i++) assert.equal(log.record(event({ at: i, denies: ['charge'] })), true);
  });

  it('keeps the last edges and not all of them', () => {
    const log = new EventLog();
    for (let i = 0; i < 1000; i++) log.record(event({ at: i, denies: ['charge'] }));
    assert.ok(log.edges.length >= 100 && log.edges.length <= 200, String(log.edges.length));
    assert.equal(log.edges.at(-1)?.at, 999);
    assert.deepEqual(
      log.edges.map((e) => e.at),
      log.edges.map((_, i) => 1000 - log.edges.length + i),
      'in order, without a gap',
    );
  });
});

describe('a comparison', () => {
  const holds = (is: Compare, value: number, than = 3.65): boolean =>
    new Test({ of: 'cellMax', is, than }, than).holds(valuesOf({ cellMax: value }));

  it('is what it says, at the value itself too', () => {
    assert.deepEqual(
      [holds('>', 3.65), holds('>=', 3.65), holds('<', 3.65), holds('<=', 3.65)],
      [false, true, false, true],
    );
    assert.deepEqual(
      [holds('>', 3.66), holds('>=', 3.66), holds('<', 3.66), holds('<=', 3.66)],
      [true, true, false, false],
    );
    assert.deepEqual(
      [holds('>', 3.64), holds('>=', 3.64), holds('<', 3.64), holds('<=', 3.64)],
      [false, false, true, true],
    );
    assert.equal(holds('>=', Infinity, Infinity), true);
  });

  it('with something unknown it never holds', () => {
    for (const is of ['>', '>=', '<', '<='] as const) {
      assert.equal(holds(is, Number.NaN), false);
      assert.equal(holds(is, 3.65, Number.NaN), false);
    }
  });

  it('all trip values side by side say the same as one by one, to the last bit', () => {
    const next = (value: number, by: 1 | -1): number => {
      const step = Math.abs(value) * 2 ** -52 || Number.MIN_VALUE;
      return value + by * step;
    };
    for (const is of ['>', '>=', '<', '<='] as const) {
      for (const than of [3.65, -20, 0, -0, 1, 100, -0.001, 1e-300]) {
        const test = new Test({ of: 'cellMax', is, than }, than);
        const watch = new Watch([test]);
        for (const value of [
          than,
          next(than, 1),
          next(than, -1),
          0,
          -0,
          1e308,
          -1e308,
          Infinity,
          -Infinity,
          Number.NaN,
        ]) {
          const values = valuesOf({ cellMax: value });
          assert.equal(watch.anyBeyond(values), test.holds(values), `${value} ${is} ${than}`);
        }
      }
    }
  });
});

describe('a row', () => {
  const RULE: Rule = {
    id: 'x',
    rule: 'cell-overvoltage',
    from: ['VLB-1'],
    severity: 'alarm',
    trip: { of: 'cellMax', is: '>=', than: 3.65 },
    clear: [
      { of: 'cellMax', is: '<', than: 3.45 },
      { of: 'soc', is: '<', than: 95 },
    ],
    denies: ['charge', 'alternator'],
  };
  const settings = settingsOf('lifepo4');
  const rowOf = (over: Partial<Rule> = {}): Row => new Row({ ...RULE, ...over }, settings);

  it('clears when every condition is known to hold for the whole pack; an unknown SOC is skipped', () => {
    const row = rowOf();
    assert.equal(row.clears(valuesOf({ cellMax: 3.4, soc: 90 }), WHOLE), true);
    assert.equal(row.clears(valuesOf({ cellMax: 3.4 }), WHOLE), true);
    assert.equal(row.clears(valuesOf({ cellMax: 3.4, soc: 95 }), WHOLE), false);
    assert.equal(row.clears(valuesOf({ cellMax: 3.4, soc: 90 }), PART), false);
    assert.equal(row.clears(valuesOf({ soc: 90 }), WHOLE), false);
    assert.equal(row.clears(valuesOf({ cellMax: 3.5, soc: 90 }), WHOLE), false);
  });

  it('knows what fails and what it does not know', () => {
    const row = rowOf();
    assert.deepEqual(
      [row.fails(valuesOf({ cellMax: 3.5 })), row.fails(valuesOf({ cellMax: 3.4 })), row.fails(valuesOf({}))],
      [true, false, false],
    );
    assert.equal(row.unknown(valuesOf({ cellMax: 3.4 })), false, 'SOC may be unknown');
    assert.equal(row.unknown(valuesOf({})), true, 'what it trips at is not');
    const other = rowOf({ clear: [{ of: 'current', is: '>', than: 0 }] });
    assert.equal(other.unknown(valuesOf({ cellMax: 3.4 })), true, 'what it clears at is not');
    assert.equal(other.unknown(valuesOf({ cellMax: 3.4, current: 1 })), false);
    const gate = rowOf({ gate: true, clear: [{ of: 'soc', is: '<', than: 95 }] });
    assert.equal(new Row({ ...gate.rule, id: 'y' }, settings).unknown(valuesOf({ cellMax: 3.4 })), false);
  });

  it('an event is about the condition that fails first, else about the first', () => {
    const row = rowOf();
    assert.equal(row.about(valuesOf({ cellMax: 3.5 })).of, indexOf('cellMax'));
    assert.equal(row.about(valuesOf({ cellMax: 3.4, soc: 97 })).of, indexOf('soc'));
    assert.equal(row.about(valuesOf({ cellMax: 3.4, soc: 90 })).of, indexOf('cellMax'));
    const bare = rowOf({ clear: [] });
    assert.equal(bare.about(valuesOf({})), bare.trip, 'without a clear value about its trip');
  });

  it('takes away what its policy says, and warns where that is all', () => {
    const roles = (onPlausibility: string): readonly string[] =>
      new Row({ ...RULE, denies: [], policy: 'onPlausibility' }, settingsOf('lifepo4', { onPlausibility })).roles;
    assert.deepEqual(roles('stop-both'), ['charge', 'load', 'alternator', 'shed']);
    assert.deepEqual(roles('stop-charge'), ['charge', 'alternator']);
    assert.deepEqual([roles('warn'), roles('ignore')], [[], []]);
    const warn = new Row(
      { ...RULE, denies: [], policy: 'onPlausibility' },
      settingsOf('lifepo4', { onPlausibility: 'warn' }),
    );
    assert.deepEqual([warn.severity, warn.alarm, warn.counts], ['warning', false, false]);
  });

  it('latches always, or where the owner said so', () => {
    assert.equal(rowOf({ latch: true }).latch, true);
    assert.equal(rowOf({ latch: 'latchCritical' }).latch, false);
    const yes = settingsOf('lifepo4', { latchCritical: 'yes' });
    assert.equal(new Row({ ...RULE, latch: 'latchCritical' }, yes).latch, true);
    assert.equal(rowOf().latch, false);
  });

  it('is in force while its choices fit and its thresholds are on', () => {
    const on = (over: Partial<Rule>): boolean => isActive({ ...RULE, ...over }, settings);
    assert.equal(on({}), true);
    assert.equal(on({ only: [{ setting: 'mode', is: 'normal' }] }), true);
    assert.equal(on({ only: [{ setting: 'mode', is: 'critical' }] }), false);
    assert.equal(on({ only: [{ setting: 'preAlarmMode', not: 'off' }] }), true);
    assert.equal(on({ only: [{ setting: 'preAlarmMode', not: 'continuous' }] }), false);
    assert.equal(on({ only: [{ setting: 'starterVoltageMin', on: true }] }), false);
    assert.equal(on({ only: [{ setting: 'cellOvervoltage', on: true }] }), true);
    assert.equal(on({ trip: { of: 'voltage', is: '>', than: 'packOvervoltage' } }), false, 'the threshold is off');
    assert.equal(isActive({ ...RULE, policy: 'onFrozen' }, settingsOf('lifepo4', { onFrozen: 'ignore' })), false);
    const { trip: _, ...gate } = RULE;
    assert.equal(isActive({ ...gate, clear: [{ of: 'soc', is: '<', than: 'chargeRestart' }] }, settings), false);
    assert.deepEqual(quantitiesOf({ ...gate, clear: RULE.clear }), ['cellMax', 'soc']);
  });

  it('a permission is one bit', () => {
    assert.deepEqual(PERMISSION_ROLES.map(maskOf), [1, 2, 4, 8, 16, 32, 64]);
  });
});

describe('the table', () => {
  const table = (given = {}, without: Quantity[] = [], id: (typeof PROFILE_IDS)[number] = 'lifepo4') =>
    compileTable(settingsOf(id, given), without);
  const names = (indexes: Int32Array): Quantity[] => [...indexes].map((i) => QUANTITIES[i]!);

  it('a permission rests on what the rows that deny it measure', () => {
    const { needs, primary, secondary } = table();
    const [charge, load] = [0, 1];
    assert.deepEqual(names(needs[charge]!).sort(), ['cellMax', 'current', 'temperatureMax', 'temperatureMin']);
    assert.ok(names(needs[load]!).includes('cellMin') && names(needs[load]!).includes('dischargeCurrent'));
    assert.deepEqual(names(primary[charge]!), ['cellMax']);
    assert.deepEqual(names(secondary[charge]!).sort(), ['current', 'temperatureMax', 'temperatureMin']);
  });

  it('the owner decides what goes on without sensors', () => {
    const needs = (onSensor: string, bit: number): Quantity[] => names(table({ onSensor }).needs[bit]!);
    assert.deepEqual([needs('ignore', 0), needs('warn', 0)], [['cellMax'], ['cellMax']]);
    assert.ok(needs('stop-charge', 0).includes('temperatureMin'));
    assert.deepEqual(needs('stop-charge', 1), ['cellMin']);
    assert.deepEqual(names(table({ onSensor: 'ignore' }).sensors), []);
    assert.ok(names(table({ onSensor: 'warn' }).sensors).includes('temperatureMin'));
  });

  it('what is not measured here at all has no rows, and nothing rests on it', () => {
    const { rows, needs } = table({}, ['temperatureMin', 'temperatureMax', 'temperatureMaxResting']);
    const measured = rows.flatMap((row) => quantitiesOf(row.rule));
    assert.ok(measured.includes('cellMin') && !measured.some((name) => name.startsWith('temperature')));
    assert.ok(needs.every((list) => !names(list).some((name) => name.startsWith('temperature'))));
  });

  it('a row that waits stands behind those it waits for', () => {
    for (const id of PROFILE_IDS) {
      const { rows } = table({ preAlarmMode: 'continuous' }, [], id);
      rows.forEach((row, i) => {
        for (const before of row.after) assert.ok(rows.indexOf(before) < i, `${id}: ${row.rule.id}`);
      });
      assert.equal(
        new Set(rows.map((row) => row.rule.id)).size,
        rows.length,
        `${id}: a row's id is its key in the store`,
      );
    }
  });

  it('that SOC is unknown is told where a rule reads it, and only there', () => {
    const has = (given: object): boolean =>
      rulesInForce(settingsOf('lifepo4', { ...given })).some((r) => r.rule === 'soc-unknown');
    assert.equal(has({}), false);
    assert.equal(has({ chargeRestart: 95 }), true);
  });

  it('permissions exist where the settings speak of them', () => {
    const has = (given: object, role: (typeof PERMISSION_ROLES)[number]): boolean =>
      (table(given).configured & maskOf(role)) !== 0;
    assert.deepEqual([has({}, 'alternator'), has({ starterVoltageMin: 13 }, 'alternator')], [false, true]);
    assert.deepEqual([has({}, 'precharge'), has({ precharge: 'resistor' }, 'precharge')], [false, true]);
    assert.deepEqual([has({}, 'aux'), has({ auxRule: 'error' }, 'aux')], [false, true]);
  });
});

describe('the whole, at places where it rarely goes', () => {
  const why = (bench: Bench) => bench.engine.protection.decision(bench.now).roles;

  it('VSB-10 123-R3 a permission that waits for another row’s gate says so', () => {
    const given = { shedSoc: 30, shedSocClear: 40, dischargeRestart: 50, shedSocDelay: 0, shedSocClearDelay: 0 };
    const bench = new Bench('123smartbms', { given }).say({ soc: 60 });
    bench.engine.seedSoc(0.25);
    bench.say();
    assert.deepEqual([bench.load, why(bench).shed.reason], [true, 'shed-soc']);
    bench.engine.seedSoc(0.45);
    bench.say();
    assert.deepEqual(
      [bench.load, why(bench).shed.reason],
      [true, 'waiting'],
      'above its own clear value, below the restart',
    );
    bench.engine.seedSoc(0.5);
    bench.say();
    assert.equal(bench.allowed('shed'), true);
  });

  it('ECS-6 a threshold of exactly 0 is one', () => {
    const given = {
      auxRule: 'heater',
      heaterTemperature: 0,
      heaterTemperatureDelay: 0,
      chargeTemperatureMin: -10,
      dischargeTemperatureMin: -20,
    };
    const bench = new Bench('lifepo4', { given }).keep(5, { temperatures: [0.1] });
    assert.equal(bench.allowed('aux'), false);
    bench.say({ temperatures: [0] });
    assert.equal(bench.allowed('aux'), true);
  });

  it('a store of another version: rows that are never stored, or do not exist, are no trouble', () => {
    const protection: ProtectionMemory = {
      raised: ['discharge-restart', 'sensor', 'soc-unknown', 'silence-load', 'nothing-of-the-kind'].map((row) => ({
        row,
        seconds: 5,
      })),
      permissions: { charge: true, load: true },
      remote: true,
    };
    for (const id of PROFILE_IDS) {
      const given = { onSensor: 'warn', dischargeRestart: 20, chargeRestart: 95 };
      const sensors: Quantity[] = [
        'temperatureMin',
        'temperatureMax',
        'temperatureMaxResting',
        'current',
        'dischargeCurrent',
        'voltage',
        'cellAverage',
      ];
      for (const without of [[], sensors]) {
        const bench = new Bench(id, { given, memory: { soc: 0.5, protection }, firstClose: false, without });
        bench.silence();
        assert.ok(bench.events.every((e) => e.row !== 'nothing-of-the-kind'));
        bench.keep(5);
        assert.equal(bench.load, true, `${id}: ${why(bench).load.reason}`);
      }
    }
  });

  it('123-R6 OGT-6 where every cell bypasses and no other sensor is there, the hottest of all counts', () => {
    const say = (bench: Bench, balancing: boolean[], outside: number[] = []): Bench => {
      for (let i = 0; i < 8; i++) {
        bench.now += 1;
        const cells = balancing.map((b, k) => ({
          cell: k + 1,
          voltage: 3.3,
          balancing: b,
          temperature: k === 0 ? 70 : 20,
        }));
        bench.engine.observe('device', { cells, temperatures: outside, current: 0, voltage: 13.2 }, bench.now);
        bench.judge();
      }
      return bench;
    };
    const all = [true, true, true, true];
    assert.equal(say(new Bench('lifepo4').say(), all).load, false);
    assert.equal(say(new Bench('lifepo4').say(), all, [20]).load, true, 'a sensor beside them speaks for the loads');
    assert.equal(say(new Bench('lifepo4').say(), [true, false, false, false]).load, true);
    assert.equal(say(new Bench('lifepo4').say(), [false, true, true, true]).load, false);
  });

  it('VSB-7 what the hardware says of itself stays until it says otherwise', () => {
    const bench = new Bench('lifepo4').say({ hardware: { chargeAllowed: true, loadAllowed: true } });
    assert.deepEqual([bench.charge, bench.load], [true, true]);
    bench.say({ hardware: { chargeAllowed: false, loadAllowed: false } });
    const rows = (): string[] => bench.engine.protection.decision(bench.now).active.map((e) => e.row);
    const told = rows();
    bench.say();
    assert.deepEqual(rows(), told, 'it has not taken it back');
    bench.say({ hardware: { chargeAllowed: true, loadAllowed: true } }).keep(100);
    assert.deepEqual(rows(), []);
  });
});
