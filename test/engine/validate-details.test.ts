/** Settings in detail: what a problem says, what is as good as a number, and what follows from what the owner gave. */
import assert from 'node:assert/strict';
import { alternatorLimit } from '../../src/engine/pack/fuse.ts';
import type { Problem, Warning } from '../../src/engine/pack/problem.ts';
import { isSettingName, type SettingName } from '../../src/engine/pack/schema.ts';
import { isOn, numberOf, staleAfter, type PackSettings } from '../../src/engine/pack/settings.ts';
import { selfLockouts } from '../../src/engine/pack/supply.ts';
import { profileValues, resolveSettings, type Given } from '../../src/engine/pack/validate.ts';

const resolve = (given: Given, profile: unknown = 'lifepo4') =>
  resolveSettings(profile, { cells: 16, capacity: 280, ...given });

function settings(given: Given, profile?: string): PackSettings {
  const resolved = resolve(given, profile);
  return resolved.ok ? resolved.settings : assert.fail(JSON.stringify(resolved.problems));
}
function problem(given: Given, profile?: unknown): Problem {
  const resolved = resolve(given, profile);
  assert.ok(!resolved.ok, 'these settings are refused');
  assert.equal(resolved.problems.length, 1, JSON.stringify(resolved.problems));
  return resolved.problems[0]!;
}
function warnings(given: Given): readonly Warning[] {
  const resolved = resolve(given);
  return resolved.ok ? resolved.warnings : assert.fail(JSON.stringify(resolved.problems));
}

describe('a problem says', () => {
  it('which value it is about, also where that is no text', () => {
    const told: [unknown, string][] = [
      ['large', 'large'],
      [Number.NaN, 'NaN'],
      [true, 'true'],
      [[5], '[5]'],
      [{ Ah: 5 }, '{"Ah":5}'],
      [() => 5, 'function'],
    ];
    for (const [capacity, value] of told) {
      assert.deepEqual(problem({ capacity }), {
        setting: 'capacity',
        value,
        kind: 'not-a-number',
        detail: { min: 0.5, max: 100_000, unit: 'Ah' },
      });
    }
  });

  it('which profiles there are', () => {
    for (const [id, value] of [
      ['leadacid', 'leadacid'],
      [undefined, ''],
      [null, 'null'],
      [7, '7'],
    ] as const) {
      const resolved = resolveSettings(id, { cells: 4, capacity: 100 });
      assert.ok(!resolved.ok);
      const [first] = resolved.problems;
      assert.deepEqual([first?.setting, first?.value, first?.kind], ['profile', value, 'unknown-profile']);
      assert.match(String(first?.detail['choices']), /lifepo4, 123smartbms/);
    }
  });

  it('what is meant by millivolts, and only where that would be right', () => {
    const { kind, detail } = problem({ cellUndervoltage: 2800 });
    assert.deepEqual([kind, detail['suggestion']], ['millivolts', 2.8]);
    assert.equal(problem({ cellUndervoltage: 28 }).kind, 'too-high');
    assert.equal(problem({ cellUndervoltage: 0.28 }).kind, 'too-low');
    assert.equal(problem({ dischargeTemperatureMax: 50_000 }).kind, 'too-high');
  });

  it('which name was meant, and nothing when none comes near', () => {
    assert.equal(problem({ CELLOVERVOLTAGE: 3.6 }).detail['similar'], 'cellOvervoltage');
    assert.equal(problem({ cellOvervoltageDely: 3 }).detail['similar'], 'cellOvervoltageDelay');
    assert.equal(problem({ colour: 'red' }).detail['similar'], '');
  });

  it('which choices there are; empty in the JSON sense is none of them', () => {
    for (const [mode, value] of [
      ['eco', 'eco'],
      [null, 'null'],
    ] as const) {
      assert.deepEqual(problem({ mode }), {
        setting: 'mode',
        value,
        kind: 'not-a-choice',
        detail: { choices: 'normal, critical' },
      });
    }
  });

  it('that the owner has to say something, and that off is no answer', () => {
    const resolved = resolveSettings('lifepo4', { cells: ' ', capacity: undefined });
    assert.deepEqual(
      resolved.ok || resolved.problems.map(({ setting, kind, detail }) => [setting, kind, detail['unit']]),
      [
        ['cells', 'missing', ''],
        ['capacity', 'missing', 'Ah'],
      ],
    );
    for (const capacity of [null, 'off']) assert.equal(problem({ capacity }).kind, 'cannot-be-off');
  });

  it('which two settings are in the wrong order, and how they belong', () => {
    assert.deepEqual(problem({ cellOvervoltageClear: 3.7 }), {
      setting: 'cellOvervoltageClear',
      value: '3.7',
      kind: 'order',
      detail: { unit: 'V', relation: 'notAbove', other: 'cellOvervoltage', otherValue: 3.65 },
    });
    const { setting, detail } = problem({ chargeRestart: 30, dischargeRestart: 30 });
    assert.deepEqual([setting, detail['relation'], detail['other']], ['dischargeRestart', 'below', 'chargeRestart']);
  });
});

