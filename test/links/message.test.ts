/** Readings made by hand: what counts as one, and that nothing anybody sends can do harm. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SourceTable } from '../../src/engine/reading/assemble.ts';
import type { Reading } from '../../src/engine/reading/reading.ts';
import { observationOf } from '../../src/links/message.ts';

const OPTIONS = { pack: 'test', cells: 4, staleAfter: 5, balanceVoltage: 3.45, temperatureOffset: 0 };

function readingOf(payload: unknown): Reading {
  const table = new SourceTable(OPTIONS);
  table.observe('message', observationOf(payload) ?? assert.fail('taken for no reading'), 1000);
  return table.reading(1000, 0);
}

const GOOD = { cells: [3.31, 3.32, 3.3, 3.31], temperatures: [21], current: -12.4, voltage: 13.24, soc: 70 };

describe('a reading made by hand', () => {
  it('in the shape of the contract: numbers for cells', () => {
    const { cells, cellMin, cellMax, current, voltage, temperatures } = readingOf(GOOD);
    assert.deepEqual(
      cells.map((c) => c.voltage),
      GOOD.cells,
    );
    assert.deepEqual([cellMin.value, cellMin.cell, cellMin.whole], [3.3, 3, true]);
    assert.deepEqual([cellMax.value, cellMax.cell, cellMax.whole], [3.32, 2, true]);
    assert.deepEqual([current.value, voltage.value, temperatures[0]!.value], [-12.4, 13.24, 21]);
  });

  it('objects for cells, with what is known of each', () => {
    const { cells, temperatureMax } = readingOf({
      cells: [
        { voltage: 3.31, temperature: 22.5, balancing: true },
        { voltage: { value: 3.32 }, temperature: { value: 30 } },
        { voltage: 3.3 },
        3.31,
      ],
    });
    assert.deepEqual(
      cells.map((c) => [c.voltage, c.temperature, c.balancing]),
      [
        [3.31, 22.5, true],
        [3.32, 30, false],
        [3.3, null, false],
        [3.31, null, false],
      ],
    );
    assert.deepEqual([temperatureMax.value, temperatureMax.cell], [30, 2]);
  });

  it('what is missing is unknown, and refreshes nothing', () => {
    assert.deepEqual(observationOf({ current: 5 }), { current: 5 });
    const { cellMin, voltage, soc } = readingOf({ current: 5 });
    assert.deepEqual([cellMin.value, voltage.value, soc.value], [null, null, null]);
  });

  it('null says: not known', () => {
    assert.deepEqual(observationOf({ current: null, soc: null }), { current: null, soc: null });
    assert.equal(readingOf({ ...GOOD, current: null }).current.cause, 'reported');
  });

  it('the wrong number of cells is a contradiction, not a whole pack', () => {
    for (const cells of [[3.3], [3.3, 3.3, 3.3, 3.3, 3.3], []]) {
      const { cellMin } = readingOf({ ...GOOD, cells });
      assert.equal(cellMin.whole, false, `${cells.length} cells`);
    }
  });

  it('the whole reading of another machine is taken, with its ages', () => {
    const there = readingOf(GOOD);
    there.current.age = 3;
    there.cells[0]!.age = 2;
    const seen = observationOf(JSON.parse(JSON.stringify(there)))!;
    const table = new SourceTable(OPTIONS);
    table.observe('message', seen, 2000);
    const here = table.reading(2000, 0);
    assert.deepEqual([here.current.value, here.current.age], [-12.4, 3]);
    assert.equal(here.cells[0]!.age, 2);
    assert.deepEqual([here.cellMin.value, here.cellMin.cell], [3.3, 3]);
    assert.equal(table.reading(2002, 0).current.value, null, '3 s there and 2 s here');
  });

  it('temperatures keep their ages too: what was measured long ago there is not fresh here', () => {
    const { temperatures, temperatureMax } = readingOf({ ...GOOD, temperatures: [{ value: 21, age: 100 }, 22] });
    assert.equal(temperatures[0]!.value, null, `21 °C, ${temperatures[0]!.age} s old`);
    assert.equal(temperatureMax.whole, false);
  });

  it('an age from the future, or none, is no age: nothing is fresher than now', () => {
    for (const age of [-5, Number.NaN, '3', null, undefined, {}]) {
      assert.deepEqual(observationOf({ current: { value: 5, age } }), { current: 5 }, JSON.stringify(age));
    }
  });

  it('an age beyond all measure makes the value unknown', () => {
    for (const age of [1e9, Infinity]) {
      const { current } = readingOf({ current: { value: 5, age } });
      assert.deepEqual([current.value, current.cause], [null, 'stale']);
    }
  });

  it('an outlier is evidence: of extremes and cells in one message, the worse counts', () => {
    const { cellMin, cellMax } = readingOf({ ...GOOD, cells: [3.3, 3.9, 2.4, 3.3], cellMin: 3.3, cellMax: 3.4 });
    assert.deepEqual([cellMin.value, cellMin.cell], [2.4, 3]);
    assert.deepEqual([cellMax.value, cellMax.cell], [3.9, 2]);
  });

  it('the extremes alone will do where the cells are not known one by one', () => {
    const { cellMin, cellMax } = readingOf({ cellMin: 3.2, cellMinNumber: 4, cellMax: { value: 3.4, cell: 1 } });
    assert.deepEqual([cellMin.value, cellMin.cell, cellMin.whole], [3.2, 4, true]);
    assert.deepEqual([cellMax.value, cellMax.cell, cellMax.whole], [3.4, 1, true]);
    for (const number of [0, -1, 1.5, '4', null, {}]) {
      assert.equal(observationOf({ cellMin: 3.2, cellMinNumber: number, cellMax: 3.4 })!.cellMin!.cell, null);
    }
  });

  it('one extreme without the other says nothing about the pack', () => {
    assert.equal(readingOf({ cellMax: 3.4 }).cellMax.value, null);
    assert.equal(readingOf({ cellMin: 3.4 }).cellMin.value, null);
  });

  it('cells that come after a message of extremes count again: nobody stays in the dark for one message', () => {
    const table = new SourceTable(OPTIONS);
    table.observe('message', observationOf({ ...GOOD, cells: undefined, cellMin: 3.3, cellMax: 3.4 })!, 1000);
    for (let t = 1001; t < 1030; t++) table.observe('message', observationOf(GOOD)!, t);
    const { cellMin } = table.reading(1030, 0);
    assert.deepEqual([cellMin.value, cellMin.whole], [3.3, true], `cause: ${cellMin.cause}`);
  });
});

describe('what is no reading', () => {
  const NONE: unknown[] = [
    undefined,
    null,
    true,
    42,
    'cells',
    '',
    [],
    [3.3, 3.3, 3.3, 3.3],
    {},
    { topic: 'x' },
    Buffer.from('cells'),
    new Float64Array(4),
    new Date(),
    new Map([['cells', [3.3]]]),
    () => ({ cells: [3.3] }),
    JSON.parse('{"__proto__":{"cells":[3.3,3.3,3.3,3.3]}}'),
    Object.create({ cells: [3.3, 3.3, 3.3, 3.3] }),
  ];
  it('merely polls', () => {
    for (const payload of NONE) assert.equal(observationOf(payload), null, String(payload));
  });

  it('an instruction to the prototype is not followed', () => {
    const payload = JSON.parse(
      '{"cells":[{"__proto__":{"voltage":3.3}},{"constructor":{"prototype":{"x":1}}}],"__proto__":{"soc":99}}',
    );
    const { cells } = readingOf(payload);
    assert.deepEqual([cells[0]!.voltage, cells[1]!.voltage], [null, null]);
    assert.equal(({} as { x?: unknown }).x, undefined);
    assert.equal(({} as { voltage?: unknown }).voltage, undefined);
  });
});

/** Everything that is no number where a number belongs. */
const NOT_A_NUMBER = [
  '3.3',
  '',
  true,
  {},
  [],
  [3.3],
  { value: '3.3' },
  { voltage: 3.3 },
  3n,
  Symbol.iterator,
  () => 3.3,
];

