/** What the store has to say, as events of the rule `store`: people hear of a bad disk where they hear of everything else. */
import type { ProtectionEvent } from '../engine/protection/decision.ts';
import type { EventLog } from '../engine/protection/event-log.ts';
import type { Edge, Severity } from '../engine/vocabulary.ts';
import type { StoreReport } from './store-report.ts';
import type { Store } from './store.ts';

/** The row of the log under which it is told; its texts have these keys. */
type StoreRow = 'store' | 'store-damaged' | 'store-lost' | 'store-foreign' | 'store-newer';

const SEVERITY: Readonly<Record<StoreRow, Severity>> = {
  store: 'warning',
  'store-damaged': 'info',
  'store-lost': 'warning',
  'store-foreign': 'warning',
  'store-newer': 'warning',
};

export interface StoreWatch {
  /** The edges since the last look; `now` in monotonic seconds. */
  look(now: number): ProtectionEvent[];
}

/** Looks at a store now and then. What was found on the disk is told once, with the first look. */
export function createStoreWatch(store: Store, log: EventLog): StoreWatch {
  let found = false;
  let refusedAt = Number.NaN;

  const tell = (row: StoreRow, edge: Edge, report: StoreReport | null, now: number): ProtectionEvent[] => {
    const { count, first } = log.history(row);
    const event: ProtectionEvent = {
      rule: 'store',
      row,
      code: report === null ? null : report.slot === '' ? report.kind : report.slot,
      severity: SEVERITY[row],
      edge,
      quantity: 'communication',
      missing: null,
      cell: null,
      value: null,
      threshold: null,
      duration: edge === 'raised' ? 0 : now - refusedAt,
      at: now,
      count: count + (edge === 'raised' ? 1 : 0),
      first: Number.isNaN(first) ? now : first,
      denies: [],
    };
    return log.record(event) ? [event] : [];
  };

  return {
    look(now) {
      const events: ProtectionEvent[] = [];
      const { problem } = store;
      if (!found && store.found !== null) {
        found = true;
        events.push(...tell(rowOf(store.found), 'raised', store.found, now));
      }
      const refuses = problem !== null && problem.kind !== 'newer';
      if (refuses === !Number.isNaN(refusedAt)) return events;
      events.push(...tell('store', refuses ? 'raised' : 'cleared', problem, now));
      refusedAt = refuses ? now : Number.NaN;
      return events;
    },
  };
}

function rowOf({ kind }: StoreReport): StoreRow {
  return `store-${kind}` as StoreRow;
}
