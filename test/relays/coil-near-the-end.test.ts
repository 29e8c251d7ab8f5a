/** A coil in the last moments of a lease: what is said of it then, and what is not taken for a fault. */
import assert from 'node:assert/strict';
import { relayOnBoard, tell } from './support/relay-on-board.ts';

describe('a timed coil in the last moments of its lease', () => {
  it('a lease that has ended without a release is not called confirmed', async () => {
    const { relay, clock, pass, contact } = relayOnBoard();
    relay.hold(clock.now() + 5);
    await pass(1);
    relay.hold(clock.now());
    assert.equal(contact(), true);
    assert.deepEqual([relay.state().commanded, relay.state().verified], [false, false]);
  });

  it('nor is one that has run out while nobody looked', async () => {
    const { relay, clock, pass, contact } = relayOnBoard({ timed: false });
    relay.hold(clock.now() + 2);
    await pass(1);
    assert.deepEqual([relay.state().commanded, relay.state().verified], [true, true]);
    await pass(1.1);
    assert.equal(contact(), true, 'a plain coil waits for its owner’s word');
    assert.deepEqual([relay.state().commanded, relay.state().verified], [false, false]);
    relay.hold(clock.now() - 1);
    await pass(0.1);
    assert.equal(contact(), false);
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
  });

  it('an end that lies in the past, or is none, opens at once, whatever is on its way', async () => {
    for (const end of [-1, 0, Number.NaN]) {
      const bench = relayOnBoard();
      const { relay, clock, pass, contact } = bench;
      relay.hold(clock.now() + 60);
      await pass(0.2);
      tell(bench, 'slow 0.8');
      relay.hold(clock.now() + 60);
      await pass(0.1);
      tell(bench, 'slow off');
      relay.hold(clock.now() + end);
      await pass(1.1);
      assert.equal(contact(), false, `end ${end}`);
    }
  });

  it('a renewal too short for the board lets go, and says that it is not where it was commanded', async () => {
    const { relay, clock, pass, contact } = relayOnBoard();
    relay.hold(clock.now() + 5);
    await pass(0.2);
    relay.hold(clock.now() + 0.65);
    await pass(0.2);
    assert.equal(contact(), false);
    assert.deepEqual(relay.state(), { commanded: true, actual: false, verified: false, problem: null, fault: null });
    await pass(0.5);
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
  });

  it('holds that end before they can be read back are none either', async () => {
    const bench = relayOnBoard();
    const { relay, clock, pass, edges } = bench;
    tell(bench, 'slow 0.3');
    for (let i = 0; i < 5; i++) {
      relay.hold(clock.now() + 0.75);
      await pass(1);
      assert.equal(relay.state().problem, null);
    }
    assert.ok(edges.filter(({ closed }) => closed).length >= 4, 'it did close for a moment');
  });

  it('a contact that is stuck open is still found out by holds that last', async () => {
    const bench = relayOnBoard();
    const { relay, clock, pass } = bench;
    tell(bench, 'stick 1 open');
    for (let i = 0; i < 3; i++) {
      relay.hold(clock.now() + 1.2);
      await pass(0.3);
    }
    assert.match(relay.state().problem ?? '', /commanded on, read back off/);
  });

  it('holds too short for the board are no disobedience of the contact', async () => {
    const { relay, clock, pass } = relayOnBoard();
    for (let i = 0; i < 4; i++) {
      relay.hold(clock.now() + 0.65);
      await pass(0.3);
    }
    assert.equal(relay.state().problem, null);
  });
});
