/** Messages and changed readings may only tighten what a device says of its battery. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../src/engine/reading/observation.ts';
import type { Reading, Value } from '../../src/engine/reading/reading.ts';
import { observationOf } from '../../src/links/message.ts';
import type { StampedReading } from '../../src/runtime/stamp.ts';
import { allowed, healthy, HEALTHY, startPack, type Running, type RunningOptions } from './support/packs.ts';

const HIGH = healthy([3.3, 3.3, 3.9, 3.3]);
const GOOD = observationOf({ cells: [3.3, 3.3, 3.3, 3.3], temperatures: [20], current: 1, voltage: 13.2, soc: 50 })!;
/** Everything that a device may measure. */
const ALL: Observation = {
  ...HEALTHY,
  current: 10,
  bmsTemperature: 30,
  starterVoltage: 13,
  alternatorCurrent: 20,
  hardware: { chargeAllowed: true, loadAllowed: true, cellCommunication: true, shortCircuit: false, fault: '' },
};
/** With its extremes told by the device itself. */
const EXTREMES: Observation = {
  cellCount: 4,
  cellMin: { value: 3.3, cell: 1 },
  cellMax: { value: 3.3, cell: 2 },
  temperatureMin: { value: 20, cell: 1 },
  temperatureMax: { value: 20, cell: 2 },
  current: 10,
  voltage: 13.2,
};

/** One second of the device, with what becomes of its reading on the wire. */
function second(of: Running, seen: Observation, change: (reading: StampedReading) => unknown = (r) => r): void {
  of.clock.advance(1);
  of.link.observed(seen, of.clock.now());
  of.pack.judge(change(of.readings.at(-1)!));
}
function started(options: RunningOptions = {}, seen = HEALTHY): Running {
  const running = startPack(options);
  running.run(3, seen);
  assert.deepEqual(allowed(running.last()), [true, true]);
  return running;
}
/** What a changed copy of a reading says. */
function changed(reading: StampedReading, change: (copy: StampedReading) => void): StampedReading {
  const copy = structuredClone(reading);
  change(copy);
  return copy;
}
const put = (part: keyof Reading, over: Partial<Value> & { whole?: boolean; cell?: number | null }) => {
  return (reading: StampedReading): StampedReading =>
    changed(reading, (copy) => void Object.assign(copy[part] as object, over));
};

