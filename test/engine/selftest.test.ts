/** The self-test walks the table with a pack's own settings and reports what followed (VLB-22). */
import assert from 'node:assert/strict';
import { selfTest, type SelfTestReport } from '../../src/engine/selftest.ts';
import { PROFILE_IDS } from '../../src/engine/vocabulary.ts';
import { settingsOf } from '../support/pack.ts';

const stepOf = (report: SelfTestReport, name: string) => {
  const step = report.steps.find((s) => s.step === name);
  assert.ok(step, `no step ${name}`);
  return step;
};
const rolesOf = (report: SelfTestReport, name: string): string[] => stepOf(report, name).followed.map((f) => f.role);

describe('the self-test', () => {
  for (const profile of PROFILE_IDS) {
    it(`VLB-22 ${profile}: what must open opens in every step, and comes back`, () => {
      const report = selfTest(settingsOf(profile));
      assert.equal(report.passed, true, JSON.stringify(report, null, 1));
      assert.deepEqual(
        report.steps.map((s) => s.step),
        ['communication', 'overvoltage', 'undervoltage', 'cold', 'heat'],
      );
      assert.deepEqual(rolesOf(report, 'communication').slice(0, 2), ['charge', 'load']);
      assert.equal(rolesOf(report, 'overvoltage')[0], 'charge');
      assert.ok(!rolesOf(report, 'overvoltage').includes('load'));
      assert.ok(rolesOf(report, 'undervoltage').includes('load'));
      assert.ok(!rolesOf(report, 'undervoltage').includes('charge'), 'VSB-11 charging stays possible');
    });
  }

  it('VLB-22 the times are those of the settings', () => {
    const report = selfTest(
      settingsOf('lifepo4', {
        communicationTimeoutCharge: 7,
        communicationTimeoutLoad: 40,
        cellOvervoltageDelay: 3,
        cellOvervoltageClearDelay: 20,
      }),
    );
    const [charge, load] = stepOf(report, 'communication').followed;
    assert.deepEqual([charge?.role, charge?.openedAfter, load?.role, load?.openedAfter], ['charge', 7, 'load', 40]);
    const [high] = stepOf(report, 'overvoltage').followed;
    // The first second of the fault starts the delay, the first good one the clear delay.
    assert.deepEqual([high?.openedAfter, high?.backAfter], [4, 21]);
  });

  it('VLB-4 the pre-alarm is seen before the loads go, and said when it is not', () => {
    assert.equal(stepOf(selfTest(settingsOf('lifepo4')), 'undervoltage').preAlarm, true);
    assert.equal(stepOf(selfTest(settingsOf('lifepo4', { preAlarmMode: 'off' })), 'undervoltage').preAlarm, false);
  });

  it('a watch that is off has no step', () => {
    const report = selfTest(settingsOf('lifepo4', { chargeTemperatureMin: 'off', chargeTemperatureMax: 'off' }));
    assert.deepEqual(
      report.steps.map((s) => s.step),
      ['communication', 'overvoltage', 'undervoltage'],
    );
    assert.equal(report.passed, true);
  });

  it('what does not come back within an hour fails, and says which', () => {
    const report = selfTest(settingsOf('lifepo4', { cellOvervoltageClearDelay: 3600 }));
    assert.equal(report.passed, false);
    const step = stepOf(report, 'overvoltage');
    assert.deepEqual([step.passed, step.followed[0]?.role, step.followed[0]?.backAfter], [false, 'charge', null]);
  });

  it('what does not open fails', () => {
    // The longest delay is as long as the test waits.
    const report = selfTest(settingsOf('lifepo4', { cellOvervoltageDelay: 3600, cellOvervoltageCritical: 'off' }));
    const step = stepOf(report, 'overvoltage');
    assert.deepEqual([step.passed, step.followed], [false, []]);
  });
});
