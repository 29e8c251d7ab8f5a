/** Puts a profile's rules and a pack's settings together into the table that is walked over. */
import { isOn, type PackSettings } from '../pack/settings.ts';
import { PROFILES } from '../profiles/index.ts';
import { PERMISSION_ROLES, type PermissionRole } from '../vocabulary.ts';
import { LEADERS, MEASURED, QUANTITIES, SENSORS, type Quantity } from './quantity.ts';
import type { Rule } from './rule.ts';
import { Row, isActive, maskOf, quantitiesOf } from './row.ts';
import { indexOf } from './sample.ts';
import { Watch } from './watch.ts';

export interface Table {
  readonly rows: readonly Row[];
  readonly gates: readonly Row[];
  /** All trip values at once. */
  readonly watch: Watch;
  /** For each permission: the measured quantities (indexes) it rests on. */
  readonly needs: readonly Int32Array[];
  /** Of those the cells' voltages and what else no policy excuses, and the sensors whose loss a policy decides about. */
  readonly primary: readonly Int32Array[];
  readonly secondary: readonly Int32Array[];
  /** All sensors that any rule in force reads. */
  readonly sensors: Int32Array;
  /** Everything whose loss is told. */
  readonly allNeeds: Int32Array;
  /** Bit per permission that the settings speak about. */
  readonly configured: number;
  /** What the rows in force look at. */
  readonly reads: ReadonlySet<Quantity>;
}

/** @param without quantities that are not measured here at all: rules that look at them are left out */
export function compileTable(settings: PackSettings, without: readonly Quantity[]): Table {
  const rules = rulesInForce(settings, without);
  const rows = rules.map((rule) => new Row(rule, settings));
  for (const row of rows) {
    row.after = rows.filter((r) => row.rule.after?.rows.includes(r.rule.id) === true);
    row.forgives = forgivenBy(row, settings);
  }
  const policy = String(settings.values.onSensor);
  const needs = PERMISSION_ROLES.map((role) => needsOf(role, rows, policy));
  const isSensor = (index: number): boolean => SENSOR_INDEXES.includes(index);
  const sensors = policy === 'ignore' ? [] : [...new Set(rows.flatMap(measuredBy).filter(isSensor))];
  return {
    // A row that waits for another is looked at after it, so that a wait of 0 s costs no step.
    rows: [...rows.filter((r) => r.after.length === 0), ...rows.filter((r) => r.after.length > 0)],
    gates: rows.filter((r) => r.gate),
    // What a relay's board says comes with a call, after which the whole table is walked.
    watch: new Watch(rows.flatMap((r) => (r.trip === null || r.rule.rule === 'relay-mismatch' ? [] : [r.trip]))),
    needs,
    primary: needs.map((list) => list.filter((index) => !isSensor(index))),
    secondary: needs.map((list) => list.filter(isSensor)),
    sensors: Int32Array.from(sensors),
    allNeeds: Int32Array.from(new Set([...needs.flatMap((list) => [...list]), ...sensors].map(leaderOf))),
    configured: configuredRoles(settings).reduce((mask, role) => mask | maskOf(role), 0),
    reads: new Set(rules.flatMap(quantitiesOf)),
  };
}

/** The rules of the settings' profile that are in force: the choices fit, the thresholds are on, the values are measured. */
export function rulesInForce(settings: PackSettings, without: readonly Quantity[] = []): Rule[] {
  const active = PROFILES[settings.profile].rules.filter(
    (rule) => isActive(rule, settings) && !quantitiesOf(rule).some((q) => without.includes(q)),
  );
  const readsSoc = active.some((rule) => quantitiesOf(rule).includes('soc'));
  return active.filter((rule) => readsSoc || rule.rule !== 'soc-unknown');
}

/** The permissions that these settings can give at all. */
function configuredRoles(settings: PackSettings): PermissionRole[] {
  const roles: PermissionRole[] = ['charge', 'load', 'contactor', 'shed'];
  if (isOn(settings, 'starterVoltageMin')) roles.push('alternator');
  if (settings.values.precharge === 'resistor') roles.push('precharge');
  if (settings.values.auxRule !== 'none') roles.push('aux');
  return roles;
}

const MEASURED_INDEXES = MEASURED.map(indexOf);
const SENSOR_INDEXES = SENSORS.map(indexOf);

/** To ask how old a value is, the one it is worked out from is enough. */
function leaderOf(index: number): number {
  const leader = LEADERS[QUANTITIES[index]!];
  return leader === undefined ? index : indexOf(leader);
}

/** Indexes of the measured quantities that a row looks at. */
function measuredBy(row: Row): number[] {
  if (row.optional || row.activates) return [];
  return quantitiesOf(row.rule)
    .map(indexOf)
    .filter((index) => MEASURED_INDEXES.includes(index));
}

/** The sensors' policy says that a role goes on without them. */
function goesOnWithoutSensors(role: PermissionRole, policy: string): boolean {
  if (policy === 'ignore' || policy === 'warn') return true;
  return policy === 'stop-charge' && role !== 'charge' && role !== 'alternator';
}

function needsOf(role: PermissionRole, rows: readonly Row[], policy: string): Int32Array {
  const needed = new Set<number>();
  for (const row of rows) {
    // The contactor and the sheddable loads rest on the same values as the loads.
    const like = role !== 'charge' && role !== 'alternator' && row.roles.includes('load');
    if (!row.roles.includes(role) && !like) continue;
    for (const index of measuredBy(row)) {
      if (!(SENSOR_INDEXES.includes(index) && goesOnWithoutSensors(role, policy))) needed.add(index);
    }
  }
  return Int32Array.from(needed);
}

/** The roles for which everything a row looks at may be unknown. */
function forgivenBy(row: Row, settings: PackSettings): number {
  const measured = measuredBy(row);
  if (measured.length === 0 || !measured.every((index) => SENSOR_INDEXES.includes(index))) return 0;
  return row.roles
    .filter((role) => goesOnWithoutSensors(role, String(settings.values.onSensor)))
    .reduce((mask, role) => mask | maskOf(role), 0);
}