describe('123-R17 a message beside a device', () => {
  it('speaks for no cell while the device has not been heard yet: nothing is allowed on its word', () => {
    const running = startPack({ hasLink: true });
    for (let i = 0; i < 20; i++) {
      running.clock.advance(1);
      running.pack.observe('message', GOOD);
      running.pack.judge(running.readings.at(-1)!);
    }
    assert.equal(running.readings.at(-1)!.cellMin.value, null);
    assert.deepEqual(allowed(running.last()), [false, false]);
  });

  for (const [what, seen] of [
    ['cells', GOOD],
    ['extremes', observationOf({ cellMin: 3.3, cellMax: 3.3 })!],
    ['both', observationOf({ cells: [3.3, 3.3, 3.3, 3.3], cellMin: 3.3, cellMax: 3.3 })!],
  ] as const) {
    it(`VLB-5 that tells good ${what} each second does not hide a cell at 3.9 V`, () => {
      const of = started();
      for (let i = 0; i < 10; i++) {
        of.clock.advance(0.5);
        of.link.observed(HIGH, of.clock.now());
        of.pack.observe('message', seen);
        of.pack.judge(of.readings.at(-1));
        of.clock.advance(0.5);
        of.pack.observe('message', seen);
        of.pack.judge(of.readings.at(-1));
        of.pack.judgeObservation(seen);
      }
      assert.equal(allowed(of.last())[0], false);
      assert.equal(of.readings.at(-1)!.cellMax.value, 3.9);
    });
  }

  it('VLB-9 does not fill the silence of the device', () => {
    const of = started();
    for (let i = 0; i < 70; i++) {
      of.clock.advance(1);
      of.pack.observe('message', GOOD);
      of.pack.judge(of.readings.at(-1));
      of.pack.judgeObservation(GOOD);
    }
    assert.deepEqual(allowed(of.last()), [false, false]);
  });

  it('VLB-5 may still stop charging, until the device tells its cells again', () => {
    for (const seen of [HEALTHY, EXTREMES]) {
      const of = started({ given: { cellOvervoltageDelay: 0, cellOvervoltageClearDelay: 0 } }, seen);
      of.pack.observe('message', observationOf({ cells: [3.3, 3.3, 3.3, 3.9] })!);
      of.pack.judge(of.readings.at(-1));
      assert.deepEqual(allowed(of.last()), [false, true]);
      const { cellMax } = of.readings.at(-1)!;
      assert.deepEqual([cellMax.value, cellMax.cell, cellMax.source], [3.9, 4, 'message']);
      // What is said afterwards by hand takes nothing back.
      of.pack.observe('message', GOOD);
      assert.equal(of.readings.at(-1)!.cellMax.value, 3.9);
      of.run(1, seen);
      assert.equal(of.readings.at(-1)!.cellMax.value, 3.3);
      of.run(60, seen);
      assert.deepEqual(allowed(of.last()), [true, true]);
    }
  });

  it('that stops charging at the protection’s own input does so as well, also when it had to wait', () => {
    for (const late of [0, 0.05]) {
      const of = started({ given: { cellOvervoltageDelay: 0 } });
      of.pack.judgeObservation(observationOf({ cells: [3.3, 3.3, 3.3, 3.9] })!, of.clock.now() - late);
      assert.deepEqual(allowed(of.last()), [false, true]);
    }
  });

  /** The field, what the device says, what is worse, what is not. */
  const DIRECTIONS: [keyof Reading, Observation, number[], number[]][] = [
    ['cellMin', {}, [3.29, 0], [3.31, 5]],
    ['cellMax', {}, [3.31, 5], [3.29, 0]],
    ['temperatureMin', {}, [19, -40], [21, 80]],
    ['temperatureMax', {}, [21, 80], [19, -40]],
    ['bmsTemperature', {}, [31, 150], [29, -60]],
    ['starterVoltage', {}, [12.9, 0], [13.1, 48]],
    ['alternatorCurrent', {}, [20.1, 500], [19, -500]],
    ['current', { current: 10 }, [10.1, 500], [9.9, 0, -9, -500]],
    ['current', { current: -10 }, [-10.1, -500], [-9.9, 0, 9, 500]],
    ['current', { current: 0 }, [0.1, -500], [0]],
    ['voltage', {}, [], [0, 12, 14, 1400]],
  ];
  for (const [field, over, worse, better] of DIRECTIONS) {
    const said = (of: Running): Value => of.readings.at(-1)![field] as Value;
    const hand = (of: Running, value: number | null): Value => {
      const seen = field.startsWith('cell') || field.startsWith('temperature') ? { value, cell: 1 } : value;
      of.pack.observe('message', { [field]: seen });
      return said(of);
    };
    it(`moves ${field} ${JSON.stringify(over)} only to where it is worse, and keeps its age`, () => {
      const of = started({}, { ...ALL, ...over });
      const { value: known } = said(of);
      assert.notEqual(known, null);
      of.clock.advance(0.5);
      for (const value of [...better, null, Number.NaN, Infinity, -1e9, 1e9])
        assert.equal(hand(of, value).value, known);
      for (const value of worse) {
        const { value: is, age, source } = hand(of, value);
        assert.deepEqual([is, age, source], [value, 0.5, 'message']);
      }
      of.clock.advance(4.5);
      assert.equal(hand(of, worse.at(-1) ?? 1).value, null, 'silence stays silence');
      of.run(1, { ...ALL, ...over });
      assert.equal(said(of).value, known, 'over with the next word of the device');
    });
  }

  it('that measures a cell’s temperature worsens that of the battery, with the owner’s correction, and names no cell', () => {
    const of = started({ given: { temperatureOffset: 2 } });
    of.pack.observe('message', observationOf({ cells: [3.3, 3.3, 3.3, { voltage: 3.3, temperature: 60 }] })!);
    // The device measures none of a cell: the sensor is the message's.
    assert.equal(of.readings.at(-1)!.temperatureMax.value, 62);
    const own = startPack({ given: { temperatureOffset: 2 } });
    own.run(1, EXTREMES);
    own.pack.observe('message', observationOf({ cells: [3.3, 3.3, 3.3, { voltage: 3.3, temperature: 60 }] })!);
    const { temperatureMax, temperatureMin } = own.readings.at(-1)!;
    assert.deepEqual([temperatureMax.value, temperatureMax.cell, temperatureMin.value], [62, null, 22]);
    own.run(1, { ...EXTREMES, cells: [{ cell: 1, temperature: 22 }] });
    assert.equal(own.readings.at(-1)!.temperatureMax.value, 22);
  });

  it('that names a cell holds until the device tells that very cell; one that names none, until any', () => {
    const cell = (number: number): Observation => ({ cells: [{ cell: number, voltage: 3.3 }] });
    const of = started();
    of.pack.observe('message', observationOf({ cellMin: 3.1, cellMax: { value: 3.5, cell: 3 } })!);
    of.run(1, cell(2));
    const { cellMin, cellMax } = of.readings.at(-1)!;
    assert.deepEqual([cellMin.value, cellMax.value], [3.3, 3.5]);
    of.run(1, { cells: [{ cell: 3, balancing: false }] });
    assert.equal(of.readings.at(-1)!.cellMax.value, 3.5);
    of.run(1, cell(3));
    assert.equal(of.readings.at(-1)!.cellMax.value, 3.3);
  });

  it('ECS-1 is not counted: the state of charge follows the device’s own current', () => {
    const of = started({}, { ...ALL, soc: 50 });
    const plain = started({}, { ...ALL, soc: 50 });
    for (let i = 0; i < 60; i++) {
      of.pack.observe('message', { current: 5000 });
      of.run(1, ALL);
      plain.run(1, ALL);
    }
    assert.equal(of.pack.engine.soc, plain.pack.engine.soc);
  });

  it('that tells what the device does not is believed, as are all where there is no device', () => {
    const of = started();
    of.pack.observe('message', { starterVoltage: 12 });
    of.pack.observe('message', { starterVoltage: 14 });
    assert.equal(of.readings.at(-1)!.starterVoltage?.value, 14);
    const alone = startPack({ given: { cellOvervoltageDelay: 0 } });
    for (const voltage of [3.9, 3.3]) {
      for (let i = 0; i < 60; i++) {
        alone.clock.advance(1);
        alone.pack.observe('message', { ...healthy([3.3, 3.3, 3.3, voltage]), current: voltage });
        alone.pack.judge(alone.readings.at(-1));
      }
      assert.deepEqual(allowed(alone.last()), [voltage === 3.3, true]);
      assert.equal(alone.readings.at(-1)!.current.value, voltage);
    }
  });
});

