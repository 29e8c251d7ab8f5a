/** What the relays of each pack say, role by role, put together for the pack's protection: it judges what does not obey. */
import type { RelayFeedback, RelayRole } from '../engine/detect/welded.ts';
import type { Role } from '../engine/vocabulary.ts';
import type { RelayFault } from '../relays/relay.ts';
import type { RelayReport } from './relay-runtime.ts';

/** Somebody who wants to know. */
export interface FeedbackListener {
  feedback(role: RelayRole, feedback: RelayFeedback | null): void;
}

interface Heard {
  readonly role: RelayRole;
  readonly packs: readonly string[];
  readonly proven: boolean;
  readonly report: RelayReport;
}

export interface RelayFeedbacks {
  /** A relay has said something. Roles that no rule is about are passed over. */
  note(
    relay: string,
    role: Role,
    about: { readonly packs: readonly string[]; readonly proven: boolean },
    report: RelayReport,
  ): void;
  /** A relay is no more. */
  forget(relay: string): void;
  /** Tells a pack that has just begun what its relays have said. */
  tell(pack: string): void;
}

const WORST: readonly RelayFault[] = ['stays-closed', 'lost', 'stays-open'];

/** @param packOf the running pack of an id, if there is one */
export function relayFeedbacks(packOf: (id: string) => FeedbackListener | undefined): RelayFeedbacks {
  const heard = new Map<string, Heard>();

  function together(pack: string, role: RelayRole): RelayFeedback | null {
    const relays = [...heard.values()].filter((one) => one.role === role && one.packs.includes(pack));
    if (relays.length === 0) return null;
    const faults = relays.map(({ report }) => report.fault);
    return {
      open: relays.every(({ report }) => !report.commanded && report.actual !== true),
      fault: WORST.find((fault) => faults.includes(fault)) ?? null,
      // One relay that was never tested may be the one through which the current goes.
      proven: relays.every(({ proven }) => proven),
    };
  }

  function tellAbout(packs: readonly string[], role: RelayRole): void {
    for (const pack of packs) packOf(pack)?.feedback(role, together(pack, role));
  }

  return {
    note(relay, role, { packs, proven }, report) {
      if (!isListenedTo(role)) return;
      heard.set(relay, { role, packs, proven, report });
      tellAbout(packs, role);
    },
    forget(relay) {
      const gone = heard.get(relay);
      if (gone === undefined) return;
      heard.delete(relay);
      tellAbout(gone.packs, gone.role);
    },
    tell(pack) {
      for (const role of LISTENED_TO) tellAbout([pack], role);
    },
  };
}

const LISTENED_TO: readonly RelayRole[] = ['charge', 'load', 'contactor'];

function isListenedTo(role: Role): role is RelayRole {
  return (LISTENED_TO as readonly Role[]).includes(role);
}
