/**
 * A device that answers when asked, as a link sees it: one cycle of questions gives one observation.
 *
 * Nothing here rejects or throws for what a wire can bring: that no answer comes is an ordinary event.
 */
import type { Observation } from '../engine/reading/observation.ts';

/**
 * Why there is no answer.
 * `silent`: nothing came. `noise`: bytes came, but none that this protocol knows. `refused`: the device, or a gateway,
 * said no. `other`: a whole answer came, from another device or to another question. `line`: the line is down or full.
 * `nonsense`: a whole answer whose values cannot be.
 */
export type Unheard = 'silent' | 'noise' | 'refused' | 'other' | 'line' | 'nonsense';

export interface Failure {
  readonly ok: false;
  readonly reason: Unheard;
  /** One sentence for people: what was seen, and where it helps the remedy. */
  readonly text: string;
}

export type Heard<T> = { readonly ok: true; readonly value: T } | Failure;

/** What a cycle of questions brought. */
export interface Polled {
  /** What was heard, perhaps less than all; `null`: nothing that can be used. Its moment is the cycle's beginning. */
  readonly seen: Observation | null;
  /** Another moment (monotonic s), for a cycle that takes seconds: the ages in `seen` count back from here. */
  readonly at?: number;
  /** What went wrong although something may have been heard. */
  readonly failure: Failure | null;
}

export interface Device {
  /** One cycle. The device may learn in one (cells, packs, firmware) what it asks in the next. */
  poll(): Promise<Polled>;
  /**
   * Who it is, where the protocol tells: a serial number, a name, an address. Asked before the values of a line that
   * was lost are believed again. Absent: it cannot be told from another one of its kind.
   */
  identify?(): Promise<Heard<string>>;
}

/** What a search for an answer found in the bytes heard since the question. */
export type Found<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** The device answered this very question with "no", or with something that cannot be. */
  | { readonly kind: 'failure'; readonly reason: 'refused' | 'nonsense'; readonly text: string }
  /** A whole good frame, but from another device or to another question: the search goes on. */
  | { readonly kind: 'other'; readonly text: string };

/**
 * Looks for the answer in all bytes heard since the question; `null`: not there (yet). Called again whenever more
 * bytes came, always with everything from the beginning. Total: any bytes, cut anywhere; never throws. It passes over
 * noise, echoes of the question and damaged frames.
 */
export type Find<T> = (heard: Uint8Array) => Found<T> | null;

export interface AskOptions {
  /** Seconds to wait for the first byte; default 0.5. */
  readonly timeout?: number;
  /** Seconds of silence that the device wants after its answer before the next question; default 0. */
  readonly pause?: number;
  /** Seconds without a byte after which a half answer is given up; default 0.25. */
  readonly quiet?: number;
  /** The device talks by itself too: the question does not wait until it falls quiet. Default false. */
  readonly streams?: boolean;
  /** Sends the question again so often when nothing came, or noise; default 1. */
  readonly repeats?: number;
  /** The answer has no end of its own: it is over when the line falls quiet, and only then looked for. */
  readonly untilQuiet?: boolean;
}

/** Asks on a line of plain bytes: the answer ends the wait as soon as it is whole. */
export type Ask = <T>(question: Uint8Array, find: Find<T>, options?: AskOptions) => Promise<Heard<T>>;

/** What a device that talks by itself says: pushed bytes in, observations out. */
export interface Listening {
  /** Takes bytes as they arrive, at the monotonic second `at`. Total. */
  push(bytes: Uint8Array, at: number): readonly ListenedTo[];
  /** Bytes that belonged to no good frame, and frames that were refused, so far. */
  counters(): { readonly discardedBytes: number; readonly refusedFrames: number };
  /** What is wrong with what arrives, in one sentence (a stale key, frames of another device); `null`: nothing known. */
  problem(): string | null;
}

export interface ListenedTo {
  readonly seen: Observation;
  /** Monotonic second at which it was measured at the latest. */
  readonly at: number;
}
