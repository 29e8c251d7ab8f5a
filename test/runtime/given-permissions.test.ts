/** What a pack has given lately, and what a permission in a message is worth against it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SETTINGS } from '../../src/engine/pack/schema.ts';
import {
  acceptPermission,
  emptyLease,
  givenPermissions,
  LONGEST_LEASE,
  parsePermission,
  type Permission,
} from '../../src/runtime/permission.ts';

const GIVEN: Permission = {
  pack: 'house',
  role: 'charge',
  allowed: true,
  instance: 'p-1',
  sequence: 7,
  validUntil: 1005,
};

describe('what a pack has given', () => {
  const given = (...permissions: Permission[]) => {
    const record = givenPermissions();
    for (const permission of permissions) record.note(permission);
    return record;
  };

  it('is worth what it was given as', () => {
    assert.deepEqual(given(GIVEN).real({ ...GIVEN }), GIVEN);
  });

  it('what was never given is worth nothing: not ahead, not beside, and not with nothing given', () => {
    for (const forged of [{ sequence: 8 }, { sequence: 1e12 }, { sequence: 7.5 }, { role: 'load' as const }]) {
      assert.equal(given(GIVEN).real({ ...GIVEN, ...forged }), null);
    }
    assert.equal(given(GIVEN).real({ ...GIVEN, instance: 'p-2' }), null);
    assert.equal(given(GIVEN).real({ ...GIVEN, pack: 'boat' }), null);
    assert.equal(givenPermissions().real(GIVEN), null);
  });

  it('a hop may make it shorter or take it away, and never longer or true', () => {
    const record = given(GIVEN, { ...GIVEN, sequence: 8, allowed: false });
    assert.equal(record.real({ ...GIVEN, validUntil: 1002 })?.validUntil, 1002);
    assert.equal(record.real({ ...GIVEN, validUntil: 1e9 })?.validUntil, 1005);
    assert.equal(record.real({ ...GIVEN, allowed: false })?.allowed, false);
    assert.equal(record.real({ ...GIVEN, sequence: 8, allowed: true })?.allowed, false);
  });

  it('the pre-alarm is the other way round: a hop may sound it and not silence it', () => {
    const quiet: Permission = { ...GIVEN, role: 'pre-alarm', allowed: false };
    const record = given(quiet, { ...quiet, sequence: 8, allowed: true });
    assert.equal(record.real({ ...quiet, allowed: true })?.allowed, true);
    assert.equal(record.real({ ...quiet, sequence: 8, allowed: false })?.allowed, true);
  });

  it('what is done to the object afterwards changes nothing', () => {
    const out = { ...GIVEN };
    const record = given(out);
    Object.assign(out, { validUntil: 1e9, allowed: false });
    assert.deepEqual(record.real({ ...out, allowed: true }), GIVEN);
  });

  it('is forgotten after some minutes, and is then worth nothing rather than forged', () => {
    const record = givenPermissions();
    for (let sequence = 0; sequence < 2000; sequence++) record.note({ ...GIVEN, sequence });
    assert.equal(record.real({ ...GIVEN, sequence: 1999 })?.validUntil, 1005);
    assert.equal(record.real({ ...GIVEN, sequence: 5 })?.validUntil, -Infinity);
    assert.equal(record.real({ ...GIVEN, sequence: 2000 }), null);
  });

  it('whatever is shown, a lease never gets more than was given', () => {
    const shown = fc.record({
      sequence: fc.constantFrom(6, 7, 8, 9, 1e12, -1),
      allowed: fc.boolean(),
      validUntil: fc.constantFrom(0, 1001, 1005, 1e9, Number.MAX_VALUE),
    });
    fc.assert(
      fc.property(fc.array(shown), (list) => {
        const record = given(
          GIVEN,
          { ...GIVEN, sequence: 8, allowed: false },
          { ...GIVEN, sequence: 9, validUntil: 1009 },
        );
        const lease = emptyLease('p-1');
        for (const one of list) {
          const real = record.real({ ...GIVEN, ...one });
          if (real !== null) acceptPermission(lease, real, 1000);
          assert.ok(lease.until <= 1009);
          assert.ok(lease.sequence <= 9, 'a forged one takes no place in the sequence');
        }
      }),
    );
  });
});

describe('a lease', () => {
  it('lasts no longer than can be set, whatever a message says', () => {
    const lease = emptyLease('p-1');
    assert.equal(acceptPermission(lease, { ...GIVEN, validUntil: 1e12 }, 1000), 'renewed');
    assert.equal(lease.until, 1000 + LONGEST_LEASE);
    const { leaseLoad } = SETTINGS;
    assert.equal(leaseLoad.kind === 'number' && leaseLoad.max, LONGEST_LEASE);
  });

  it('names as long as a book are no names', () => {
    for (const name of ['pack', 'role', 'instance']) {
      assert.equal(parsePermission({ ...GIVEN, [name]: 'x'.repeat(257) }), null, name);
      assert.notEqual(parsePermission({ ...GIVEN, [name]: 'x'.repeat(256) }), null, name);
    }
  });
});
