/**
 * The health of what everything runs in: whether the process comes to its work in time, has memory left, and is not
 * flooded. It only tells. The protection does not depend on it: ages and leases open whatever is late by themselves.
 *
 * Once a second it looks; what it finds is told once when it begins and once when it is over.
 */
import type { Clock } from '../engine/clock.ts';
import type { Edge, Severity } from '../engine/vocabulary.ts';
import { WorstOfMinute } from './worst-of-minute.ts';

export const HEALTH_CODES = ['lag', 'clock', 'memory', 'margin', 'storm'] as const;
export type HealthCode = (typeof HEALTH_CODES)[number];

export interface HealthLimits {
  /** Lateness of the event loop that is worth a warning, s. */
  readonly lagWarning: number;
  /** Lateness that endangers leases: half of the shortest, s. A function where leases come and go. */
  readonly lagAlarm: number | (() => number);
  /** Heap in use, in % of its limit. */
  readonly memoryWarning: number;
  readonly memoryAlarm: number;
  readonly memoryClear: number;
  /** What should be left of a lease when it is renewed, in %. */
  readonly marginLow: number;
  /** A step of the wall clock worth telling, s. */
  readonly clockStep: number;
}

const DEFAULTS: HealthLimits = {
  lagWarning: 0.5,
  // The shortest lease is that of charging, 5 s.
  lagAlarm: 2.5,
  memoryWarning: 85,
  memoryAlarm: 95,
  memoryClear: 80,
  marginLow: 30,
  clockStep: 5,
};

/** Bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly heapLimit: number;
  readonly rss: number;
}

export interface HealthEdge {
  readonly code: HealthCode;
  readonly severity: Extract<Severity, 'info' | 'warning' | 'alarm'>;
  readonly edge: Edge;
  /**
   * `lag`: s late; `clock`: s forward, negative back; `memory`: % of the heap; `margin`: % of the lease that was left;
   * `storm`: messages shed in the last second.
   */
  readonly value: number;
  /** In the unit of the value. */
  readonly threshold: number;
  /** Seconds since it was first raised. */
  readonly duration: number;
  /** Monotonic seconds. */
  readonly at: number;
}

/** Flat: scalars only. `null` where nothing has been measured. */
export interface HealthReport {
  /** Seconds late at the last look, and the worst of the last minute. */
  readonly lagNow: number;
  readonly lagWorst: number;
  /** Bytes. */
  readonly heapUsed: number | null;
  readonly heapLimit: number | null;
  readonly rss: number | null;
  /** The last step of the wall clock, in s: forward, negative back. */
  readonly clockStep: number | null;
  /** Messages shed since the start. */
  readonly shed: number;
  /** The least that was left of a lease at its renewal, in % of the lease, in the last minute. */
  readonly marginLeast: number | null;
  /** Age of the oldest value a charge permission rested on, in s, in the last minute. */
  readonly ageWorst: number | null;
  /** Seconds since the watch began. */
  readonly uptime: number;
}

export interface HealthOptions {
  readonly clock: Clock;
  /** Asked once a second. */
  readonly memory: () => Memory;
  readonly limits?: Partial<HealthLimits>;
}

export interface Health {
  /**
   * A lease was renewed.
   *
   * @param role whose lease; renewals of one name are counted in a row
   * @param left seconds that were left of it; 0 or less: it had ended
   * @param lease its whole length, s
   */
  noteMargin(role: string, left: number, lease: number): void;
  /** How old the oldest value is that a pack's charge permission rests on, s. */
  noteAge(pack: string, seconds: number): void;
  /** So many messages were shed. */
  noteShed(count: number): void;
  report(): HealthReport;
  /** What is raised now; the worst first. */
  active(): readonly HealthEdge[];
  /** Calls back with every edge; returns the way to stop. What a listener throws is swallowed. */
  onEdge(listener: (edge: HealthEdge) => void): () => void;
  /** Stops the watch. */
  close(): void;
}

/** Seconds between two looks. */
const EVERY = 1;
/** Seconds without a sign after which trouble is over. */
const CALM = 60;
/** Renewals in a row with little left before it is told. */
const IN_A_ROW = 3;

const SEVERITIES = ['info', 'warning', 'alarm'] as const;

