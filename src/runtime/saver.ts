/** When a pack's memory is written down: at once after an edge, seldom otherwise. SD cards wear. */
import { createHash } from 'node:crypto';
import type { Clock } from '../engine/clock.ts';
import type { PackEngine, PackMemory } from '../engine/pack-engine.ts';
import type { PackSettings } from '../engine/pack/settings.ts';
import type { Store } from './store.ts';

/** A slow change of SOC is written when it is this large (0..1) and this long ago (s): at most 144 times a day. */
const SOC_STEP = 0.02;
const SOC_EVERY = 600;

interface Saved {
  readonly settings: string;
  /** Milliseconds since 1970, for people who look at the file. */
  readonly at: number;
  readonly memory: PackMemory;
  /** The mark of the last release of latches that the editor gave. */
  readonly released?: string;
}

export interface Saver {
  /** Written down with the next save. */
  released: string;
  /** What was stored. Permissions lapse when the settings changed; a stored trip stays tripped, SOC is kept. */
  restore(): PackMemory | null;
  /** Writes now: something changed that must not be forgotten. */
  soon(engine: PackEngine, now: number): void;
  /** Writes when SOC has moved on far and long enough. */
  sometimes(engine: PackEngine, now: number): void;
  settled(): Promise<void>;
}

export function createSaver({ store, clock, settings }: { store: Store; clock: Clock; settings: PackSettings }): Saver {
  const hash = settingsHash(settings);
  let savedSoc = Number.NaN;
  let savedAt = -Infinity;

  const save = (engine: PackEngine, now: number): void => {
    savedSoc = engine.soc;
    savedAt = now;
    const { released } = saver;
    const saved: Saved = { settings: hash, at: clock.wall(), memory: engine.memory(now), released };
    store.write(saved);
  };

  const saver: Saver = {
    released: '',
    restore() {
      const saved = store.read();
      if (!isSaved(saved)) return null;
      if (typeof saved.released === 'string') this.released = saved.released;
      savedSoc = saved.memory.soc ?? Number.NaN;
      if (saved.settings === hash) return saved.memory;
      const { permissions: _lapsed, ...kept } = saved.memory.protection;
      return { ...saved.memory, protection: { ...kept, permissions: {} } };
    },
    soon: save,
    sometimes(engine, now) {
      if (now - savedAt < SOC_EVERY) return;
      const moved = Math.abs(engine.soc - savedSoc);
      if (moved >= SOC_STEP || (Number.isNaN(savedSoc) && !Number.isNaN(engine.soc))) save(engine, now);
    },
    settled: () => store.settled(),
  };
  return saver;
}

/** Short and stable: the same settings, the same hash. */
export function settingsHash(settings: PackSettings): string {
  const entries = Object.entries(settings.values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([settings.profile, entries]))
    .digest('hex')
    .slice(0, 16);
}

function isSaved(given: unknown): given is Saved {
  if (typeof given !== 'object' || given === null) return false;
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
