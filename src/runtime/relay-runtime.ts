/**
 * A relay and the leases that hold it: closed only while every pack it follows has given a permission that has not ended,
 * and every further sender has said so in time. What it has not heard of is not allowed. It outlives a redeploy and then
 * lives on what is left of its leases.
 */
import type { Clock } from '../engine/clock.ts';
import type { Role } from '../engine/vocabulary.ts';
import type { RelayFault, RelayOutput, RelayState } from '../relays/relay.ts';
import { acceptPermission, emptyLease, type Acceptance, type Lease, type Permission } from './permission.ts';

/** Why the relay is where it is; a key of the relay node's catalogue. */
export type RelayReason =
  | 'allowed'
  | 'unheard'
  | 'not-allowed'
  | 'lease-ended'
  | 'told'
  | 'minimum-off'
  | 'deploy'
  | 'test'
  | 'removed';

/** `other-pack`, `other-role`, `forged`: not what it should be, and refused with a red status. */
export type Shown = Acceptance | 'other-pack' | 'other-role' | 'forged';

export interface RelayReport {
  /** The role's value: `true` is allowed; for the pre-alarm, sounding. As read back where the hardware can say. */
  readonly value: boolean;
  readonly commanded: boolean;
  readonly actual: boolean | null;
  readonly verified: boolean;
  readonly reason: RelayReason;
  readonly switches: number;
  readonly problem: string | null;
  readonly fault: RelayFault | null;
}

/** A pack the relay follows. The instance is asked for each time: other settings make another instance. */
export interface FollowedPack {
  name(): string | null;
  instance(): string | null;
  /** What the pack has really given under that number, or less; `null`: never. A message can be written by anybody. */
  real(shown: Permission): Permission | null;
}

/** A sender of plain booleans that must agree too: `true` counts for so long (s), `false` at once. */
export interface PlainSender {
  readonly topic: string;
  readonly timeout: number;
}

/** How often the contact has moved, over all restarts. */
export interface SwitchCount {
  value(): number;
  count(): void;
}

export interface RelayRuntimeOptions {
  readonly clock: Clock;
  readonly role: Role;
  readonly packs: readonly FollowedPack[];
  readonly output: RelayOutput;
  readonly senders?: readonly PlainSender[];
  /** Seconds the contact stays open at least, once it has opened. Opening is never delayed. */
  readonly minimumOff?: number;
  readonly switches?: SwitchCount;
  /**
   * Seconds after which a relay that has heard nothing yet commands its contact open: somebody may have left it closed. Until
   * then a rebuilt node moves nothing. Never, unless given.
   */
  readonly unheardAfter?: number;
  /** Told at every renewal what was left of the lease (s), and how long the new one is. */
  readonly renewed?: (left: number, lease: number) => void;
}

/** Seconds an ended relay goes on trying to open. */
const LAST_WORD = 5;
/** The longest a test may keep the contact open (s). */
const LONGEST_TEST = 60;

export class RelayRuntime {
  readonly #clock: Clock;
  readonly role: Role;
  readonly #packs: readonly FollowedPack[];
  readonly #output: RelayOutput;
  readonly #minimumOff: number;
  readonly #switches: SwitchCount;
  readonly #renewed: (left: number, lease: number) => void;
  readonly #leases = new Map<FollowedPack, Lease>();
  /** What each plain sender has said: closed until then; `undefined`: it has not said anything yet. */
  readonly #senders: ReadonlyMap<string, { readonly timeout: number; until: number | undefined }>;
  /** Kept open although everybody allows, and why. */
  #told: 'told' | 'deploy' | null = null;
  #testUntil = -Infinity;
  /** The output was told to hold last. */
  #isHeld = false;
  #openedAt = -Infinity;
  #ended = false;
  readonly #listeners = new Set<(report: RelayReport) => void>();
  readonly #stopOutput: () => void;
  #reason: RelayReason = 'unheard';
  #last: RelayState;
  #lastReason: RelayReason = 'unheard';
  #cancelEnd: (() => void) | null = null;

