/** No hardware of ours: the node's output message is the command, and nothing is read back. */
import type { RelayOutput, RelayState } from './relay.ts';

export function messageOnlyRelay(): RelayOutput {
  const listeners = new Set<() => void>();
  let held = false;
  const set = (to: boolean): void => {
    if (held === to) return;
    held = to;
    for (const listener of listeners) listener();
  };
  return {
    hold: () => set(true),
    release: () => set(false),
    state: (): RelayState => ({ commanded: held, actual: null, verified: false, problem: null, fault: null }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}
