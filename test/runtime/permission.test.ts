/** A permission as it comes along a wire: what is one, and what a lease makes of it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { acceptPermission, emptyLease, parsePermission, type Permission } from '../../src/runtime/permission.ts';
import { seconds } from './support/arbitrary-seconds.ts';

const GOOD: Permission = {
  pack: 'house',
  role: 'charge',
  allowed: true,
  instance: 'p-1',
  sequence: 7,
  validUntil: 1005,
};

describe('a permission in a message', () => {
  it('is taken when every part of it is there, and nothing else of the object comes along', () => {
    assert.deepEqual(parsePermission({ ...GOOD, extra: 'x' }), GOOD);
    const parsed = parsePermission(GOOD);
    assert.notEqual(parsed, GOOD, 'a copy: who sent it cannot change it afterwards');
  });

  it('survives a way as JSON unchanged', () => {
    assert.deepEqual(parsePermission(JSON.parse(JSON.stringify(GOOD))), GOOD);
  });

  it('is none when any part is missing or of another kind', () => {
    for (const name of Object.keys(GOOD) as (keyof Permission)[]) {
      const { [name]: _gone, ...rest } = GOOD;
      assert.equal(parsePermission(rest), null, `without ${name}`);
      for (const wrong of [null, undefined, {}, [], Number.NaN, Infinity, -Infinity, () => true, 12n]) {
        assert.equal(parsePermission({ ...GOOD, [name]: wrong }), null, `${name}: ${typeof wrong}`);
      }
    }
    assert.equal(parsePermission({ ...GOOD, allowed: 1 }), null, 'one is not true');
    assert.equal(parsePermission({ ...GOOD, allowed: 'true' }), null, 'nor is a word');
    assert.equal(parsePermission({ ...GOOD, sequence: '8' }), null);
  });

  it('anything at all is looked at without a throw', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (thing) => {
        const parsed = parsePermission(thing);
        assert.ok(parsed === null || typeof parsed.allowed === 'boolean');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a lease', () => {
  const lease = () => emptyLease('p-1');

  it('starts empty: a new relay is not allowed', () => {
    assert.equal(lease().until, -Infinity);
  });

  it('holds to the second the permission names, and says so', () => {
    const held = lease();
    assert.equal(acceptPermission(held, GOOD, 1000), 'renewed');
    assert.equal(held.until, 1005);
  });

  it('may become shorter: the newest word counts, not the longest', () => {
    const held = lease();
    acceptPermission(held, GOOD, 1000);
    assert.equal(acceptPermission(held, { ...GOOD, sequence: 8, validUntil: 1002 }, 1000), 'renewed');
    assert.equal(held.until, 1002);
    assert.equal(acceptPermission(held, { ...GOOD, sequence: 9, validUntil: 999 }, 1000), 'expired');
    assert.ok(held.until < 1000);
  });

  it('is not touched by what is refused', () => {
    const held = lease();
    acceptPermission(held, GOOD, 1000);
    const before = { ...held };
    assert.equal(acceptPermission(held, { ...GOOD, validUntil: 2000 }, 1001), 'repeated');
    assert.equal(acceptPermission(held, { ...GOOD, sequence: 6, validUntil: 2000 }, 1001), 'repeated');
    assert.equal(acceptPermission(held, { ...GOOD, sequence: 6, allowed: false }, 1001), 'repeated');
    assert.equal(acceptPermission(held, { ...GOOD, sequence: 99, instance: 'p-2', validUntil: 2000 }, 1001), 'foreign');
    assert.equal(
      acceptPermission(held, { ...GOOD, sequence: 99, instance: 'p-2', allowed: false }, 1001),
      'foreign',
      'a late "no" of an earlier start is no "no" of this one',
    );
    assert.deepEqual(held, before);
  });

  it('for any order in which permissions arrive it ends as the newest one says', () => {
    const permission = fc.record({
      sequence: fc.integer({ min: 0, max: 1000 }),
      allowed: fc.boolean(),
      lasts: seconds(-5, 60),
    });
    fc.assert(
      fc.property(fc.uniqueArray(permission, { selector: (p) => p.sequence, minLength: 1 }), (list) => {
        const held = lease();
        // Shown twice over, in two orders: as a network with retained and repeated messages would.
        for (const { sequence, allowed, lasts } of [...list, ...list.toReversed()]) {
          acceptPermission(held, { ...GOOD, sequence, allowed, validUntil: 1000 + lasts }, 1000);
        }
        const newest = list.reduce((a, b) => (b.sequence > a.sequence ? b : a));
        assert.equal(held.until, newest.allowed ? 1000 + newest.lasts : -Infinity);
      }),
    );
  });
});
