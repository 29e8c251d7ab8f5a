/** A relay without hardware of ours: its messages are the command, and what is known of the contact is what messages tell. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { messageOnlyRelay } from '../../src/relays/message-only.ts';
import { seconds } from '../runtime/support/arbitrary-seconds.ts';
import { ManualClock } from '../support/manual-clock.ts';

const NOTHING_WRONG = { problem: null, fault: null };

describe('a relay that is only a message', () => {
  it('says what it was told, knows nothing of a contact, and tells of changes only', () => {
    const relay = messageOnlyRelay();
    const states: boolean[] = [];
    const stop = relay.onChange(() => states.push(relay.state().commanded));
    assert.deepEqual(relay.state(), { commanded: false, actual: null, verified: false, problem: null, fault: null });
    relay.release();
    relay.hold(1005);
    relay.hold(1006);
    relay.release();
    relay.release();
    assert.deepEqual(states, [true, false]);
    assert.deepEqual(relay.state(), { commanded: false, actual: null, verified: false, problem: null, fault: null });
    stop();
    relay.hold(1007);
    relay.close();
    relay.release();
    assert.deepEqual(states, [true, false]);
  });

  it('takes no notice of a message about a contact that it is not to read back', () => {
    const relay = messageOnlyRelay({ readsBack: false });
    relay.hold(1005);
    relay.told(false);
    assert.deepEqual(relay.state(), { commanded: true, actual: null, verified: false, ...NOTHING_WRONG });
  });
});

describe('a relay that is a message, with messages that read it back', () => {
  function bench() {
    const clock = new ManualClock();
    const relay = messageOnlyRelay({ readsBack: true, clock });
    let changes = 0;
    relay.onChange(() => changes++);
    return { clock, relay, changes: () => changes };
  }

  it('nothing is known, and nothing is wrong, before the first of them', () => {
    const { clock, relay } = bench();
    relay.hold(2000);
    clock.advance(60);
    assert.deepEqual(relay.state(), { commanded: true, actual: null, verified: false, ...NOTHING_WRONG });
    relay.release();
    clock.advance(60);
    assert.deepEqual(relay.state(), { commanded: false, actual: null, verified: false, ...NOTHING_WRONG });
    assert.equal(clock.pending, 0);
  });

  it('is confirmed when the contact follows within 5 s', () => {
    const { clock, relay, changes } = bench();
    relay.told(false);
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, ...NOTHING_WRONG });
    relay.hold(2000);
    clock.advance(4.9);
    assert.deepEqual(relay.state(), { commanded: true, actual: false, verified: false, ...NOTHING_WRONG });
    relay.told(true);
    assert.deepEqual(relay.state(), { commanded: true, actual: true, verified: true, ...NOTHING_WRONG });
    const told = changes();
    relay.told(true);
    clock.advance(60);
    assert.deepEqual(relay.state(), { commanded: true, actual: true, verified: true, ...NOTHING_WRONG });
    assert.equal(changes(), told, 'and nobody is told twice');
  });

  it('a contact that stays closed, or open, for 5 s is a fault in that direction until it follows', () => {
    for (const held of [true, false]) {
      const { clock, relay, changes } = bench();
      if (!held) relay.hold(2000);
      relay.told(!held);
      if (held) relay.hold(2000);
      else relay.release();
      clock.advance(4.99);
      assert.equal(relay.state().fault, null);
      const told = changes();
      clock.advance(0.02);
      assert.equal(changes(), told + 1);
      assert.equal(relay.state().fault, held ? 'stays-open' : 'stays-closed');
      assert.equal(relay.state().verified, false);
      assert.match(relay.state().problem ?? '', held ? /commanded on, read back off/ : /commanded off, read back on/);
      relay.told(held);
      assert.deepEqual(relay.state(), { commanded: held, actual: held, verified: true, ...NOTHING_WRONG });
      assert.equal(clock.pending, 0);
    }
  });

  it('a contact that somebody else moves is a fault after 5 s; one that comes back is none', () => {
    const { clock, relay } = bench();
    relay.told(false);
    relay.told(true);
    clock.advance(4);
    relay.told(false);
    clock.advance(60);
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, ...NOTHING_WRONG });
    relay.told(true);
    clock.advance(5);
    assert.equal(relay.state().fault, 'stays-closed');
  });

  it('closed, it keeps no timer and tells nobody', () => {
    const { clock, relay, changes } = bench();
    relay.told(true);
    const told = changes();
    relay.close();
    clock.advance(60);
    assert.deepEqual([clock.pending, changes()], [0, told]);
  });

  it('is never confirmed against what was read back, and a fault means 5 s of difference', () => {
    const step = fc.record({ what: fc.constantFrom('hold', 'release', 'on', 'off', 'wait'), wait: seconds(0, 7) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { clock, relay } = bench();
        let read: boolean | null = null;
        let differsSince = Infinity;
        for (const { what, wait } of steps) {
          const { commanded: before } = relay.state();
          if (what === 'hold') relay.hold(clock.now() + 5);
          if (what === 'release') relay.release();
          if (what === 'on' || what === 'off') {
            read = what === 'on';
            relay.told(read);
          }
          const { commanded } = relay.state();
          const differs = read !== null && read !== commanded;
          if (!differs) differsSince = Infinity;
          else if (differsSince === Infinity || commanded !== before) differsSince = clock.now();
          clock.advance(wait);
          const { actual, verified, fault } = relay.state();
          assert.equal(actual, read);
          assert.equal(verified, read === commanded);
          const expected: string | null =
            clock.now() - differsSince > 5 - 1e-9 ? (commanded ? 'stays-open' : 'stays-closed') : null;
          assert.equal(fault, expected);
        }
      }),
    );
  });
});