  constructor(options: RelayRuntimeOptions) {
    this.#clock = options.clock;
    this.role = options.role;
    this.#packs = options.packs;
    this.#output = options.output;
    this.#minimumOff = options.minimumOff ?? 0;
    this.#switches = options.switches ?? countInMemory();
    this.#renewed = options.renewed ?? (() => undefined);
    this.#senders = new Map(
      (options.senders ?? []).map(({ topic, timeout }) => [topic, { timeout, until: undefined }]),
    );
    this.#last = options.output.state();
    this.#stopOutput = options.output.onChange(() => this.#report());
    if (options.unheardAfter !== undefined) {
      this.#cancelEnd = this.#clock.after(options.unheardAfter, () => this.#follow());
    }
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
    const now = this.#clock.now();
    const given = permission.instance === lease.instance ? pack.real(permission) : permission;
    if (given === null && this.#holds(permission)) return 'forged';
    // What opens is believed to anybody; it does not take the pack's place in the sequence.
    if (given === null) {
      lease.until = -Infinity;
      this.#follow();
      return 'withdrawn';
    }
    const before = lease.until;
    const shown = acceptPermission(lease, { ...given, allowed: this.#holds(given) }, now);
    if (shown === 'renewed' && before > -Infinity) this.#renewed(before - now, lease.until - now);
    if (shown === 'renewed' || shown === 'withdrawn' || shown === 'expired') {
      this.#told = null;
      this.#follow();
    }
    return shown;
  }

  /** A lease is on the held state: allowed for a permission, quiet for the pre-alarm. */
  #holds({ allowed }: Permission): boolean {
    return this.role === 'pre-alarm' ? !allowed : allowed;
  }

  /** A bare `false`: opens at once and stays open until the next permission. */
  tellFalse(): void {
    this.#openFor('told');
  }

  /** The node is rebuilt, and the contact is to open for that: until the next permission. */
  openForDeploy(): void {
    this.#openFor('deploy');
  }

  /**
   * A boolean of one of the plain senders.
   * @returns false when nobody of that topic is listened to
   */
  tellPlain(topic: string, allowed: boolean): boolean {
    const sender = this.#senders.get(topic);
    if (sender === undefined) return false;
    if (this.#ended) return true;
    sender.until = allowed ? this.#clock.now() + sender.timeout : -Infinity;
    this.#follow();
    return true;
  }

  /**
   * Keeps the contact open for some seconds, to see that it really disconnects; ends by itself, and closes nothing.
   * @returns false when the contact is open anyway
   */
  testOpen(seconds: number): boolean {
    const now = this.#clock.now();
    if (this.#ended || !this.#isHeld || !(this.#until() > now)) return false;
    this.#testUntil = now + Math.min(seconds, LONGEST_TEST);
    this.#follow();
    return true;
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
      switches: this.#switches.value(),
      problem: state.problem,
      fault: state.fault,
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

  #openFor(why: 'told' | 'deploy'): void {
    if (this.#ended) return;
    for (const lease of this.#leases.values()) lease.until = -Infinity;
    this.#told = why;
    this.#follow();
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

  /** Everybody allows it until then. */
  #until(): number {
    // Who follows nobody is allowed by nobody.
    let until = this.#packs.length === 0 ? -Infinity : Infinity;
    for (const pack of this.#packs) until = Math.min(until, this.#leases.get(pack)?.until ?? -Infinity);
    for (const sender of this.#senders.values()) until = Math.min(until, sender.until ?? -Infinity);
    return until;
  }

  #follow(): void {
    if (this.#ended) return;
    this.#cancelEnd?.();
    this.#cancelEnd = null;
    const now = this.#clock.now();
    const until = this.#until();
    const rests = this.#isHeld ? -Infinity : this.#openedAt + this.#minimumOff;
    const waits = Math.max(this.#testUntil, rests);
    if (until <= now) {
      this.#release(this.#reasonAgainst(now));
    } else if (waits > now) {
      this.#release(this.#testUntil > now ? 'test' : 'minimum-off');
      this.#cancelEnd = this.#clock.after(Math.min(until, waits) - now, () => this.#follow());
    } else {
      this.#isHeld = true;
      this.#output.hold(until);
      this.#cancelEnd = this.#clock.after(until - now, () => this.#follow());
    }
    this.#report();
  }

  #release(reason: RelayReason): void {
    this.#reason = reason;
    if (this.#isHeld) this.#openedAt = this.#clock.now();
    this.#isHeld = false;
    this.#output.release();
  }

  /** Why it is open: somebody's word before somebody's silence. */
  #reasonAgainst(now: number): RelayReason {
    if (this.#told !== null) return this.#told;
    const leases = this.#packs.map((pack) => this.#leases.get(pack));
    const senders = [...this.#senders.values()];
    const isDenied =
      leases.some((lease) => lease !== undefined && lease.sequence >= 0 && lease.until === -Infinity) ||
      senders.some(({ until }) => until === -Infinity);
    if (isDenied) return 'not-allowed';
    const hasEnded = (until: number | undefined): boolean => until !== undefined && until > -Infinity && until <= now;
    return leases.some((lease) => hasEnded(lease?.until)) || senders.some(({ until }) => hasEnded(until))
      ? 'lease-ended'
      : 'unheard';
  }

  #report(): void {
    const state = this.#output.state();
    const before = this.#last;
    if (state.commanded !== before.commanded) this.#switches.count();
    const same =
      state.commanded === before.commanded &&
      state.actual === before.actual &&
      state.verified === before.verified &&
      state.problem === before.problem &&
      state.fault === before.fault &&
      this.#reason === this.#lastReason;
    if (same) return;
    this.#last = state;
    this.#lastReason = this.#reason;
    const report = this.report();
    for (const listener of this.#listeners) listener(report);
  }
}

function countInMemory(): SwitchCount {
  let switches = 0;
  return { value: () => switches, count: () => void switches++ };
}
