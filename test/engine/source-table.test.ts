/** What sources say becomes a reading: how old each value is, whether it speaks for the whole pack, and what is unknown. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { AT, brief, cells, STALE, tableOf, type Talked } from './support/talked-table.ts';

describe('what is known of a pack', () => {
  it('is nothing before a source has spoken', () => {
    const { table, after } = tableOf();
    const reading = after(0);
    assert.deepEqual([reading.pack, reading.at], ['house', 1_700_000_000_000]);
    assert.deepEqual(reading.voltage, { value: null, age: null, source: null, cause: 'missing' });
    assert.deepEqual(brief(reading.cellMin), [null, null, false, 'missing']);
    assert.deepEqual(brief(reading.temperatureMax), [null, null, false, 'missing']);
    const unknown = { voltage: null, temperature: null, balancing: null, age: null, source: null };
    assert.deepEqual(reading.cells, [unknown, unknown, unknown, unknown]);
    assert.deepEqual([reading.hardware, reading.sources, table.extra], [{}, {}, {}]);
    assert.equal(table.deviceSoc(AT), null);
  });

  it('VLB-9 ages with its source, and is unknown from the limit on', () => {
    const { after } = tableOf().say({ current: -12.345678 });
    assert.deepEqual(after(4).current, { value: -12.345678, age: 4, source: 'device' });
    assert.deepEqual(after(5).current, { value: null, age: 5, source: 'device', cause: 'stale' });
  });

  it('a message refreshes only the fields it holds', () => {
    const { after } = tableOf()
      .say({ voltage: 13.2, current: 3 })
      .say({ current: 4 }, AT + 3, 'shunt');
    const { voltage, current } = after(6);
    assert.equal(voltage.cause, 'stale');
    assert.deepEqual(current, { value: 4, age: 3, source: 'shunt' });
  });

  it('what a source does not know, and what cannot be, have causes of their own', () => {
    const { say, after } = tableOf().say({ voltage: null });
    assert.deepEqual([after(0).voltage.value, after(0).voltage.cause], [null, 'reported']);
    for (const wrong of [Number.NaN, Infinity, -0.1, 1400.1, '13.2' as unknown as number]) {
      say({ voltage: wrong });
      assert.deepEqual([after(0).voltage.value, after(0).voltage.cause], [null, 'impossible'], String(wrong));
    }
    for (const right of [0, 1400]) {
      say({ voltage: right });
      assert.deepEqual(after(0).voltage, { value: right, age: 0, source: 'device' });
    }
  });

  it('an alarming value is evidence and is kept', () => {
    const { cellMin, cellMax } = tableOf()
      .say(cells(0.4, 3.3, 3.3, 4.9))
      .after(0);
    assert.deepEqual([cellMin.value, cellMax.value], [0.4, 4.9]);
  });

  it('a value may be older than the message; none comes from the future', () => {
    const { after } = tableOf().say({
      voltage: 13.2,
      current: 1,
      currentIn: 2,
      currentOut: 3,
      ages: { voltage: 2, current: -3 },
    });
    const { voltage, current, currentIn, currentOut } = after(0);
    assert.deepEqual([voltage.age, current.age, currentIn.age, currentOut.age], [2, 0, 0, 0]);
    assert.equal(after(3).voltage.cause, 'stale');
    assert.deepEqual([after(3).currentIn.value, after(3).currentOut.value], [2, 3]);
  });

  it('VSB-3 a value that only some devices measure is there once one has told it', () => {
    assert.equal('starterVoltage' in tableOf().say({ voltage: 13 }).after(0), false);
    const { after } = tableOf().say({ starterVoltage: 14.1, ages: { starterVoltage: 1 } });
    assert.deepEqual(after(0).starterVoltage, { value: 14.1, age: 1, source: 'device' });
    assert.equal(after(4).starterVoltage?.cause, 'stale');
  });

  it('the SOC of a device counts while it is fresh and possible', () => {
    const { table, say } = tableOf().say({ soc: 70 });
    assert.deepEqual([table.deviceSoc(AT + 4), table.deviceSoc(AT + 5)], [70, null]);
    say({ soc: 101 });
    assert.equal(table.deviceSoc(AT), null);
  });

  it('what the device says of itself is a copy, while it is fresh', () => {
    const { after } = tableOf().say({ hardware: { cellCommunication: true } });
    after(0).hardware.cellCommunication = false;
    assert.deepEqual([after(4).hardware, after(5).hardware], [{ cellCommunication: true }, {}]);
  });

  it('123-R10 counters stay as they were told last', () => {
    const { table } = tableOf()
      .say({ extra: { energyIn: 12 } })
      .say({ current: 1 }, AT + 60);
    assert.deepEqual(table.extra, { energyIn: 12 });
  });
});

describe('sources', () => {
  it('are well while they are heard', () => {
    const { after } = tableOf().say({ current: 1 });
    assert.deepEqual(after(2).sources, { device: { ok: true, age: 2, error: null } });
    assert.deepEqual(after(5).sources, { device: { ok: false, age: 5, error: null } });
  });

  it('tell their trouble until the next good word', () => {
    const { table, say, after } = tableOf();
    table.trouble('device', 'the port is gone');
    assert.deepEqual(after(0).sources, { device: { ok: false, age: null, error: 'the port is gone' } });
    say({ current: 1 });
    assert.deepEqual(after(0).sources['device'], { ok: true, age: 0, error: null });
    table.trouble('device', 'garbage');
    assert.deepEqual(after(1).sources['device'], { ok: false, age: 1, error: 'garbage' });
    say({ current: 1 }, AT + 2);
    assert.equal(after(2).sources['device']?.ok, true);
  });

  it('that count other cells than the settings are not well, and nothing they say is whole', () => {
    const { after } = tableOf().say({ ...cells(3.3, 3.4, 3.3, 3.3), cellCount: 5 });
    assert.deepEqual(after(0).sources['device'], {
      ok: false,
      age: 0,
      error: 'counts 5 cells, the settings say 4',
    });
    assert.deepEqual(brief(after(0).cellMax), [3.4, 2, false, 'contradictory']);
  });
});

describe('cells that are told one by one', () => {
  it('give the extremes with their numbers, as old as the oldest of them', () => {
    const { after } = tableOf()
      .say({ cells: [{ cell: 1, voltage: 3.2, age: 1 }] }, AT + 1)
      .say({ cells: [2, 3, 4].map((cell) => ({ cell, voltage: 3.2 + cell / 10 })) }, AT + 3);
    const { cellMin, cellMax } = after(4);
    assert.deepEqual(cellMin, { value: 3.2, age: 4, source: 'device', cell: 1, whole: true });
    assert.deepEqual(cellMax, { value: 3.6, age: 4, source: 'device', cell: 4, whole: true });
  });

  it('speak for a part of the pack only while one is missing, unknown or silent', () => {
    const missing = tableOf()
      .say(cells(3.3, 3.4, 3.2))
      .after(0);
    assert.deepEqual([missing.cellMin, missing.cellMax].map(brief), [
      [3.2, 3, false, 'missing'],
      [3.4, 2, false, 'missing'],
    ]);
    const unknown = tableOf()
      .say(cells(3.3, null, 3.2, 3.3))
      .after(0);
    assert.deepEqual(brief(unknown.cellMin), [3.2, 3, false, 'missing']);
    const silent = tableOf()
      .say(cells(3.1, 3.4, 3.2, 3.3))
      .say({ cells: [2, 3, 4].map((cell) => ({ cell, voltage: 3.3 })) }, AT + 4)
      .after(6);
    assert.deepEqual(brief(silent.cellMin), [3.3, 2, false, 'missing']);
  });

  it('are stale when all of them are silent', () => {
    const { cellMin, cellMax } = tableOf()
      .say(cells(3.3, 3.3, 3.3, 3.3))
      .after(5);
    assert.deepEqual([cellMin, cellMax].map(brief), [
      [null, null, false, 'stale'],
      [null, null, false, 'stale'],
    ]);
  });

  it('that no pack can have are left out', () => {
    const numbers = [0, -1, Number.NaN];
    const { after } = tableOf().say({ cells: numbers.map((cell) => ({ cell, voltage: 4 })) });
    assert.ok(after(0).cells.every(({ voltage }) => voltage === null));
    const gaps: { cell: number; voltage: number }[] = [];
    gaps[2] = { cell: 3, voltage: 3.3 };
    assert.deepEqual(
      tableOf()
        .say({ cells: gaps })
        .after(0)
        .cells.map(({ voltage }) => voltage),
      [null, null, 3.3, null],
    );
  });

  it('123-R1 beyond those of the settings contradict them', () => {
    const { after } = tableOf().say(cells(3.3, 3.3, 3.3, 3.3, 3.3));
    assert.equal(after(0).cells.length, 4);
    assert.deepEqual(brief(after(0).cellMin), [3.3, 1, false, 'contradictory']);
  });

  it('123-R6 balance from V-bypass on, unless the device says otherwise', () => {
    const { say, after } = tableOf().say(cells(3.49, 3.5, null));
    const balancing = (): unknown[] => after(0).cells.map((cell) => cell.balancing);
    assert.deepEqual(balancing(), [false, true, null, null]);
    say({ cells: [{ cell: 2, balancing: false }] });
    assert.deepEqual(balancing(), [false, false, null, null]);
    say({ cells: [{ cell: 1, voltage: 3.3, balancing: true }] });
    assert.deepEqual(balancing(), [true, false, null, null]);
  });

  it('may tell a temperature only', () => {
    const [cell] = tableOf()
      .say({ cells: [{ cell: 1, temperature: 21 }] })
      .after(1).cells;
    assert.deepEqual(cell, { voltage: null, temperature: 21, balancing: null, age: null, source: 'device' });
  });

  it('123-R15 are shown for a whole sweep where the device tells its own extremes, else while they are fresh', () => {
    const seen: Observation = {
      cells: [{ cell: 1, voltage: 3.3, temperature: 20 }],
    };
    const shown = (talked: Talked, after: number): unknown[] => {
      const { voltage, temperature, age } = talked.after(after).cells[0]!;
      return [voltage, temperature, age];
    };
    assert.deepEqual(shown(tableOf().say(seen), 5), [null, null, 5]);
    const swept = tableOf().say({ ...seen, cellMin: { value: 3.3, cell: 1 }, cellMax: { value: 3.3, cell: 1 } });
    assert.deepEqual(shown(swept, 12), [3.3, 20, 12]);
    assert.deepEqual(shown(swept, 13), [null, null, 13]);
  });
});

describe('extremes of the device itself', () => {
  const told = (min: number | null, max: number | null, age?: number): Observation => ({
    cellMin: { value: min, cell: 3, ...(age === undefined ? {} : { age }) },
    cellMax: { value: max, cell: 2 },
  });

  it('count for the whole pack, before any single cell', () => {
    const { cellMin, cellMax } = tableOf()
      .say({ ...told(3.1, 3.6, 1), ...cells(3.3, 3.3, 3.3, 3.3), cellCount: 4 })
      .after(1);
    assert.deepEqual(cellMin, { value: 3.1, age: 2, source: 'device', cell: 3, whole: true });
    assert.deepEqual(cellMax, { value: 3.6, age: 1, source: 'device', cell: 2, whole: true });
  });

  it('speak for a part only when the device counts other cells', () => {
    const { cellMin } = tableOf()
      .say({ ...told(3.1, 3.6), cellCount: 3 })
      .after(0);
    assert.deepEqual(brief(cellMin), [3.1, 3, false, 'contradictory']);
  });

  it('that are unknown or impossible name no cell', () => {
    const { cellMin, cellMax } = tableOf().say(told(null, 9)).after(0);
    assert.deepEqual([cellMin, cellMax].map(brief), [
      [null, null, false, 'reported'],
      [null, null, false, 'impossible'],
    ]);
  });

  it('that fall silent give way to single cells, which may be silent too', () => {
    const { say, after } = tableOf().say(told(3.1, 3.6));
    assert.deepEqual(brief(after(5).cellMin), [null, null, false, 'stale']);
    say(cells(3.3, 3.4, 3.3, 3.3), AT + 4);
    assert.equal(after(4).cellMin.value, 3.1);
    assert.deepEqual(brief(after(5).cellMin), [3.3, 1, true, undefined]);
    assert.deepEqual(brief(after(9).cellMax), [null, null, false, 'stale']);
  });

  it('of which only one is told are none', () => {
    const { cellMin, cellMax } = tableOf()
      .say({ ...cells(3.3, 3.3, 3.3, 3.3), cellMin: { value: 3.1, cell: 1 } })
      .after(0);
    assert.deepEqual([cellMin.value, cellMax.value], [3.3, 3.3]);
  });
});

it('whatever is said when, no value outlives its time, and the extremes are those of the fresh cells', () => {
  const word = fc.record({
    wait: fc.integer({ min: 0, max: 30 }).map((tenths) => tenths / 10),
    cell: fc.integer({ min: 1, max: 4 }),
    voltage: fc.constantFrom(null, 2.5, 3.2, 3.3, 3.7),
    age: fc.constantFrom(0, 1, 4.5, 7),
  });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
      const { table } = tableOf();
      const last = new Map<number, { voltage: number | null; at: number }>();
      let now = AT;
      for (const { wait, cell, voltage, age } of words) {
        now += wait;
        table.observe('device', { cells: [{ cell, voltage, age }], current: cell, ages: { current: age } }, now);
        last.set(cell, { voltage, at: now - age });
        const { cellMin, cellMax, current } = table.reading(now, 0);
        const fresh = [...last.values()].filter(({ at }) => now - at < STALE).map((kept) => kept.voltage);
        const known = fresh.filter((kept) => kept !== null);
        assert.deepEqual(
          [cellMin.value, cellMax.value],
          known.length > 0 ? [Math.min(...known), Math.max(...known)] : [null, null],
        );
        assert.equal(cellMin.whole, known.length === 4);
        assert.equal(current.value, age < STALE ? cell : null);
      }
    }),
  );
});
