/** Relays that do not do what they are told: what their boards say, and a current that goes on through open relays. */
import assert from 'node:assert/strict';
import protection from '../../nodes/protection/locales/en-US/protection.json' with { type: 'json' };
import type { RelayRole } from '../../src/engine/detect/welded.ts';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import type { ProtectionEvent } from '../../src/engine/protection/decision.ts';
import { PERMISSION_ROLES, PROFILE_IDS, type ProfileId } from '../../src/engine/vocabulary.ts';
import { eventText } from '../../src/texts/event-text.ts';
import { translateFrom } from '../../src/texts/translate.ts';
import { Bench, type Said } from '../support/pack.ts';

/** 100 Ah: 1 A is the least that counts as charging, 2 A the least that counts as a load. */
const GIVEN: Given = { followDevice: 'yes', starterVoltageMin: 'off', onPlausibility: 'ignore', onFrozen: 'ignore' };
const pack = (profile: ProfileId, given: Given = {}, memory: PackMemory | null = null): Bench =>
  new Bench(profile, { given: { ...GIVEN, ...given }, memory }).say().say();

/** The device forbids it: an alarm that takes charging (the loads) away at once, in every profile. */
const NO_CHARGE: Said = { hardware: { chargeAllowed: false } };
const NO_LOAD: Said = { hardware: { loadAllowed: false } };
const OPEN = { open: true } as const;
const PROVEN = { open: true, proven: true } as const;

const ROLES = PERMISSION_ROLES.filter((role) => role !== 'precharge' && role !== 'aux');
const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
const raised = (bench: Bench): ProtectionEvent[] =>
  bench.engine.protection.decision(bench.now).active.filter((e) => e.rule.startsWith('relay-'));
const rows = (bench: Bench): string[] => raised(bench).map((e) => `${e.row} ${e.rule}(${e.code}) ${e.severity}`);
const held = (bench: Bench): readonly string[] => bench.engine.protection.decision(bench.now).latched;

const memoryOf = (bench: Bench): PackMemory => JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as PackMemory;

/** What is off in a pack whose alternator is set up, for a contact of the role that stays closed. */
const STAYS_CLOSED: readonly [RelayRole, string][] = [
  ['charge', 'contactor'],
  ['load', 'contactor'],
  ['contactor', 'charge load alternator shed'],
];
const ALTERNATOR: Given = { starterVoltageMin: 13 };
const RUNNING: Said = { starter: 13.8 };