describe('123-R17 a reading that was changed on its way', () => {
  it('VLB-5 does not hide a cell at 3.9 V behind a genuine stamp', () => {
    const of = started();
    for (let i = 0; i < 10; i++) second(of, HIGH, put('cellMax', { value: 3.3 }));
    assert.equal(allowed(of.last())[0], false);
  });

  it('nor when the very object that the monitor sent is changed', () => {
    const of = started();
    for (let i = 0; i < 10; i++) {
      second(of, HIGH, (reading) => {
        reading.cellMax.value = 3.3;
        return reading;
      });
    }
    assert.equal(allowed(of.last())[0], false);
  });

  it('nor when it answers differently the second time it is asked', () => {
    const of = started();
    for (let i = 0; i < 10; i++) {
      second(of, HIGH, (reading) => {
        let asked = 0;
        const liar = {
          ...reading.cellMax,
          get value() {
            return asked++ === 0 ? 3.9 : 3.3;
          },
        };
        return { ...reading, cellMax: liar };
      });
    }
    assert.equal(allowed(of.last())[0], false);
  });

  /** What the device says, what the reading is turned into, and what goes off within ten seconds: [charge, load]. */
  const WORSE: [string, (reading: StampedReading) => unknown, [boolean, boolean]][] = [
    ['a cell at 3.9 V', put('cellMax', { value: 3.9, cell: 2 }), [false, true]],
    ['a cell at 2.4 V', put('cellMin', { value: 2.4, cell: 2 }), [true, false]],
    ['a battery at -10 °C', put('temperatureMin', { value: -10 }), [false, true]],
    ['a battery at 70 °C', put('temperatureMax', { value: 70 }), [false, false]],
    ['a charge of 300 A', put('current', { value: 300 }), [false, true]],
    ['a device that forbids the loads', put('hardware', { loadAllowed: false } as never), [true, false]],
    ['a short circuit', put('hardware', { shortCircuit: true } as never), [true, false]],
  ];
  for (const [what, change, expected] of WORSE) {
    it(`is believed where it is worse: ${what}`, () => {
      const of = started({ given: { followDevice: 'yes' } }, ALL);
      for (let i = 0; i < 130; i++) second(of, ALL, change);
      assert.deepEqual(
        allowed(of.last()).map((is, which) => is && expected[which]),
        allowed(of.last()),
      );
      assert.notDeepEqual(allowed(of.last()), [true, true]);
    });
  }

  const BETTER: [string, Observation, (reading: StampedReading) => unknown, 0 | 1][] = [
    ['cellMin', healthy([3.3, 2.4, 3.3, 3.3]), put('cellMin', { value: 3.3 }), 1],
    ['temperatureMin', { ...ALL, temperatures: [-10] }, put('temperatureMin', { value: 20 }), 0],
    ['temperatureMax', { ...ALL, temperatures: [70] }, put('temperatureMax', { value: 20 }), 1],
    ['current', { ...ALL, current: 300 }, put('current', { value: 5 }), 0],
    ['current, turned round', { ...ALL, current: -500 }, put('current', { value: 600 }), 1],
    ['hardware', { ...ALL, hardware: { loadAllowed: false } }, put('hardware', { loadAllowed: true } as never), 1],
    ['unknown cellMax', HIGH, put('cellMax', { value: null }), 0],
    ['age of cellMax', HIGH, put('cellMax', { age: 1e9 }), 0],
    ['unknown current', { ...ALL, current: 300 }, put('current', { value: null }), 0],
    ['cells', HIGH, (reading) => changed(reading, (copy) => void copy.cells.splice(0)), 0],
  ];
  for (const [what, seen, change, role] of BETTER) {
    it(`is not believed where it is better: ${what}`, () => {
      const [of, plain] = [
        started({ given: { followDevice: 'yes' } }, ALL),
        started({ given: { followDevice: 'yes' } }, ALL),
      ];
      for (let i = 0; i < 130; i++) {
        second(of, seen, change);
        second(plain, seen);
        for (const one of [0, 1] as const) assert.ok(!allowed(of.last())[one] || allowed(plain.last())[one]);
      }
      assert.equal(allowed(of.last())[role], false);
    });
  }

  for (const part of ['cellMin', 'cellMax', 'voltage', 'current', 'temperatureMin', 'temperatureMax'] as const) {
    for (const over of [{ value: null }, { value: 'x' as never }, { age: null }, { age: Number.NaN }]) {
      it(`VLB-9 ${part} with ${JSON.stringify(over)} is not kept fresh by it`, () => {
        const of = started({ given: { packOvervoltage: 16 } });
        for (let i = 0; i < 4; i++) second(of, HEALTHY, put(part, over));
        assert.equal(allowed(of.last())[0], true, 'what was known a moment ago still counts');
        for (let i = 0; i < 66; i++) second(of, HEALTHY, put(part, over));
        // The lowest cell is what the loads rest on.
        assert.equal(allowed(of.last())[part === 'cellMin' ? 1 : 0], false);
      });
    }
  }

  it('nothing is known by a reading that never brought it', () => {
    const of = startPack();
    for (let i = 0; i < 10; i++) second(of, HEALTHY, put('current', { value: null }));
    assert.deepEqual(allowed(of.last())[0], false);
  });

  it('what speaks for a part of the pack only clears nothing, and is not kept fresh', () => {
    for (const whole of [false, 'yes' as never]) {
      const of = started();
      const change = (reading: StampedReading): unknown =>
        put('cellMax', { whole })(put('cellMin', { whole })(reading));
      for (let i = 0; i < 70; i++) second(of, HEALTHY, change);
      assert.deepEqual(allowed(of.last()), [false, false]);
    }
  });

  it('older than the own knowledge: the older age counts, never a younger one', () => {
    const older = started();
    for (let i = 0; i < 10; i++) second(older, HEALTHY, put('cellMax', { age: 4 }));
    const { charge } = older.last().permissions;
    assert.ok(charge!.validUntil <= older.clock.now() + 1.001);
    const younger = started();
    const stale = { ...HEALTHY, cells: HEALTHY.cells!.map((cell) => ({ ...cell, age: 4 })) };
    for (let i = 0; i < 10; i++) second(younger, stale, put('cellMax', { age: -100 }));
    assert.ok(younger.last().permissions.charge!.validUntil <= younger.clock.now() + 1.001);
  });

  it('held back, it is as old as it is, and what has become worse since then counts at once', () => {
    const of = started({ given: { cellOvervoltageDelay: 0 } });
    of.clock.advance(1);
    of.link.observed(HEALTHY, of.clock.now());
    const held = of.readings.at(-1)!;
    of.clock.advance(2);
    of.link.observed(HIGH, of.clock.now());
    assert.equal(of.pack.judge(held), 'judged');
    assert.equal(allowed(of.last())[0], false);
    assert.ok(of.last().permissions.load!.validUntil <= held.stamp.monotonic + 60 + 1e-6);
  });

  it('123-R2 a lower cell does not hide that all are full', () => {
    const full = healthy([3.55, 3.55, 3.55, 3.55]);
    const of = started({ profile: '123smartbms' }, HEALTHY);
    for (let i = 0; i < 6; i++) second(of, full, put('cellMin', { value: 3.4 }));
    assert.equal(allowed(of.last())[0], false);
  });

  it('VSB-2 the values of an alternator port are those of the device, or worse', () => {
    const given = { alternatorFuse: '100', starterVoltageMin: 13, alternatorVoltageLimit: 14.2 } as never;
    const is = (of: Running): boolean => of.last().decision.roles.alternator.allowed;
    const of = startPack({ given });
    of.run(15, { ...ALL, starterVoltage: 13.5 });
    assert.equal(is(of), true);
    second(of, { ...ALL, starterVoltage: 13.5 }, put('starterVoltage', { value: 12 }));
    assert.equal(is(of), false);
    of.run(15, { ...ALL, starterVoltage: 13.5 });
    assert.equal(is(of), true);
    second(of, { ...ALL, starterVoltage: 12 }, put('starterVoltage', { value: 14 }));
    assert.equal(is(of), false);
  });

  it('VLB-8 a fault of the device stays under its own code; one that is made up is short', () => {
    const codes = (of: Running): unknown[] => of.last().decision.active.map(({ code }) => code);
    const own = started({}, ALL);
    second(own, { ...ALL, hardware: { fault: 'E-SL24' } }, put('hardware', { fault: 'E-1' } as never));
    assert.ok(codes(own).includes('E-SL24'));
    const made = started({}, ALL);
    second(made, ALL, put('hardware', { fault: 'x'.repeat(100) } as never));
    assert.ok(codes(made).includes('x'.repeat(32)));
  });

  it('a list in the place of the flags blames nobody, nor do flags that are gone when they are looked at', () => {
    const of = started({}, ALL);
    second(of, ALL, (reading) => ({ ...reading, hardware: [] }));
    assert.deepEqual(allowed(of.last()), [true, true]);
    second(of, ALL, (reading) => {
      let asked = 0;
      return Object.defineProperty({ ...reading }, 'hardware', { get: () => (asked++ < 2 ? {} : null) });
    });
    assert.deepEqual(allowed(of.last()), [true, true]);
  });

  it('without the temperature of the device itself: it is not kept fresh, and the rest is judged', () => {
    const given = { bmsTemperatureMax: 80, bmsTemperatureMaxDelay: 0 };
    const of = started({ given }, ALL);
    const without = (reading: StampedReading): unknown => changed(reading, (copy) => void delete copy.bmsTemperature);
    for (let i = 0; i < 10; i++) second(of, ALL, without);
    assert.deepEqual(allowed(of.last()), [true, true]);
    second(of, { ...ALL, bmsTemperature: 90 });
    assert.equal(allowed(of.last())[0], false);
  });
});

