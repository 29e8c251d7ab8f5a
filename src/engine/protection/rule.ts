/**
 * The shape of a rule: one row of the protection table.
 *
 * A row says what is measured, where it trips, where it clears, after how long, and what it disconnects.
 * Thresholds are not numbers but names of settings: the numbers stand in the profile, where the owner can change them.
 */
import type { SettingName } from '../pack/schema.ts';
import type { PermissionRole, RuleId, Severity } from '../vocabulary.ts';

/**
 * What a row can look at, in the order of `Sample.values`.
 *
 * - `temperatureMaxResting`: the hottest cell that is not balancing (a bypass resistor heats its own sensor, 123-R6)
 * - `dischargeCurrent`: the current out of the battery, positive while discharging
 * - `socKnown`: 1 while the state of charge is known, else 0
 * - `communication`: 1 while the device's own cell bus works, 0 when the device reports that it does not
 * - `silenceCharge`, `silenceLoad`: seconds since everything that charging (the loads) rests on was last known
 */
export const QUANTITIES = [
  'cellMin',
  'cellMax',
  'cellSpread',
  'voltage',
  'temperatureMin',
  'temperatureMax',
  'temperatureMaxResting',
  'current',
  'dischargeCurrent',
  'soc',
  'socKnown',
  'communication',
  'remote',
  'silenceCharge',
  'silenceLoad',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Quantities that come from a measurement and can therefore be unknown. The others are always known or may be skipped. */
export const MEASURED: readonly Quantity[] = [
  'cellMin',
  'cellMax',
  'cellSpread',
  'voltage',
  'temperatureMin',
  'temperatureMax',
  'temperatureMaxResting',
  'current',
  'dischargeCurrent',
];

export type Compare = '>' | '>=' | '<' | '<=';

/** `of` compared with a setting, or with a fixed number where no setting makes sense (a flag). */
export interface Condition {
  readonly of: Quantity;
  readonly is: Compare;
  readonly than: SettingName | number;
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
  readonly delay?: SettingName;
  readonly clearDelay?: SettingName;
  /** The permissions this row takes away while it is raised. Empty: it only tells. */
  readonly denies: readonly PermissionRole[];
  /**
   * A gate also stands in the way of a permission that is already off: while its clear conditions do not hold,
   * the permission does not come back, whatever had taken it away.
   */
  readonly gate?: true;
  /** The row waits until this other row has been raised for so long: people are warned before the loads go. */
  readonly after?: { readonly row: string; readonly seconds: SettingName };
  /** The row belongs to one mode of 123-R2..R4 only. */
  readonly mode?: 'normal' | 'critical';
  /** The row sounds the pre-alarm while it is raised and the loads are still on. */
  readonly sounds?: true;
  /** The row is active only while this choice setting is not `off`. */
  readonly unlessOff?: SettingName;
}