for (const profile of PROFILE_IDS) {
  describe(`relays that read otherwise than told: ${profile}`, () => {
    for (const [role, denied] of STAYS_CLOSED) {
      const row = `${role}-relay-stays-closed`;

      it(`ECS-10 VLB-10 ${profile}: a ${role} relay that reads closed for 2 s opens what else can, and stays so until a reset`, () => {
        const bench = pack(profile, ALTERNATOR).keep(60, RUNNING);
        assert.equal(off(bench), '');
        bench.feedback(role, { fault: 'stays-closed' }).keep(2, RUNNING);
        assert.deepEqual([rows(bench), off(bench)], [[], '']);
        bench.say(RUNNING);
        assert.deepEqual(
          [rows(bench), off(bench)],
          [[`${row} relay-mismatch(stays-closed) fault`], denied],
          'after 2 s',
        );
        bench.engine.protection.reset();
        bench.say(RUNNING);
        assert.equal(off(bench), denied, 'its cause is still there');
        bench.feedback(role, OPEN).keep(100, RUNNING);
        assert.deepEqual([held(bench), off(bench)], [[row], denied]);
        assert.deepEqual(bench.engine.protection.reset(), [row]);
        bench.keep(60, RUNNING);
        assert.deepEqual([rows(bench), off(bench)], [[], '']);
      });
    }

    for (const role of ['charge', 'load', 'contactor'] as const) {
      for (const [fault, row] of [
        ['stays-open', `${role}-relay-stays-open`],
        ['lost', `${role}-relay-lost`],
      ] as const) {
        it(`OGT-14 VLB-23 ${profile}: ${role} relays, ${fault}: told after 5 s, nothing is taken away, over after 5 s`, () => {
          const bench = pack(profile).feedback(role, { fault }).keep(5);
          assert.deepEqual(rows(bench), []);
          bench.say();
          assert.deepEqual([rows(bench), off(bench)], [[`${row} relay-mismatch(${fault}) alarm`], 'alternator']);
          assert.deepEqual(raised(bench)[0]?.denies, []);
          bench.feedback(role, {}).keep(5);
          assert.equal(rows(bench).length, 1);
          bench.say();
          assert.deepEqual([rows(bench), held(bench)], [[], []]);
        });
      }
    }
  });

  describe(`current through open relays: ${profile}`, () => {
    it(`ECS-10 VLB-10 ${profile}: 20 A flow in through charge relays that are proven and have been open for 3 s`, () => {
      const bench = pack(profile).keep(10, { current: 20 }).feedback('charge', PROVEN).keep(3, { current: 20 });
      assert.deepEqual([rows(bench), bench.allowed('contactor')], [[], true]);
      bench.say({ current: 20.5 });
      assert.deepEqual(rows(bench), ['charge-relay-welded relay-welded(charge) fault']);
      assert.deepEqual([raised(bench)[0]?.value, off(bench)], [20.5, 'contactor alternator']);
      bench.keep(100);
      assert.deepEqual(held(bench), ['charge-relay-welded']);
      assert.equal(bench.allowed('contactor'), false, 'it stays open until somebody has looked');
      bench.engine.protection.reset();
      bench.say();
      assert.deepEqual([rows(bench), bench.allowed('contactor')], [[], true]);
      bench.keep(4, { current: 20 });
      assert.equal(bench.allowed('contactor'), false, 'the relay was not replaced');
    });

    it(`ECS-10 VLB-10 ${profile}: without the test an alarm must have taken charging away`, () => {
      const bench = pack(profile).feedback('charge', OPEN).keep(120, { current: 20 });
      assert.deepEqual(rows(bench), [], 'a charger may stand elsewhere');
      bench.keep(4, { ...NO_CHARGE, current: 20 });
      assert.deepEqual(rows(bench), [], 'what else charges is given its time to stop');
      bench.say({ ...NO_CHARGE, current: 20 });
      assert.deepEqual(rows(bench), ['charge-relay-welded relay-welded(charge) fault']);
      assert.equal(off(bench), 'charge contactor alternator');
    });

    it(`ECS-10 VLB-10 ${profile}: 20 A flow out through load relays that are proven and have been open for 3 s`, () => {
      const drawing = { ...NO_LOAD, current: -20 };
      const bench = pack(profile).say(drawing).feedback('load', PROVEN).keep(3, drawing);
      assert.deepEqual([rows(bench), off(bench)], [[], 'load alternator shed']);
      bench.say({ ...drawing, current: -19.5 });
      assert.deepEqual(rows(bench), ['load-relay-welded relay-welded(load) fault']);
      assert.deepEqual([raised(bench)[0]?.value, off(bench)], [19.5, 'load contactor alternator shed']);
      bench.keep(100, NO_LOAD);
      assert.deepEqual([held(bench), bench.allowed('contactor')], [['load-relay-welded'], false]);
      bench.engine.protection.reset();
      bench.say(NO_LOAD);
      assert.deepEqual([rows(bench), bench.allowed('contactor')], [[], true]);
    });

    it(`OGT-14 VLB-23 ${profile}: not proven, current past open load relays is a warning and leaves nobody in the dark`, () => {
      const drawing = { ...NO_LOAD, current: -20 };
      const bench = pack(profile).say(drawing).feedback('load', OPEN).keep(3, drawing);
      assert.deepEqual(rows(bench), []);
      bench.say(drawing);
      assert.deepEqual(rows(bench), ['load-relay-still-drawing relay-welded(still-drawing) warning']);
      assert.equal(off(bench), 'load alternator shed');
      bench.keep(10, { ...NO_LOAD, current: -2 });
      assert.equal(rows(bench).length, 1);
      bench.say({ ...NO_LOAD, current: -2 });
      assert.deepEqual([rows(bench), held(bench)], [[], []]);
    });

    it(`ECS-10 VLB-10 ${profile}: a fault of the relays outlives a restart and waits for its reset`, () => {
      const bench = pack(profile).feedback('charge', PROVEN).keep(4, { current: 20 });
      bench.feedback('load', { fault: 'stays-closed' }).keep(3, { current: 20 });
      const both = ['load-relay-stays-closed', 'charge-relay-welded'];
      const next = pack(profile, {}, memoryOf(bench));
      assert.deepEqual(
        raised(next).map((e) => e.row),
        both,
      );
      assert.ok(
        raised(next).every((e) => e.nothingLeft === undefined),
        'no relay has reported yet',
      );
      next.keep(60).feedback('charge', {}).feedback('load', {}).feedback('contactor', OPEN).keep(60);
      assert.deepEqual([held(next), next.allowed('contactor')], [both, false]);
      assert.deepEqual(next.engine.protection.reset(), both);
      next.say();
      assert.deepEqual([rows(next), next.allowed('contactor')], [[], true]);
    });
  });
}

