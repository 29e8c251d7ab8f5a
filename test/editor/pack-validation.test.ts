import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SETTING_NAMES, SETTINGS } from '../../src/engine/pack/schema.ts';
import { resolveSettings } from '../../src/engine/pack/validate.ts';
import { EditorPage, type EditedNode } from './editor-page.ts';

describe('the pack dialog says what is wrong', () => {
  let page: EditorPage;
  let sound: EditedNode;

  before(() => {
    page = new EditorPage();
    page.add('bms-bus', 'bus', { address: '/dev/ttyUSB0' });
    sound = page.add('bms-config', 'sound', { name: 'house', cells: '16', capacity: '280', bus: 'bus' });
  });

  const pack = (properties: Record<string, unknown>): EditedNode =>
    page.add('bms-config', 'tried', { ...sound, name: 'tried', ...properties });

  it('nothing, when cells, capacity and bus are given', () => {
    assert.deepEqual(page.problems(sound), {});
  });

  it('a new pack lacks its name, cells, capacity and bus, each in a sentence', () => {
    const problems = page.problems(page.add('bms-config', 'new'));
    assert.deepEqual(Object.keys(problems).sort(), ['bus', 'capacity', 'cells', 'name']);
    assert.match(problems['cells'] ?? '', /^Cells in series is missing: fill it in/);
    assert.match(problems['capacity'] ?? '', /^Capacity is missing/);
    assert.match(problems['name'] ?? '', /^Name is missing/);
    assert.match(problems['bus'] ?? '', /press \+/);
    page.nodes.delete('new');
  });

  it('millivolts are recognised and the volts suggested', () => {
    const said = page.check(pack({ cellOvervoltage: '3650' }), 'cellOvervoltage');
    assert.equal(said, 'Cell overvoltage is 3650 V, which looks like millivolts: did you mean 3.65 V?');
  });

  for (const [cells, sentence] of [
    ['0', 'Cells in series is 0, lowest possible is 1: enter 1 to 255.'],
    ['300', 'Cells in series is 300, highest possible is 255: enter 1 to 255.'],
    ['4.5', 'Cells in series is 4.5, which is not a whole number: enter 1 to 255.'],
    ['sixteen', 'Cells in series is sixteen, which is not a number: enter 1 to 255.'],
    ['off', 'Cells in series is off, but cannot be switched off: enter 1 to 255, or nothing to follow the profile.'],
  ] as const) {
    it(`${cells} cells: ${sentence}`, () => {
      assert.equal(page.check(pack({ cells }), 'cells'), sentence);
    });
  }

  it('a crossed pair is shown at the field that the problem names and at the one that was typed', () => {
    const problems = page.problems(pack({ preAlarm: '2.7' }));
    assert.deepEqual(Object.keys(problems).sort(), ['cellUndervoltage', 'preAlarm']);
    assert.match(
      problems['preAlarm'] ?? '',
      /^Cell undervoltage is 2\.8 V and has to be below Pre-alarm, which is 2\.7 V/,
    );
    assert.equal(problems['preAlarm'], problems['cellUndervoltage']);
  });

  it('a crossed pair is found while cells and capacity are still empty', () => {
    const problems = page.problems(pack({ cells: '', capacity: '', preAlarm: '2.7' }));
    assert.deepEqual(Object.keys(problems).sort(), ['capacity', 'cellUndervoltage', 'cells', 'preAlarm']);
  });

  it('a limit that rests on an unknown capacity crosses nothing', () => {
    assert.deepEqual(page.problems(pack({ capacity: '${AH}', dischargeCurrentMax: '200' })), {});
    assert.deepEqual(page.problems(pack({ capacity: '', dischargeCurrentMax: '200' })), {
      capacity: 'Capacity is missing: fill it in, there is no value that would be safe to assume.',
    });
  });

  it('${ENV} is left alone, alone and as the other side of a pair', () => {
    assert.deepEqual(page.problems(pack({ cells: '${CELLS}', capacity: '${AH}', name: '${NAME}' })), {});
    assert.deepEqual(page.problems(pack({ cellOvervoltage: '${TRIP}', preAlarmClear: '3.7', preAlarm: '3.0' })), {});
    assert.deepEqual(page.problems(pack({ profile: '${PROFILE}', preAlarm: '2.7' })), {});
    assert.match(String(page.check(pack({ cells: '${CELLS}', cellOvervoltage: '9' }), 'cellOvervoltage')), /highest/);
  });

  it('off is taken where a protection may be off, and refused where not', () => {
    assert.equal(page.check(pack({ imbalance: 'off' }), 'imbalance'), true);
    assert.match(String(page.check(pack({ leaseCharge: 'off' }), 'leaseCharge')), /cannot be switched off/);
  });

  it('a decimal comma is a number', () => {
    assert.deepEqual(page.problems(pack({ cellOvervoltage: '3,6' })), {});
  });

  it('an unknown profile, choice and link are refused with the ones there are', () => {
    assert.match(String(page.check(pack({ profile: 'x' }), 'profile')), /choose one of lifepo4, 123smartbms/);
    assert.match(String(page.check(pack({ mode: 'x' }), 'mode')), /choose one of normal, critical/);
    assert.match(String(page.check(pack({ link: 'x' }), 'link')), /choose one of 123smartbms.*message/);
  });

  it('a bus is asked for only when the readings come from one, and must be a good one', () => {
    assert.equal(page.check(pack({ bus: '', link: 'message' }), 'bus'), true);
    assert.match(String(page.check(pack({ bus: '_ADD_' }), 'bus')), /^No bus chosen/);
    assert.match(String(page.check(pack({ bus: 'gone' }), 'bus')), /does not exist any more/);
    page.add('bms-bus', 'bad', { name: 'attic' })['valid'] = false;
    assert.match(String(page.check(pack({ bus: 'bad' }), 'bus')), /^The bus attic is not complete/);
  });

  it('two packs of one name are told apart before they share a topic', () => {
    assert.match(String(page.check(pack({ name: ' house ' }), 'name')), /belongs to another pack/);
  });

  it('a flow written by hand may leave out what has a default', () => {
    const node = { id: 'bare', type: 'bms-config', name: 'bare', cells: 16, capacity: 280 } as EditedNode;
    assert.deepEqual(page.problems(node), {});
  });

  it('the markup in a value that somebody else wrote does not reach the page', () => {
    const said = String(page.check(pack({ cells: '<img src=x onerror=alert(1)>' }), 'cells'));
    assert.match(said, /is not a number/);
    assert.doesNotMatch(said, /[<>]/);
  });

  it('while the dialog is open, its fields count, not the values the node had', () => {
    const node = page.add('bms-bus', 'edited', { address: '/dev/ttyUSB0' });
    page.open({ 'node-config-input-kind': 'modbus-tcp' });
    page.definition('bms-bus').oneditprepare?.call(node);
    assert.match(String(page.check(node, 'address')), /no host name/);
    page.definition('bms-bus').oneditsave?.call(node);
    assert.equal(page.check(node, 'address'), true);
    page.fields.clear();
  });

  it('says of any value of any setting what the runtime says of it', () => {
    const value = fc.oneof(
      fc.constantFrom('', 'off', '3,65', '3650', ' 4 ', 'x', '1e3', '-1', '0'),
      fc.double({ noNaN: true, min: -100, max: 20_000 }).map(String),
    );
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_NAMES), value, (name, given) => {
        if ((name === 'cells' || name === 'capacity') && given === '') return;
        const settings = { cells: '16', capacity: '280', [name]: given };
        const node = pack(settings);
        const resolved = resolveSettings('lifepo4', settings);
        const expected = resolved.ok ? [] : resolved.problems.map(({ setting }) => setting);
        const found = Object.keys(page.problems(node));
        assert.deepEqual(new Set([...expected, ...(found.includes(name) ? [name] : [])]), new Set(found));
        assert.equal(found.length === 0, resolved.ok);
      }),
      { numRuns: 200 },
    );
  });

  it('every setting has a validator that answers in a sentence', () => {
    for (const name of SETTING_NAMES) {
      const wrong = SETTINGS[name].kind === 'choice' ? 'no such choice' : '1e99';
      const said = page.check(pack({ [name]: wrong }), name);
      assert.ok(typeof said === 'string' && said.length > 20, `${name}: ${String(said)}`);
    }
  });
});

describe('before the editor script has loaded', () => {
  it('every validator lets every value pass', () => {
    const page = new EditorPage({ script: false });
    for (const type of page.definitions.keys()) assert.deepEqual(page.problems(page.add(type, type)), {});
  });
});
