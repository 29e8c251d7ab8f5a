/** The clock of the running process: monotonic, from `performance.now()`; wall time for display. */
import type { Clock } from '../engine/clock.ts';

/**
 * The system's monotonic clock at the moment from which `performance.now()` counts: seconds mean the same in every
 * process of this computer, so that the end of a lease can be told to another one.
 */
const ORIGIN = Number(process.hrtime.bigint()) / 1e9 - performance.now() / 1000;

export const systemClock: Clock = {
  now: () => ORIGIN + performance.now() / 1000,
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
