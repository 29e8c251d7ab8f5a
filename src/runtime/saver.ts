/**
 * When a pack's memory is written down. SD cards wear: what only tells can wait, what opens is written at once.
 *
 * - a latch: at once, always; somebody must reset it, so there are few
 * - a permission, a rule that takes one away, the owner's word: at once out of the day's budget, else within a minute
 * - an edge that only tells: with the next write, or alone a minute after the last one, while the budget is not low
 * - SOC: when it has moved 2 % and ten minutes have passed, while the budget is not low; so are the counters when 5 % of the
 *   capacity has flowed in and out, and the waiting of a guided recovery when ten minutes of it are over
 * - before a stop: whatever has changed
 *
 * The budget is 48 writes and one more every ten minutes: at most 192 in a day, besides latches and the owner's own doing.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../engine/clock.ts';
import type { PackEngine, PackMemory } from '../engine/pack-engine.ts';
import { numberOf, type PackSettings } from '../engine/pack/settings.ts';
import { STATE_VERSION } from './migrations.ts';
import { savedFrom, type Saved } from './saved-state.ts';
import type { Store } from './store.ts';

/** A slow change of SOC, or of what was counted in and out, is written when it is this large (0..1) and this long ago (s). */
const SOC_STEP = 0.02;
const COUNT_STEP = 0.05;
const SLOW_EVERY = 600;
/** Before a stop even a small change of SOC is worth a write. */
const SOC_REST = 0.001;
/** Writes that may come in a row, seconds until there is one more, and how many are kept for what takes something away. */
const BUDGET = 48;
const ONE_MORE = 600;
const RESERVE = 24;
/** Seconds between two writes where the budget is used up, or where the edges only tell; and until a refused one is tried again. */
const EVERY = 60;
/** A gap between two processes longer than this (s) is a clock that was not set: ten years. */
const LONGEST_GAP = 3.2e8;

export interface Saver {
  /** Written down with the next save. */
  released: string;
  /**
   * Seconds between the last save and the restore, for the times of the log: they are for people, and nothing is decided
   * by them. 0 where the wall clock cannot be believed.
   */
  gap: number;
  /** What was stored. Permissions lapse when the settings changed; a stored trip stays tripped, SOC is kept. */
  restore(): PackMemory | null;
  /** Writes now: something changed that must not be forgotten. */
  soon(engine: PackEngine, now: number): void;
  /** The protection has changed; `latches`: a row that only a reset ends has been raised. */
  changed(engine: PackEngine, now: number, latches: boolean): void;
  /** Something was told that takes nothing away: it is worth a write before long. */
  told(): void;
  /** To be called again and again: writes what has waited for its time. */
  sometimes(engine: PackEngine, now: number): void;
  /** Writes what has waited: the process may be about to end. */
  rest(engine: PackEngine, now: number): void;
  settled(): Promise<void>;
}

export interface SaverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: PackSettings;
  /** The pack's name, for those who look for its state. */
  readonly name?: string;
}

