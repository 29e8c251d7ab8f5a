/** A rule with its thresholds filled in and its state: what the protection walks over. */
import { isOn, numberOf, type PackSettings } from '../pack/settings.ts';
import type { SettingName } from '../pack/schema.ts';
import { PERMISSION_ROLES, type PermissionRole, type Severity } from '../vocabulary.ts';
import type { ProtectionEvent } from './decision.ts';
import type { Quantity } from './quantity.ts';
import type { Rule } from './rule.ts';
import type { Sample } from './sample.ts';
import { Test, notBeyond } from './condition.ts';

/**
 * - `clear`: seen on the good side of its clear value
 * - `band`: between clear and trip and nothing known of before; no reason to open, none to close
 * - `raised`: tripped and not cleared yet
 */
export type RowState = 'clear' | 'band' | 'raised';

/** Rules that follow from the moment alone: their rows are not stored. */
const VOLATILE = ['communication', 'remote', 'soc-unknown', 'self-lockout', 'health', 'sensor'];

/** What a step did to a row; `held`: only that it waits for a reset now, or does not any more. */
export type RowStep = 'raised' | 'cleared' | 'held' | null;

/** What a policy takes away. */
const POLICY_DENIES: Readonly<Record<string, readonly PermissionRole[]>> = {
  'stop-charge': ['charge', 'alternator'],
  'stop-both': ['charge', 'load', 'alternator', 'shed'],
};

export class Row {
  readonly rule: Rule;
  readonly trip: Test | null;
  readonly clear: readonly Test[];
  readonly delay: number;
  readonly clearDelay: number;
  readonly gate: boolean;
  readonly roles: readonly PermissionRole[];
  readonly severity: Severity;
  /** Bit i: the row denies `PERMISSION_ROLES[i]`. */
  readonly denies: number;
  /** Number of the permission that the row denies first: the one a gate guards. */
  readonly primaryBit: number;
  /** Bit i: the owner decided that what this row looks at may be unknown for `PERMISSION_ROLES[i]`. */
  forgives = 0;
  /** The rows this one waits for, once the table is put together. Empty: it does not wait. */
  after: readonly Row[] = [];
  readonly afterSeconds: number;
  readonly sounds: boolean;
  readonly latch: boolean;
  readonly optional: boolean;
  readonly resettable: boolean;
  readonly atOnce: boolean;
  readonly activates: boolean;
  /** Follows from the moment alone and is not stored: silence, the remote switch, an unknown SOC, a gate. */
  readonly volatile: boolean;
  /** An alarm that takes something away: it counts as a fault that should end. */
  readonly alarm: boolean;
  /** Its openings are counted for the lock: trips, not the owner's switch and not the course of things. */
  readonly counts: boolean;

  /** The event that raised the row, while it is raised. */
  event: ProtectionEvent | null = null;
  state: RowState;
  /** Since when the trip condition has held, NaN while it does not. */
  since = Number.NaN;
  /** Since when the clear conditions have held while raised. */
  clearSince = Number.NaN;
  raisedAt = Number.NaN;
  /** The clear conditions hold, and the row waits for a reset. */
  held = false;
  /** Somebody has reset it: it clears as soon as its clear conditions hold. */
  released = false;

  constructor(rule: Rule, settings: PackSettings) {
    const threshold = (than: SettingName | number): number =>
      typeof than === 'number' ? than : numberOf(settings, than);
    const seconds = (name: SettingName | number | undefined): number => (name === undefined ? 0 : threshold(name));
    this.rule = rule;
    this.trip = rule.trip === undefined ? null : new Test(rule.trip, threshold(rule.trip.than));
    this.clear = rule.clear
      .map((c) => {
        const than = threshold(c.than);
        const own = Number.isNaN(than) && this.trip !== null && c.of === rule.trip?.of;
        // A clear value that is off leaves the trip value to come back from; a condition of its own asks for nothing.
        return own ? notBeyond(rule.trip, this.trip.than) : new Test(c, than);
      })
      .filter((test) => !Number.isNaN(test.than));
    this.delay = seconds(rule.delay);
    this.clearDelay = seconds(rule.clearDelay);
    this.gate = rule.gate === true;
    this.sounds = rule.sounds === true;
    this.latch = rule.latch === true || (rule.latch !== undefined && settings.values[rule.latch] === 'yes');
    this.optional = rule.optional === true;
    this.state = rule.happens === true ? 'clear' : 'band';
    this.resettable = rule.resettable === true || rule.rule === 'lock';
    this.atOnce = rule.atOnce === true;
    this.activates = rule.activates !== undefined;
    this.volatile = VOLATILE.includes(rule.rule) || (this.gate && this.trip === null);
    this.afterSeconds = seconds(rule.after?.seconds);
    const policy = rule.policy === undefined ? undefined : settings.values[rule.policy];
    this.roles = policy === undefined ? rule.denies : (POLICY_DENIES[String(policy)] ?? []);
    this.denies = this.roles.reduce((mask, role) => mask | maskOf(role), 0);
    this.primaryBit = this.roles[0] === undefined ? 0 : PERMISSION_ROLES.indexOf(this.roles[0]);
    this.severity = policy === 'warn' ? 'warning' : rule.severity;
    this.alarm = this.roles.length > 0 && (rule.severity === 'alarm' || rule.severity === 'fault');
    this.counts = this.trip !== null && this.alarm && rule.rule !== 'lock';
  }

