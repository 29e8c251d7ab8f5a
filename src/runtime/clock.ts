/** The clock of the running process: monotonic, from `performance.now()`; wall time for display. */
import type { Clock } from '../engine/clock.ts';

export const systemClock: Clock = {
  now: () => performance.now() / 1000,
  wall: () => Date.now(),
  after(seconds, call) {
    const timer = setTimeout(call, seconds * 1000);
    return () => clearTimeout(timer);
  },
  every(seconds, call) {
    const timer = setInterval(call, seconds * 1000);
    return () => clearInterval(timer);
  },
};
