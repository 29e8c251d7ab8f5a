/**
 * No hardware of ours: the node's output message is the command. Where whoever receives it answers with a message of its
 * own, that is the read-back; otherwise nothing is known of the contact.
 */
import type { Clock } from '../engine/clock.ts';
import { createListeners } from '../links/bus/listeners.ts';
import type { RelayFault, RelayOutput, RelayState } from './relay.ts';

export type MessageOnlyOptions =
  | { readonly readsBack: false }
  /** Messages come back that say where the contact is. */
  | { readonly readsBack: true; readonly clock: Clock };

export interface MessageOnlyRelay extends RelayOutput {
  /** A message says where the contact is: `true` is held. Without effect where nothing is read back. */
  told(actual: boolean): void;
}

/** Seconds that the contact may take to follow, message there and message back. */
const FOLLOWS_WITHIN = 5;

export function messageOnlyRelay(options: MessageOnlyOptions = { readsBack: false }): MessageOnlyRelay {
  const clock = options.readsBack ? options.clock : null;
  const listeners = createListeners<[]>();
  let held = false;
  /** Said last; it stays true until something else is said, for the nodes that tell it do so when it changes. */
  let actual: boolean | null = null;
  let fault: RelayFault | null = null;
  let cancelWait: (() => void) | null = null;

  const changed = (): void => listeners.tell();

  /** Starts the time in which the contact has to follow, or ends it. */
  const watch = (): void => {
    const differs = actual !== null && actual !== held;
    if (!differs) {
      cancelWait?.();
      cancelWait = null;
      fault = null;
    } else if (fault === null) {
      cancelWait ??=
        clock?.after(FOLLOWS_WITHIN, () => {
          cancelWait = null;
          fault = held ? 'stays-open' : 'stays-closed';
          changed();
        }) ?? null;
    }
  };

  const set = (to: boolean): void => {
    if (held === to) return;
    held = to;
    // A new command has its own time to be followed.
    cancelWait?.();
    cancelWait = null;
    fault = null;
    watch();
    changed();
  };

  return {
    hold: () => set(true),
    release: () => set(false),
    told(now) {
      if (clock === null || now === actual) return;
      actual = now;
      watch();
      changed();
    },
    state(): RelayState {
      const problem =
        fault === null
          ? null
          : `the contact does not follow: commanded ${held ? 'on' : 'off'}, read back ${held ? 'off' : 'on'}`;
      return { commanded: held, actual, verified: actual === held, problem, fault };
    },
    onChange: (listener) => listeners.add(listener),
    close() {
      cancelWait?.();
      cancelWait = null;
      listeners.clear();
    },
  };
}
