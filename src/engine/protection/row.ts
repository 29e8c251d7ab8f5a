/** A rule with its thresholds filled in and its state: what the evaluation walks over. */
import { isOn, numberOf, type PackSettings } from '../pack/settings.ts';
import type { SettingName } from '../pack/schema.ts';
import type { ProtectionEvent } from './decision.ts';
import type { Condition, Quantity, Rule } from './rule.ts';
import { indexOf } from './sample.ts';

/**
 * - `clear`: seen on the good side of its clear value
 * - `band`: between clear and trip and nothing known of before; no reason to open, none to close
 * - `raised`: tripped and not cleared yet
 */
export type RowState = 'clear' | 'band' | 'raised';

/** A condition in numbers: `sign * (value - than)` is above zero (or zero, when inclusive) while it holds. */
export class Test {
  readonly of: number;
  readonly sign: 1 | -1;
  readonly inclusive: boolean;
  readonly than: number;
  /** A condition on SOC is skipped while SOC is unknown. */
  readonly skipUnknown: boolean;

  constructor(condition: Condition, than: number) {
    this.of = indexOf(condition.of);
    this.sign = condition.is === '>' || condition.is === '>=' ? 1 : -1;
    this.inclusive = condition.is === '>=' || condition.is === '<=';
    this.than = than;
    this.skipUnknown = condition.of === 'soc';
  }

  holds(values: Float64Array): boolean {
    const beyond = this.sign * (values[this.of]! - this.than);
    return this.inclusive ? beyond >= 0 : beyond > 0;
  }
}

const VOLATILE = ['communication', 'remote', 'soc-unknown'];

export class Row {
  readonly rule: Rule;
  readonly trip: Test | null;
  readonly clear: readonly Test[];
  readonly delay: number;
  readonly clearDelay: number;
  readonly gate: boolean;
  /** Bit i: the row denies `PERMISSION_ROLES[i]`. */
  denies = 0;
  /** The row this one waits for, once the table is put together. */
  after: Row | null = null;
  readonly afterSeconds: number;

  /** Number of the permission that the row denies first: the one a gate guards. */
  primaryBit = 0;
  readonly sounds: boolean;
  /** Follows from the moment alone and is not stored: silence, the remote switch, an unknown SOC, a gate. */
  readonly volatile: boolean;

  /** The event that raised the row, while it is raised. */
  event: ProtectionEvent | null = null;
  state: RowState = 'band';
  /** Since when the trip condition has held, NaN while it does not. */
  since = Number.NaN;
  /** Since when the clear conditions have held while raised. */
  clearSince = Number.NaN;
  raisedAt = Number.NaN;

  constructor(rule: Rule, settings: PackSettings) {
    const threshold = (than: SettingName | number): number =>
      typeof than === 'number' ? than : numberOf(settings, than);
    const seconds = (name: SettingName | undefined): number => (name === undefined ? 0 : numberOf(settings, name));
    this.rule = rule;
    this.trip = rule.trip === undefined ? null : new Test(rule.trip, threshold(rule.trip.than));
    // A clear condition whose setting is off asks for nothing.
    this.clear = rule.clear.map((c) => new Test(c, threshold(c.than))).filter((t) => !Number.isNaN(t.than));
    this.delay = seconds(rule.delay);
    this.clearDelay = seconds(rule.clearDelay);
    this.gate = rule.gate === true;
    this.sounds = rule.sounds === true;
    this.volatile = VOLATILE.includes(rule.rule);
    this.afterSeconds = rule.after === undefined ? 0 : seconds(rule.after.seconds);
  }

  /** The clear condition an event is about: the first that fails, else the first. */
  about(values: Float64Array): Test {
    return this.clear.find((test) => !test.holds(values)) ?? this.clear[0] ?? this.trip!;
  }

  /** True when all clear conditions hold; unknown never clears, except SOC, which is skipped. */
  clears(values: Float64Array, whole: Uint8Array): boolean {
    for (const test of this.clear) {
      if (test.holds(values) && whole[test.of] === 1) continue;
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
}

/** Whether a rule is in force with these settings: its mode, its switch and its threshold. */
export function isActive(rule: Rule, settings: PackSettings): boolean {
  if (rule.mode !== undefined && rule.mode !== settings.values.mode) return false;
  if (rule.unlessOff !== undefined && !isOn(settings, rule.unlessOff)) return false;
  const thresholds = rule.trip === undefined ? rule.clear : [rule.trip];
  return thresholds.every((c) => typeof c.than === 'number' || isOn(settings, c.than));
}

/** Quantities a rule looks at. */
export function quantitiesOf(rule: Rule): Quantity[] {
  const conditions = rule.trip === undefined ? rule.clear : [rule.trip, ...rule.clear];
  return [...new Set(conditions.map((c) => c.of))];
}