describe('what is no number', () => {
  it('is impossible, not missing and not nought', () => {
    for (const thing of NOT_A_NUMBER) {
      const { current, voltage, cells } = readingOf({ current: thing, voltage: thing, cells: [3.3, thing, 3.3, 3.3] });
      assert.deepEqual([current.value, current.cause], [null, 'impossible'], typeof thing);
      assert.deepEqual([voltage.value, voltage.cause], [null, 'impossible']);
      if (typeof thing !== 'object') assert.equal(cells[1]!.voltage, null, String(thing));
    }
  });

  it('in one cell leaves the others under watch, and the pack is not whole', () => {
    for (const thing of ['x', Number.NaN, Infinity, -1, 40, null, undefined]) {
      const { cellMax, cells } = readingOf({ cells: [3.3, thing, 3.7, 3.3] });
      assert.deepEqual([cellMax.value, cellMax.cell, cellMax.whole], [3.7, 3, false], String(thing));
      assert.equal(cells[1]!.voltage, null);
    }
  });

  it('more cells than any pack has are cut off, and make no whole pack', () => {
    const seen = observationOf({ cells: Array.from({ length: 100_000 }, () => 3.3) })!;
    assert.ok(seen.cells!.length <= 256);
    assert.equal(readingOf({ cells: Array.from({ length: 100_000 }, () => 3.3) }).cellMin.whole, false);
    assert.ok(observationOf({ temperatures: Array.from({ length: 100_000 }, () => 20) })!.temperatures!.length <= 256);
  });

  it('a value inside itself is no value', () => {
    const circle: Record<string, unknown> = {};
    circle['value'] = circle;
    assert.doesNotThrow(() => observationOf({ current: circle }));
    assert.equal(readingOf({ current: circle }).current.cause, 'impossible');
    assert.equal(readingOf({ cells: [3.3, { voltage: circle }, 3.3, 3.3] }).cells[1]!.voltage, null);
  });

  it('gaps in a list are unknown values', () => {
    const cells: unknown[] = [];
    cells[3] = 3.3;
    const temperatures: unknown[] = [];
    temperatures[2] = 21;
    const reading = readingOf({ cells, temperatures });
    assert.deepEqual(
      reading.cells.map((c) => c.voltage),
      [null, null, null, 3.3],
    );
    assert.equal(reading.cellMin.whole, false);
    assert.deepEqual(
      Array.from(reading.temperatures, (t) => t?.value),
      [null, null, 21],
    );
    assert.equal(reading.temperatureMax.whole, false);
  });

  it('anything at all goes in without a throw, and comes out as numbers in range or as unknown', () => {
    const thing = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withTypedArray: true,
      withSparseArray: true,
    });
    const payload = fc.oneof(
      thing,
      fc.record(
        {
          cells: fc.oneof(thing, fc.array(thing, { maxLength: 6 }), fc.sparseArray(thing, { maxLength: 6 })),
          temperatures: fc.oneof(thing, fc.array(thing, { maxLength: 4 }), fc.sparseArray(thing, { maxLength: 4 })),
          current: thing,
          voltage: fc.oneof(thing, fc.record({ value: thing, age: thing })),
          soc: thing,
          cellMin: fc.oneof(thing, fc.double()),
          cellMax: fc.oneof(thing, fc.double()),
          cellMinNumber: thing,
        },
        { requiredKeys: [] },
      ),
    );
    const inRange = (value: number | null, low: number, high: number): void =>
      assert.ok(value === null || (value >= low && value <= high), String(value));
    fc.assert(
      fc.property(payload, (given) => {
        const seen = observationOf(given);
        if (seen === null) return;
        const table = new SourceTable(OPTIONS);
        table.observe('message', seen, 1000);
        for (const now of [1000, 1003, 1100]) {
          const reading = table.reading(now, 0);
          assert.equal(reading.cells.length, 4);
          for (const cell of reading.cells) inRange(cell.voltage, 0, 5.5);
          inRange(reading.cellMin.value, 0, 5.5);
          inRange(reading.cellMax.value, 0, 5.5);
          inRange(reading.voltage.value, 0, 1400);
          inRange(reading.current.value, -20_000, 20_000);
          inRange(reading.temperatureMax.value, -60, 150);
          inRange(table.deviceSoc(now), 0, 100);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
