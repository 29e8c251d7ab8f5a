/** What is stored of a pack: its shape, and what of a file may be believed. */
import type { PackMemory } from '../engine/pack-engine.ts';
import { bringForward, STATE_VERSION } from './migrations.ts';

export interface Saved {
  readonly version: typeof STATE_VERSION;
  /** The pack's name, for people who look for its state. */
  readonly name: string;
  /** Hash of the settings under which the permissions were given. */
  readonly settings: string;
  /** Milliseconds since 1970: for people, and for how long ago the log's entries are. */
  readonly at: number;
  readonly memory: PackMemory;
  /** The mark of the last release of latches that the editor gave. */
  readonly released?: string;
}

/**
 * A stored state of this version or an earlier one, checked.
 * @returns `newer` for one of a later version; `null` for garbage, which is ignored as a whole
 */
export function savedFrom(stored: unknown): Saved | 'newer' | null {
  const state = bringForward(stored);
  if (state === null || state === 'newer') return state;
  return isSaved(state) ? state : null;
}

/** Whose state it is and of when; `null` for what is no pack's state that this version can read. */
export function nameAndTime(stored: unknown): { name: string; at: number } | null {
  const saved = savedFrom(stored);
  if (saved === null || saved === 'newer') return null;
  const { name, at } = saved as { name: unknown; at: unknown };
  return { name: typeof name === 'string' ? name : '', at: typeof at === 'number' && Number.isFinite(at) ? at : 0 };
}

/** The state for another pack: permissions lapse, because they were given under other settings. `null`: no state. */
export function forAnother(stored: unknown): Saved | null {
  const saved = savedFrom(stored);
  return saved === null || saved === 'newer' ? null : { ...saved, settings: '' };
}

function isSaved(given: object): given is Saved {
  const { settings, memory } = given as Partial<Saved>;
  if (typeof settings !== 'string' || typeof memory !== 'object' || memory === null) return false;
  const { soc, protection, sensors } = memory;
  if (soc !== null && !(typeof soc === 'number' && soc >= 0 && soc <= 1)) return false;
  return (
    typeof protection === 'object' &&
    protection !== null &&
    Array.isArray(protection.raised) &&
    [...protection.raised].every(isRaised) &&
    typeof protection.permissions === 'object' &&
    protection.permissions !== null &&
    Object.values(protection.permissions).every((allowed) => typeof allowed === 'boolean') &&
    typeof protection.remote === 'boolean' &&
    (protection.roles === undefined || areRoles(protection.roles)) &&
    (sensors === undefined || areNumbers(sensors))
  );
}

/** What delays closing, by role; a store of an earlier version has none. */
function areRoles(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return Object.values(given).every((role) => {
    if (typeof role !== 'object' || role === null) return false;
    const { openings, closings, off } = role as Record<string, unknown>;
    return areNumbers(openings) && areNumbers(closings) && (off === null || typeof off === 'number');
  });
}

function areNumbers(given: unknown): boolean {
  return Array.isArray(given) && [...given].every((one) => typeof one === 'number');
}

function isRaised(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const { row, seconds } = given as Record<string, unknown>;
  return typeof row === 'string' && typeof seconds === 'number';
}
