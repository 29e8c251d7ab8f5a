/**
 * Time, injected. Everything that decides takes its seconds from a monotonic clock; nothing of ours calls
 * `Date.now()` or `setTimeout` directly, so that a test can move time by hand.
 */
export interface Clock {
  /** Monotonic seconds. */
  now(): number;
  /** Milliseconds since 1970, for display only. */
  wall(): number;
  /** Calls back once after so many seconds; returns the way to cancel. */
  after(seconds: number, call: () => void): () => void;
  /** Calls back again and again; returns the way to stop. */
  every(seconds: number, call: () => void): () => void;
}
