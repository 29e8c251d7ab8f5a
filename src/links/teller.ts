/** What a link says of itself to its listener; whatever a listener throws reaches nobody else's callback. */
import type { Observation } from '../engine/reading/observation.ts';
import type { LinkCounters, LinkListener, LinkState } from './link.ts';

export interface Teller {
  state(): LinkState;
  /** Says what is wrong, or with `null` that nothing is; only when that is news. */
  become(problem: string | null): void;
  /** Passes an observation on. False: the listener could not use it, which is what is wrong now. */
  observed(seen: Observation, at: number): boolean;
  /** Nothing more is said. */
  close(): void;
}

/**
 * @param first what is wrong before anything has been heard
 * @param lead what a sentence about a listener that fails begins with
 */
export function createTeller(
  listener: LinkListener,
  { first, lead, counters }: { readonly first: string; readonly lead: string; readonly counters: () => LinkCounters },
): Teller {
  let problem: string | null = first;
  let closed = false;
  const state = (): LinkState => ({ ok: problem === null, problem, counters: counters() });

  function become(next: string | null): void {
    if (next === problem || closed) return;
    problem = next;
    try {
      listener.changed(state());
    } catch {
      // The state can be asked for at any time; there is nobody else to tell.
    }
  }

  return {
    state,
    become,
    observed(seen, at) {
      try {
        listener.observed(seen, at);
        return true;
      } catch (error) {
        become(`${lead}what is read could not be used: ${messageOf(error)}`);
        return false;
      }
    },
    close() {
      closed = true;
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
