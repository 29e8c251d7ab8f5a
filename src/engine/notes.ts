/**
 * Events that tell without taking anything away: the state of charge was corrected, or there is advice. They stand in the
 * log and go the way of all events, and wait here until somebody takes them.
 */
import type { Advice, AdviceEdge } from './advice/advice.ts';
import type { SocCorrection } from './estimator/soc-estimator.ts';
import type { ProtectionEvent } from './protection/decision.ts';
import type { EventLog } from './protection/event-log.ts';
import type { Edge, RuleId, Severity } from './vocabulary.ts';

/** Notes that wait at most; the log has them all. */
const MOST = 50;

interface Note {
  readonly rule: Extract<RuleId, 'soc-corrected' | 'advice'>;
  readonly code: string;
  readonly severity: Extract<Severity, 'info' | 'warning'>;
  readonly edge: Edge;
  readonly cell: number | null;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Cleared: how long it had been raised (s). */
  readonly duration: number;
  readonly advice?: Advice;
}

export class Notes {
  readonly #log: EventLog;
  #waiting: ProtectionEvent[] = [];

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** The state of charge has been corrected; `from` and `to` in 0..1, as shown. */
  corrected({ reason, from, to }: SocCorrection, at: number): void {
    const [value, threshold] = [100 * to, 100 * from];
    const what = { rule: 'soc-corrected', code: reason, severity: 'info', edge: 'raised' } as const;
    this.add({ ...what, cell: null, value, threshold, duration: 0 }, at);
  }

  /** Advice was given, or is not needed any more. */
  advice({ edge, advice }: AdviceEdge, at: number): void {
    const { id, severity, cell } = advice;
    const what = { rule: 'advice', code: id, severity, edge, cell, value: null, threshold: null, duration: 0 } as const;
    this.add({ ...what, advice }, at);
  }

  /** @param at monotonic second */
  add(note: Note, at: number): void {
    const row = `${note.rule}-${note.code}`;
    const { count, first } = this.#log.history(row);
    const event: ProtectionEvent = {
      ...note,
      row,
      quantity: 'soc',
      missing: null,
      at,
      count: count + (note.edge === 'raised' ? 1 : 0),
      first: Number.isNaN(first) ? at : first,
      denies: [],
    };
    if (this.#log.record(event)) this.#waiting = [...this.#waiting, event].slice(-MOST);
  }

  /** What has come since the last time, oldest first. */
  take(): readonly ProtectionEvent[] {
    const taken = this.#waiting;
    if (taken.length > 0) this.#waiting = [];
    return taken;
  }
}
