/** The small parts that keep time for the protection, at their edges: what a role remembers, what the past is asked for. */
import assert from 'node:assert/strict';
import { notBeyond } from '../../src/engine/protection/condition.ts';
import { LookBack } from '../../src/engine/protection/look-back.ts';
import { Role } from '../../src/engine/protection/role.ts';
import { indexOf, Sample } from '../../src/engine/protection/sample.ts';
import { settingsOf } from '../support/pack.ts';

const LIMITS = { minimumOff: 10, switchesPerHour: Number.NaN, retryWindow: 3600 };

describe('what a role remembers', () => {
  it('nothing, where nothing has happened', () => {
    assert.equal(new Role('charge', true, LIMITS).memory(100), null);
    const closed = new Role('charge', true, LIMITS);
    closed.closed(50);
    assert.equal(closed.memory(100), null, 'closings count only where there is a limit');
  });

  it('OGT-14 that it is off, how often rules opened it, or how often it closed: each on its own', () => {
    const off = new Role('charge', true, LIMITS);
    off.opened(90, false);
    assert.deepEqual(off.memory(100), { openings: [], closings: [], off: 10 });

    const opened = new Role('charge', true, LIMITS);
    opened.opened(80, true);
    opened.closed(95);
    assert.deepEqual(opened.memory(100), { openings: [20], closings: [], off: null });

    const closed = new Role('charge', true, { ...LIMITS, switchesPerHour: 5 });
    closed.closed(70);
    assert.deepEqual(closed.memory(100), { openings: [], closings: [30], off: null });
  });

  it('OGT-14 and takes it up as it was', () => {
    const role = new Role('charge', false, { ...LIMITS, switchesPerHour: 1 });
    role.restore({ openings: [3599, 20], closings: [3599], off: null }, 1000);
    assert.equal(role.waitsFor(1000), 'switches', 'the closing is less than an hour old');
    assert.equal(role.waitsFor(1001), null);
    assert.equal(role.openings(1000), 2);
    assert.equal(role.openings(1001), 1);
    const off = new Role('charge', false, LIMITS);
    off.restore({ openings: [], closings: [], off: 4 }, 1000);
    assert.deepEqual([off.waitsFor(1005.9), off.waitsFor(1006)], ['minimum-off', null]);
    assert.deepEqual(off.memory(1001), { openings: [], closings: [], off: 5 });
  });

  it('OGT-14 a permission that was given when it was stored has not been taken away at the start', () => {
    const role = new Role('charge', true, LIMITS);
    role.restore({ openings: [5], closings: [], off: null }, 1000);
    assert.equal(role.waitsFor(1000), null);
  });
});

describe('the permissions’ own past', () => {
  function past(given: { capacity?: number } = {}) {
    const settings = settingsOf('lifepo4', given);
    const sample = new Sample({ staleAfter: 5, cells: 4, alternatorLimit: Number.NaN });
    const charge = new Role('charge', true, LIMITS);
    const load = new Role('load', true, LIMITS);
    const lookBack = new LookBack(settings);
    const say = (cellMin: number, current: number): void => {
      sample.values[indexOf('cellMin')] = cellMin;
      sample.values[indexOf('current')] = current;
      sample.values[indexOf('dischargeCurrent')] = -current;
      sample.cellOf[indexOf('cellMin')] = 3;
    };
    const step = (now: number, locked = true): number => {
      lookBack.step(sample, charge, load, locked, now);
      return sample.values[indexOf('openingsLoad')]!;
    };
    const drain = (): [number, number] => {
      const at = indexOf('drainVoltage');
      return [sample.values[at]!, sample.cellOf[at]!];
    };
    return { load, say, step, drain };
  }

  it('OGT-5 half a minute of charging at the clear value forgives the loads, a moment less does not', () => {
    const { load, say, step } = past();
    load.opened(0, true);
    say(3.2, 0.1);
    assert.deepEqual([step(10), step(39.9), step(40)], [1, 1, 0]);
  });

  it('OGT-5 below the clear value, without a current, or with a break nothing is forgiven', () => {
    for (const [cellMin, current] of [
      [3.199, 10],
      [3.3, 0],
      [3.3, -1],
      [Number.NaN, 10],
    ] as const) {
      const { load, say, step } = past();
      load.opened(0, true);
      say(cellMin, current);
      assert.deepEqual([step(10), step(100)], [1, 1], `${cellMin} V, ${current} A`);
    }
    const { load, say, step } = past();
    load.opened(0, true);
    say(3.3, 10);
    step(10);
    say(3.3, 0);
    step(30);
    say(3.3, 10);
    assert.deepEqual([step(31), step(60.9), step(61)], [1, 1, 0], 'it counts from the end of the break');
  });

  it('OGT-5 nothing is forgiven to loads that are not locked, or not off', () => {
    const { load, say, step } = past();
    load.opened(0, true);
    say(3.3, 10);
    assert.deepEqual([step(10, false), step(100, false)], [1, 1]);
    load.closed(101);
    assert.deepEqual([step(102), step(200)], [1, 1]);
  });

  it('VLB-10 ECS-10 what still flows ten seconds after the loads were cut is a drain, from 0.5 % of the capacity on', () => {
    const { load, say, step, drain } = past({ capacity: 200 });
    load.opened(100, true);
    say(2.4, -1.01);
    step(109.9);
    assert.deepEqual(drain(), [Infinity, 0]);
    step(110);
    assert.deepEqual(drain(), [2.4, 3], 'the lowest cell, and which it is');
    say(2.4, -1);
    step(111);
    assert.deepEqual(drain(), [Infinity, 0], '1 A of 200 Ah is what computer and BMS take');
    say(2.4, -50);
    load.closed(112);
    step(130);
    assert.deepEqual(drain(), [Infinity, 0], 'with the loads on it is a load');
  });
});

describe('the opposite of a trip', () => {
  it('holds exactly where the trip does not, at the threshold too', () => {
    const voltage = indexOf('voltage');
    const values = new Float64Array(64);
    const at = (is: '>' | '>=' | '<' | '<='): boolean[] =>
      [13.9, 14, 14.1].map((value) => {
        values[voltage] = value;
        return notBeyond({ of: 'voltage', is, than: 'packOvervoltage' }, 14).holds(values);
      });
    assert.deepEqual(at('>'), [true, true, false]);
    assert.deepEqual(at('>='), [true, false, false]);
    assert.deepEqual(at('<'), [false, true, true]);
    assert.deepEqual(at('<='), [false, false, true]);
  });
});
