/**
 * The shape of a rule: one row of the protection table.
 *
 * A row says what is measured, where it trips, where it clears, after how long, and what it disconnects.
 * Thresholds are not numbers but names of settings: the numbers stand in the profile, where the owner can change them.
 */
import type { SettingName } from '../pack/schema.ts';
import type { PermissionRole, RuleId, Severity } from '../vocabulary.ts';
import type { Quantity } from './quantity.ts';

export type Compare = '>' | '>=' | '<' | '<=';

/** `of` compared with a setting, or with a fixed number where no setting makes sense (a flag, a manual's fixed figure). */
export interface Condition {
  readonly of: Quantity;
  readonly is: Compare;
  readonly than: SettingName | number;
}

/** The row exists only while a setting has (or has not) a certain value, or is not off. */
export interface Only {
  readonly setting: SettingName;
  readonly is?: string;
  readonly not?: string;
  readonly on?: true;
}

export interface Rule {
  /** Unique in the table; the key under which the row's state is stored. */
  readonly id: string;
  /** The contract's rule id, carried by the row's events. */
  readonly rule: RuleId;
  /** The manufacturer's own code, or a word that tells two rows of one rule apart. */
  readonly code?: string;
  /** Ids of the requirements this row fulfils. */
  readonly from: readonly string[];
  readonly severity: Severity;
  /** Absent: the row never trips by itself, it only keeps a permission from coming back (see `gate`). */
  readonly trip?: Condition;
  /** All of them must hold for the row to clear. */
  readonly clear: readonly Condition[];
  readonly delay?: SettingName | number;
  readonly clearDelay?: SettingName | number;
  /** The permissions this row takes away while it is raised. Empty: it only tells. */
  readonly denies: readonly PermissionRole[];
  /**
   * A gate also stands in the way of a permission that is already off: while its clear conditions do not hold,
   * the permission does not come back, whatever had taken it away.
   */
  readonly gate?: true;
  /** The row waits until one of these rows has been raised for so long: people are warned before the loads go. */
  readonly after?: { readonly rows: readonly string[]; readonly seconds: SettingName };
  readonly only?: readonly Only[];
  /** The row sounds the pre-alarm while it is raised and the loads are still on. */
  readonly sounds?: true;
  /** What the row denies is decided by one of the fault policies, not by `denies`. */
  readonly policy?: 'onSensor' | 'onPlausibility' | 'onFrozen';
  /** Once its clear conditions hold the row still waits for somebody to reset it; or only while a setting says `yes`. */
  readonly latch?: true | 'latchCritical';
  /** The row is not judged before its quantity has been known once: not every device measures it. */
  readonly optional?: true;
  /** The row is about something that happens: before it has, the row stands in nobody's way. */
  readonly happens?: true;
  /** A reset ends it as soon as its cause is gone, without waiting for its clear conditions. */
  readonly resettable?: true;
  /** The contactor does not wait for the charge path when this row is raised. */
  readonly atOnce?: true;
  /** The row switches an output on instead of taking a permission away. */
  readonly activates?: 'aux';
}
