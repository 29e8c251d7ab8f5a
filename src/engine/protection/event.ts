/** Makes the event of an edge: which value of which cell, against which threshold, or what is missing. */
import { PERMISSION_ROLES, type RuleId } from '../vocabulary.ts';
import type { ProtectionEvent } from './decision.ts';
import { maskOf, type Row } from './row.ts';
import { FLAGS as FLAG_NAMES, QUANTITIES, type Quantity } from './quantity.ts';
import { indexOf, type Sample } from './sample.ts';
import type { Table } from './table.ts';

const FLAGS = FLAG_NAMES.map(indexOf);
const DEVICE_FAULT = indexOf('deviceFault');
const CURRENT = indexOf('current');
const CHARGE = PERMISSION_ROLES.indexOf('charge');
const LOAD = PERMISSION_ROLES.indexOf('load');
const ALTERNATOR = PERMISSION_ROLES.indexOf('alternator');

/** @param duration raised: how long the condition had held; cleared: how long the row had been raised (s) */
export function makeEvent(
  row: Row,
  edge: ProtectionEvent['edge'],
  at: number,
  duration: number,
  sample: Sample,
  table: Table,
  history: { readonly count: number; readonly first: number },
): ProtectionEvent {
  const { values, cellOf } = sample;
  // A cleared edge and a waiting gate name the clear value they are about, a raised one the trip value.
  const { trip } = row;
  const test = edge === 'raised' && trip !== null && trip.holds(values) ? trip : row.about(values);
  const value = values[test.of]!;
  const cell = cellOf[test.of]!;
  const flag = FLAGS.includes(test.of);
  const missing = edge === 'cleared' ? null : missingOf(row, sample, table);
  const code = test.of === DEVICE_FAULT ? sample.deviceCode : row.rule.code;
  return {
    rule: ruleOf(row, missing, sample),
    row: row.rule.id,
    code: code ?? null,
    severity: row.severity,
    edge,
    quantity: QUANTITIES[test.of]!,
    missing,
    cell: cell === 0 ? null : cell,
    value: flag || Number.isNaN(value) ? null : value,
    threshold: flag ? null : test.than,
    duration,
    at,
    count: history.count + (edge === 'raised' ? 1 : 0),
    first: Number.isNaN(history.first) ? at : history.first,
    // A list of its own: what a receiver does to an event must not reach the table.
    denies: row.roles.filter((role) => (table.configured & maskOf(role)) !== 0),
    ...(edge === 'raised' && nothingLeft(row, sample) ? { nothingLeft: true } : {}),
  };
}

/** A row about relays leaves it to the main contactor, and none of the relays that have reported is one. */
function nothingLeft({ rule, roles }: Row, sample: Sample): boolean {
  const isAboutRelays = rule.rule === 'relay-mismatch' || rule.rule === 'relay-welded';
  return isAboutRelays && roles.includes('contactor') && sample.contactorRelay === false;
}

export interface ContactorMove {
  /** Why it opened, `null` when it closed. */
  readonly reason: string | null;
  readonly at: number;
  /** Since when it was open, when it closes. */
  readonly openedAt: number;
}

/** The contactor's own edge, told where it opens later than the rule behind it was told. */
export function contactorEvent(
  { reason, at, openedAt }: ContactorMove,
  sample: Sample,
  history: { readonly count: number; readonly first: number },
): ProtectionEvent {
  const opened = reason !== null;
  const current = sample.values[CURRENT]!;
  return {
    rule: 'contactor',
    row: 'contactor',
    code: reason,
    severity: 'info',
    edge: opened ? 'raised' : 'cleared',
    quantity: 'current',
    missing: null,
    cell: null,
    value: Number.isNaN(current) ? null : current,
    threshold: null,
    duration: opened ? 0 : at - openedAt,
    at,
    count: history.count + (opened ? 1 : 0),
    first: Number.isNaN(history.first) ? at : history.first,
    denies: ['contactor'],
  };
}

/** Silence of everything is `communication`, one value missing while others come `sensor`, a miscount `plausibility`. */
function ruleOf(row: Row, missing: Quantity | null, sample: Sample): RuleId {
  if (missing === null) return row.rule.rule;
  return sample.miscounted && missing.startsWith('cell') ? 'plausibility' : 'sensor';
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
  const oldest = sample.oldest(needs);
  // The sensors' own row is about them alone: the cells are heard, or it would be silence.
  const others = row.rule.trip?.of === 'silenceSensors';
  if (!others && !needs.some((index) => knownAt[index]! - oldest > 1)) return null;
  const index = needs.find((need) => knownAt[need] === oldest);
  return index === undefined ? null : QUANTITIES[index]!;
}

/** The needs of a row about silence, `null` for every other row. */
function silenceOf(row: Row, table: Table): Int32Array | null {
  const of = row.rule.trip?.of;
  if (of === 'silenceCharge') return table.needs[CHARGE]!;
  if (of === 'silenceAlternator') return table.needs[ALTERNATOR]!;
  if (of === 'silenceSensors') return table.sensors;
  return of === 'silenceLoad' ? table.needs[LOAD]! : null;
}