export function createSaver({ store, clock, settings, name = '' }: SaverOptions): Saver {
  const hash = settingsHash(settings);
  const capacity = numberOf(settings, 'capacity');
  const startedAt = clock.now();
  let savedSoc = Number.NaN;
  let savedCount = Number.NaN;
  let savedWait = Number.NaN;
  let savedAt = -Infinity;
  /** What the permissions and the rules against them were when it was written last. */
  let savedKey = '';
  /** Edges that only tell wait to be written; something that matters waits because the budget is used up. */
  let tells = false;
  let waits = false;
  let budget = BUDGET;
  let budgetAt = Number.NaN;

  const save = (engine: PackEngine, now: number): void => {
    budget = Math.max(0, left(now) - 1);
    write(engine, now);
  };

  const write = (engine: PackEngine, now: number): void => {
    savedSoc = engine.soc;
    savedAt = now;
    noteCounted(engine);
    savedKey = keyOf(engine, now);
    tells = waits = false;
    const { released } = saver;
    const memory = engine.memory(now);
    const saved: Saved = { version: STATE_VERSION, name, settings: hash, at: clock.wall(), memory, released };
    store.write(saved);
  };

  /** What of the slow things is on the disk. */
  const noteCounted = (engine: PackEngine): void => {
    savedCount = countOf(engine);
    savedWait = engine.figures.recovery.left;
  };

  /** Writes that are left now. */
  const left = (now: number): number => {
    if (!Number.isNaN(budgetAt)) budget = Math.min(BUDGET, budget + (now - budgetAt) / ONE_MORE);
    budgetAt = now;
    return budget;
  };

  /** SOC has moved by at least so much, or has become known. */
  const moved = (engine: PackEngine, step: number): boolean =>
    Math.abs(engine.soc - savedSoc) >= step || (Number.isNaN(savedSoc) && !Number.isNaN(engine.soc));

  /** Part of the capacity that has been counted since then, in and out: around one SOC it may be a lot. */
  const counted = (engine: PackEngine): number => (countOf(engine) - savedCount) / capacity;

  /** Something slow is worth a write. */
  const slowly = (engine: PackEngine): boolean =>
    moved(engine, SOC_STEP) || counted(engine) >= COUNT_STEP || savedWait - engine.figures.recovery.left >= SLOW_EVERY;

  const saver: Saver = {
    released: '',
    gap: 0,
    restore() {
      const saved = savedFrom(store.read());
      if (saved === 'newer') store.keepOff();
      if (saved === null || saved === 'newer') return null;
      if (typeof saved.released === 'string') this.released = saved.released;
      savedSoc = saved.memory.soc ?? Number.NaN;
      const gap = (clock.wall() - saved.at) / 1000;
      if (gap > 0 && gap < LONGEST_GAP) this.gap = gap;
      if (saved.settings === hash) return saved.memory;
      const { permissions: _lapsed, ...kept } = saved.memory.protection;
      return { ...saved.memory, protection: { ...kept, permissions: {} } };
    },
    soon: save,
    told() {
      tells = true;
    },
    changed(engine, now, latches) {
      if (latches) return save(engine, now);
      if (keyOf(engine, now) === savedKey) {
        tells ||= engine.protection.events.length > 0;
        return;
      }
      if (left(now) >= 1) save(engine, now);
      else waits = true;
    },
    sometimes(engine, now) {
      // What was restored is on the disk.
      if (Number.isNaN(savedCount)) noteCounted(engine);
      if (now - savedAt < EVERY) return;
      // Trying again what was refused wears nothing.
      if (store.problem !== null) return write(engine, now);
      if (waits) return save(engine, now);
      if (left(now) < RESERVE + 1) return;
      if (tells || (now - savedAt >= SLOW_EVERY && slowly(engine))) save(engine, now);
    },
    rest(engine, now) {
      // A pack that has not decided anything yet knows nothing that is not on the disk: it leaves no state of its own behind.
      const decided = engine.protection.ready && keyOf(engine, now) !== savedKey;
      // Times are learned too, of a battery at which nothing flows.
      const passed = engine.protection.ready && now - Math.max(savedAt, startedAt) >= SLOW_EVERY;
      if (tells || waits || decided || passed || moved(engine, SOC_REST) || counted(engine) > 0) save(engine, now);
    },
    settled: () => store.settled(),
  };
  return saver;
}

/** Ah in and out that the counters hold. */
function countOf({ figures: { counters } }: PackEngine): number {
  return counters.total.chargedAh + counters.total.dischargedAh;
}

/** What a restart must not forget: while it stays the same, nothing is lost that takes a permission away. */
function keyOf({ protection }: PackEngine, now: number): string {
  const { roles, active, latched } = protection.decision(now);
  const against = active.filter((event) => event.denies.length > 0).map((event) => event.row);
  const given = Object.values(roles).map((role) => role.allowed);
  return JSON.stringify([given, against, latched, protection.remote]);
}

/** Short and stable: the same settings, the same hash. */
export function settingsHash(settings: PackSettings): string {
  const entries = Object.entries(settings.values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([settings.profile, entries]))
    .digest('hex')
    .slice(0, 16);
}
