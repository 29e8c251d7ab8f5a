/** pack.json out of the dialog and into it, and what the dialog makes of a PIN and of stored states. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { packFromArguments } from '../../src/cli/pack-options.ts';
import { SETTING_NAMES, SETTINGS } from '../../src/engine/pack/schema.ts';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import { PROFILE_IDS } from '../../src/engine/vocabulary.ts';
import { storedIn, textIn } from '../../src/editor/pack/answer.ts';
import { fileName, packFile, readPackFile, type PackFile } from '../../src/editor/pack/file.ts';
import { pinText } from '../../src/editor/pack/pin-kind.ts';
import { problemText } from '../../src/texts/problem-text.ts';
import { english } from '../nodes/support/fake-node.ts';

const SOUND = { cells: '16', capacity: '280' };

function taken(text: string): PackFile {
  const read = readPackFile(text);
  return read.ok ? read.pack : assert.fail(JSON.stringify(read.problems));
}

function refused(text: string): string[] {
  const read = readPackFile(text);
  assert.equal(read.ok, false);
  return (read.problems ?? []).map((problem) => problemText(problem, english));
}

describe('the file that Export writes', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-pack-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds name, profile, and what differs from the profile, as numbers where they are', () => {
    const given: Given = {
      ...SOUND,
      cellOvervoltage: '3,6',
      cellUndervoltage: '',
      imbalance: 'off',
      mode: 'critical',
      leaseCharge: '5',
    };
    assert.deepEqual(JSON.parse(packFile(' house ', 'lifepo4', given)), {
      name: 'house',
      profile: 'lifepo4',
      cells: 16,
      capacity: 280,
      cellOvervoltage: 3.6,
      imbalance: 'off',
      mode: 'critical',
    });
  });

  it('leaves out what the profile says anyway, and keeps what only looks like it', () => {
    // The clear value moves with its trip value, so that its usual number is one of the owner's here.
    const written = JSON.parse(
      packFile('x', 'lifepo4', { ...SOUND, cellOvervoltage: '3.6', cellOvervoltageClear: '3.45' }),
    );
    assert.equal((written as Record<string, unknown>)['cellOvervoltageClear'], 3.45);
    const usual = JSON.parse(
      packFile('x', 'lifepo4', { ...SOUND, cellOvervoltage: '3.65', cellOvervoltageClear: '3.45' }),
    );
    assert.deepEqual(Object.keys(usual as object), ['name', 'profile', 'cells', 'capacity']);
  });

  it('nothing of one installation is in it: no bus, no PIN, no id', () => {
    const given = { ...SOUND, pin: '4711', bus: 'b1', id: 'n1', credentials: { pin: 'x' } } as Given;
    assert.deepEqual(Object.keys(JSON.parse(packFile('x', 'lifepo4', given)) as object), [
      'name',
      'profile',
      'cells',
      'capacity',
    ]);
  });

  it('is what the command line reads, with the same settings, for every profile', () => {
    const own: Given = {
      ...SOUND,
      cells: '4',
      capacity: '100',
      cellOvervoltageDelay: '4',
      preAlarmMode: 'off',
      retries: '3',
    };
    for (const profile of PROFILE_IDS) {
      const expected = resolveSettings(profile, own);
      assert.ok(expected.ok, profile);
      const file = join(folder, fileName(profile));
      writeFileSync(file, packFile('house', profile, own));
      assert.deepEqual(packFromArguments({ pack: file }, english).settings, expected.settings, profile);
    }
  });

  it('comes back through Import as it was, whatever was set', () => {
    const numbers = SETTING_NAMES.filter(
      (name) => SETTINGS[name].kind === 'number' && !['cells', 'capacity'].includes(name),
    );
    const one = fc.tuple(fc.constantFrom(...numbers), fc.double({ min: 0, max: 1, noNaN: true })).map(([name, at]) => {
      const spec = SETTINGS[name];
      if (spec.kind !== 'number') return [name, ''] as const;
      const value = spec.min + at * (spec.max - spec.min);
      return [name, String(spec.integer ? Math.round(value) : Math.round(value * 1000) / 1000)] as const;
    });
    let compared = 0;
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), (list) => {
        const given: Given = { ...SOUND, ...Object.fromEntries(list) };
        const before = resolveSettings('lifepo4', given);
        const text = packFile('house', 'lifepo4', given);
        if (!before.ok) {
          assert.equal(readPackFile(text).ok, false);
          return;
        }
        compared++;
        const { profile, settings } = taken(text);
        assert.deepEqual(resolveSettings(profile, settings), before);
      }),
      { numRuns: 300 },
    );
    assert.ok(compared > 30, `only ${compared} were sound`);
  });

  it('has a name that every system takes', () => {
    assert.equal(fileName('house'), 'house.pack.json');
    assert.equal(fileName('Café 2'), 'Café 2.pack.json');
    assert.equal(fileName('../../etc/passwd'), '_.._etc_passwd.pack.json');
    assert.equal(fileName('  '), 'battery.pack.json');
    assert.ok(fileName('x'.repeat(500)).length < 80);
  });
});

describe('the file that Import reads', () => {
  it('flat or under settings, with numbers or text', () => {
    const expected = {
      name: 'barn',
      profile: '123smartbms',
      settings: { cells: '8', capacity: '100', mode: 'critical' },
    };
    const flat = { name: 'barn', profile: '123smartbms', cells: 8, capacity: '100', mode: 'critical' };
    const { name, profile, ...settings } = flat;
    assert.deepEqual(taken(JSON.stringify(flat)), expected);
    assert.deepEqual(taken(JSON.stringify({ name, profile, settings })), expected);
  });

  it('a profile that is not named is the recommended one', () => {
    assert.equal(taken('{"cells":4,"capacity":100}').profile, 'lifepo4');
  });

  it('what is unknown or wrong is named, all of it', () => {
    const wrong = { cells: 0, capacity: 100, cellOvervoltage: 3650, cellOvervoltag: 3.6, mode: 'eco', soc: 50 };
    const sentences = refused(JSON.stringify(wrong)).join('\n');
    for (const sentence of [
      /cells is 0/,
      /cellOvervoltage is 3650.*3\.65/,
      /no setting cellOvervoltag .*mean cellOvervoltage/,
      /mode is eco/,
      /no setting soc/,
    ]) {
      assert.match(sentences, sentence);
    }
  });

  it('values of another kind are wrong, not guessed', () => {
    for (const value of [true, [3.6], { value: 3.6 }]) {
      assert.match(
        refused(JSON.stringify({ ...SOUND, cellOvervoltage: value })).join(),
        /cellOvervoltage .*not a number/,
      );
    }
    assert.match(refused('{"profile":"tesla","cells":4,"capacity":100}').join(), /no profile tesla/);
    assert.match(refused('{"profile":5,"cells":4,"capacity":100}').join(), /no profile 5/);
  });

  it('null is off, where a protection may be off', () => {
    assert.equal(taken(JSON.stringify({ ...SOUND, imbalance: null })).settings.imbalance, 'off');
    assert.match(refused(JSON.stringify({ ...SOUND, cellOvervoltage: null })).join(), /cannot be switched off/);
  });

  it('limits that cross each other are refused as in the dialog', () => {
    assert.match(refused(JSON.stringify({ ...SOUND, preAlarm: 2.7 })).join(), /has to be below/);
  });

  it('what is no object, or far too long, holds no settings', () => {
    for (const text of ['', 'x', '[]', 'null', '5', '"pack"', '{', `{"cells":4,"capacity":100}${' '.repeat(70_000)}`]) {
      assert.deepEqual(readPackFile(text), { ok: false, problems: null });
    }
  });

  it('keys that would reach a prototype are unknown settings', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'pin', 'bus', 'release']) {
      assert.match(
        refused(`{"cells":4,"capacity":100,${JSON.stringify(key)}:{"x":1}}`).join(),
        new RegExp(`no setting ${key}`),
      );
    }
    assert.equal(Reflect.get({}, 'x'), undefined);
  });
});

describe('the field of the PIN', () => {
  it('tells a new one from the one that is kept, from none, and from one of the environment', () => {
    assert.equal(pinText('__PWRD__'), 'kept');
    assert.equal(pinText(''), 'none');
    assert.equal(pinText('${PIN}'), 'environment');
    assert.equal(pinText('4711'), 'new');
    for (const wrong of ['1', '123', 'x'.repeat(65)]) assert.equal(pinText(wrong), 'wrong');
  });

  it('takes from an answer only the text it asked for', () => {
    assert.equal(textIn({ hash: 'scrypt$' }, 'hash'), 'scrypt$');
    for (const answer of [null, undefined, 5, '', {}, { hash: '' }, { hash: 5 }])
      assert.equal(textIn(answer, 'hash'), null);
  });
});

describe('stored states that are offered', () => {
  it('are taken from the answer as far as they can be understood', () => {
    const good = { id: 'a', name: 'house', at: 5 };
    assert.deepEqual(storedIn({ stores: [good, null, 5, {}, { id: '' }, { id: 7 }, { id: 'b', name: 5 }] }), [
      good,
      { id: 'b', name: '', at: 0 },
    ]);
    for (const answer of [null, [], {}, { stores: {} }, 'x']) assert.deepEqual(storedIn(answer), []);
  });
});