describe('settings may be', () => {
  it('numbers in every usual spelling, and in no other', () => {
    for (const [given, value] of [
      ['+3.6', 3.6],
      ['3,6', 3.6],
      ['36e-1', 3.6],
      ['4.', 4],
      ['0.36E1', 3.6],
    ] as const) {
      assert.equal(settings({ cellOvervoltageCritical: 4.5, cellOvervoltage: given }).values.cellOvervoltage, value);
    }
    assert.equal(settings({ cellOvervoltageDelay: '.5' }).values.cellOvervoltageDelay, 0.5);
    for (const given of ['3.6 V', '0x10', '3 6', '1,000.5', '3..6', '-', '.', 'e3', '1e400', 'NaN', 'Infinity']) {
      assert.equal(problem({ cellOvervoltage: given }).kind, 'not-a-number', given);
    }
  });

  it('numbers with a comma only where it cannot stand for thousands', () => {
    const told = (setting: SettingName, given: string): unknown => {
      const resolved = resolve({ [setting]: given });
      return resolved.ok ? resolved.settings.values[setting] : resolved.problems;
    };
    const taken: [SettingName, string, number][] = [
      ['cellOvervoltage', '3,65', 3.65],
      ['cellOvervoltage', '3,650', 3.65],
      ['cellOvervoltage', '+3,600', 3.6],
      ['cellOvervoltage', ' 3,600 ', 3.6],
      ['cellOvervoltage', '3,6000', 3.6],
      ['imbalance', '0,250', 0.25],
      ['dischargeTemperatureMin', '-9,500', -9.5],
      ['capacity', '280,5', 280.5],
      ['capacity', '1000', 1000],
      ['capacity', '1.000', 1],
    ];
    for (const [setting, given, value] of taken) assert.equal(told(setting, given), value, `${setting} ${given}`);
    const refused: [SettingName, string][] = [
      ['capacity', '1,000'],
      ['capacity', '0,500'],
      ['capacity', '280,000'],
      ['capacity', '200,000'],
      ['capacity', '1,000.5'],
      ['capacity', '1.000,5'],
      ['capacity', '1,000,000'],
      ['capacity', '1,000e2'],
      ['capacity', ',500'],
      ['cells', '4,000'],
      ['cellOvervoltage', '03,650'],
      ['cellOvervoltageDelay', '1,500'],
    ];
    for (const [setting, given] of refused) {
      const problems = told(setting, given);
      assert.ok(Array.isArray(problems), `${setting} ${given} is ${String(problems)}`);
      const [{ kind, value, setting: named }] = problems as [Problem];
      assert.deepEqual([named, value, kind], [setting, given, 'not-a-number']);
    }
  });

  it('at the ends of their ranges', () => {
    for (const cells of [1, 255]) assert.equal(settings({ cells }).values.cells, cells);
    assert.equal(settings({ chargeRestart: 100, dischargeRestart: 0 }).values.dischargeRestart, 0);
  });

  it('equal where one must only not be above the other', () => {
    assert.equal(settings({ cellOvervoltage: 3.6, cellOvervoltageClear: 3.6 }).values.cellOvervoltageClear, 3.6);
  });

  it('off, and then stand in no order; their clear value goes with them', () => {
    const { values } = settings({ imbalance: 'off', chargeCurrentMax: null, shedSocClear: 30 });
    assert.deepEqual(
      [values.imbalance, values.imbalanceClear, values.chargeCurrentMax, values.chargeCurrentMaxClear],
      [null, null, null, null],
    );
  });

  it('VLB-20 without a pre-alarm, whose thresholds then stand in nobody’s way', () => {
    const given = { cellUndervoltage: 3.2, cellUndervoltageClear: 3.25, preAlarm: 3 };
    const crossed = resolve(given);
    assert.ok(!crossed.ok && crossed.problems.some(({ setting }) => setting === 'cellUndervoltage'));
    assert.equal(settings({ ...given, preAlarmMode: 'off' }).values.cellUndervoltage, 3.2);
  });
});

