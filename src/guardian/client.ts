/** Node-RED's side of the guardian: started when it is needed, watched, and started again when it ends. */
import type { Clock } from '../engine/clock.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { Backend } from '../links/bus/movable.ts';
import type { BusUse } from '../links/bus/registry.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import type { RelayOutput } from '../relays/relay.ts';
import type { FromGuardian, OnExit, ToGuardian } from './protocol.ts';
import { remoteLine } from './remote-line.ts';
import { remoteOutput } from './remote-output.ts';

/** The process, as far as it is used. */
export interface GuardianProcess {
  readonly pid: number | undefined;
  send(message: ToGuardian): void;
  /** Ends it at once: it does not answer any more. */
  kill(): void;
  /** Lets go of it: it opens what it holds and ends by itself. */
  disconnect(): void;
}

export interface GuardianEvents {
  received(message: FromGuardian): void;
  /** Comes once and last. */
  ended(why: string): void;
}

export interface GuardianStatus {
  readonly state: 'idle' | 'starting' | 'running' | 'ended';
  readonly pid: number | null;
  /** How often it had to be started again. */
  readonly restarts: number;
  /** Bytes of memory it uses, as it said last. */
  readonly rss: number | null;
  /** Why it is not running, in one sentence. */
  readonly problem: string | null;
}

/** Something of ours that lives in the guardian. */
export interface Away {
  /** A new guardian process knows nothing yet. */
  begin(): void;
  /** The process is gone. */
  lost(why: string): void;
  received(message: FromGuardian): void;
}

/** What remote outputs and lines use of the client. */
export interface Channel {
  readonly clock: Clock;
  readonly id: number;
  send(message: ToGuardian): void;
  /** Gives the number back. */
  end(): void;
}

export interface GuardianClient {
  openOutput(spec: OutputSpec, onExit: OnExit): RelayOutput;
  openLine(spec: BusSpec, use: BusUse): Backend;
  status(): GuardianStatus;
  /** Node-RED is being stopped, and the guardian may not outlive it for long (a container). */
  stopping(): void;
  close(): void;
}

/** Between two questions whether it still answers, and how many may stay unanswered (s). */
const PING = 1;
const UNANSWERED = 4;
/** Pauses before it is started again (s): the first time at once. */
const LONGEST_PAUSE = 15;
/** A guardian that has run so long has proven itself (s). */
const PROVEN_AFTER = 30;
/** One that has nothing to keep for so long is let go (s). */
const IDLE = 60;

export function createGuardianClient(clock: Clock, spawn: (events: GuardianEvents) => GuardianProcess): GuardianClient {
  const away = new Map<number, Away>();
  let ids = 0;
  let current: GuardianProcess | null = null;
  let status: GuardianStatus = { state: 'idle', pid: null, restarts: 0, rss: null, problem: null };
  let startedAt = -Infinity;
  let failures = 0;
  let unanswered = 0;
  let pings = 0;
  let stopPinging: (() => void) | null = null;
  let cancelStart: (() => void) | null = null;
  let cancelIdle: (() => void) | null = null;
  let isClosed = false;

  function become(next: Partial<GuardianStatus>): void {
    status = { ...status, ...next };
  }

  function start(): void {
    cancelStart = null;
    if (isClosed) return;
    startedAt = clock.now();
    unanswered = 0;
    const started = spawn({
      received: (message) => {
        if (current === started) received(message);
      },
      ended: (why) => {
        if (current === started) ended(why);
      },
    });
    current = started;
    become({ state: 'starting', pid: started.pid ?? null, problem: null });
    stopPinging = clock.every(PING, ping);
    for (const one of away.values()) one.begin();
  }

  /** Counted, not timed: after a stall of this process the answers are there, but not read yet. */
  function ping(): void {
    if (unanswered >= UNANSWERED) return current?.kill();
    unanswered += 1;
    pings += 1;
    current?.send({ t: 'ping', n: pings });
  }

  function received(message: FromGuardian): void {
    if (message.t === 'ready') return become({ state: 'running' });
    if (message.t === 'pong') {
      unanswered = 0;
      if (clock.now() - startedAt >= PROVEN_AFTER) failures = 0;
      status = { ...status, rss: message.rss };
      return;
    }
    away.get(message.id)?.received(message);
  }

  function ended(why: string): void {
    stopPinging?.();
    current = null;
    const problem = `the guardian process ended (${why}); it is started again`;
    if (away.size === 0) return become({ state: 'idle', pid: null, rss: null });
    const pause = failures === 0 ? 0 : Math.min(LONGEST_PAUSE, 2 ** (failures - 1));
    failures += 1;
    cancelStart = clock.after(pause, start);
    become({ state: 'ended', pid: null, rss: null, restarts: status.restarts + 1, problem });
    for (const one of away.values()) one.lost(problem);
  }

  function idle(): void {
    cancelIdle = null;
    if (away.size > 0) return;
    stopPinging?.();
    cancelStart?.();
    cancelStart = null;
    current?.disconnect();
    current = null;
    become({ state: 'idle', pid: null, rss: null, problem: null });
  }

  function open<T>(make: (channel: Channel) => Away & T): T {
    const id = ++ids;
    cancelIdle?.();
    cancelIdle = null;
    const channel: Channel = {
      clock,
      id,
      send: (message) => current?.send(message),
      end() {
        away.delete(id);
        if (away.size === 0) cancelIdle ??= clock.after(IDLE, idle);
      },
    };
    const one = make(channel);
    away.set(id, one);
    if (current !== null) one.begin();
    else if (cancelStart === null) start();
    return one;
  }

  return {
    openOutput: (spec, onExit) => open((channel) => remoteOutput(channel, spec, onExit)),
    openLine: (spec, use) => open((channel) => remoteLine(channel, spec, use)),
    status: () => status,
    stopping: () => current?.send({ t: 'stopping' }),
    close() {
      isClosed = true;
      cancelIdle?.();
      away.clear();
      idle();
    },
  };
}
