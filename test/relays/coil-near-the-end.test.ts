/** A timed coil in the last moments of a lease. Red until `modbus-coil.ts` is mended. */
import assert from 'node:assert/strict';
import { relayOnBoard } from './support/relay-on-board.ts';

describe('a timed coil in the last moments of its lease', () => {
  it('a lease that has ended without a release is not called confirmed', async () => {
    const { relay, clock, pass, contact } = relayOnBoard();
    relay.hold(clock.now() + 5);
    await pass(1);
    relay.hold(clock.now());
    assert.equal(contact(), true);
    assert.deepEqual([relay.state().commanded, relay.state().verified], [false, false]);
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