describe('relays that read otherwise than told', () => {
  it('ECS-10 a contact that is slow, by less than 2 s, is no fault', () => {
    const bench = pack('lifepo4');
    for (let i = 0; i < 20; i++) {
      bench.feedback('charge', { fault: 'stays-closed' }).keep(2).feedback('charge', OPEN).keep(5);
    }
    assert.deepEqual([bench.engine.protection.log.entries(), off(bench)], [[], 'alternator']);
  });

  it('ECS-10 a board that does not answer has taken nothing back', () => {
    const bench = pack('lifepo4').feedback('charge', { fault: 'stays-closed' }).keep(3);
    bench.feedback('charge', { fault: 'lost' }).keep(60);
    assert.deepEqual(
      raised(bench).map((e) => e.code),
      ['stays-closed', 'lost'],
    );
    assert.deepEqual([held(bench), bench.engine.protection.reset()], [[], []]);
    assert.equal(bench.say().allowed('contactor'), false);
  });

  it('OGT-14 a relay that is there no more ends what it reported; a fault waits for its reset', () => {
    for (const role of ['charge', 'load', 'contactor'] as const) {
      const bench = pack('lifepo4').feedback(role, { fault: 'lost' }).keep(6).feedback(role, null).keep(6);
      assert.deepEqual(rows(bench), [], role);
      bench.feedback(role, { fault: 'stays-closed' }).keep(3).feedback(role, null).say();
      assert.deepEqual(held(bench), [`${role}-relay-stays-closed`]);
    }
  });

  it('ECS-10 a healthy pack at rest hears of it, and time alone lets it trip', () => {
    const bench = pack('lifepo4').keep(60).feedback('charge', { fault: 'stays-closed' });
    const { protection: judge } = bench.engine;
    for (let i = 1; i <= 2; i++) judge.tick(bench.now + i);
    assert.equal(judge.allowed('contactor'), true);
    judge.tick(bench.now + 3);
    assert.equal(judge.allowed('contactor'), false);
    assert.equal(judge.events[0]?.row, 'charge-relay-stays-closed');
  });
});

