/** The log of events as plain data: what comes back, what is left out, and what a restart does not count twice. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProtectionEvent } from '../../src/engine/protection/decision.ts';
import { EventLog, type LogMemory } from '../../src/engine/protection/event-log.ts';
import { Bench } from '../support/pack.ts';

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

const through = (memory: unknown): LogMemory => JSON.parse(JSON.stringify(memory)) as LogMemory;

describe('the memory of the log', () => {
  it('OGT-14 holds ages, and comes back as times of another process, negative ones too', () => {
    const log = new EventLog();
    log.record(event({ at: 900, first: 900 }));
    log.record(event({ at: 950, first: 900, edge: 'cleared', duration: 50 }));
    const memory = log.memory(1000);
    assert.deepEqual([memory.rows[0]?.first, memory.edges.map((e) => e.at)], [100, [100, 50]]);
    const next = new EventLog(through(memory), 7);
    const [entry] = next.entries();
    assert.deepEqual([entry?.first, entry?.last, entry?.count, entry?.seconds], [-93, -93, 1, 50]);
    assert.deepEqual(
      next.edges.map((e) => [e.at, e.first, e.edge]),
      [
        [-93, -93, 'raised'],
        [-43, -93, 'cleared'],
      ],
    );
    assert.deepEqual([next.history('pre-alarm').count, next.history('pre-alarm').first], [1, -93]);
    assert.deepEqual(next.memory(7), memory);
  });

  it('without a memory it is empty, and counts from 0', () => {
    assert.deepEqual(new EventLog().memory(5), { rows: [], edges: [] });
    const memory = { rows: [], edges: [event({ at: 3, first: 4 })] };
    assert.deepEqual([new EventLog(memory).edges[0]?.at, new EventLog(memory).edges[0]?.first], [-3, -4]);
  });

  it('keeps the last fifty edges, oldest first, and every row', () => {
    const log = new EventLog();
    for (let i = 0; i < 120; i++) log.record(event({ at: i, denies: ['load'] }));
    const memory = log.memory(120);
    assert.equal(memory.edges.length, 50);
    assert.deepEqual([memory.edges[0]?.at, memory.edges[49]?.at], [50, 1]);
    assert.equal(new EventLog(memory).history('pre-alarm').count, 120);
  });

  it('takes no more than it would store itself', () => {
    const rows = Array.from({ length: 500 }, (_, i) => row(`r${i}`));
    const edges = Array.from({ length: 500 }, (_, i) => event({ at: 500 - i }));
    const log = new EventLog({ rows, edges });
    assert.equal(log.entries().length, 200);
    assert.deepEqual([log.edges.length, log.edges[49]?.at], [50, -1]);
  });

  it('stores a long code cut, and no negative zero', () => {
    const log = new EventLog();
    log.record(event({ code: 'x'.repeat(100_000), value: -0 }));
    log.record(event({ code: null, value: null }));
    const { edges, rows } = log.memory(0);
    assert.deepEqual([edges[0]?.code, edges[1]?.code, rows[0]?.code], ['x'.repeat(200), null, null]);
    assert.ok(Object.is(edges[0]?.value, 0));
    assert.equal(edges[1]?.value, null);
    assert.equal(new EventLog(log.memory(0)).edges.length, 2);
  });

  const row = (name: string) => ({
    row: name,
    rule: 'pre-alarm' as const,
    code: null,
    severity: 'warning' as const,
    first: 9,
    last: 3,
    count: 2,
    seconds: 4,
  });

  const WRONG_ROWS: Record<string, unknown> = {
    nothing: null,
    text: 'row',
    'no name': { ...row('a'), row: 7 },
    'a name without end': { ...row('a'), row: 'x'.repeat(201) },
    'a rule that there is not': { ...row('a'), rule: 'made-up' },
    'a code that is a number': { ...row('a'), code: 4 },
    'a severity that there is not': { ...row('a'), severity: 'grave' },
    'no count': { ...row('a'), count: null },
    'a count below none': { ...row('a'), count: -1 },
    'a time that is text': { ...row('a'), first: '9' },
  };
  for (const [what, wrong] of Object.entries(WRONG_ROWS)) {
    it(`a stored row with ${what} is left out, the others are kept`, () => {
      const log = new EventLog({ rows: [row('a'), wrong, row('b')], edges: [] } as unknown as LogMemory);
      assert.deepEqual(
        log
          .entries()
          .map((e) => e.row)
          .sort(),
        ['a', 'b'],
      );
    });
  }

  const WRONG_EDGES: Record<string, unknown> = {
    nothing: null,
    'no row': event({ row: null as unknown as string }),
    'an edge that there is not': event({ edge: 'up' as 'raised' }),
    'a quantity that there is not': event({ quantity: 'smell' as 'soc' }),
    'something missing that there is not': event({ missing: 'smell' as 'soc' }),
    'a value that is text': event({ value: '3' as unknown as number }),
    'no duration': event({ duration: Number.NaN }),
    'a permission that there is not': event({ denies: ['all' as 'load'] }),
    'permissions that are no list': event({ denies: 'load' as unknown as [] }),
  };
  for (const [what, wrong] of Object.entries(WRONG_EDGES)) {
    it(`a stored edge with ${what} is left out, the others are kept`, () => {
      const edges = [event({ at: 2, missing: 'soc', cell: null }), wrong, event({ at: 1, denies: ['load'] })];
      const log = new EventLog({ rows: [], edges } as unknown as LogMemory);
      assert.deepEqual(
        log.edges.map((e) => e.at),
        [-2, -1],
      );
    });
  }

  it('whatever is stored, a log starts and goes on', () => {
    const wrong = fc.anything({ withSparseArray: true, withNullPrototype: true });
    const memory = fc.oneof(
      wrong,
      fc.record({ rows: wrong, edges: wrong }),
      fc.record({ rows: fc.array(wrong), edges: fc.array(wrong) }),
    );
    fc.assert(
      fc.property(memory, (given) => {
        const log = new EventLog(given as LogMemory);
        log.record(event());
        assert.ok(log.history('pre-alarm').count >= 1);
        JSON.stringify(log.memory(0));
      }),
    );
  });
});

describe('the log of a protection, over a restart', () => {
  const FULL = { cells: [3.3, 3.3, 3.7, 3.3] };
  const stored = (bench: Bench) =>
    JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as ReturnType<typeof bench.engine.memory>;

  it('ECS-10 a row that is raised over it is the same time and keeps its first', () => {
    const before = new Bench('lifepo4').keep(3).keep(30, FULL);
    const at = before.now - before.engine.protection.log.history('cell-overvoltage').first;
    const after = new Bench('lifepo4', { memory: stored(before), memoryAt: 1000 }).say(FULL);
    assert.deepEqual(after.events, []);
    const [active] = after.engine.protection.decision(after.now).active;
    assert.deepEqual([active?.row, active?.count, active?.first], ['cell-overvoltage', 1, 1000 - at]);
    assert.equal(after.engine.protection.log.entries()[0]?.count, 1);
  });

  it('ECS-10 from a store without a log, a raised row is its first time', () => {
    const before = new Bench('lifepo4').keep(3).keep(30, FULL);
    const { log: _none, ...protection } = stored(before).protection;
    const after = new Bench('lifepo4', { memory: { ...stored(before), protection } }).say(FULL);
    assert.equal(after.engine.protection.log.history('cell-overvoltage').count, 1);
    assert.equal(after.engine.protection.decision(after.now).active[0]?.count, 1);
  });

  it('a decision that was asked for before the first step does not hide what is taken up', () => {
    const before = new Bench('lifepo4').keep(3).keep(30, FULL);
    const after = new Bench('lifepo4', { memory: stored(before), memoryAt: 1000 });
    assert.deepEqual(after.engine.protection.decision(1000).active, []);
    after.say(FULL);
    assert.equal(after.engine.protection.decision(after.now).active.length, 1);
  });

  it('ECS-11 knows which rows latch', () => {
    const { protection } = new Bench('ecs-smartpro').engine;
    assert.equal(protection.latches('short-circuit'), true);
    assert.equal(protection.latches('cell-overvoltage'), false);
    assert.equal(protection.latches('no such row'), false);
  });
});