/** Starts the watch on the clock; ends with `close`. */
export function createHealth({ clock, memory, limits: given = {} }: HealthOptions): Health {
  const limits = { ...DEFAULTS, ...given };
  const started = clock.now();
  const listeners = new Set<(edge: HealthEdge) => void>();
  const raised = new Map<HealthCode, { edge: HealthEdge; since: number }>();

  const lags = new WorstOfMinute();
  const ages = new WorstOfMinute();
  /** In %, turned round: the least is the worst. */
  const margins = new WorstOfMinute();
  let lookedAt = started;
  let lagNow = 0;
  let wallAhead = ahead();
  let clockStep: number | null = null;
  let lastMemory = measure();
  /** Renewals in a row with little left, by role. */
  const inARow = new Map<string, number>();
  let narrow: { left: number; at: number } | null = null;
  let shed = 0;
  let shedBefore = 0;
  let shedAt = -Infinity;

  /** How far the wall clock is ahead of the monotonic one, s. */
  function ahead(): number {
    return clock.wall() / 1000 - clock.now();
  }

  function measure(): Memory | null {
    try {
      return memory();
    } catch {
      return null;
    }
  }

  function tell(edge: HealthEdge): void {
    for (const listener of listeners) {
      try {
        listener(edge);
      } catch {
        // Out of a timer it would end the process, and the others would not be told.
      }
    }
  }

  /** Tells when trouble begins, gets worse or is over; while it gets better by half, nothing. */
  function settle(code: HealthCode, severity: 'warning' | 'alarm' | null, value: number, threshold: number): void {
    const before = raised.get(code);
    const at = clock.now();
    const duration = before === undefined ? 0 : at - before.since;
    if (severity === null) {
      if (before === undefined) return;
      raised.delete(code);
      return tell({ ...before.edge, edge: 'cleared', value, threshold, duration, at });
    }
    if (before !== undefined && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(before.edge.severity)) return;
    const edge: HealthEdge = { code, severity, edge: 'raised', value, threshold, duration, at };
    raised.set(code, { edge, since: before?.since ?? at });
    tell(edge);
  }

  /** The timer of a loop that is kept busy comes late: by at least what it was kept busy, less one period. */
  function lookAtLag(now: number): void {
    lagNow = Math.max(0, now - lookedAt - EVERY);
    lags.note(lagNow, now);
    const worst = lags.worst(now) ?? 0;
    const alarm = typeof limits.lagAlarm === 'function' ? limits.lagAlarm() : limits.lagAlarm;
    if (worst > alarm) settle('lag', 'alarm', worst, alarm);
    else if (worst > limits.lagWarning) settle('lag', 'warning', worst, limits.lagWarning);
    else settle('lag', null, worst, limits.lagWarning);
  }

  /** Compared with the look before: a clock that is slowly put right never adds up to a step. */
  function lookAtClock(now: number): void {
    const next = ahead();
    if (!Number.isFinite(next)) return;
    const step = next - wallAhead;
    wallAhead = next;
    if (!(Math.abs(step) > limits.clockStep)) return;
    clockStep = rounded(step);
    const told = { value: clockStep, threshold: limits.clockStep, duration: 0, at: now };
    tell({ code: 'clock', severity: 'info', edge: 'raised', ...told });
  }

  function lookAtMemory(): void {
    lastMemory = measure();
    if (lastMemory === null) return;
    const used = rounded((lastMemory.heapUsed / lastMemory.heapLimit) * 100);
    const { memoryWarning, memoryAlarm, memoryClear } = limits;
    if (used > memoryAlarm) settle('memory', 'alarm', used, memoryAlarm);
    else if (used > memoryWarning) settle('memory', 'warning', used, memoryWarning);
    else if (used < memoryClear) settle('memory', null, used, memoryClear);
  }

  function lookAtMargins(now: number): void {
    const { marginLow } = limits;
    if (narrow === null) return;
    if (now - narrow.at < CALM) return settle('margin', 'warning', narrow.left, marginLow);
    narrow = null;
    settle('margin', null, leastMargin(now) ?? marginLow, marginLow);
  }

  function lookAtStorms(now: number): void {
    const count = shed - shedBefore;
    shedBefore = shed;
    if (count > 0) {
      shedAt = now;
      settle('storm', 'warning', count, 0);
    } else if (now - shedAt >= CALM) settle('storm', null, 0, 0);
  }

  function leastMargin(now: number): number | null {
    const worst = margins.worst(now);
    return worst === null ? null : rounded(-worst);
  }

  const stop = clock.every(EVERY, () => {
    const now = clock.now();
    lookAtLag(now);
    lookedAt = now;
    lookAtClock(now);
    lookAtMemory();
    lookAtMargins(now);
    lookAtStorms(now);
  });

  return {
    noteMargin(role, left, lease) {
      const now = clock.now();
      const percent = (Math.max(0, left) / lease) * 100;
      if (!Number.isFinite(percent)) return;
      margins.note(-percent, now);
      const low = percent < limits.marginLow;
      const times = low ? (inARow.get(role) ?? 0) + 1 : 0;
      if (times === 0) inARow.delete(role);
      else inARow.set(role, times);
      if (times >= IN_A_ROW) narrow = { left: rounded(percent), at: now };
    },
    noteAge(_pack, seconds) {
      ages.note(seconds, clock.now());
    },
    noteShed(count) {
      if (count > 0) shed += count;
    },
    report() {
      const now = clock.now();
      const ageWorst = ages.worst(now);
      return {
        lagNow: rounded(lagNow),
        lagWorst: rounded(lags.worst(now) ?? 0),
        heapUsed: lastMemory?.heapUsed ?? null,
        heapLimit: lastMemory?.heapLimit ?? null,
        rss: lastMemory?.rss ?? null,
        clockStep,
        shed,
        marginLeast: leastMargin(now),
        ageWorst: ageWorst === null ? null : rounded(ageWorst),
        uptime: rounded(now - started),
      };
    },
    active() {
      const edges = [...raised.values()].map(({ edge }) => edge);
      return edges.sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
    },
    onEdge(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      stop();
      listeners.clear();
    },
  };
}

/** To a thousandth: more says nothing. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
