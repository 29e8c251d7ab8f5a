/** A clock that moves only when told to. Timers fire in order, at their own time. */
import type { Clock } from '../../src/engine/clock.ts';

interface Timer {
  at: number;
  call: () => void;
  every: number | null;
}

export class ManualClock implements Clock {
  #now: number;
  #wall: number;
  readonly #timers = new Set<Timer>();

  constructor(now = 1000, wall = Date.UTC(2026, 0, 1)) {
    this.#now = now;
    this.#wall = wall;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  after(seconds: number, call: () => void): () => void {
    return this.#add({ at: this.#now + seconds, call, every: null });
  }

  every(seconds: number, call: () => void): () => void {
    return this.#add({ at: this.#now + seconds, call, every: seconds });
  }

  /** Steps the wall clock alone: nothing that decides may notice. */
  stepWall(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  /** Moves time on and fires what falls due, in order. */
  advance(seconds: number): void {
    const end = this.#now + seconds;
    for (;;) {
      let next: Timer | null = null;
      for (const timer of this.#timers) if (timer.at <= end && (next === null || timer.at < next.at)) next = timer;
      if (next === null) break;
      this.#move(next.at);
      if (next.every === null) this.#timers.delete(next);
      else next.at += next.every;
      next.call();
    }
    this.#move(end);
  }

  /** Timers that have not fired: zero once everything is closed. */
  get pending(): number {
    return this.#timers.size;
  }

  #move(to: number): void {
    this.#wall += (to - this.#now) * 1000;
    this.#now = to;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}
