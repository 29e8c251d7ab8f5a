/**
 * Permission is a lease: whoever holds a relay closed must be told again before it ends.
 *
 * A hop passes on what is left and never extends it. A repeated, older or foreign permission renews nothing,
 * a bare `false` always opens, a bare `true` never closes.
 *
 * A message may be forged by whatever else runs in the flow. The pack therefore keeps what it has given lately, and a message
 * only says which of that is meant: what was never given closes nothing, and takes nobody's place in the sequence either.
 */
import type { Role } from '../engine/vocabulary.ts';

export interface Permission {
  /** The pack's name. */
  readonly pack: string;
  readonly role: Role;
  readonly allowed: boolean;
  /** The pack runtime that gave it: another process, or other settings, is another instance. */
  readonly instance: string;
  /** Counts up with every emission of the instance. */
  readonly sequence: number;
  /** Monotonic seconds of this process. */
  readonly validUntil: number;
}

/** What became of a permission that was shown to a lease. */
export type Acceptance = 'renewed' | 'withdrawn' | 'repeated' | 'foreign' | 'expired' | 'malformed';

/** What one relay holds of one pack's permission for one role. */
export interface Lease {
  readonly instance: string;
  sequence: number;
  /** Closed until this monotonic second; -Infinity while not allowed. */
  until: number;
}

export function emptyLease(instance: string): Lease {
  return { instance, sequence: -1, until: -Infinity };
}

/** The longest `leaseLoad` that can be set (s); whatever a message says, nothing is held for longer. */
export const LONGEST_LEASE = 3000;

/** Shows a permission to the lease; changes the lease only when it is newer and of the same instance. */
export function acceptPermission(lease: Lease, permission: Permission, now: number): Acceptance {
  if (permission.instance !== lease.instance) return 'foreign';
  if (permission.sequence <= lease.sequence) return 'repeated';
  lease.sequence = permission.sequence;
  if (!permission.allowed) {
    lease.until = -Infinity;
    return 'withdrawn';
  }
  lease.until = Math.min(permission.validUntil, now + LONGEST_LEASE);
  return permission.validUntil > now ? 'renewed' : 'expired';
}

/** What one instance has given lately. */
export interface GivenPermissions {
  /** Notes a permission that is about to be given. */
  note(permission: Permission): void;
  /**
   * What a permission in a message is worth: the one that was really given under its sequence, or less where a hop on the
   * way has made less of it. One too old to be remembered is worth nothing any more.
   * @returns `null` when no such permission was given: it is forged, or of another instance
   */
  real(shown: Permission): Permission | null;
}

/** Emissions that are remembered: at one a second or two, minutes. */
const REMEMBERED = 256;

/** Nothing has been given yet. */
export function givenPermissions(): GivenPermissions {
  const emissions = new Map<number, Map<Role, Permission>>();
  return {
    note(permission) {
      const { sequence, role } = permission;
      const emission = emissions.get(sequence) ?? new Map<Role, Permission>();
      emissions.set(sequence, emission);
      // A copy: the object itself goes out in a message.
      emission.set(role, { ...permission });
      for (const old of emissions.keys()) {
        if (emissions.size <= REMEMBERED) break;
        emissions.delete(old);
      }
    },
    real(shown) {
      const [oldest] = emissions.keys();
      const given = emissions.get(shown.sequence)?.get(shown.role);
      if (given === undefined) {
        return oldest !== undefined && shown.sequence < oldest ? { ...shown, validUntil: -Infinity } : null;
      }
      if (shown.instance !== given.instance || shown.pack !== given.pack) return null;
      const allowed = shown.role === 'pre-alarm' ? given.allowed || shown.allowed : given.allowed && shown.allowed;
      return { ...given, allowed, validUntil: Math.min(given.validUntil, shown.validUntil) };
    },
  };
}

/** The permission inside whatever a message carries, or `null` when it is none. */
export function parsePermission(given: unknown): Permission | null {
  if (typeof given !== 'object' || given === null) return null;
  const { pack, role, allowed, instance, sequence, validUntil } = given as Record<string, unknown>;
  const whole =
    isWord(pack) &&
    isWord(role) &&
    typeof allowed === 'boolean' &&
    isWord(instance) &&
    typeof sequence === 'number' &&
    Number.isFinite(sequence) &&
    typeof validUntil === 'number' &&
    Number.isFinite(validUntil);
  return whole ? { pack, role: role as Role, allowed, instance, sequence, validUntil } : null;
}

/** Names and ids are short. What is long was made to fill the memory: it would be kept and written into sentences. */
const LONGEST_WORD = 256;

function isWord(given: unknown): given is string {
  return typeof given === 'string' && given.length <= LONGEST_WORD;
}
