/** What a device has told is the device's: a message neither replaces it nor keeps it fresh. */
import assert from 'node:assert/strict';
import type { Observation } from '../../src/engine/reading/observation.ts';
import type { Reading } from '../../src/engine/reading/reading.ts';
import { AT, brief, cells, tableOf } from './support/talked-table.ts';

const HAND = 'message';
const FIELDS = ['voltage', 'current', 'currentIn', 'currentOut', 'bmsTemperature', 'starterVoltage'] as const;
const extremes = ({ cellMin, cellMax }: Reading): unknown[] => [cellMin.value, cellMax.value, cellMin.whole];
const temperatures = ({ temperatureMin: low, temperatureMax: high }: Reading): unknown[] => [
  low.value,
  high.value,
  low.whole && high.whole,
];
const told = (min: number | null, max: number | null): Observation => ({
  cellMin: { value: min, cell: 1 },
  cellMax: { value: max, cell: 2 },
});
const warmth = (min: number, max: number): Observation => ({
  temperatureMin: { value: min, cell: 1 },
  temperatureMax: { value: max, cell: 2 },
});

describe('123-R17 a value that a device has told', () => {
  for (const field of FIELDS) {
    it(`${field}: a message neither changes it, nor makes it unknown, nor keeps it fresh`, () => {
      const { say, after } = tableOf().say({ [field]: 10 });
      for (const value of [0, 20, null, Number.NaN]) say({ [field]: value }, AT + 3, HAND);
      assert.deepEqual(after(4)[field], { value: 10, age: 4, source: 'device' });
      assert.equal(after(5)[field]?.cause, 'stale');
      say({ [field]: 20 }, AT + 6, HAND);
      assert.equal(after(6)[field]?.value, null, 'silence stays silence');
      say({ [field]: null }, AT + 7).say({ [field]: 20 }, AT + 7, HAND);
      assert.equal(after(7)[field]?.cause, 'reported', 'what the device does not know stays unknown');
      say({ [field]: 11 }, AT + 8);
      assert.equal(after(8)[field]?.value, 11);
    });
  }

  it('is the messages’ as long as the device only says that it does not know', () => {
    const { after } = tableOf()
      .say({ current: null, voltage: 13 })
      .say({ current: 4, voltage: 14 }, AT + 1, HAND);
    assert.deepEqual([after(1).current.value, after(1).voltage.value], [4, 13]);
  });

  it('the state of charge too', () => {
    const { table } = tableOf().say({ soc: 70 }).say({ soc: 10 }, AT, HAND);
    assert.equal(table.deviceSoc(AT), 70);
  });
});

