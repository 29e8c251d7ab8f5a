/** The main contactor, the second stage's own output: when it opens, and what it waits for before it closes (ECS-10, VLB-10). */
import assert from 'node:assert/strict';
import type { Given } from '../../src/engine/pack/validate.ts';
import { PROFILE_IDS, type PermissionRole, type ProfileId } from '../../src/engine/vocabulary.ts';
import { Bench, type BenchOptions, type Said } from '../support/pack.ts';

/** The profiles with a second stage above. */
const TWO_STAGES: readonly ProfileId[] = [
  'lifepo4',
  'victron-smart-lithium',
  'victron-smart-bms-12-200',
  'ecs-smartpro',
];

const third = (v: number): Said => ({ cells: [3.3, 3.3, v, 3.3] });
const pack = (given: Given = {}, options: BenchOptions = {}): Bench => new Bench('lifepo4', { ...options, given });
const contactor = (bench: Bench): boolean => bench.allowed('contactor');
const reason = (bench: Bench, role: PermissionRole = 'contactor'): string | null =>
  bench.engine.protection.decision(bench.now).roles[role].reason;

/** Steps of a quarter of a second until `role` is off, at most `most` seconds; the second at which it went. */
function secondOff(bench: Bench, role: PermissionRole, said: Said, most = 30): number {
  for (let i = 0; i < most * 4 && bench.allowed(role); i++) bench.say(said, 0.25);
  assert.equal(bench.allowed(role), false, `${role} is still on after ${most} s`);
  return bench.now;
}

describe('contactor: it opens after the charge path', () => {
  for (const profile of TWO_STAGES) {
    it(`ECS-10 VLB-10 ${profile}: 2 s between the chargers and the contactor when both go for the second stage`, () => {
      const bench = new Bench(profile, { given: { cellOvervoltageDelay: 3600 } }).say();
      const charge = secondOff(bench, 'charge', third(3.96));
      assert.equal(contactor(bench), true);
      const opened = secondOff(bench, 'contactor', third(3.96));
      assert.equal(opened - charge, 2);
      assert.equal(bench.load, true, 'the loads have no part in it');
      assert.equal(reason(bench), 'cell-overvoltage-critical');
    });
  }

  for (const profile of PROFILE_IDS) {
    it(`ECS-10 VLB-10 ${profile}: it opens when something still draws below 2.50 V although the loads are cut`, () => {
      const given = {
        cellUndervoltage: 2.8,
        preAlarm: 3.1,
        cellUndervoltageCritical: 2.5,
        cellUndervoltageCriticalClear: 3.2,
      };
      const low = (): Bench => new Bench(profile, { given });
      const empty = (current: number): Said => ({ ...third(2.4), current });
      const spared = low().say().keep(120, empty(-0.5));
      assert.deepEqual([spared.load, contactor(spared)], [false, true], 'the BMS and a computer may live on');
      const bench = low().say().say(empty(-10));
      assert.deepEqual([bench.load, contactor(bench)], [false, true]);
      bench.keep(9, empty(-10));
      assert.equal(contactor(bench), true, 'relays and capacitors take a moment');
      bench.keep(2, empty(-10));
      assert.deepEqual([contactor(bench), bench.charge], [false, true]);
      const event = bench.engine.protection.decision(bench.now).active.find((e) => e.row === 'undervoltage-drain');
      assert.deepEqual([event?.rule, event?.code, event?.severity], ['cell-undervoltage-critical', 'drain', 'fault']);
      bench.keep(299, empty(0));
      assert.equal(contactor(bench), false);
      bench.keep(3, empty(0));
      assert.equal(contactor(bench), true, 'VSB-11 tried again: behind it a charger may wait for its battery');
    });
  }

  it('ECS-10 VLB-10 it waits as long as is set', () => {
    for (const contactorDelay of [0, 5, 30]) {
      const bench = pack({ contactorDelay, cellOvervoltageDelay: 3600 }).say();
      const charge = secondOff(bench, 'charge', third(3.96));
      assert.equal(secondOff(bench, 'contactor', third(3.96), 40) - charge, contactorDelay);
    }
  });

  it('ECS-10 VLB-10 where the chargers have been off for longer it waits for nothing', () => {
    const bench = pack().keep(60, third(3.7));
    assert.deepEqual([bench.charge, contactor(bench)], [false, true]);
    bench.say(third(3.91)).say(third(3.91));
    assert.equal(contactor(bench), false);
    assert.deepEqual(bench.edges, ['cell-overvoltage-critical/raised']);
  });

  it('ECS-10 the wait is given up when the cell is well before it is over', () => {
    const bench = pack({ contactorDelay: 30, cellOvervoltageCriticalClearDelay: 0 }).say();
    secondOff(bench, 'charge', third(3.96));
    bench.keep(10, third(3.3));
    assert.equal(contactor(bench), true);
    bench.keep(40, third(3.3));
    assert.equal(contactor(bench), true);
  });

  it('ECS-10 its opening is told when it comes later than the rule behind it, and so is its closing', () => {
    const bench = pack().say();
    const told: string[] = [];
    const watch = (seconds: number, said: Said): void => {
      for (let i = 0; i < seconds; i++) for (const e of bench.say(said).events) told.push(`${e.rule}/${e.edge}`);
    };
    watch(4, third(3.95));
    assert.deepEqual(told, ['cell-overvoltage-critical/raised', 'cell-overvoltage/raised', 'contactor/raised']);
    const event = bench.events.find((e) => e.rule === 'contactor');
    assert.deepEqual(
      [event?.code, event?.severity, event?.denies],
      ['cell-overvoltage-critical', 'info', ['contactor']],
    );
    told.length = 0;
    watch(20, third(3.3));
    assert.ok(told.includes('contactor/cleared'), told.join());
    const openings = bench.engine.protection.log.entries().find((e) => e.rule === 'contactor');
    assert.equal(openings?.count, 1);
  });

  for (const profile of [...TWO_STAGES, '123smartbms', 'offgridtec-smart-pro'] as const) {
    it(`ECS-11 OGT-5 ${profile}: a short circuit opens it at once, whatever the delay`, () => {
      const bench = new Bench(profile, { given: { contactorDelay: 30 } }).say({ hardware: { shortCircuit: false } });
      bench.say({ hardware: { shortCircuit: true } });
      assert.deepEqual([contactor(bench), bench.load, bench.charge], [false, false, true]);
    });
  }
});

