import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { agrees, believed, majority, repeated } from '../../../src/links/123smartbms/agreement.ts';

const within2 = () => 2;

describe('123\\SmartBMS agreement', () => {
  it('one value is not believed, two are when they agree', () => {
    assert.equal(believed([], within2), null);
    assert.equal(believed([10], within2), null);
    assert.equal(believed([null], within2), null);
    assert.equal(believed([10, 12], within2), 1);
    assert.equal(believed([10, 13], within2), null);
    assert.equal(believed([13, 10], within2), null);
    assert.equal(believed([null, null], within2), 1);
    assert.equal(believed([null, 10], within2), null);
    assert.equal(believed([10, null], within2), null);
  });

  it('of three, the newest when it agrees with the median, else the median', () => {
    assert.equal(believed([10, 11, 12], within2), 2);
    assert.equal(believed([10, 11, 99], within2), 1);
    assert.equal(believed([10, 10, 99], within2), 1);
    assert.equal(believed([10, 99, 11], within2), 2);
    assert.equal(believed([99, 10, 11], within2), 2);
    assert.equal(believed([10, 20, 30], within2), 1);
    assert.equal(believed([30, 20, 10], within2), 1);
    assert.equal(believed([10, 99, 20], within2), 2);
    assert.equal(believed([10, -99, 20], within2), 0);
  });

  it('“not known” is believed by majority, and one of it leaves the other two to agree', () => {
    assert.equal(believed([10, null, null], within2), 2);
    assert.equal(believed([null, null, 10], within2), 1);
    assert.equal(believed([10, 11, null], within2), 1);
    assert.equal(believed([10, null, 11], within2), 2);
    assert.equal(believed([10, null, 20], within2), null);
  });

  it('never believes a value that none of the others comes near, except the middle of a ramp', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 }), (values) => {
        const place = believed(values, within2);
        assert.ok(place !== null);
        const value = values[place] ?? Number.NaN;
        const sorted = values.toSorted((a, b) => a - b);
        assert.ok(agrees(sorted[1] ?? Number.NaN, value, within2));
      }),
    );
  });

  it('repeated is what came at least twice', () => {
    assert.equal(repeated([]), null);
    assert.equal(repeated([16]), null);
    assert.equal(repeated([16, 15]), null);
    assert.equal(repeated([16, 16]), 16);
    assert.equal(repeated([16, 15, 16]), 16);
    assert.equal(repeated([16, 15, 15]), 15);
    assert.equal(repeated([16, 15, 14]), null);
  });

  it('a flag goes by majority, a tie to the careful answer', () => {
    assert.equal(majority([true, false, true], false), true);
    assert.equal(majority([true, false, false], true), false);
    assert.equal(majority([true, false], true), true);
    assert.equal(majority([true, false], false), false);
    assert.equal(majority([true, true], false), true);
  });
});