describe('current through open relays: how much, and for how long', () => {
  const WELDED = 'charge-relay-welded';
  const STILL = 'load-relay-still-drawing';
  const found = (bench: Bench): string[] => raised(bench).map((e) => e.row);

  for (const [what, given, least] of [
    ['1 A in a small battery', { capacity: 40 }, 1],
    ['1 % of the capacity in a large one', { capacity: 280 }, 2.8],
    ['what the sensor cannot see', { capacity: 40, currentBlindSpot: 3 }, 3],
  ] as const) {
    it(`VLB-10 no more charge current than ${what} is none`, () => {
      const bench = pack('lifepo4', given).feedback('charge', PROVEN).keep(60, { current: least });
      assert.deepEqual(found(bench), []);
      assert.deepEqual(found(bench.keep(3, { current: least + 0.1 })), []);
      assert.deepEqual(found(bench.say({ current: least + 0.1 })), [WELDED]);
    });
  }

  for (const [what, given, least] of [
    ['2 A in a small battery: the computer', { capacity: 40 }, 2],
    ['2 % of the capacity in a large one', { capacity: 280 }, 5.6],
    ['what the sensor cannot see', { capacity: 40, currentBlindSpot: 3 }, 3],
  ] as const) {
    it(`VLB-10 no more current to the loads than ${what} is none`, () => {
      for (const [feedback, row] of [
        [PROVEN, 'load-relay-welded'],
        [OPEN, STILL],
      ] as const) {
        const bench = pack('lifepo4', given).say(NO_LOAD).feedback('load', feedback);
        bench.keep(60, { ...NO_LOAD, current: -least });
        assert.deepEqual(found(bench), []);
        assert.deepEqual(found(bench.keep(3, { ...NO_LOAD, current: -least - 0.1 })), []);
        assert.deepEqual(found(bench.say({ ...NO_LOAD, current: -least - 0.1 })), [row]);
      }
    });
  }

  it('VLB-10 a current that fades within 2 s of the opening is a tail, however often', () => {
    const bench = pack('lifepo4');
    for (let i = 0; i < 10; i++) {
      for (const role of ['charge', 'load'] as const) {
        const current = role === 'charge' ? 80 : -80;
        bench.feedback(role, { proven: true }).keep(20, { ...NO_CHARGE, ...NO_LOAD, current });
        bench.feedback(role, PROVEN).keep(3, { ...NO_CHARGE, ...NO_LOAD, current });
        bench.keep(5, { ...NO_CHARGE, ...NO_LOAD });
      }
    }
    assert.deepEqual([found(bench), bench.allowed('contactor')], [[], true]);
  });

  it('VLB-10 a value of the tail that is not renewed does not become a weld by growing old', () => {
    const bench = pack('lifepo4', { communicationTimeoutCharge: 60, communicationTimeoutLoad: 60 });
    bench.say({ current: 20 }).feedback('charge', PROVEN).keep(2, { current: 20 });
    bench.silence().silence().silence().silence();
    assert.deepEqual(found(bench), []);
    assert.deepEqual(found(bench.say({ current: 20 })), [WELDED], 'measured anew');
  });

  it('VLB-10 relays that close for a moment between two readings are given their time anew', () => {
    const bench = pack('lifepo4').feedback('charge', PROVEN).keep(3, { current: 20 });
    bench.feedback('charge', { proven: true }).feedback('charge', PROVEN).keep(3, { current: 20 });
    assert.deepEqual(found(bench), []);
    assert.deepEqual(found(bench.say({ current: 20 })), [WELDED]);

    const drawing = { ...NO_LOAD, current: -20 };
    const other = pack('lifepo4').say(drawing).feedback('load', OPEN).keep(3, drawing);
    other.feedback('load', null).feedback('load', OPEN).keep(3, drawing);
    assert.deepEqual(found(other), []);
    assert.deepEqual(found(other.say(drawing)), [STILL]);
  });

  it('VLB-10 a charger that is switched on again must charge for 3 s', () => {
    const bench = pack('lifepo4').feedback('charge', PROVEN).keep(60);
    for (let i = 0; i < 10; i++) bench.keep(3, { current: 20 }).say();
    assert.deepEqual(found(bench), []);
    assert.deepEqual(found(bench.keep(4, { current: 20 })), [WELDED]);
  });

  it('VLB-10 an unknown current shows no weld, and 3 s of it are not 3 s of current', () => {
    const bench = pack('lifepo4', { onSensor: 'warn' }).feedback('charge', PROVEN).feedback('load', PROVEN);
    bench.keep(60, { current: null });
    for (let i = 0; i < 10; i++) bench.keep(3, { current: 20 }).keep(6, { current: null });
    assert.deepEqual(found(bench), []);
  });

  it('VLB-10 an unknown current shows no relay that is well again: a reset changes nothing', () => {
    const bench = pack('lifepo4', { onSensor: 'warn' }).feedback('charge', PROVEN).keep(4, { current: 20 });
    bench.keep(60, { current: null });
    assert.deepEqual([held(bench), bench.engine.protection.reset()], [[], []]);
    assert.deepEqual(found(bench.say({ current: null })), [WELDED]);
    assert.deepEqual(held(bench.say()), [WELDED]);

    const drawing = { ...NO_LOAD, current: -20 };
    const other = pack('lifepo4', { onSensor: 'warn' }).say(drawing).feedback('load', OPEN).keep(4, drawing);
    assert.deepEqual(found(other.keep(60, { ...NO_LOAD, current: null })), [STILL]);
  });

  it('VLB-10 while the current goes on a reset changes nothing', () => {
    const bench = pack('lifepo4').feedback('charge', PROVEN).keep(10, { current: 20 });
    assert.deepEqual([held(bench), bench.engine.protection.reset()], [[], []]);
    assert.deepEqual(found(bench.say({ current: 20 })), [WELDED]);
  });
});