describe('what the owner has not said', () => {
  it('follows: a clear value stays as far from its trip value as in the profile', () => {
    const { values } = settings({ chargeTemperatureMax: 40, chargeCurrentMax: 100 });
    assert.deepEqual([values.chargeTemperatureMaxClear, values.chargeCurrentMaxClear], [37, 72]);
  });

  it('a protection that the profile leaves off clears where it trips', () => {
    const { values } = settings({ packOvervoltage: 58 }, '123smartbms');
    assert.deepEqual([values.packOvervoltage, values.packOvervoltageClear], [58, 58]);
  });

  it('is shown in the dialog while it is being filled in, whatever else stands there', () => {
    const empty = profileValues('lifepo4', {});
    assert.deepEqual([empty.cellOvervoltage, empty.cells, empty.chargeCurrentMax], [3.65, null, null]);
    const half = profileValues('lifepo4', { capacity: '100', cells: '', cellOvervoltage: '3650', colour: 'red' });
    assert.deepEqual([half.cellOvervoltage, half.cells, half.chargeCurrentMax], [3.65, null, 100]);
    assert.equal(profileValues('lifepo4', { cellOvervoltage: '3.6' }).cellOvervoltageClear, 3.4);
  });
});

describe('the owner is warned', () => {
  it('VLB-18 of an undervoltage limit that damages cells, with the limit', () => {
    const [warning] = warnings({ cellUndervoltage: 2.4, cellUndervoltageCritical: 2.3 });
    assert.deepEqual(warning, {
      setting: 'cellUndervoltage',
      value: '2.4',
      kind: 'below-damage',
      detail: { limit: 2.5, unit: 'V' },
    });
  });

  const UNWISE: [string, Given, string][] = [
    [
      'VSB-3 an alternator port above 3.60 V a cell',
      { alternatorVoltageLimit: 57.7 },
      'alternatorVoltageLimit:high-charge-limit:57.6',
    ],
    ['a lost sensor that only warns', { onSensor: 'warn' }, 'onSensor:unknown-allowed:stop-charge'],
    ['a frozen value that is ignored', { onFrozen: 'ignore' }, 'onFrozen:unknown-allowed:stop-charge'],
    [
      'a supervisor that switches itself off',
      { supervisorSupply: 'load' },
      'supervisorSupply:self-lockout:independent',
    ],
    ['123-R11 one signal for charge and load', { combined: 'yes' }, 'combined:combined-blocks-charging:no'],
  ];
  for (const [what, given, expected] of UNWISE) {
    it(`of ${what}`, () => {
      const told = (of: Given): string[] =>
        warnings(of).map(({ setting, kind, detail }) => `${setting}:${kind}:${detail['limit']}`);
      assert.ok(told(given).includes(expected), told(given).join());
      assert.ok(!told({}).includes(expected), 'the profile by itself is no reason to warn');
    });
  }

  it('VLB-6 of neither of these two at their limits, nor where the watch is off', () => {
    const kinds = (given: Given): string[] =>
      warnings(given)
        .map(({ kind }) => kind)
        .filter((kind) => kind === 'cold-charging' || kind === 'below-damage');
    assert.deepEqual(kinds({ cellUndervoltage: 2.5 }), []);
    assert.deepEqual(kinds({ chargeTemperatureMin: 'off' }), []);
    assert.deepEqual(kinds({ chargeTemperatureMin: 4.9 }), ['cold-charging']);
  });
});

