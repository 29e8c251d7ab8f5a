/**
 * What the pack knew when it sent its last readings: they are judged by these, and not by the objects that went out, which
 * anybody may have changed.
 */
import type { Reading } from '../engine/reading/reading.ts';

/** More readings than this are not under way at the same time. */
const MOST = 64;
/** A reading that took longer than this was held back: what is known by now counts (s). */
const HELD_BACK = 0.5;

export interface Sent {
  readonly sequence: number;
  readonly reading: Reading;
  /** Monotonic second at which its ages count. */
  readonly at: number;
}

export class OnTheWire {
  readonly #sent: (Sent | undefined)[] = [];

  note(sent: Sent): void {
    this.#sent[sent.sequence % MOST] = sent;
  }

  /** Takes out what was sent under a number, `null` when it is not to be had or took too long. */
  take(sequence: number, now: number): Sent | null {
    const sent = this.#sent[sequence % MOST];
    if (sent?.sequence !== sequence) return null;
    this.#sent[sequence % MOST] = undefined;
    return now - sent.at <= HELD_BACK ? sent : null;
  }
}
