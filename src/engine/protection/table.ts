/** Puts a profile's rules and a pack's settings together into the table that is walked over. */
import type { PackSettings } from '../pack/settings.ts';
import { PROFILES } from '../profiles/index.ts';
import { PERMISSION_ROLES, type PermissionRole } from '../vocabulary.ts';
import { MEASURED, type Quantity, type Rule } from './rule.ts';
import { Row, isActive, quantitiesOf } from './row.ts';
import { indexOf } from './sample.ts';
import { Watch } from './watch.ts';

export interface Table {
  readonly rows: readonly Row[];
  readonly gates: readonly Row[];
  /** All trip values at once. */
  readonly watch: Watch;
  /** For each permission: the measured quantities (indexes) it rests on. */
  readonly needs: readonly Int32Array[];
  /** What charging and the loads rest on together. */
  readonly allNeeds: Int32Array;
  /** Bit per permission that any rule speaks about. */
  readonly configured: number;
}

/** @param without quantities that are not measured here at all: rules that look at them are left out */
export function compileTable(settings: PackSettings, without: readonly Quantity[]): Table {
  const rules = rulesInForce(settings, without);
  const rows = rules.map((rule) => new Row(rule, settings));
  for (const row of rows) {
    for (const role of row.rule.denies) row.denies |= 1 << PERMISSION_ROLES.indexOf(role);
    const first = row.rule.denies[0];
    row.primaryBit = first === undefined ? 0 : PERMISSION_ROLES.indexOf(first);
    row.after = rows.find((r) => r.rule.id === row.rule.after?.row) ?? null;
  }
  return {
    // A row that waits for another is looked at after it, so that a wait of 0 s costs no step.
    rows: [...rows.filter((r) => r.after === null), ...rows.filter((r) => r.after !== null)],
    gates: rows.filter((r) => r.gate),
    watch: new Watch(rows.flatMap((r) => (r.trip === null ? [] : [r.trip]))),
    needs: PERMISSION_ROLES.map((role) => needsOf(role, rules)),
    allNeeds: Int32Array.from(new Set([...needsOf('charge', rules), ...needsOf('load', rules)])),
    configured: ['charge', 'load', 'contactor', 'shed'].reduce(
      (mask, role) => mask | (1 << PERMISSION_ROLES.indexOf(role as PermissionRole)),
      0,
    ),
  };
}

/** The rules of the settings' profile that are in force: the mode fits, the thresholds are on, the values are measured. */
export function rulesInForce(settings: PackSettings, without: readonly Quantity[] = []): Rule[] {
  const active = PROFILES[settings.profile].rules.filter(
    (rule) => isActive(rule, settings) && !quantitiesOf(rule).some((q) => without.includes(q)),
  );
  const readsSoc = active.some((rule) => quantitiesOf(rule).includes('soc'));
  return active.filter((rule) => readsSoc || rule.rule !== 'soc-unknown');
}

function needsOf(role: PermissionRole, rules: readonly Rule[]): Int32Array {
  const needed = new Set<number>();
  for (const rule of rules) {
    // The contactor and the sheddable loads rest on the same values as the loads.
    const counts = rule.denies.includes(role) || (role !== 'charge' && rule.denies.includes('load'));
    if (!counts) continue;
    for (const quantity of quantitiesOf(rule)) if (MEASURED.includes(quantity)) needed.add(indexOf(quantity));
  }
  return Int32Array.from(needed);
}
