/** Settings of a link, as a dialog, a flow or the environment gives them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LinkOptionInfo, optionDefaults, parseOptions } from '../../src/links/options.ts';

const ALL: readonly LinkOptionInfo[] = [
  { name: 'address', fallback: 3, min: 1, max: 16 },
  { name: 'currentSign' },
  { name: 'variant', choices: ['auto', 'old'] },
  { name: 'secret', form: 'pin', fallback: '1234' },
  { name: 'device', needed: false },
];
const KEY: readonly LinkOptionInfo[] = [{ name: 'secret', form: 'key', fallback: '' }];

describe('settings of a link', () => {
  it('what is empty is the default, numbers may be text or numbers', () => {
    const empty = parseOptions(ALL, { address: '', variant: ' ' }, 8);
    assert.deepEqual(empty, { ok: true, options: optionDefaults(ALL, 8) });
    assert.deepEqual(
      [optionDefaults(ALL).address, optionDefaults(ALL).variant, optionDefaults(ALL).secret],
      [3, 'auto', '1234'],
    );
    for (const address of [7, '7', ' 7 ']) {
      const parsed = parseOptions(ALL, { address, currentSign: '-1', variant: 'old' }, 8);
      assert.ok(parsed.ok);
      assert.deepEqual([parsed.options.address, parsed.options.currentSign, parsed.options.variant], [7, -1, 'old']);
    }
  });

  it('names the field, its value and what it takes; a secret is never said back', () => {
    const parsed = parseOptions(ALL, { address: '17', currentSign: '2', variant: 'new', secret: 'hunter2' }, 8);
    assert.ok(!parsed.ok);
    assert.deepEqual(parsed.problems, [
      { field: 'address', value: '17', problem: 'number', allowed: '1…16' },
      { field: 'currentSign', value: '2', problem: 'choice', allowed: '1, -1' },
      { field: 'variant', value: 'new', problem: 'choice', allowed: 'auto, old' },
      { field: 'secret', value: '', problem: 'pin', allowed: '4…8 digits' },
    ]);
  });

  it('a key is 32 hex digits, however it was copied', () => {
    const spaced = parseOptions(KEY, { secret: 'AF:F4 d099-5b7d1e176c0c33ecb9e70dcd' }, 4);
    assert.ok(spaced.ok);
    assert.equal(spaced.options.secret, 'aff4d0995b7d1e176c0c33ecb9e70dcd');
    for (const secret of ['', 'aff4', 'g'.repeat(32)]) assert.equal(parseOptions(KEY, { secret }, 4).ok, false);
  });

  it('what a protocol does not have is passed over', () => {
    assert.ok(parseOptions([], { address: 'x', secret: 'y', variant: 'z' }, 4).ok);
  });

  it('is total', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('address', 'currentSign', 'variant', 'secret', 'device'), fc.anything()),
        (given) => {
          const parsed = parseOptions(ALL, given, 16);
          if (parsed.ok) assert.ok(parsed.options.address >= 1 && parsed.options.address <= 16);
          else assert.ok(parsed.problems.length > 0);
        },
      ),
    );
  });
});