describe('123-R17 cells that a device has told', () => {
  const CASES: [string, Observation][] = [
    ['one by one', cells(3.2, 3.3, 3.3, 3.4)],
    ['as extremes', told(3.2, 3.4)],
  ];
  const ATTACKS: [string, Observation][] = [
    ['cells', cells(3.3, 3.3, 3.3, 3.3)],
    ['unknown cells', cells(null, null, null, null)],
    ['extremes', told(3.3, 3.3)],
    ['unknown extremes', told(null, null)],
  ];
  for (const [how, seen] of CASES) {
    for (const [what, attack] of ATTACKS) {
      it(`${how} are neither changed nor kept fresh by ${what} in messages`, () => {
        const { say, after } = tableOf()
          .say(seen)
          .say(attack, AT + 3, HAND);
        assert.deepEqual(extremes(after(4)), [3.2, 3.4, true]);
        assert.equal(after(4).cellMin.age, 4);
        assert.equal(after(4).cellMin.source, 'device');
        say(attack, AT + 6, HAND);
        assert.deepEqual(extremes(after(6)), [null, null, false]);
      });
    }
  }

  it('say themselves whether they are balancing', () => {
    const { after } = tableOf()
      .say(cells(3.3, 3.3, 3.3, 3.3))
      .say({ cells: [{ cell: 1, voltage: 3.3, balancing: true }] }, AT, HAND);
    assert.equal(after(0).cells[0]?.balancing, false);
  });

  it('put an end to what messages told before', () => {
    const first = tableOf()
      .say(told(3.3, 3.3), AT, HAND)
      .say(cells(3.3, 3.9, 3.3, 3.3), AT + 1);
    assert.deepEqual(extremes(first.after(1)), [3.3, 3.9, true]);
    const part = tableOf()
      .say(cells(3.3, 3.3, 3.3, 3.3), AT, HAND)
      .say({ cells: [{ cell: 2, voltage: 3.4 }] }, AT + 1);
    assert.deepEqual(extremes(part.after(1)), [3.4, 3.4, false]);
    assert.equal(part.after(1).cells[0]?.balancing, null);
    const some = tableOf()
      .say({ cells: [{ cell: 1, voltage: 3.3 }] }, AT, HAND)
      .say(told(3.1, 3.2), AT + 1);
    assert.deepEqual(extremes(some.after(1)), [3.1, 3.2, true]);
    const high = tableOf()
      .say({ cellMax: { value: 3.9, cell: 1 } })
      .say(cells(3.3, 3.3, 3.3, 3.3), AT, HAND);
    assert.equal(high.after(0).cellMin.value, null);
  });

  it('may still get their temperatures by messages, where the device measures none', () => {
    const { after } = tableOf()
      .say({ ...cells(3.3, 3.3, 3.3), voltage: 13 })
      .say({ cells: [4, 3].map((cell) => ({ cell, voltage: 3.9, temperature: 20 + cell })) }, AT, HAND);
    assert.deepEqual(temperatures(after(0)), [23, 24, true]);
    assert.deepEqual(after(0).temperatureMax.source, HAND);
    assert.deepEqual(
      [after(0).cellMax.value, after(0).cells[3]?.voltage, after(0).cells[2]?.source],
      [3.3, null, 'device'],
    );
  });

  it('123-R1 may be contradicted in number, until the device counts again', () => {
    const { say, after } = tableOf().say({ ...cells(3.3, 3.3, 3.3, 3.3), cellCount: 4 });
    say({ cellCount: 3 }, AT, HAND).say({ cellCount: 4 }, AT, HAND);
    assert.deepEqual(brief(after(0).cellMin), [3.3, 1, false, 'contradictory']);
    say({ cellCount: 4 });
    assert.equal(after(0).cellMin.whole, true);
    say({ cellCount: 5 });
    say({ cellCount: 4 }, AT, HAND);
    assert.equal(after(0).cellMin.whole, false);
    const mute = tableOf()
      .say(cells(3.3, 3.3, 3.3, 3.3))
      .say({ cellCount: 3 }, AT, HAND)
      .say({ cellCount: 4 }, AT, HAND);
    assert.equal(mute.after(0).cellMin.whole, true, 'a device that never counts leaves it to the messages');
  });
});

