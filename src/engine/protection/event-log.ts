/**
 * The log of a pack's events: for each row when it was first and last raised, how often and for how long in all, and the
 * last edges in their order. Both are bounded.
 */
import type { RuleId, Severity } from '../vocabulary.ts';
import type { ProtectionEvent } from './decision.ts';

/** Edges that are kept. */
const MOST_EDGES = 200;
/** A row that only tells is told again so often within `STORM` seconds; after that it is counted and not told. */
const MOST_TOLD = 6;
const STORM = 600;

export interface LogEntry {
  readonly row: string;
  readonly rule: RuleId;
  readonly code: string | null;
  readonly severity: Severity;
  /** Monotonic seconds. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Seconds raised in all, without the time that is still running. */
  readonly seconds: number;
}

interface Counted {
  first: number;
  last: number;
  count: number;
  seconds: number;
  /** When it was last told, newest last. */
  told: number[];
  /** The raising edge was not told, so the clearing one is not either. */
  muted: boolean;
  event: ProtectionEvent;
}

const NEVER = { count: 0, first: Number.NaN };

export class EventLog {
  readonly #rows = new Map<string, Counted>();
  #edges: ProtectionEvent[] = [];

  /** How often the row has been raised, and when first (NaN: never). */
  history(row: string): { readonly count: number; readonly first: number } {
    return this.#rows.get(row) ?? NEVER;
  }

  /**
   * Takes an edge in.
   * @returns false when it is one of a storm and need not be told: the row only tells, and has told enough
   */
  record(event: ProtectionEvent): boolean {
    const { row, at, edge } = event;
    let counted = this.#rows.get(row);
    if (counted === undefined) {
      counted = { first: at, last: at, count: 0, seconds: 0, told: [], muted: false, event };
      this.#rows.set(row, counted);
    }
    counted.event = event;
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
      .map(([row, { event, first, last, count, seconds }]) => {
        const { rule, code, severity } = event;
        return { row, rule, code, severity, first, last, count, seconds };
      })
      .sort((a, b) => b.last - a.last);
  }

  /** The last edges, oldest first. */
  get edges(): readonly ProtectionEvent[] {
    return this.#edges;
  }

  clear(): void {
    this.#rows.clear();
    this.#edges = [];
  }
}
