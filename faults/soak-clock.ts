/** A clock moved by hand, with as little work for each second as a year needs. */
import type { Clock } from '../src/engine/clock.ts';

interface Timer {
  at: number;
  readonly every: number;
  readonly call: () => void;
}

export class FastClock implements Clock {
  #now = 1000;
  #next = Infinity;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_767_225_600_000 + this.#now * 1000;
  }

  after(seconds: number, call: () => void): () => void {
    return this.#add(seconds, 0, call);
  }

  every(seconds: number, call: () => void): () => void {
    return this.#add(seconds, seconds, call);
  }

  /** Moves on to that second; timers fire in order. */
  to(end: number): void {
    while (this.#next <= end) {
      let first: Timer | null = null;
      for (const timer of this.#timers) if (first === null || timer.at < first.at) first = timer;
      if (first === null || first.at > end) break;
      this.#now = first.at;
      if (first.every === 0) this.#timers.delete(first);
      else first.at += first.every;
      first.call();
    }
    this.#now = end;
    this.#next = Infinity;
    for (const { at } of this.#timers) if (at < this.#next) this.#next = at;
  }

  #add(seconds: number, every: number, call: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, seconds), every, call };
    this.#timers.add(timer);
    if (timer.at < this.#next) this.#next = timer.at;
    return () => void this.#timers.delete(timer);
  }
}
