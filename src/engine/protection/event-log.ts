/**
 * The log of a pack's events: for each row when it was first and last raised, how often and for how long in all, and the
 * last edges in their order. Both are bounded.
 */
import type { RuleId, Severity } from '../vocabulary.ts';
import type { ProtectionEvent } from './decision.ts';
import { isLogged, isRowOfLog, listOf, plain, short } from './log-memory.ts';

/** Edges that are kept. */
const MOST_EDGES = 200;
/** Edges that survive a restart: each store of the log writes them all. */
const MOST_STORED = 50;
/** Rows that are taken from a store: more than any table has. */
const MOST_ROWS = 200;
/** A row that only tells is told again so often within `STORM` seconds; after that it is counted and not told. */
const MOST_TOLD = 6;
const STORM = 600;

export interface LogEntry {
  readonly row: string;
  readonly rule: RuleId;
  readonly code: string | null;
  readonly severity: Severity;
  /** Monotonic seconds; before the start of this process they may be negative. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Seconds raised in all, without the time that is still running. */
  readonly seconds: number;
}

/**
 * The log as plain data. Monotonic seconds mean nothing to another process, so that every time in it, `first`, `last` and
 * `at`, is an age: seconds before the moment it was made.
 */
export interface LogMemory {
  readonly rows: readonly LogEntry[];
  /** Oldest first. */
  readonly edges: readonly ProtectionEvent[];
}

interface Counted {
  rule: RuleId;
  code: string | null;
  severity: Severity;
  first: number;
  last: number;
  count: number;
  seconds: number;
  /** When it was last told, newest last. */
  told: number[];
  /** The raising edge was not told, so the clearing one is not either. */
  muted: boolean;
}

const NEVER = { count: 0, first: Number.NaN };

export class EventLog {
  readonly #rows = new Map<string, Counted>();
  #edges: ProtectionEvent[] = [];

  /**
   * @param memory what was stored; entries that are none are left out
   * @param madeAt monotonic second from which its ages count back
   */
  constructor(memory?: LogMemory, madeAt = 0) {
    for (const entry of listOf(memory?.rows, isRowOfLog).slice(0, MOST_ROWS)) {
      const { row, rule, code, severity, first, last, count, seconds } = entry;
      const times = { first: madeAt - first, last: madeAt - last };
      this.#rows.set(row, { rule, code, severity, ...times, count, seconds, told: [], muted: false });
    }
    this.#edges = listOf(memory?.edges, isLogged)
      .slice(-MOST_STORED)

      .map((event) => ({ ...event, at: madeAt - event.at, first: madeAt - event.first }));
  }

  /** How often the row has been raised, and when first (NaN: never). */
  history(row: string): { readonly count: number; readonly first: number } {
    return this.#rows.get(row) ?? NEVER;
  }

  /**
   * Takes an edge in.
   * @returns false when it is one of a storm and need not be told: the row only tells, and has told enough
   */
  record(event: ProtectionEvent): boolean {
    const { row, at, edge, rule, code, severity } = event;
    let counted = this.#rows.get(row);
    if (counted === undefined) {
      counted = { rule, code, severity, first: at, last: at, count: 0, seconds: 0, told: [], muted: false };
      this.#rows.set(row, counted);
    }
    Object.assign(counted, { rule, code, severity });
    if (edge === 'raised') {
      counted.count++;
      counted.last = at;
      counted.told = counted.told.filter((time) => at - time < STORM);
      counted.muted = event.denies.length === 0 && counted.told.length >= MOST_TOLD;
      if (!counted.muted) counted.told.push(at);
    } else counted.seconds += event.duration;
    if (counted.muted) return false;
    this.#edges.push(event);
    if (this.#edges.length > MOST_EDGES) this.#edges = this.#edges.slice(-MOST_EDGES / 2);
    return true;
  }

  /** One entry a row, the newest first. */
  entries(): LogEntry[] {
    return [...this.#rows]
      .map(([row, { rule, code, severity, first, last, count, seconds }]) => {
        return { row, rule, code, severity, first, last, count, seconds };
      })
      .sort((a, b) => b.last - a.last);
  }

  /** The last edges, oldest first. */
  get edges(): readonly ProtectionEvent[] {
    return this.#edges;
  }

  /** What must survive a restart: every row, and the last edges. */
  memory(now: number): LogMemory {
    return {
      rows: this.entries().map((entry) => {
        return { ...entry, code: short(entry.code), first: now - entry.first, last: now - entry.last };
      }),
      edges: this.#edges.slice(-MOST_STORED).map((event) => {
        const { code, value, at, first } = event;
        return { ...event, code: short(code), value: plain(value), at: now - at, first: now - first };
      }),
    };
  }

  clear(): void {
    this.#rows.clear();
    this.#edges = [];
  }
}