  /** Looks at the sample and moves on; the caller tells people. */
  advance({ values, whole }: Sample, now: number): RowStep {
    if (this.state === 'raised') return this.#end(values, whole, now);
    const { trip } = this;
    if (trip !== null && trip.holds(values)) {
      if (Number.isNaN(this.since)) this.since = now;
    } else if (trip === null || whole[trip.of] === 1) {
      this.since = Number.NaN;
      if (this.state === 'band' && this.clears(values, whole)) this.state = 'clear';
      return null;
    }
    // Not known, or known for a part of the pack only: a trip that was on its way goes on, it is not forgiven.
    if (!(now - this.since >= this.delay) || !this.#waited(now)) return null;
    this.raise(now);
    return 'raised';
  }

  /** @param at monotonic second from which it counts as raised */
  raise(at: number): void {
    this.state = 'raised';
    this.raisedAt = at;
    this.clearSince = Number.NaN;
  }

  /** A raised row: a silent device tells nothing new, so it stays raised until its clear values are seen. */
  #end(values: Float64Array, whole: Uint8Array, now: number): RowStep {
    if (this.released && this.resettable && this.trip?.holds(values) !== true) return this.#clearUp();
    if (!this.clears(values, whole)) {
      this.clearSince = Number.NaN;
      return this.#hold(false);
    }
    if (Number.isNaN(this.clearSince)) this.clearSince = now;
    if (now - this.clearSince < this.clearDelay) return null;
    return this.latch && !this.released ? this.#hold(true) : this.#clearUp();
  }

  #clearUp(): RowStep {
    this.state = 'clear';
    this.since = Number.NaN;
    this.held = this.released = false;
    return 'cleared';
  }

  #hold(held: boolean): RowStep {
    this.released = false;
    if (this.held === held) return null;
    this.held = held;
    return 'held';
  }

  /**
   * One of the rows that warn has been raised for long enough, or none of them is in force. Whatever they do, the wait
   * is not longer than the warning is to be.
   */
  #waited(now: number): boolean {
    if (this.after.length === 0 || now - this.since >= this.delay + this.afterSeconds) return true;
    return this.after.some((before) => before.state === 'raised' && now - before.raisedAt >= this.afterSeconds);
  }

  /** While it is a gate: whether it stands in the way of the permissions in `mask`. */
  shuts({ values, whole }: Sample, mask: number): boolean {
    if (this.clears(values, whole)) return false;
    return (this.forgives & mask) === 0 || !this.unknown(values);
  }

  /**
   * The permissions that a row keeps from coming on: between trip and clear, and beyond trip while its delay runs. A delay is
   * there for what is on; it gives nothing back that another rule has taken away.
   */
  inTheWay({ values }: Sample): number {
    if (this.gate) return 0;
    if (this.state !== 'raised' && this.trip?.holds(values) === true) return this.denies;
    if (this.state !== 'band') return 0;
    if ((!this.optional && this.forgives === 0) || !this.unknown(values)) return this.denies;
    return this.optional ? 0 : this.denies & ~this.forgives;
  }

  /** The clear condition an event is about: the first that fails, else the first. */
  about(values: Float64Array): Test {
    return this.clear.find((test) => !test.holds(values)) ?? this.clear[0] ?? this.trip!;
  }

  /**
   * True when every clear condition is known to hold for the whole pack.
   * An unknown SOC is skipped; every other unknown keeps the row raised.
   */
  clears(values: Float64Array, whole: Uint8Array): boolean {
    for (const test of this.clear) {
      if (whole[test.of] === 1 && test.holds(values)) continue;
      if (test.skipUnknown && Number.isNaN(values[test.of]!)) continue;
      return false;
    }
    return true;
  }

  /** True when a clear condition is known not to hold. */
  fails(values: Float64Array): boolean {
    for (const test of this.clear) {
      const value = values[test.of]!;
      if (!Number.isNaN(value) && !test.holds(values)) return true;
    }
    return false;
  }

  /** True when something the row looks at is not known. */
  unknown(values: Float64Array): boolean {
    if (this.trip !== null && Number.isNaN(values[this.trip.of]!)) return true;
    for (const test of this.clear) if (Number.isNaN(values[test.of]!) && !test.skipUnknown) return true;
    return false;
  }
}

export function maskOf(role: PermissionRole): number {
  return 1 << PERMISSION_ROLES.indexOf(role);
}

/** Whether a rule is in force with these settings: its choices, its policy and its thresholds. */
export function isActive(rule: Rule, settings: PackSettings): boolean {
  for (const { setting, is, not, on } of rule.only ?? []) {
    const value = settings.values[setting];
    if ((is !== undefined && value !== is) || value === not) return false;
    if (on === true && !isOn(settings, setting)) return false;
  }
  if (rule.policy !== undefined && settings.values[rule.policy] === 'ignore') return false;
  const thresholds = rule.trip === undefined ? rule.clear : [rule.trip];
  return thresholds.every((c) => typeof c.than === 'number' || isOn(settings, c.than));
}

/** Quantities a rule looks at. */
export function quantitiesOf(rule: Rule): Quantity[] {
  const conditions = rule.trip === undefined ? rule.clear : [rule.trip, ...rule.clear];
  return [...new Set(conditions.map((c) => c.of))];
}
