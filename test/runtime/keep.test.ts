/** Keeping things across a redeploy: a redeploy is no restart, and what is gone for good ends at once. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createKeep } from '../../src/runtime/keep.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** Node-RED waits so long for the slowest neighbour to close (safety bar: "foreign close hang"). */
const NODE_CLOSE_TIMEOUT = 15;

interface Thing {
  readonly name: string;
}

function keepOf() {
  const clock = new ManualClock();
  const ended: string[] = [];
  const made: string[] = [];
  const keep = createKeep<Thing>(clock, ({ name }) => ended.push(name));
  const claim = (key: string, hash: string): Thing =>
    keep.claim(key, hash, () => {
      const name = `${key}/${hash}#${made.length + 1}`;
      made.push(name);
      return { name };
    });
  return { clock, keep, claim, ended, made };
}

describe('keeping things across a redeploy', () => {
  it('the same key and hash get the running thing back, released or not', () => {
    const { keep, claim, made, ended } = keepOf();
    const first = claim('pack', 'a');
    assert.equal(claim('pack', 'a'), first);
    keep.release('pack', false);
    assert.equal(keep.get('pack'), first, 'it runs on while the flow is being rebuilt');
    assert.equal(claim('pack', 'a'), first);
    assert.deepEqual([made.length, ended.length], [1, 0]);
  });

  it('another hash ends the old one before it makes the new one', () => {
    const { clock, claim, keep, ended } = keepOf();
    claim('pack', 'a');
    keep.release('pack', false);
    let endedBefore = -1;
    const second = keep.claim('pack', 'b', () => {
      endedBefore = ended.length;
      return { name: 'new' };
    });
    assert.equal(endedBefore, 1, 'two of them never own one line at a time');
    clock.advance(3600);
    assert.deepEqual(ended, ['pack/a#1']);
    assert.equal(keep.get('pack'), second, 'the grace of the old one does not end the new one');
  });

  it('what is deleted ends at once, also when it had been released for a redeploy before', () => {
    const { clock, keep, claim, ended } = keepOf();
    claim('pack', 'a');
    keep.release('pack', true);
    assert.deepEqual(ended, ['pack/a#1']);
    assert.equal(keep.get('pack'), undefined);
    claim('other', 'a');
    keep.release('other', false);
    keep.release('other', true);
    assert.equal(ended.length, 2);
    clock.advance(3600);
    assert.equal(ended.length, 2, 'nothing is ended twice');
    assert.equal(clock.pending, 0);
  });

  it('the grace is longer than Node-RED waits for a neighbour that hangs, and it does end', () => {
    const { clock, keep, claim, ended } = keepOf();
    const first = claim('pack', 'a');
    keep.release('pack', false);
    clock.advance(NODE_CLOSE_TIMEOUT + 1);
    assert.equal(claim('pack', 'a'), first);
    clock.advance(3600);
    assert.equal(ended.length, 0, 'claimed again: no timer is left behind');
    keep.release('pack', false);
    clock.advance(60);
    assert.equal(ended.length, 1);
    assert.equal(keep.get('pack'), undefined);
    assert.notEqual(claim('pack', 'a'), first);
  });

  it('releasing what was never claimed, or twice, does nothing', () => {
    const { clock, keep, claim, ended } = keepOf();
    keep.release('nobody', true);
    keep.release('nobody', false);
    claim('pack', 'a');
    keep.release('pack', true);
    keep.release('pack', true);
    keep.release('pack', false);
    clock.advance(3600);
    assert.equal(ended.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('for any order of deploys: one running thing a key, each ended exactly once, none lost', () => {
    const step = fc.record({
      act: fc.constantFrom('claim', 'claim', 'release', 'delete'),
      key: fc.constantFrom('p', 'q'),
      hash: fc.constantFrom('a', 'b'),
      wait: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { clock, keep, claim, ended, made } = keepOf();
        for (const { act, key, hash, wait } of steps) {
          if (act === 'claim') assert.equal(claim(key, hash), keep.get(key));
          else keep.release(key, act === 'delete');
          clock.advance(wait);
        }
        const running = ['p', 'q'].flatMap((key) => keep.get(key)?.name ?? []);
        assert.deepEqual([...ended, ...running].sort(), [...made].sort());
      }),
      { numRuns: 300 },
    );
  });
});