describe('settings that are complete', () => {
  it('are numbers, or nothing that any comparison holds for', () => {
    const complete = settings({ shedSoc: 'off' });
    assert.equal(numberOf(complete, 'cells'), 16);
    assert.ok(Number.isNaN(numberOf(complete, 'shedSoc')));
    assert.ok(Number.isNaN(numberOf(complete, 'mode')));
  });

  it('are on unless they are switched off', () => {
    const complete = settings({ shedSoc: 'off', preAlarmMode: 'off' });
    assert.deepEqual(
      [isOn(complete, 'cells'), isOn(complete, 'mode'), isOn(complete, 'shedSoc'), isOn(complete, 'preAlarmMode')],
      [true, true, false, false],
    );
  });

  it('values live as long as the more impatient of the two watches waits', () => {
    assert.equal(staleAfter(settings({ communicationTimeoutCharge: 4, communicationTimeoutLoad: 30 })), 4);
    assert.equal(staleAfter(settings({ communicationTimeoutCharge: 40, communicationTimeoutLoad: 30 })), 30);
  });

  it('names are those of the vocabulary, not those that every object has', () => {
    assert.deepEqual(['cells', 'cellOvervoltageClearDelay', 'toString', ''].map(isSettingName), [
      true,
      true,
      false,
      false,
    ]);
  });

  it('VSB-2 name a fuse, and with it the current of the alternator port; an unknown one limits nothing', () => {
    const amperes = ['125', '100', '80', '60', '2x30', '2x20', '2x15', '2x10', '2x7.5'].map(alternatorLimit);
    assert.deepEqual(amperes, [100, 90, 60, 50, 40, 25, 20, 12, 9]);
    assert.deepEqual(['unknown', 125, null].map(alternatorLimit), [Number.NaN, Number.NaN, Number.NaN]);
  });

  it('tell which supplies hang on what the pack itself switches off', () => {
    const { values } = settings({
      supervisorSupply: 'load',
      relaySupply: 'contactor',
      chargerSupply: 'independent',
    });
    assert.deepEqual(selfLockouts(values), ['supervisorSupply', 'relaySupply']);
  });

  it('OGT-9 without a capacity the dialog shows no value that follows from the model', () => {
    const { chargeCurrentMax, dischargeCurrentPeak } = profileValues('offgridtec-smart-pro', { cells: 4 });
    assert.deepEqual([chargeCurrentMax, dischargeCurrentPeak], [null, null]);
  });

  it('OGT-10 VLB-19 joining more batteries than the product allows is told', () => {
    const told = (profile: string, given: Given): string[] => {
      const resolved = resolveSettings(profile, given);
      assert.ok(resolved.ok);
      return resolved.warnings
        .map(({ kind, detail }) => `${kind} ${detail['limit']}`)
        .filter((w) => /too-many/.test(w));
    };
    assert.deepEqual(told('offgridtec-smart-pro', { cells: 4, capacity: 300, parallel: 10 }), []);
    assert.deepEqual(told('offgridtec-smart-pro', { cells: 8, capacity: 30 }), ['too-many-cells 4']);
    assert.deepEqual(told('offgridtec-smart-pro', { cells: 4, capacity: 330, parallel: 11 }), ['too-many-parallel 10']);
    assert.deepEqual(told('offgridtec-smart-pro', { cells: 16, capacity: 1100, parallel: 11 }), []);
    assert.deepEqual(told('victron-smart-lithium', { cells: 16, capacity: 1000, parallel: 5 }), []);
    const both = { cells: 20, capacity: 1200, parallel: 6 };
    assert.deepEqual(told('victron-smart-lithium', both), ['too-many-cells 16', 'too-many-parallel 5']);
    assert.deepEqual(told('lifepo4', both), []);
  });
});
