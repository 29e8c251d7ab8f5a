/** The PIN as it is kept: hashed, slow to try, and with one count of wrong tries for all that asks. */
import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import fc from 'fast-check';
import { hashPin, pinGuard, throttleOf } from '../../src/runtime/pin.ts';
import { pinProblem } from '../../src/runtime/pin-text.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('a hashed PIN', () => {
  let hash: string;
  before(async () => {
    hash = await hashPin('4711');
  });
  const guard = (pin: unknown = hash) => pinGuard(pin, new ManualClock());

  it('123-R17 is right as text and as a number, and in no other way', () => {
    assert.equal(guard().check('4711'), 'right');
    assert.equal(guard().check(4711), 'right');
    for (const wrong of ['4712', '', ' 4711', '04711', 4711.5, null, undefined, {}, ['4711'], true, '4711\n']) {
      assert.equal(guard().check(wrong), 'wrong', JSON.stringify(wrong));
    }
  });

  it('holds the PIN in no readable form, and is another one each time', async () => {
    assert.match(hash, /^scrypt\$\d+\$[\w-]{22}\$[\w-]{43}$/);
    assert.doesNotMatch(hash.replace(/^scrypt\$\d+\$/, ''), /^4711|\$4711/);
    assert.notEqual(await hashPin('4711'), hash);
  });

  it('the hash itself is not the PIN', () => {
    assert.equal(guard().check(hash), 'wrong');
  });

  it('is scrypt with the cost that it names, as anybody can work it out again', () => {
    const [, cost, salt, key] = hash.split('$');
    const again = scryptSync('4711', Buffer.from(salt ?? '', 'base64url'), 32, { N: Number(cost) });
    assert.equal(again.toString('base64url'), key);
    assert.equal(cost, '8192');
  });

  it('stays right and wrong after it was right once', () => {
    const one = guard();
    assert.equal(one.check('4711'), 'right');
    assert.equal(one.check('4711'), 'right');
    assert.equal(one.check('4712'), 'wrong');
    assert.equal(one.check('4711'), 'right');
  });

  it('letters beyond ASCII and blanks are part of it', async () => {
    for (const pin of ['пароль', '1 2 3 4', '🔋🔌⚡🪫', 'ß'.repeat(64)]) {
      const kept = await hashPin(pin);
      assert.equal(guard(kept).check(pin), 'right', pin);
      assert.equal(guard(kept).check(`${pin} `), 'wrong');
    }
  });

  it('damaged, or of a cost that would halt the process, it is as none: nothing is right', () => {
    const [, cost = '', salt = '', key = ''] = hash.split('$');
    const of = (...parts: string[]): string => ['scrypt', ...parts].join('$');
    const bad = ['scrypt$', of(cost, salt), of(cost, salt, key.slice(1)), of('', salt, key), of('1', salt, key)];
    bad.push(of('8191', salt, key), of('999999', salt, key), of('65536', salt, key), of('-8192', salt, key));
    bad.push(of(cost, salt, key, 'x'), `${hash}\n`, of(cost, '!'.repeat(22), key));
    for (const damaged of bad) {
      for (const given of ['4711', damaged, '']) assert.equal(guard(damaged).check(given), 'none', damaged);
    }
  });

  it('whatever is shown to it, nothing is thrown and only the PIN is right', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (given) => {
        assert.equal(guard().check(given), given === '4711' || given === 4711 ? 'right' : 'wrong');
      }),
      { numRuns: 40 },
    );
    assert.equal(guard().check('4711'.repeat(2_500_000)), 'wrong', '10 MB');
  });
});

describe('wrong tries', () => {
  const PACK = 'p1';

  it('after the fifth nothing is hashed any more: the throttle comes first', async () => {
    const clock = new ManualClock();
    const guard = pinGuard(await hashPin('4711'), clock);
    for (let i = 0; i < 5; i++) assert.equal(guard.check(`000${i}`), 'wrong');
    // Hashes for all of these would be minutes of work.
    for (let i = 0; i < 20_000; i++) assert.equal(guard.check('4711'), 'locked');
  });

  it('are counted over a deploy: a new protection node is no five new tries', async () => {
    const clock = new ManualClock();
    const pin = await hashPin('4711');
    for (let i = 0; i < 5; i++) assert.equal(pinGuard(pin, clock, throttleOf(clock, PACK)).check('0000'), 'wrong');
    assert.equal(pinGuard(pin, clock, throttleOf(clock, PACK)).check('4711'), 'locked');
    clock.advance(301);
    assert.equal(pinGuard(pin, clock, throttleOf(clock, PACK)).check('4711'), 'right');
  });

  it('of two nodes count together, those of another pack for themselves', () => {
    const clock = new ManualClock();
    const one = pinGuard('4711', clock, throttleOf(clock, PACK));
    const two = pinGuard('4711', clock, throttleOf(clock, PACK));
    for (let i = 0; i < 5; i++) (i % 2 === 0 ? one : two).check('0000');
    assert.deepEqual([one.check('4711'), two.check('4711')], ['locked', 'locked']);
    assert.equal(pinGuard('4711', clock, throttleOf(clock, 'p2')).check('4711'), 'right');
  });

  it('count on when the PIN is changed, and are none where no PIN is set', () => {
    const clock = new ManualClock();
    for (let i = 0; i < 9; i++) assert.equal(pinGuard('', clock, throttleOf(clock, PACK)).check('0000'), 'none');
    for (let i = 0; i < 5; i++) pinGuard('4711', clock, throttleOf(clock, PACK)).check('0000');
    assert.equal(pinGuard('1234', clock, throttleOf(clock, PACK)).check('1234'), 'locked');
  });
});

describe('a PIN as it is typed, in a flow written by hand or from the environment', () => {
  it('still works, of any length', () => {
    for (const pin of ['1', '4711', 'x'.repeat(200)]) {
      assert.equal(pinGuard(pin, new ManualClock()).check(pin), 'right');
      assert.equal(pinGuard(pin, new ManualClock()).check(`${pin}x`), 'wrong');
    }
  });
});

describe('what may be a PIN', () => {
  it('has 4 to 64 characters and is text', () => {
    for (const pin of ['1234', ' 12 ', '🔋🔌⚡🪫', 'x'.repeat(64)]) assert.equal(pinProblem(pin), null, pin);
    for (const pin of ['', '1', '123', '🔋🔌']) assert.equal(pinProblem(pin), 'too-short', pin);
    assert.equal(pinProblem('x'.repeat(65)), 'too-long');
    for (const pin of [1234, null, undefined, {}, ['1', '2', '3', '4'], true])
      assert.equal(pinProblem(pin), 'not-text');
  });
});
