/** Makes the event of an edge: which value of which cell, against which threshold, or what is missing. */
import { PERMISSION_ROLES, type RuleId } from '../vocabulary.ts';
import type { ProtectionEvent } from './decision.ts';
import type { Row } from './row.ts';
import { QUANTITIES, type Quantity } from './rule.ts';
import { indexOf, type Sample } from './sample.ts';
import type { Table } from './table.ts';

/** Quantities that are yes or no: an event about them carries no number. */
const FLAGS = [indexOf('socKnown'), indexOf('communication'), indexOf('remote')];
const CHARGE = PERMISSION_ROLES.indexOf('charge');
const LOAD = PERMISSION_ROLES.indexOf('load');

/** Monotonic second at which the stalest of some quantities was last known; -Infinity when one never was. */
export function oldestOf(sample: Sample, needs: Int32Array): number {
  const { knownAt } = sample;
  let oldest = Infinity;
  for (let i = 0; i < needs.length; i++) {
    const at = knownAt[needs[i]!]!;
    if (at < oldest) oldest = at;
  }
  return oldest;
}

/** @param duration raised: how long the condition had held; cleared: how long the row had been raised (s) */
export function makeEvent(
  row: Row,
  edge: ProtectionEvent['edge'],
  at: number,
  duration: number,
  sample: Sample,
  table: Table,
): ProtectionEvent {
  const { values, cellOf } = sample;
  // A cleared edge and a waiting gate name the clear value they are about, a raised one the trip value.
  const { trip } = row;
  const test = edge === 'raised' && trip !== null && trip.holds(values) ? trip : row.about(values);
  const value = values[test.of]!;
  const cell = cellOf[test.of]!;
  const flag = FLAGS.includes(test.of);
  const missing = edge === 'cleared' ? null : missingOf(row, sample, table);
  return {
    rule: ruleOf(row, missing, sample),
    row: row.rule.id,
    code: row.rule.code ?? null,
    severity: row.rule.severity,
    edge,
    quantity: QUANTITIES[test.of]!,
    missing,
    cell: cell === 0 ? null : cell,
    value: flag || Number.isNaN(value) ? null : value,
    threshold: flag ? null : test.than,
    duration,
    at,
    denies: row.rule.denies,
  };
}

/** Silence of everything is `communication`, one value missing while others come `sensor`, a miscount `plausibility`. */
function ruleOf(row: Row, missing: Quantity | null, sample: Sample): RuleId {
  if (missing === null) return row.rule.rule;
  return sample.miscounted ? 'plausibility' : 'sensor';
}

/**
 * The value whose absence raised a row: of a row about silence the one that is missing for longest while others still
 * come, of a gate the one it waits to know. `null` when nothing is missing, or everything is silent together.
 */
function missingOf(row: Row, sample: Sample, table: Table): Quantity | null {
  const { knownAt, values, whole } = sample;
  const needs = silenceOf(row, table);
  if (needs === null) {
    if (!row.gate || row.fails(values) || row.trip?.holds(values) === true) return null;
    const unknown = row.clear.find((test) => !test.skipUnknown && !(test.holds(values) && whole[test.of] === 1));
    return unknown === undefined ? null : QUANTITIES[unknown.of]!;
  }
  const oldest = oldestOf(sample, needs);
  if (!needs.some((index) => knownAt[index]! - oldest > 1)) return null;
  const index = needs.find((need) => knownAt[need] === oldest);
  return index === undefined ? null : QUANTITIES[index]!;
}

/** The needs of a row about silence, `null` for every other row. */
function silenceOf(row: Row, table: Table): Int32Array | null {
  const of = row.rule.trip?.of;
  if (of === 'silenceCharge') return table.needs[CHARGE]!;
  return of === 'silenceLoad' ? table.needs[LOAD]! : null;
}
