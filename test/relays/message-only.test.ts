/** A relay without hardware: its messages are the command, and nothing is ever claimed to be confirmed. */
import assert from 'node:assert/strict';
import { messageOnlyRelay } from '../../src/relays/message-only.ts';

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
});
