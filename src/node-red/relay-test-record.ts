/**
 * The record of a commissioning test, as the dialog writes it into the node's property `tested`: what was seen when the
 * contact opened, and for which settings. Other settings, and it says nothing any more.
 */

/** The properties that decide which contact moves, and which way. */
const WHAT = ['role', 'board', 'bus', 'unit', 'channel', 'address', 'chip', 'line', 'wiring'] as const;

export interface TestRecord {
  /** When, ms since 1970. */
  readonly at: number;
  /** The settings it holds for. */
  readonly of: string;
  /** Current before the contact opened and while it was open (A); `null` where it was not known. */
  readonly before: number | null;
  readonly after: number | null;
  /** What the person who tested has seen. */
  readonly disconnected: boolean;
}

/** Part of the current that may go on flowing when the contact has really disconnected, and the least that counts (A). */
const REST = 0.1;
const LEAST = 1;

/** A short word for the settings that a test is about; the same in the dialog and in the runtime. */
export function testedSettings(properties: Readonly<Record<string, unknown>>): string {
  return WHAT.map((name) => {
    const value = properties[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }).join('|');
}

/** The record of these very settings, or `null`. */
export function testRecordOf(properties: Readonly<Record<string, unknown>>): TestRecord | null {
  const given = properties['tested'];
  if (typeof given !== 'string' || given === '') return null;
  try {
    const record: unknown = JSON.parse(given);
    if (typeof record !== 'object' || record === null) return null;
    const { at, of, before, after, disconnected } = record as Record<string, unknown>;
    if (typeof at !== 'number' || of !== testedSettings(properties) || typeof disconnected !== 'boolean') return null;
    return { at, of, before: numberOrNull(before), after: numberOrNull(after), disconnected };
  } catch {
    return null;
  }
}

/** The test has shown that the whole current of the role ends with this contact: somebody saw it, and so did the shunt. */
export function isProven(properties: Readonly<Record<string, unknown>>): boolean {
  const record = testRecordOf(properties);
  if (record === null || !record.disconnected || record.before === null || record.after === null) return false;
  return hasEnded(record.before, record.after);
}

/** A current that counts (A) was there before, and next to nothing of it is left. */
export function hasEnded(before: number, after: number): boolean {
  return Math.abs(before) >= LEAST && Math.abs(after) <= Math.max(REST * Math.abs(before), LEAST / 2);
}

/** How much a current must change (A) for the contact to be the reason: less is what loads and the sun do by themselves. */
export function leastChange(before: number): number {
  return Math.max(LEAST, REST * Math.abs(before));
}

function numberOrNull(given: unknown): number | null {
  return typeof given === 'number' && Number.isFinite(given) ? given : null;
}
