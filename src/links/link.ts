/** A link: one BMS protocol. It turns what a bus brings into observations, and says when nothing good comes. */
import type { Observation } from '../engine/reading/observation.ts';

export interface LinkCounters {
  /** Frames that were good. */
  frames: number;
  /** Bytes that belonged to no good frame. */
  discardedBytes: number;
  /** Frames of the right length that failed the checksum or made no sense. */
  refusedFrames: number;
}

export interface LinkState {
  /** True while good frames come. */
  readonly ok: boolean;
  /** One sentence on what is wrong; `null` while ok. */
  readonly problem: string | null;
  readonly counters: LinkCounters;
}

export interface LinkListener {
  observed(observation: Observation, at: number): void;
  /** The state changed (not the counters alone). */
  changed(state: LinkState): void;
}

export interface Link {
  state(): LinkState;
  close(): void;
}

/** A link that takes bytes by hand too. */
export interface FedLink extends Link {
  /** Takes bytes that arrived at the monotonic second `at`. Never throws. */
  push(bytes: Uint8Array, at: number): void;
}
