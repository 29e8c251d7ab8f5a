/**
 * Relays that do not do what they are told: by their boards' own word, and by a current that goes on through relays that
 * are open.
 *
 * A current says nothing of a relay in the first seconds (coils and motors let it fade), nor while something else may be
 * where it comes from or goes to. So it counts only when it was measured after all of that had been over for a while; a
 * current that is not known, or one that could have another way, says neither "welded" nor "not welded".
 */
import { numberOf, type PackSettings } from '../pack/settings.ts';
import { indexOf, type Sample } from '../protection/sample.ts';
import type { Role } from '../protection/role.ts';
import { PERMISSION_ROLES, type PermissionRole } from '../vocabulary.ts';

/** What the relays of one role say, put together over all relays of that role. */
export interface RelayFeedback {
  /** Every relay of the role is commanded open, and where it can say reads open. */
  readonly open: boolean;
  /**
   * `stays-closed`: told to open, acknowledged, and reads closed. `stays-open`: told to close and reads open. `lost`: the
   * board does not answer.
   */
  readonly fault: 'stays-closed' | 'stays-open' | 'lost' | null;
  /** The commissioning test has shown that this role's current ends when its relays open. */
  readonly proven: boolean;
}

/** The roles whose relays are listened to. */
export type RelayRole = 'charge' | 'load' | 'contactor';

/** So long must the relays be open, and so long must the current have flowed (s): tails have faded after 2 s. */
const SETTLED = 3;
/** Less than this is no charging current: A, and as a part of the capacity's number. */
const LEAST_IN = { amperes: 1, capacity: 0.01 };
/** Less than this is no load: the computer, the BMS, the relays themselves. */
const LEAST_OUT = { amperes: 2, capacity: 0.02 };

const CURRENT = indexOf('current');
const DISCHARGE_CURRENT = indexOf('dischargeCurrent');
const CHARGE_WELDED = indexOf('chargeWelded');
const LOAD_WELDED = indexOf('loadWelded');
const LOAD_STILL_DRAWING = indexOf('loadStillDrawing');
const STAYS_CLOSED = {
  charge: indexOf('chargeStaysClosed'),
  load: indexOf('loadStaysClosed'),
  contactor: indexOf('contactorStaysClosed'),
};
const STAYS_OPEN = {
  charge: indexOf('chargeStaysOpen'),
  load: indexOf('loadStaysOpen'),
  contactor: indexOf('contactorStaysOpen'),
};
const LOST = {
  charge: indexOf('chargeRelayLost'),
  load: indexOf('loadRelayLost'),
  contactor: indexOf('contactorRelayLost'),
};
const bitOf = (role: PermissionRole): number => PERMISSION_ROLES.indexOf(role);

export class RelayWatch {
  readonly #heard: Record<RelayRole, RelayFeedback | null> = { charge: null, load: null, contactor: null };
  readonly #into: OpenPath;
  readonly #outOf: OpenPath;
  /** Numbers of the permissions whose outputs may feed something of their own while the loads' relays are open. */
  readonly #drawers: readonly number[];

  constructor(settings: PackSettings) {
    const capacity = numberOf(settings, 'capacity');
    const blindSpot = numberOf(settings, 'currentBlindSpot');
    this.#into = new OpenPath(Math.max(LEAST_IN.amperes, LEAST_IN.capacity * capacity, blindSpot));
    this.#outOf = new OpenPath(Math.max(LEAST_OUT.amperes, LEAST_OUT.capacity * capacity, blindSpot));
    // An output that follows alarms is a lamp or a horn; were it to count, no alarm would leave anything to be found.
    const aux: readonly PermissionRole[] = settings.values.auxRule === 'error' ? [] : ['aux'];
    this.#drawers = (['shed', 'precharge', ...aux] as const).map(bitOf);
  }