describe('current through open relays: whose it may be', () => {
  const found = (bench: Bench): string[] => raised(bench).map((e) => e.row);

  it('VLB-10 the owner’s switch is no alarm: without the test nothing is concluded from it', () => {
    const bench = pack('lifepo4').feedback('charge', OPEN);
    bench.engine.protection.remote = false;
    assert.equal(bench.keep(120, { current: 20 }).charge, false);
    assert.deepEqual(found(bench), []);
  });

  it('VLB-10 nor is a full battery', () => {
    const full: Said = { cells: [3.52, 3.52, 3.52, 3.52], current: 20 };
    const bench = pack('123smartbms', { balanceVoltage: 3.5 }).feedback('charge', OPEN).keep(120, full);
    assert.equal(bench.charge, false);
    assert.deepEqual(found(bench), []);
    assert.deepEqual(found(bench.feedback('charge', PROVEN).keep(4, full)), ['charge-relay-welded']);
  });

  it('VLB-10 while the alternator may charge, what flows in may be its current; afterwards it is given 3 s', () => {
    const bench = pack('lifepo4', { ...ALTERNATOR, remoteScope: 'ports' }).keep(60, RUNNING);
    bench.feedback('charge', PROVEN).keep(120, { ...RUNNING, current: 20 });
    assert.equal(bench.allowed('alternator'), true);
    assert.deepEqual(found(bench), []);
    bench.engine.protection.remote = false;
    bench.keep(4, { ...RUNNING, current: 20 });
    assert.deepEqual([bench.allowed('alternator'), found(bench)], [false, []]);
    assert.deepEqual(found(bench.say({ ...RUNNING, current: 20 })), ['charge-relay-welded']);
  });

  it('VLB-10 while loads that can wait may draw, what flows out may be theirs', () => {
    const bench = pack('lifepo4').feedback('load', PROVEN).keep(120, { current: -20 });
    assert.deepEqual([bench.allowed('shed'), found(bench)], [true, []]);
  });

  for (const [auxRule, given] of [
    ['soc', { auxSoc: 90, auxSocClear: 95 }],
    ['error', {}],
  ] as const) {
    it(`VLB-10 an aux output that follows ${auxRule} ${auxRule === 'soc' ? 'may draw too' : 'is a lamp and hides nothing'}`, () => {
      const drawing: Said = { ...NO_LOAD, current: -20, soc: 50 };
      const bench = pack('lifepo4', { auxRule, ...given })
        .keep(20, drawing)
        .feedback('load', PROVEN);
      bench.keep(120, drawing);
      assert.equal(bench.allowed('aux'), true);
      assert.deepEqual(found(bench), auxRule === 'soc' ? [] : ['load-relay-welded']);
    });
  }

  it('VLB-10 charger and load at once: what counts is what is left of the two', () => {
    const bench = pack('lifepo4').feedback('charge', PROVEN).keep(60, { current: -5 }).keep(60, { current: 0.9 });
    assert.deepEqual(found(bench), [], 'a weld that charges less than the loads take cannot be seen');
    assert.deepEqual(found(bench.keep(4, { current: 3 })), ['charge-relay-welded']);
    const drawing = { ...NO_LOAD, current: 20 };
    assert.deepEqual(found(pack('lifepo4').say(drawing).feedback('load', PROVEN).keep(60, drawing)), []);
  });

  it('VLB-10 relays that are closed, and relays that are not there, are to blame for nothing', () => {
    for (const feedback of [{ proven: true }, null]) {
      const bench = pack('lifepo4').feedback('charge', feedback).feedback('load', feedback);
      bench.keep(60, { ...NO_CHARGE, ...NO_LOAD, current: 20 }).keep(60, { ...NO_CHARGE, ...NO_LOAD, current: -20 });
      assert.deepEqual(found(bench), []);
    }
  });

  it('VLB-10 a test that is taken back does not make a weld well again, nor a warning of it', () => {
    const drawing = { ...NO_LOAD, current: -20 };
    const bench = pack('lifepo4').say(drawing).feedback('load', PROVEN).keep(4, drawing);
    bench.feedback('load', OPEN).keep(60, drawing);
    assert.deepEqual(found(bench), ['load-relay-welded', 'load-relay-still-drawing']);
    assert.deepEqual(held(bench), []);
    bench.feedback('load', PROVEN).keep(12, drawing);
    assert.deepEqual(found(bench), ['load-relay-welded'], 'what is a fault is no warning beside it');
  });
});

