/** Temperatures from sensors of the pack, of its cells, and from the device's own extremes. */
import assert from 'node:assert/strict';
import { SourceTable } from '../../src/engine/reading/assemble.ts';
import { AT, tableOf } from './support/talked-table.ts';
import type { Observation } from '../../src/engine/reading/observation.ts';
import type { Reading } from '../../src/engine/reading/reading.ts';

/** The reading `after` seconds from the first of these words; each is said `later` seconds after the first. */
function readingOf(words: readonly (Observation & { readonly later?: number })[], after = 0, offset = 0): Reading {
  const table = new SourceTable({
    pack: 'house',
    cells: 2,
    staleAfter: 5,
    balanceVoltage: 3.5,
    temperatureOffset: offset,
  });
  for (const { later = 0, ...seen } of words) table.observe('device', seen, AT + later);
  return table.reading(AT + after, 0);
}
const values = ({ temperatures }: Reading): (number | null)[] => temperatures.map(({ value }) => value);
const extremes = ({ temperatureMin: low, temperatureMax: high }: Reading): unknown[] => [
  [low.value, low.cell, low.whole],
  [high.value, high.cell, high.whole],
];

describe('temperatures of a reading', () => {
  it('are those of the sensors, and the extremes among them', () => {
    const reading = readingOf([{ temperatures: [21, 18, 25], temperaturesAge: 1 }], 1);
    assert.deepEqual(reading.temperatures[0], { value: 21, age: 2, source: 'device' });
    assert.deepEqual(extremes(reading), [
      [18, null, true],
      [25, null, true],
    ]);
    assert.deepEqual([reading.temperatureMin.age, reading.temperatureMin.source], [2, 'device']);
  });

  it('a sensor that is lost, impossible or not there leaves the rest to speak for a part', () => {
    const gap: (number | null)[] = [];
    gap[1] = 20;
    for (const list of [[null, 20], [-273, 20], [Number.NaN, 20], gap]) {
      const reading = readingOf([{ temperatures: list }]);
      assert.deepEqual(values(reading), [null, 20]);
      assert.equal(reading.temperatures[0]?.cause, 'reported');
      assert.deepEqual(extremes(reading), [
        [20, null, false],
        [20, null, false],
      ]);
    }
  });

  it('are unknown from the limit on', () => {
    const reading = readingOf([{ temperatures: [21] }], 5);
    assert.deepEqual(reading.temperatures, [{ value: null, age: 5, source: 'device', cause: 'stale' }]);
    assert.deepEqual(extremes(reading), [
      [null, null, false],
      [null, null, false],
    ]);
  });

  it('VLB-7 the offset is added once to every temperature, and to nothing that is unknown', () => {
    const cells = [{ cell: 1, temperature: 30 }];
    const lists = readingOf([{ temperatures: [21, null], cells }], 0, -2.5);
    assert.deepEqual(values(lists), [18.5, null]);
    assert.equal(lists.cells[0]?.temperature, 27.5);
    assert.deepEqual(extremes(lists), [
      [18.5, null, false],
      [27.5, 1, false],
    ]);
    const told = { temperatureMin: { value: 10, cell: 1 }, temperatureMax: { value: null, cell: 2 } };
    const own = readingOf([told], 0, 3);
    assert.deepEqual([own.temperatureMin.value, own.temperatureMax.value], [13, null]);
    const other = readingOf([{ cellMin: { value: 3.3, cell: 1 }, cellMax: { value: 3.4, cell: 2 } }], 0, 3);
    assert.deepEqual([other.cellMin.value, other.cellMax.value], [3.3, 3.4]);
  });

  it('of cells count with their numbers, as old as the oldest of all', () => {
    const words = [
      { cells: [{ cell: 2, temperature: 35 }] },
      { cells: [{ cell: 1, temperature: 15 }], temperatures: [20], later: 2 },
    ];
    const reading = readingOf(words, 3);
    assert.deepEqual(extremes(reading), [
      [15, 1, true],
      [35, 2, true],
    ]);
    assert.deepEqual([reading.temperatureMin.age, reading.temperatureMax.age], [3, 3]);
  });

  it('a cell without a sensor is not missed, one that has lost its sensor is', () => {
    const cells = [{ cell: 1, temperature: 20 }];
    const has = readingOf([{ cells: [...cells, { cell: 2, voltage: 3.3, temperature: null }] }]);
    assert.deepEqual(extremes(has), [
      [20, 1, true],
      [20, 1, true],
    ]);
    const lost = readingOf([
      { cells: [...cells, { cell: 2, temperature: 22 }] },
      { cells: [{ cell: 2, temperature: null }] },
    ]);
    assert.deepEqual(extremes(lost), [
      [20, 1, false],
      [20, 1, false],
    ]);
    const silent = readingOf([{ cells }, { cells: [{ cell: 2, temperature: 22 }], later: 3 }], 5);
    assert.deepEqual(extremes(silent), [
      [22, 2, false],
      [22, 2, false],
    ]);
  });

  it('the device’s own extremes count before all others, while it knows them', () => {
    const told = { temperatureMin: { value: 5, cell: 1 }, temperatureMax: { value: 45, cell: 2, age: 1 } };
    const reading = readingOf([{ ...told, temperatures: [20] }]);
    assert.deepEqual(extremes(reading), [
      [5, 1, true],
      [45, 2, true],
    ]);
    assert.equal(reading.temperatureMax.age, 1);
    const unknown = readingOf([{ ...told, temperatureMax: { value: null, cell: null } }]);
    assert.deepEqual([unknown.temperatureMax.cause, unknown.temperatureMax.whole], ['reported', false]);
    const lost = readingOf([{ ...told, temperatureMin: { value: null, cell: null } }]);
    assert.deepEqual([lost.temperatureMin.cause, lost.temperatureMin.whole], ['reported', false]);
    const half = readingOf([{ temperatureMin: { value: 5, cell: 1 }, temperatures: [20] }]);
    assert.equal(half.temperatureMin.value, 20);
  });

  it('the device’s own extremes that are no longer known speak for no cell, let alone for all', () => {
    const told = { temperatureMin: { value: 5, cell: 1 }, temperatureMax: { value: 45, cell: 2, age: 1 } };
    const half = readingOf([told], 4);
    assert.deepEqual(extremes(half), [
      [5, 1, true],
      [null, null, false],
    ]);
    assert.deepEqual([half.temperatureMax.cause, half.temperatureMax.age], ['stale', 5]);
    const stale = readingOf([told], 5);
    assert.deepEqual(extremes(stale), [
      [null, null, false],
      [null, null, false],
    ]);
    assert.equal(stale.temperatureMin.cause, 'stale');
    const reported = readingOf([{ ...told, temperatureMax: { value: null, cell: 2 } }]);
    assert.deepEqual(extremes(reported)[1], [null, null, false]);
  });

  it('a sensor of another source that is hotter or colder counts beside the device’s extremes', () => {
    const told = { temperatureMin: { value: 5, cell: 1 }, temperatureMax: { value: 45, cell: 2 } };
    for (const source of ['message', 'probe']) {
      const beside = (t: number): (number | null)[] => {
        const { temperatureMin, temperatureMax } = tableOf()
          .say(told)
          .say({ temperatures: [t] }, AT, source)
          .after(0);
        return [temperatureMin.value, temperatureMax.value];
      };
      assert.deepEqual(
        [beside(20), beside(60), beside(-3)],
        [
          [5, 45],
          [5, 60],
          [-3, 45],
        ],
      );
    }
  });

  it('device extremes that are stale do not hide the sensors of another source', () => {
    const told = { temperatureMin: { value: 5, cell: 1 }, temperatureMax: { value: 45, cell: 2 } };
    const { temperatureMin, temperatureMax } = tableOf()
      .say(told)
      .say({ temperatures: [20] }, AT + 6, 'probe')
      .after(6);
    assert.deepEqual([temperatureMin.value, temperatureMax.value, temperatureMax.whole], [20, 20, true]);
  });
});
