/** A relay output whose hardware is the test. */
import type { RelayOutput, RelayState } from '../../../src/relays/relay.ts';

export interface FakeOutput extends RelayOutput {
  /** What was asked for, oldest first: `hold 1005`, `release`, `close`. */
  readonly asked: string[];
  /** What the hardware says from now on. */
  say(state: Partial<RelayState>): void;
}

export function createFakeOutput(): FakeOutput {
  const listeners = new Set<() => void>();
  const asked: string[] = [];
  let state: RelayState = { commanded: false, actual: null, verified: false, problem: null, fault: null };
  const say = (next: Partial<RelayState>): void => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  return {
    asked,
    say,
    hold(until) {
      asked.push(`hold ${until}`);
      state = { ...state, commanded: true };
    },
    release() {
      asked.push('release');
      state = { ...state, commanded: false };
    },
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      asked.push('close');
    },
  };
}
