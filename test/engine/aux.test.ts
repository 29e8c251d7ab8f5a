/** The auxiliary output follows a rule of its own: a heater, the state of charge, an error (ECS-6). */
import assert from 'node:assert/strict';
import { PROFILE_IDS, type ProfileId } from '../../src/engine/vocabulary.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

const warm = (t: number | null): Said => ({ temperatures: [t] });
const aux = (bench: Bench): boolean => bench.allowed('aux');
const reason = (bench: Bench): string | null => bench.engine.protection.decision(bench.now).roles.aux.reason;

const HEATER: Given = { auxRule: 'heater', heaterTemperature: 5, heaterTemperatureClear: 10 };
const SOC: Given = { auxRule: 'soc', auxSoc: 30, auxSocClear: 40 };
/** Where a device tells its own temperature, every profile can judge it: an alarm of our choice. */
const ERROR: Given = {
  auxRule: 'error',
  bmsTemperatureMax: 80,
  bmsTemperatureMaxClear: 70,
  imbalance: 0.1,
  imbalanceDelay: 0,
};

for (const profile of PROFILE_IDS) {
  const pack = (given: Given): Bench => new Bench(profile satisfies ProfileId, { given });

  describe(`auxiliary output: ${profile}`, () => {
    it(`ECS-6 ${profile}: heating from 5 °C down for 10 s, until 10 °C for 10 s`, () => {
      const bench = pack(HEATER).keep(60, warm(5.1));
      assert.equal(aux(bench), false);
      bench.keep(10, warm(5));
      assert.equal(aux(bench), false, 'the delay is not over');
      bench.say(warm(5));
      assert.equal(aux(bench), true);
      assert.equal(bench.load, true);
      bench.keep(60, warm(9.9));
      assert.equal(aux(bench), true, 'between the two it goes on');
      bench.keep(10, warm(10));
      assert.equal(aux(bench), true, 'the clear delay is not over');
      bench.say(warm(10));
      assert.deepEqual([aux(bench), reason(bench)], [false, 'inactive']);
    });

    it(`ECS-6 ${profile}: an unknown temperature does not heat`, () => {
      const bench = pack(HEATER).keep(20, warm(4));
      assert.equal(aux(bench), true);
      bench.say(warm(null));
      assert.equal(aux(bench), false);
      assert.equal(aux(bench.say(warm(4))), true);
    });

    it(`ECS-6 ${profile}: no heating while the loads are cut: a heater must not empty the battery`, () => {
      const bench = pack(HEATER).keep(20, warm(4));
      assert.equal(aux(bench), true);
      bench.engine.protection.remote = false;
      if (profile === 'victron-smart-bms-12-200') bench.keep(3, { ...warm(4), cells: [1.9, 3.3, 3.3, 3.3] });
      else bench.say(warm(4));
      assert.deepEqual([bench.load, aux(bench)], [false, false]);
    });

    it(`ECS-6 ${profile}: on at 30 % for 10 s, off at 40 % for 10 s`, () => {
      const bench = pack(SOC);
      bench.engine.seedSoc(0.305);
      bench.keep(30);
      assert.equal(aux(bench), false);
      bench.engine.seedSoc(0.3);
      bench.keep(10);
      assert.equal(aux(bench), false, 'the delay is not over');
      assert.equal(aux(bench.say()), true);
      bench.engine.seedSoc(0.395);
      assert.equal(aux(bench.keep(60)), true);
      bench.engine.seedSoc(0.405);
      assert.equal(aux(bench.keep(10)), true, 'the clear delay is not over');
      assert.equal(aux(bench.say()), false);
    });

    it(`ECS-6 ${profile}: an unknown SOC switches nothing on`, () => {
      const bench = pack(SOC).keep(60);
      assert.ok(Number.isNaN(bench.engine.soc));
      assert.equal(aux(bench), false);
    });

    it(`ECS-6 ${profile}: an error message follows alarms and not warnings`, () => {
      const bench = pack(ERROR).say({ bmsTemperature: 20 });
      bench.keep(10, { bmsTemperature: 20, cells: [3.3, 3.3, 3.3, 3.45] });
      assert.ok(bench.engine.protection.decision(bench.now).active.some((e) => e.rule === 'imbalance'));
      assert.equal(aux(bench), false, 'an imbalance is a warning');
      bench.keep(6, { bmsTemperature: 81 });
      assert.equal(aux(bench), true);
      bench.keep(120, { bmsTemperature: 20 });
      assert.equal(aux(bench), false);
    });

    it(`ECS-6 ${profile}: without a rule there is no auxiliary output`, () => {
      const bench = pack({}).keep(30, warm(-30));
      assert.deepEqual([aux(bench), reason(bench)], [false, 'not-configured']);
    });
  });
}
