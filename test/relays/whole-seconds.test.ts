import assert from 'node:assert/strict';
import { shellyBench } from './support/shelly-bench.ts';
it('holds too short for whole seconds are no disobedience', async () => {
  const { relay, clock, pass } = shellyBench({ generation: 2 });
  for (let i = 0; i < 5; i++) {
    relay.hold(clock.now() + 1.7);
    await pass(0.5);
  }
  assert.equal(relay.state().problem, null);
});