describe('123-R17 temperatures that a device has told', () => {
  const CASES: [string, Observation][] = [
    ['as a list', { temperatures: [15, 25] }],
    ['of cells', { cells: [15, 25].map((temperature, i) => ({ cell: i + 1, temperature })) }],
    ['as extremes', warmth(15, 25)],
  ];
  for (const [how, seen] of CASES) {
    it(`${how} are not made better, known or fresh by messages`, () => {
      const { say, after } = tableOf().say(seen);
      for (const attack of [
        { temperatures: [20] },
        { cells: [1, 2].map((cell) => ({ cell, temperature: 20 })) },
        { cells: [1, 2].map((cell) => ({ cell, temperature: null })) },
        warmth(20, 20),
      ]) {
        say(attack, AT + 3, HAND);
      }
      assert.deepEqual(temperatures(after(4)), [15, 25, true]);
      assert.equal(after(4).temperatureMin.age, 4);
      assert.deepEqual(temperatures(after(6)), [null, null, false]);
    });

    it(`${how} have sensors of messages beside them: the worst counts`, () => {
      const { after } = tableOf()
        .say(seen)
        .say({ temperatures: [10, 20, 30] }, AT + 1, HAND);
      assert.deepEqual(temperatures(after(1)), [10, 30, true]);
      assert.deepEqual([after(1).temperatureMax.cell, after(1).temperatureMax.age], [null, 1]);
    });
  }

  it('a lost sensor of a message is missed while the message is fresh, and by no device that tells its own extremes', () => {
    const lost = { temperatures: [null, 20] };
    const list = tableOf()
      .say({ temperatures: [15] })
      .say({ temperatures: [15] }, AT + 3)
      .say(lost, AT, HAND);
    assert.deepEqual(temperatures(list.after(4)), [15, 20, false]);
    assert.equal(list.after(4).temperatures.length, 3);
    assert.deepEqual(temperatures(list.after(5)), [15, 15, true]);
    assert.equal(list.after(5).temperatures.length, 1, 'what messages say no more is not waited for');
    assert.deepEqual(temperatures(tableOf().say(warmth(15, 25)).say(lost, AT, HAND).after(0)), [15, 25, true]);
  });

  it('put an end to what messages told of cells and extremes before', () => {
    const cell = { cells: [{ cell: 1, temperature: 40 }] };
    const { after } = tableOf({ sensors: [2] })
      .say(cell, AT, HAND)
      .say(warmth(1, 2), AT, HAND)
      .say({ cells: [{ cell: 3, voltage: 3.3 }] })
      .say({ temperatures: [20] });
    assert.deepEqual(temperatures(after(0)), [20, 20, false], 'cell 2 is known to have a sensor');
    const only = tableOf()
      .say(cell, AT, HAND)
      .say({ temperatures: [20] });
    assert.deepEqual(temperatures(only.after(0)), [20, 20, true]);
  });

  it('are the messages’ where the device has none', () => {
    const { after } = tableOf()
      .say({ temperatures: [null] })
      .say({ temperatures: [21] }, AT, HAND);
    assert.deepEqual(temperatures(after(0)), [21, 21, true]);
    assert.deepEqual(
      temperatures(
        tableOf()
          .say({ temperatures: [21] }, AT, HAND)
          .after(4),
      ),
      [21, 21, true],
    );
  });
});

describe('123-R17 what a device says of itself', () => {
  const GOOD = {
    chargeAllowed: true,
    loadAllowed: true,
    cellCommunication: true,
    shortCircuit: false,
    bmsOverTemperature: false,
    fault: '',
  };
  const BAD = {
    chargeAllowed: false,
    loadAllowed: false,
    cellCommunication: false,
    shortCircuit: true,
    bmsOverTemperature: true,
    fault: 'E-1',
  };
  for (const name of Object.keys(GOOD) as (keyof typeof GOOD)[]) {
    it(`${name}: a message may only turn it to the bad side, until the device tells it again`, () => {
      const { say, after } = tableOf().say({ hardware: { [name]: BAD[name] } });
      say({ hardware: { [name]: GOOD[name] } }, AT, HAND);
      assert.equal(after(0).hardware[name], BAD[name]);
      const own = { [name]: GOOD[name] };
      say({ hardware: own });
      say({ hardware: { [name]: BAD[name] } }, AT + 3, HAND).say({ hardware: { [name]: GOOD[name] } }, AT + 3, HAND);
      assert.equal(after(4).hardware[name], BAD[name]);
      assert.deepEqual([after(5).hardware, own], [{}, { [name]: GOOD[name] }], 'no fresher than the device');
      say({ hardware: own }, AT + 6);
      assert.equal(after(6).hardware[name], GOOD[name]);
    });
  }

  it('what it does not say is the messages’ alone', () => {
    const { say, after } = tableOf().say({ hardware: { cellCommunication: true, chargeAllowed: null } });
    say({ hardware: { chargeAllowed: false, socCalibrated: true } }, AT, HAND);
    assert.deepEqual(after(0).hardware, { cellCommunication: true, chargeAllowed: false, socCalibrated: true });
    say({ hardware: { chargeAllowed: true, cellCommunication: true } }, AT + 1, HAND);
    assert.deepEqual(after(1).hardware, { cellCommunication: true, chargeAllowed: true });
    assert.deepEqual(after(5.5).hardware, { chargeAllowed: true });
    const hand = tableOf()
      .say({ hardware: BAD }, AT, HAND)
      .say({ hardware: GOOD }, AT + 1, HAND);
    assert.deepEqual([hand.after(1).hardware, hand.after(6).hardware], [GOOD, {}]);
    say({ hardware: { socCalibrated: true } });
    say({ hardware: { socCalibrated: false } }, AT, HAND);
    assert.equal(after(0).hardware['socCalibrated'], true, 'it has no bad side');
  });
});