it('123-R17 whatever is said by hand, and whatever readings are turned into, nothing is allowed that would not be', () => {
  const volts = fc.constantFrom(0, 2.4, 2.9, 3.3, 3.5, 3.7, 3.9, null);
  const degrees = fc.constantFrom(-10, 3, 20, 48, 70, null);
  const amperes = fc.constantFrom(-500, -120, -1, 0, 1, 120, 500, null);
  const hand = fc.record(
    {
      cells: fc.array(volts, { minLength: 4, maxLength: 4 }),
      cellMin: volts,
      cellMax: volts,
      temperatures: fc.array(degrees, { minLength: 1, maxLength: 2 }),
      current: amperes,
      voltage: fc.constantFrom(0, 13.2, 15),
      soc: fc.constantFrom(0, 50, 100),
      hardware: fc.record({ loadAllowed: fc.boolean(), chargeAllowed: fc.boolean(), cellCommunication: fc.boolean() }),
    },
    { requiredKeys: [] },
  );
  const cellPart = fc.record({
    part: fc.constantFrom<keyof Reading>('cellMin', 'cellMax', 'temperatureMin', 'temperatureMax', 'soc'),
    value: fc.oneof(volts, degrees, amperes),
    age: fc.constantFrom(undefined, 0, 4, 100, -5, null),
  });
  // A current that is unknown cannot trip any more, and opens by silence.
  const flow = fc.record({
    part: fc.constant<keyof Reading>('current'),
    value: fc.constantFrom(-500, -120, 0, 120, 500),
    age: fc.constantFrom(undefined, 0, -5),
  });
  const change = fc.oneof(cellPart, flow);
  const step = fc.record({
    cell: fc.constantFrom(2.4, 3.3, 3.3, 3.3, 3.9),
    current: fc.constantFrom(-300, -5, 5, 300),
    heat: fc.constantFrom(-10, 20, 20, 70),
    seconds: fc.integer({ min: 1, max: 12 }),
    silent: fc.boolean(),
    hand: fc.option(hand),
    change: fc.option(change),
  });
  let on = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 10 }), (steps) => {
      // What detectors make of how values move is about the device's own values, and a changed one moves otherwise.
      const given = { onPlausibility: 'warn', onFrozen: 'ignore' } as const;
      const [plain, attacked] = [startPack({ given }), startPack({ given })];
      for (const one of [plain, attacked]) one.run(3, { ...HEALTHY, soc: 50 });
      for (const { cell, current, heat, seconds, silent, hand: message, change: how } of steps) {
        const seen = { ...healthy([3.3, cell, 3.3, 3.3]), current, temperatures: [heat] };
        for (let i = 0; i < seconds; i++) {
          for (const one of [plain, attacked]) {
            one.clock.advance(1);
            if (silent) one.pack.poll();
            else one.link.observed(seen, one.clock.now());
          }
          plain.pack.judge(plain.readings.at(-1));
          const turn =
            how === null
              ? (r: StampedReading) => r
              : put(how.part, { value: how.value, ...(how.age === undefined ? {} : { age: how.age }) });
          attacked.pack.judge(turn(attacked.readings.at(-1)!));
          if (message !== null) {
            attacked.pack.observe('message', observationOf(message) ?? {});
            attacked.pack.judge(attacked.readings.at(-1));
            attacked.pack.judgeObservation(observationOf(message) ?? {});
          }
          const [may, is] = [allowed(plain.last()), allowed(attacked.last())];
          if (is[0] || is[1]) on++;
          assert.ok((!is[0] || may[0]) && (!is[1] || may[1]), `${String(is)} instead of ${String(may)}`);
        }
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(on > 100, `only ${on} seconds in which anything was on`);
});
