/**
 * A relay and the leases that hold it: closed only while every pack it follows has given a permission that has not ended.
 * What it has not heard of is not allowed. It outlives a redeploy and then lives on what is left of its leases.
 */
import type { Clock } from '../engine/clock.ts';
import type { Role } from '../engine/vocabulary.ts';
import type { RelayOutput, RelayState } from '../relays/relay.ts';
import { acceptPermission, emptyLease, type Acceptance, type Lease, type Permission } from './permission.ts';

/** Why the relay is where it is; a key of the relay node's catalogue. */
export type RelayReason = 'allowed' | 'unheard' | 'not-allowed' | 'lease-ended' | 'told' | 'removed';

/** `other-pack`, `other-role`: meant for somebody else, and refused with a red status. */
export type Shown = Acceptance | 'other-pack' | 'other-role';

export interface RelayReport {
  /** The role's value: `true` is allowed; for the pre-alarm, sounding. As read back where the hardware can say. */
  readonly value: boolean;
  readonly commanded: boolean;
  readonly actual: boolean | null;
  readonly verified: boolean;
  readonly reason: RelayReason;
  readonly switches: number;
  readonly problem: string | null;
}

/** A pack the relay follows. The instance is asked for each time: other settings make another instance. */
export interface FollowedPack {
  name(): string | null;
  instance(): string | null;
}

export interface RelayRuntimeOptions {
  readonly clock: Clock;
  readonly role: Role;
  readonly packs: readonly FollowedPack[];
  readonly output: RelayOutput;
}

export class RelayRuntime {
  readonly #clock: Clock;
  readonly role: Role;
  readonly #packs: readonly FollowedPack[];
  readonly #output: RelayOutput;
  readonly #leases = new Map<FollowedPack, Lease>();
  /** A bare false was the last word. */
  #told = false;
  #ended = false;
  readonly #listeners = new Set<(report: RelayReport) => void>();
  readonly #stopOutput: () => void;
  #reason: RelayReason = 'unheard';
  #switches = 0;
  #last: RelayState;
  #lastReason: RelayReason = 'unheard';
  #cancelEnd: (() => void) | null = null;

  constructor(options: RelayRuntimeOptions) {
    this.#clock = options.clock;
    this.role = options.role;
    this.#packs = options.packs;
    this.#output = options.output;
    this.#last = options.output.state();
    this.#stopOutput = options.output.onChange(() => this.#report());
  }

  /** Calls back when the contact, the command or its confirmation changes. */
  onReport(listener: (report: RelayReport) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Shows a permission to the relay; says what became of it. Opening happens before this returns. */
  show(permission: Permission): Shown {
    if (this.#ended) return 'expired';
    const pack = this.#packs.find((p) => p.name() === permission.pack);
    if (pack === undefined) return 'other-pack';
    if (permission.role !== this.role) return 'other-role';
    const lease = this.#leaseOf(pack);
    if (lease === null) return 'foreign';
    // A lease is on the held state: allowed for a permission, quiet for the pre-alarm.
    const held = this.role === 'pre-alarm' ? !permission.allowed : permission.allowed;
    const shown = acceptPermission(lease, { ...permission, allowed: held }, this.#clock.now());
    if (shown === 'renewed' || shown === 'withdrawn' || shown === 'expired') {
      this.#told = false;
      this.#follow();
    }
    return shown;
  }

  /** A bare `false`: opens at once and stays open until the next permission. */
  tellFalse(): void {
    if (this.#ended) return;
    for (const lease of this.#leases.values()) lease.until = -Infinity;
    this.#told = true;
    this.#follow();
  }

  report(): RelayReport {
    const state = this.#output.state();
    const held = state.actual ?? state.commanded;
    return {
      value: this.role === 'pre-alarm' ? !held : held,
      commanded: state.commanded,
      actual: state.actual,
      verified: state.verified,
      reason: state.commanded ? 'allowed' : this.#reason,
      switches: this.#switches,
      problem: state.problem,
    };
  }

  /** Opens for good: the node was removed, or did not come back after a deploy. */
  end(): void {
    this.#ended = true;
    this.#cancelEnd?.();
    this.#leases.clear();
    this.#reason = 'removed';
    this.#listeners.clear();
    this.#output.release();
    // The output is given a moment to get its last command confirmed.
    this.#clock.after(LAST_WORD, () => {
      this.#stopOutput();
      this.#output.close();
    });
  }

  /** The lease on a pack; when the pack's settings changed, what is left of the old one may run out, no more. */
  #leaseOf(pack: FollowedPack): Lease | null {
    const instance = pack.instance();
    if (instance === null) return null;
    const known = this.#leases.get(pack);
    if (known?.instance === instance) return known;
    const lease = emptyLease(instance);
    lease.until = known?.until ?? -Infinity;
    this.#leases.set(pack, lease);
    return lease;
  }

  #follow(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = null;
    const now = this.#clock.now();
    const until = Math.min(...this.#packs.map((pack) => this.#leases.get(pack)?.until ?? -Infinity));
    if (until <= now) {
      this.#reason = this.#reasonAgainst(now);
      this.#output.release();
    } else {
      this.#output.hold(until);
      this.#cancelEnd = this.#clock.after(until - now, () => this.#follow());
    }
    this.#report();
  }

  /** Why it is open: somebody's word before somebody's silence. */
  #reasonAgainst(now: number): RelayReason {
    if (this.#told) return 'told';
    const leases = this.#packs.map((pack) => this.#leases.get(pack));
    if (leases.some((lease) => lease !== undefined && lease.sequence >= 0 && lease.until === -Infinity))
      return 'not-allowed';
    return leases.some((lease) => lease !== undefined && lease.until > -Infinity && lease.until <= now)
      ? 'lease-ended'
      : 'unheard';
  }

  #report(): void {
    const state = this.#output.state();
    const before = this.#last;
    if (state.commanded !== before.commanded) this.#switches++;
    const same =
      state.commanded === before.commanded &&
      state.actual === before.actual &&
      state.verified === before.verified &&
      state.problem === before.problem &&
      this.#reason === this.#lastReason;
    if (same) return;
    this.#last = state;
    this.#lastReason = this.#reason;
    const report = this.report();
    for (const listener of this.#listeners) listener(report);
  }
}

/** Seconds an ended relay goes on trying to open. */
const LAST_WORD = 5;
