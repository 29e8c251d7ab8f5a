/**
 * Permission is a lease: whoever holds a relay closed must be told again before it ends.
 *
 * A hop passes on what is left and never extends it. A repeated, older or foreign permission renews nothing,
 * a bare `false` always opens, a bare `true` never closes.
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

/** Shows a permission to the lease; changes the lease only when it is newer and of the same instance. */
export function acceptPermission(lease: Lease, permission: Permission, now: number): Acceptance {
  if (permission.instance !== lease.instance) return 'foreign';
  if (permission.sequence <= lease.sequence) return 'repeated';
  lease.sequence = permission.sequence;
  if (!permission.allowed) {
    lease.until = -Infinity;
    return 'withdrawn';
  }
  lease.until = permission.validUntil;
  return permission.validUntil > now ? 'renewed' : 'expired';
}

/** The permission inside whatever a message carries, or `null` when it is none. */
export function parsePermission(given: unknown): Permission | null {
  if (typeof given !== 'object' || given === null) return null;
  const { pack, role, allowed, instance, sequence, validUntil } = given as Record<string, unknown>;
  const whole =
    typeof pack === 'string' &&
    typeof role === 'string' &&
    typeof allowed === 'boolean' &&
    typeof instance === 'string' &&
    typeof sequence === 'number' &&
    Number.isFinite(sequence) &&
    typeof validUntil === 'number' &&
    Number.isFinite(validUntil);
  return whole ? { pack, role: role as Role, allowed, instance, sequence, validUntil } : null;
}
