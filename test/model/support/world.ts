/** The time that everything shares, and the processes that live, stall and die in it. */
import type { Clock } from '../../../src/engine/clock.ts';

/** Everything in promises goes on before the next timer fires. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Timer {
  at: number;
  readonly call: () => void;
}

/** A clock moved by hand which lets every promise settle between two timers: the order is that of a real event loop. */
export class World implements Clock {
  #now = 1000;
  #wall = Date.UTC(2026, 0, 1);
  #order: Timer[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  /** Steps the wall clock alone (ms). */
  stepWall(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  after(seconds: number, call: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, seconds), call };
    this.#insert(timer);
    return () => this.#remove(timer);
  }

  every(seconds: number, call: () => void): () => void {
    const timer: Timer = {
      at: this.#now + seconds,
      call: () => {
        timer.at += seconds;
        this.#insert(timer);
        call();
      },
    };
    this.#insert(timer);
    return () => this.#remove(timer);
  }

  /** Moves time on to the monotonic second `end`; `isOver` is asked after every timer. */
  async run(end: number, isOver: () => boolean = () => false): Promise<void> {
    await settled();
    for (;;) {
      const next = this.#order.at(-1);
      if (next === undefined || next.at > end) break;
      this.#order.pop();
      this.#move(next.at);
      next.call();
      await settled();
      if (isOver()) return;
    }
    this.#move(end);
  }

  #move(to: number): void {
    this.#wall += (to - this.#now) * 1000;
    this.#now = to;
  }

  /** Latest first, so that the next one is the last; of two at the same moment the one set first is nearer to the end. */
  #insert(timer: Timer): void {
    const order = this.#order;
    let i = order.length;
    while (i > 0 && order[i - 1]!.at <= timer.at) i--;
    order.splice(i, 0, timer);
  }

  #remove(timer: Timer): void {
    const i = this.#order.indexOf(timer);
    if (i >= 0) this.#order.splice(i, 1);
  }
}

/** A process: its timers and what arrives from outside reach it only while it lives and does not stall. */
export class Process implements Clock {
  readonly #world: World;
  #isAlive = true;
  #timers: (() => void)[] | null = null;
  #arrivals: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isStalled(): boolean {
    return this.#timers !== null;
  }

  now(): number {
    return this.#world.now();
  }

  wall(): number {
    return this.#world.wall();
  }

  after(seconds: number, call: () => void): () => void {
    return this.#timer(call, (fire) => this.#world.after(seconds, fire));
  }

  every(seconds: number, call: () => void): () => void {
    return this.#timer(call, (fire) => this.#world.every(seconds, fire));
  }

  /** Something from outside: bytes, a message of another process. */
  arrive(call: () => void): void {
    if (!this.#isAlive) return;
    if (this.#timers === null) call();
    else this.#arrivals.push(call);
  }

  /** Ends without a word. */
  kill(): void {
    this.#isAlive = false;
    this.#timers = null;
    this.#arrivals = [];
  }

  stall(): void {
    if (this.#isAlive) this.#timers ??= [];
  }

  /** First the timers that fell due, then what arrived, as in Node's event loop. */
  goOn(): void {
    const due = [...(this.#timers ?? []), ...this.#arrivals];
    this.#timers = null;
    this.#arrivals = [];
    for (const call of due) if (this.#isAlive) call();
  }

  #timer(call: () => void, set: (fire: () => void) => () => void): () => void {
    let isOff = false;
    let waits = false;
    const stop = set(() => {
      if (!this.#isAlive || waits) return;
      if (this.#timers === null) return call();
      // A repeated timer that is late fires once, not for every time it was missed.
      waits = true;
      this.#timers.push(() => {
        waits = false;
        if (!isOff) call();
      });
    });
    return () => {
      isOff = true;
      stop();
    };
  }
}
