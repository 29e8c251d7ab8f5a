/**
 * One kind of relay output behind one small interface.
 *
 * "Held" is the state that somebody must keep renewing: for a permission the contact that connects, for the pre-alarm
 * the quiet one. "Released" is where the output goes, and stays, when nobody renews: disconnected, or sounding.
 */

/**
 * `stays-closed`: told to let go, and still held. `stays-open`: told to hold, and does not. `lost`: the hardware does not
 * answer, so nobody knows.
 */
export type RelayFault = 'stays-closed' | 'stays-open' | 'lost';

export interface RelayState {
  /** What was asked for last: `true` is held. */
  readonly commanded: boolean;
  /** What the hardware says: `true` is held; `null` while it has not said. */
  readonly actual: boolean | null;
  /** The hardware has confirmed the commanded state since it was asked for. */
  readonly verified: boolean;
  /** What is wrong with the output, in one sentence; `null` when nothing is. */
  readonly problem: string | null;
  /** The kind of problem. */
  readonly fault: RelayFault | null;
}

export interface RelayOutput {
  /** Holds until the monotonic second `until`, by the output's own timer where it has one. Never longer. */
  hold(until: number): void;
  /** Lets go at once: cancels whatever hold is queued, and goes on trying until the hardware confirms. */
  release(): void;
  state(): RelayState;
  onChange(listener: () => void): () => void;
  /** Gives the hardware back without commanding anything. */
  close(): void;
}
