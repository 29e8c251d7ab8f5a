/** The real clock with its waiting times shortened, for tests over real sockets and ports. */
import { systemClock } from '../../../../src/runtime/clock.ts';
import type { Clock } from '../../../../src/engine/clock.ts';

export interface QuickClock extends Clock {
  /** Timers that run. */
  readonly pending: number;
}

/** A clock on which a second of waiting takes `1 / speed` seconds, at least a millisecond. */
export function quickClock(speed: number): QuickClock {
  const running = new Set<object>();
  return {
    now: () => systemClock.now() * speed,
    wall: () => systemClock.wall(),
    after(seconds, call) {
      const timer = {};
      running.add(timer);
      const cancel = systemClock.after(seconds / speed, () => {
        running.delete(timer);
        call();
      });
      return () => {
        running.delete(timer);
        cancel();
      };
    },
    every(seconds, call) {
      const timer = {};
      running.add(timer);
      const cancel = systemClock.every(seconds / speed, call);
      return () => {
        running.delete(timer);
        cancel();
      };
    },
    get pending() {
      return running.size;
    },
  };
}

/** Resolves once `condition` holds; rejects after `seconds` with what was waited for. */
export function until(condition: () => boolean, what: string, seconds = 5): Promise<void> {
  const deadline = systemClock.now() + seconds;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (condition()) resolve();
      else if (systemClock.now() > deadline) reject(new Error(`waited ${seconds} s for: ${what}`));
      else setTimeout(look, 2);
    };
    look();
  });
}