  /**
   * Takes in what the relays of a role say.
   * @param feedback `null`: there is no relay of that role
   */
  hear(role: RelayRole, feedback: RelayFeedback | null, sample: Sample): void {
    this.#heard[role] = feedback;
    sample.contactorRelay = this.#heard.contactor !== null;
    // Closed for a moment between two steps is closed: what flows afterwards is given its time anew.
    if (feedback?.open !== true) {
      if (role === 'charge') this.#into.acquit();
      if (role === 'load') this.#outOf.acquit();
    }
    const fault = feedback?.fault ?? null;
    const lost = fault === 'lost';
    // A board that does not answer has not taken back what its contacts did.
    const flag = (is: RelayFeedback['fault']): number => (lost ? Number.NaN : fault === is ? 1 : 0);
    tell(sample, STAYS_CLOSED[role], flag('stays-closed'));
    tell(sample, STAYS_OPEN[role], flag('stays-open'));
    tell(sample, LOST[role], lost ? 1 : 0);
  }

  /**
   * Holds the current against what the relays say, after the sample took in a reading.
   * @param roles the permissions as they are
   * @param chargeAlarmed an alarm or a fault has taken charging away
   * @param now the monotonic second of the step
   */
  look(sample: Sample, roles: readonly Role[], chargeAlarmed: boolean, now: number): void {
    const { values, knownAt } = sample;
    const { charge, load } = this.#heard;
    const measuredAt = knownAt[CURRENT]!;
    let into = 0;
    if (charge !== null) {
      // The alternator has an output of its own. Without the test, or an alarm that forbids it, a charger may stand elsewhere.
      const blamed = !roles[bitOf('alternator')]!.allowed && (charge.proven || chargeAlarmed);
      into = this.#into.step(values[CURRENT]!, measuredAt, charge.open, blamed, now);
    }
    tell(sample, CHARGE_WELDED, into);
    let outOf = 0;
    if (load !== null) {
      const blamed = !this.#drawers.some((bit) => roles[bit]!.allowed);
      outOf = this.#outOf.step(values[DISCHARGE_CURRENT]!, measuredAt, load.open, blamed, now);
    }
    const proven = load?.proven === true;
    // What the test has not shown is no reason to cut everything off, and no sign that a welded relay is well again.
    tell(sample, LOAD_WELDED, outOf > 0 && !proven ? Number.NaN : outOf);
    tell(sample, LOAD_STILL_DRAWING, proven ? 0 : outOf);
  }
}

function tell({ values, whole }: Sample, index: number, value: number): void {
  values[index] = value;
  whole[index] = Number.isNaN(value) ? 0 : 1;
}

/** The way of a current through relays that may be open. */
class OpenPath {
  readonly #least: number;
  /** When the first of the currents above the least was measured, without one below or unknown since; NaN: none. */
  #flowsSince = Number.NaN;
  /** Since when nothing but these relays can be to blame, NaN while something else can. */
  #blamedSince = Number.NaN;

  /** @param least more than this is a current that should not be (A) */
  constructor(least: number) {
    this.#least = least;
  }

  /** The relays are closed, or there are none. */
  acquit(): void {
    this.#blamedSince = Number.NaN;
  }

  /**
   * @param current in the direction of the path (A), NaN while unknown
   * @param measuredAt monotonic second of the measurement
   * @param blamed nothing else than these relays is known that the current could come through
   * @returns the current that flows although the relays are open (A), 0: none does, NaN: not to be told
   */
  step(current: number, measuredAt: number, open: boolean, blamed: boolean, now: number): number {
    if (!open || !blamed) this.acquit();
    else if (Number.isNaN(this.#blamedSince)) this.#blamedSince = now;
    if (!(current > this.#least)) {
      this.#flowsSince = Number.NaN;
      return Number.isNaN(current) ? Number.NaN : 0;
    }
    if (Number.isNaN(this.#flowsSince)) this.#flowsSince = measuredAt;
    if (!open) return 0;
    return measuredAt - Math.max(this.#flowsSince, this.#blamedSince) >= SETTLED ? current : Number.NaN;
  }
}