describe('what a fault of the relays is told with', () => {
  const translate = translateFrom(protection);
  const told = (bench: Bench): string => {
    const event = raised(bench)[0];
    assert.ok(event);
    assert.equal(event.severity, 'fault');
    return eventText(event, 'house', translate).text;
  };

  it('ECS-10 VLB-10 the current, that the contactor opens, and what to do', () => {
    const bench = pack('lifepo4').feedback('contactor', {}).feedback('charge', PROVEN).keep(4, { current: 20 });
    assert.match(
      told(bench),
      /^20\.0 A flow into the battery .* The main contactor opens\. .*isolate.*replace.*reset\.$/,
    );
    assert.equal(raised(bench)[0]?.nothingLeft, undefined);
    const drawing = { ...NO_LOAD, current: -12.3 };
    const other = pack('lifepo4').say(drawing).feedback('contactor', {}).feedback('load', PROVEN).keep(4, drawing);
    assert.match(told(other), /^12\.3 A flow out of the battery .* The main contactor opens\. .*isolate.*replace/);
  });

  it('ECS-10 VLB-10 without a relay of a main contactor: that nothing is left to open', () => {
    for (const never of [true, false]) {
      const bench = pack('lifepo4');
      if (!never) bench.feedback('contactor', {}).feedback('contactor', null);
      bench.feedback('charge', PROVEN).keep(4, { current: 20 });
      assert.match(told(bench), /nothing is left that could open instead\. .*isolate.*replace/);
      assert.doesNotMatch(told(bench), /main contactor opens/);
      assert.deepEqual(raised(bench)[0]?.denies, ['contactor'], 'should one be fitted');
    }
    const stuck = pack('lifepo4').feedback('load', { fault: 'stays-closed' }).keep(3);
    assert.match(told(stuck), /nothing is left that could open instead\./);
    const contactor = pack('lifepo4').feedback('contactor', { fault: 'stays-closed' }).keep(3);
    assert.match(told(contactor), /Charging stops\. The loads are cut\./);
  });

  it('ECS-10 the end of a fault says nothing of what is left', () => {
    const bench = pack('lifepo4').feedback('charge', PROVEN).keep(4, { current: 20 }).say();
    bench.engine.protection.reset();
    const cleared = bench.say().events.find((e) => e.row === 'charge-relay-welded');
    assert.deepEqual([cleared?.edge, cleared?.nothingLeft], ['cleared', undefined]);
  });
});
