/** Settings are judged as a whole; wrong ones are refused with the setting, the value and the remedy. */
import assert from 'node:assert/strict';
import { ORDER } from '../../src/engine/pack/order.ts';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';

const problems = (given: Given, profile = 'lifepo4'): string[] => {
  const resolved = resolveSettings(profile, { cells: 16, capacity: 280, ...given });
  return resolved.ok ? [] : resolved.problems.map((p) => `${p.setting}:${p.kind}`);
};
const values = (given: Given, profile = 'lifepo4'): Record<string, unknown> => {
  const resolved = resolveSettings(profile, { cells: 16, capacity: 280, ...given });
  assert.ok(resolved.ok, JSON.stringify(resolved));
  return resolved.settings.values;
};

describe('settings', () => {
  const WRONG: [string, Given, string][] = [
    ['millivolts for volts', { cellOvervoltage: 3650 }, 'cellOvervoltage:millivolts'],
    ['no cells', { cells: 0 }, 'cells:too-low'],
    ['300 cells', { cells: 300 }, 'cells:too-high'],
    ['half a cell', { cells: 4.5 }, 'cells:not-whole'],
    ['no number', { capacity: 'big' }, 'capacity:not-a-number'],
    ['infinity', { capacity: Infinity }, 'capacity:not-a-number'],
    ['a choice that is none', { mode: 'turbo' }, 'mode:not-a-choice'],
    ['a watch switched off', { cellOvervoltage: 'off' }, 'cellOvervoltage:cannot-be-off'],
    ['a misspelt name', { cellOvervolage: 3.6 }, 'cellOvervolage:unknown-setting'],
    [
      'a name of the prototype',
      JSON.parse('{"__proto__":{"x":1},"constructor":3}') as Given,
      'constructor:unknown-setting',
    ],
    ['temperatures crossed', { chargeTemperatureMin: 50 }, 'chargeTemperatureMinClear:order'],
  ];
  for (const [what, given, problem] of WRONG) {
    it(`${what} is refused`, () => assert.ok(problems(given).includes(problem), problems(given).join()));
  }

  it('what the owner must say is asked for', () => {
    const resolved = resolveSettings('lifepo4', {});
    assert.deepEqual(resolved.ok ? [] : resolved.problems.map((p) => `${p.setting}:${p.kind}`), [
      'cells:missing',
      'capacity:missing',
    ]);
    assert.deepEqual(problems({}, 'leadacid'), ['profile:unknown-profile']);
  });

  it('a misspelt name is answered with the right one', () => {
    const resolved = resolveSettings('lifepo4', { cells: 4, capacity: 100, celOvervoltage: 3.6 });
    assert.equal(resolved.ok ? '' : resolved.problems[0]?.detail['similar'], 'cellOvervoltage');
  });

  it('every pair of the order is checked, in every profile where both are on', () => {
    for (const { lower, upper } of ORDER) {
      const given: Given = {
        preAlarmMode: 'continuous',
        shedSoc: 20,
        shedSocClear: 30,
        chargeRestart: 95,
        dischargeRestart: 20,
      };
      const [low, high] = lower.includes('emperature')
        ? [40, 10]
        : lower.includes('oc') || lower.includes('Restart')
          ? [80, 40]
          : lower.startsWith('alternator') || lower.startsWith('starter')
            ? [15, 14]
            : lower.startsWith('pack')
              ? [60, 40]
              : lower.includes('urrent')
                ? [500, 5]
                : lower.includes('imbalance')
                  ? [1, 0.1]
                  : [3.7, 2.6];
      const found = problems({ ...given, [lower]: low, [upper]: upper === 'balanceVoltage' ? 3.1 : high });
      assert.ok(
        found.some((p) => p.endsWith(':order')),
        `${lower} above ${upper}: ${found.join()}`,
      );
    }
  });

  it('a decimal comma, text, numbers and empty fields are all understood', () => {
    const got = values({
      cellOvervoltage: '3,6',
      cellUndervoltage: ' 2.9 ',
      preAlarm: '',
      dischargeTemperatureMin: 'off',
    });
    assert.deepEqual(
      [got['cellOvervoltage'], got['cellUndervoltage'], got['preAlarm'], got['dischargeTemperatureMin']],
      [3.6, 2.9, 3.1, null],
    );
  });

  it('a clear value that is not given keeps its distance to the trip value', () => {
    const got = values({ cellOvervoltage: 3.6 });
    assert.equal(got['cellOvervoltageClear'], 3.4);
    assert.equal(values({ cellOvervoltage: 3.6, cellOvervoltageClear: 3.5 })['cellOvervoltageClear'], 3.5);
  });

  it('limits that follow the capacity do so', () => {
    assert.equal(values({ capacity: 100 })['chargeCurrentMax'], 100);
    assert.equal(values({ capacity: 280 })['dischargeCurrentPeak'], 560);
  });

  it('VLB-6 charging below 5 °C is allowed with a warning', () => {
    const resolved = resolveSettings('lifepo4', { cells: 4, capacity: 100, chargeTemperatureMin: 0 });
    assert.deepEqual(resolved.ok ? resolved.warnings.map((w) => `${w.setting}:${w.kind}`) : [], [
      'chargeTemperatureMin:cold-charging',
    ]);
  });

  it('123-R1 up to 255 cells', () => {
    assert.deepEqual(problems({ cells: 255 }, '123smartbms'), []);
    assert.deepEqual(problems({ cells: 256 }, '123smartbms'), ['cells:too-high']);
  });
});