describe('contactor: it closes after a precharge', () => {
  it('ECS-10 nobody has confirmed a precharge: it never closes, the signals come on', () => {
    const bench = pack({}, { precharged: false }).keep(60);
    assert.deepEqual([contactor(bench), bench.charge, bench.load], [false, true, true]);
    assert.equal(reason(bench), 'precharge');
    assert.equal(reason(bench, 'precharge'), 'not-configured');
  });

  it('ECS-10 an external precharge: it closes at once', () => {
    const bench = pack({ precharge: 'external' }, { precharged: false }).say();
    assert.equal(contactor(bench), true);
    assert.equal(bench.allowed('precharge'), false);
  });

  it('ECS-10 a resistor of our own goes in for its time, then the contactor closes, a second later the resistor goes', () => {
    const bench = pack({ precharge: 'resistor', prechargeTime: 5 }, { precharged: false }).say();
    const steps: [boolean, boolean][] = [];
    for (let i = 0; i < 8; i++) {
      steps.push([bench.allowed('precharge'), contactor(bench)]);
      bench.say();
    }
    assert.deepEqual(steps, [
      ...Array.from({ length: 5 }, (): [boolean, boolean] => [true, false]),
      [true, true],
      [false, true],
      [false, true],
    ]);
  });

  it('ECS-10 a precharge that is interrupted is given up, and runs its whole time when it starts again', () => {
    const bench = pack({ precharge: 'resistor', prechargeTime: 5 }, { precharged: false }).keep(4);
    assert.deepEqual([bench.allowed('precharge'), contactor(bench)], [true, false]);
    bench.say({ hardware: { shortCircuit: true } });
    assert.deepEqual([bench.allowed('precharge'), contactor(bench)], [false, false]);
    bench.keep(30, { hardware: { shortCircuit: false } });
    assert.deepEqual([bench.allowed('precharge'), contactor(bench)], [false, false], 'the short circuit latches');
    bench.engine.protection.reset();
    bench.say({ hardware: { shortCircuit: false } });
    assert.deepEqual([bench.allowed('precharge'), contactor(bench)], [true, false]);
    bench.keep(4);
    assert.equal(contactor(bench), false, 'not what was left of the first one');
    assert.equal(contactor(bench.say()), true);
  });

  it('ECS-10 after it has opened it is precharged anew', () => {
    const bench = pack({ precharge: 'resistor', prechargeTime: 3 }, { precharged: false }).keep(6);
    assert.equal(contactor(bench), true);
    bench.keep(5, third(3.95));
    assert.deepEqual([contactor(bench), bench.allowed('precharge')], [false, false]);
    bench.keep(11, third(3.3));
    assert.deepEqual([contactor(bench), bench.allowed('precharge')], [false, true]);
    bench.keep(3, third(3.3));
    assert.equal(contactor(bench), true);
  });
});
