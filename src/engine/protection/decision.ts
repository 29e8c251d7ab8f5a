/** What the protection says: permissions with their reasons, what is raised, and the edges of this step. */
import type { Edge, PermissionRole, RuleId, Severity } from '../vocabulary.ts';
import type { Advice } from '../advice/advice.ts';
import type { LogMemory } from './event-log.ts';
import type { Quantity } from './quantity.ts';

/** An edge of a rule, with everything a person needs to understand it. */
export interface ProtectionEvent {
  readonly rule: RuleId;
  /** Key of the row in the profile's table. */
  readonly row: string;
  readonly code: string | null;
  readonly severity: Severity;
  readonly edge: Edge;
  readonly quantity: Quantity;
  /** With a rule about silence: the value that has been missing for longest, when others still come. */
  readonly missing: Quantity | null;
  /** Cell number from 1, `null` where the value belongs to no cell. */
  readonly cell: number | null;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Raised: how long the condition had held. Cleared: how long the rule had been raised. Seconds. */
  readonly duration: number;
  /** Monotonic second of the step. */
  readonly at: number;
  /** How often the row has been raised since the counters were cleared, this time included. */
  readonly count: number;
  /** Monotonic second of the first time. */
  readonly first: number;
  /** The permissions the rule takes away. */
  readonly denies: readonly PermissionRole[];
  /** A relay does not open, and there is none of the main contactor that could open instead. */
  readonly nothingLeft?: true;
  /** With the rule `advice`: the advice itself. */
  readonly advice?: Advice;
}

export interface RoleDecision {
  readonly allowed: boolean;
  /**
   * Why it is not allowed: a row of the table, or one of these. `starting`: values not known yet. `band`: between clear
   * and trip after a start, and no first close confirmed. `waiting`: a gate. `minimum-off`, `switches`: closing
   * waits. `combined`: the other half of one signal. `precharge`: the contactor waits for it. `inactive`: the aux rule
   * does not hold. `not-configured`. `null` while allowed.
   */
  readonly reason: string | null;
}

export interface Decision {
  /** Monotonic second. */
  readonly at: number;
  readonly roles: Readonly<Record<PermissionRole, RoleDecision>>;
  /** The loads will be cut: warn the people. */
  readonly preAlarm: boolean;
  /** What is raised now: the raising event of each row. */
  readonly active: readonly ProtectionEvent[];
  /** Rows whose cause is gone and that wait for a reset. */
  readonly latched: readonly string[];
}

/** What survives a restart: raised rows and permissions, as plain data. */
export interface ProtectionMemory {
  readonly raised: readonly { readonly row: string; readonly seconds: number }[];
  readonly permissions: Readonly<Partial<Record<PermissionRole, boolean>>>;
  readonly remote: boolean;
  /** What delays closing, by permission; only for those where something does. */
  readonly roles?: Readonly<Partial<Record<PermissionRole, RoleMemory>>>;
  /** What has been raised how often, and the last edges. */
  readonly log?: LogMemory;
}

/** Ages in seconds of what a permission has done lately. */
export interface RoleMemory {
  /** Since rules took it away, for the lock; the newest last. */
  readonly openings: readonly number[];
  /** Since it was given, for the switches an hour. */
  readonly closings: readonly number[];
  /** Since it was taken away; `null`: it is given, or has never been. */
  readonly off: number | null;
}
