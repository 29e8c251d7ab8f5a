/** Which entries of a stored log may be believed. The log only tells: what is no entry is left out, the rest is kept. */
import { PERMISSION_ROLES, RULE_IDS } from '../vocabulary.ts';
import type { ProtectionEvent } from './decision.ts';
import type { LogEntry } from './event-log.ts';
import { QUANTITIES } from './quantity.ts';

/** The longest code or row that is taken; a device may send anything as its code. */
const LONGEST = 200;
const SEVERITIES = ['info', 'warning', 'alarm', 'fault'];
const EDGES = ['raised', 'cleared'];

/** The entries of what should be a list that are what they should be. */
export function listOf<T>(given: unknown, is: (entry: unknown) => entry is T): T[] {
  return Array.isArray(given) ? [...(given as unknown[])].filter(is) : [];
}

/** A code as it is stored. */
export function short(code: string | null): string | null {
  return code === null ? null : code.slice(0, LONGEST);
}

/** A value as it is stored: JSON knows neither a negative zero nor infinity. */
export function plain(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value + 0;
}

export function isRowOfLog(given: unknown): given is LogEntry {
  if (!isNamed(given)) return false;
  const { first, last, count, seconds } = given;
  return [first, last, count, seconds].every(Number.isFinite) && (count as number) >= 0;
}

export function isLogged(given: unknown): given is ProtectionEvent {
  if (!isNamed(given)) return false;
  const { edge, quantity, missing, cell, value, threshold, duration, at, count, first, denies } = given;
  return (
    EDGES.includes(edge as string) &&
    isOneOf(QUANTITIES, quantity) &&
    (missing === null || isOneOf(QUANTITIES, missing)) &&
    [cell, value, threshold].every((one) => one === null || Number.isFinite(one)) &&
    [duration, at, count, first].every(Number.isFinite) &&
    Array.isArray(denies) &&
    [...(denies as unknown[])].every((role) => isOneOf(PERMISSION_ROLES, role))
  );
}

/** Row, rule, code and severity, which entries and edges share. */
function isNamed(given: unknown): given is Record<string, unknown> {
  if (typeof given !== 'object' || given === null) return false;
  const { row, rule, code, severity } = given as Record<string, unknown>;
  return (
    isShort(row) &&
    isOneOf(RULE_IDS, rule) &&
    (code === null || isShort(code)) &&
    SEVERITIES.includes(severity as string)
  );
}

function isShort(given: unknown): boolean {
  return typeof given === 'string' && given.length <= LONGEST;
}

function isOneOf(names: readonly string[], given: unknown): boolean {
  return names.includes(given as string);
}
