/** The alternator port of the Smart BMS 12-200 (VSB-2, VSB-3, VSB-13), which every profile can have. */
import assert from 'node:assert/strict';
import { PROFILE_IDS, type ProfileId } from '../../src/engine/vocabulary.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

const given = (more: Given = {}): Given => ({
  starterVoltageMin: 13,
  alternatorVoltageLimit: 14.2,
  // Its own table gives the cells' sum; here only the pack's voltage moves.
  onPlausibility: 'ignore',
  onFrozen: 'ignore',
  ...more,
});
const pack = (profile: ProfileId, more: Given = {}): Bench => new Bench(profile, { given: given(more) });
const on = (said: Said = {}): Said => ({ starter: 14, ...said });
const at = (voltage: number): Said => on({ voltage });

/** VSB-2: the fuse and the current that belongs to it (A). */
const FUSES = [
  ['125', 100],
  ['100', 90],
  ['80', 60],
  ['60', 50],
  ['2x30', 40],
  ['2x20', 25],
  ['2x15', 20],
  ['2x10', 12],
  ['2x7.5', 9],
] as const;

describe('alternator port', () => {
  for (const profile of PROFILE_IDS) {
    const others = (bench: Bench): boolean[] => [bench.charge, bench.load, bench.allowed('contactor')];

    it(`VSB-2 ${profile}: charges only while the starter side is above 13 V`, () => {
      const bench = pack(profile).keep(5, { starter: 13 });
      assert.equal(bench.allowed('alternator'), false, '13.00 V is not above 13 V');
      assert.equal(bench.engine.protection.decision(bench.now).roles.alternator.reason, 'alternator-starter');
      assert.equal(bench.say({ starter: 13.01 }).allowed('alternator'), true);
      bench.say({ starter: 13 });
      assert.equal(bench.allowed('alternator'), false);
      assert.deepEqual(bench.edges, ['alternator(starter)/raised']);
      assert.equal(bench.events[0]?.severity, 'info', 'an engine that is off is no fault');
      assert.deepEqual(others(bench), [true, true, true]);
    });

    it(`VSB-2 ${profile}: an unknown starter side is off`, () => {
      const never = pack(profile).keep(30);
      assert.deepEqual([never.allowed('alternator'), never.charge], [false, true], 'nobody has ever measured it');
      const bench = pack(profile, { communicationTimeoutCharge: 5 }).keep(3, on());
      assert.equal(bench.allowed('alternator'), true);
      bench.keep(4, { starter: null });
      assert.equal(bench.allowed('alternator'), true, 'a frame or two may be lost');
      bench.say({ starter: null });
      assert.equal(bench.allowed('alternator'), false);
      const told = bench.events.find((e) => e.denies.includes('alternator'));
      assert.deepEqual([told?.row, told?.missing], ['silence-alternator', 'starterVoltage']);
      assert.deepEqual(others(bench), [true, true, true]);
      assert.equal(bench.say(on()).allowed('alternator'), true);
    });

    it(`VSB-3 ${profile}: off at the limit of 14.2 V, back after 10 consecutive seconds 0.5 V below it`, () => {
      const bench = pack(profile).say(on()).keep(5, at(14.19));
      assert.equal(bench.allowed('alternator'), true);
      bench.say(at(14.2));
      assert.equal(bench.allowed('alternator'), false);
      assert.ok(bench.edges.includes('alternator(limit)/raised'), bench.edges.join());
      assert.deepEqual(others(bench), [true, true, true]);
      bench.keep(60, at(13.71));
      assert.equal(bench.allowed('alternator'), false, 'not 0.5 V below');
      bench.keep(10, at(13.7)).say(at(13.71)).keep(10, at(13.7));
      assert.equal(bench.allowed('alternator'), false, 'not consecutive: it starts anew');
      assert.equal(bench.say(at(13.7)).allowed('alternator'), true);
    });

    it(`VSB-2 ${profile}: off when its current stays a tenth above what belongs to the fuse`, () => {
      const bench = pack(profile, { alternatorFuse: '100' })
        .say(on())
        .keep(60, on({ alternatorCurrent: 99 }));
      assert.equal(bench.allowed('alternator'), true, 'the limit of a 100 A fuse is 90 A');
      bench.keep(10, on({ alternatorCurrent: 99.1 }));
      assert.equal(bench.allowed('alternator'), true, 'the delay is not over');
      bench.say(on({ alternatorCurrent: 99.1 }));
      assert.equal(bench.allowed('alternator'), false);
      assert.ok(bench.edges.includes('alternator(current)/raised'), bench.edges.join());
      assert.equal(bench.events.find((e) => e.code === 'current')?.severity, 'alarm');
      assert.deepEqual(others(bench), [true, true, true]);
      bench.keep(60, on({ alternatorCurrent: 0 }));
      assert.equal(bench.allowed('alternator'), false, 'the clear delay is not over');
      assert.equal(bench.say(on({ alternatorCurrent: 0 })).allowed('alternator'), true);
    });

    it(`VSB-13 ${profile}: five minutes at its maximum are warned of, and nothing is switched`, () => {
      const full = on({ alternatorCurrent: 60 });
      const bench = pack(profile, { alternatorFuse: '80' }).say(on()).keep(300, full);
      assert.deepEqual(bench.edges, [], '299 s');
      bench.say(full);
      assert.deepEqual(
        bench.events.map((e) => [e.rule, e.code, e.severity, e.edge, e.denies]),
        [['alternator', 'five-minutes', 'warning', 'raised', []]],
      );
      assert.deepEqual([bench.allowed('alternator'), ...others(bench)], [true, true, true, true]);
      const eased = pack(profile, { alternatorFuse: '80' }).say(on());
      for (let i = 0; i < 3; i++) eased.keep(200, full).say(on({ alternatorCurrent: 30 }));
      const told = eased.engine.protection.log.entries().filter((e) => e.rule === 'alternator');
      assert.deepEqual(told, [], 'never five minutes on end');
    });

    it(`VSB-2 ${profile}: whatever takes charging away takes the alternator too`, () => {
      const bench = pack(profile).say(on());
      assert.equal(bench.allowed('alternator'), true);
      bench.keep(5, on({ cells: [3.3, 3.3, 3.94, 3.3] }));
      assert.deepEqual([bench.charge, bench.allowed('alternator'), bench.load], [false, false, true]);
    });
  }

  for (const [fuse, limit] of FUSES) {
    it(`VSB-2 VSB-13 a fuse of ${fuse} A goes with ${limit} A`, () => {
      const told = (alternatorCurrent: number): string[] => {
        const bench = pack('victron-smart-bms-12-200', { alternatorFuse: fuse }).say(on());
        for (let i = 0; i < 302; i++) bench.say(on({ alternatorCurrent }));
        return bench.engine.protection.log.entries().map((e) => `${e.rule}(${e.code})`);
      };
      assert.deepEqual(told(0.96 * limit), []);
      assert.deepEqual(told(limit), ['alternator(five-minutes)']);
      assert.deepEqual(told(1.11 * limit).sort(), ['alternator(current)', 'alternator(five-minutes)']);
    });
  }

  it('VSB-2 while the fuse is not told, nothing is made of the current', () => {
    const bench = pack('victron-smart-bms-12-200')
      .say(on())
      .keep(400, on({ alternatorCurrent: 500 }));
    assert.equal(bench.allowed('alternator'), true);
    assert.equal(bench.engine.protection.log.entries().length, 0);
  });

  it('VSB-2 a pack without an alternator port never gives the permission', () => {
    const bench = new Bench('lifepo4').keep(10, on());
    assert.equal(bench.engine.protection.decision(bench.now).roles.alternator.reason, 'not-configured');
  });

  it('VSB-3 VSB-2 the Smart BMS 12-200 has both limits by itself', () => {
    const bench = new Bench('victron-smart-bms-12-200').say(on());
    assert.equal(bench.allowed('alternator'), true);
    bench.say(on({ cells: [3.55, 3.55, 3.55, 3.55], voltage: 14.2 }));
    assert.deepEqual([bench.allowed('alternator'), bench.charge], [false, true]);
    const parked = new Bench('victron-smart-bms-12-200').say(on()).say(on({ starter: 13 }));
    assert.equal(parked.allowed('alternator'), false);
  });
});
