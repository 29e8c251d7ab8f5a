/** The folders in which packs keep their state: which there are, whose they are, and when one may go. */
import { readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beside, replaceNow } from './disk.ts';
import { nameAndTime, forAnother } from './saved-state.ts';
import { writeSlot } from './slot.ts';
import { peek, SLOT_FILES } from './store.ts';

/** Below the root, and no pack's. */
const RELAYS = 'relays';
/** Says on which days a state belonged to no pack any more. */
const MARKER = 'unused.json';
const DAY = 86_400_000;
/** Days that the state of a deleted pack is kept. */
const KEPT = 30;

/** Where all state is kept, below Node-RED's user directory. */
export function storesRoot(userDir: string): string {
  return join(userDir, 'cellwarden');
}

/** The folder of one pack. Ids come from a flow, which may have been written by hand: they never lead out of the root. */
export function packFolder(root: string, id: string): string {
  const safe = id.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return join(root, safe === '' || safe === RELAYS ? `${safe}_` : safe);
}

/** Where the switch counts of all relays of one Node-RED are kept. */
export function relaysFolder(root: string): string {
  return join(root, RELAYS);
}

export interface StoredPack {
  readonly id: string;
  /** The pack's name when it was written last; empty where an earlier version wrote it. */
  readonly name: string;
  /** When it was written last, ms since 1970 by the clock of that day. */
  readonly at: number;
}

/** The packs with stored state that can be read, the newest first. Never throws. */
export function listStores(root: string): StoredPack[] {
  const found: StoredPack[] = [];
  for (const folder of foldersIn(root)) {
    const slot = peek(join(root, folder));
    const told = slot === null ? null : nameAndTime(slot.state);
    if (slot !== null && told !== null) found.push({ id: slot.owner ?? folder, ...told });
  }
  return found.sort((a, b) => b.at - a.at);
}

/**
 * Gives a pack that has nothing of its own a copy of another one's state: state of charge, trips, locks, counters. Its
 * permissions are not taken along: they were given to another pack. To be called before the pack is opened.
 *
 * @returns false when there is nothing to copy, when `to` has files of its own already, or when the disk refuses
 */
export function adoptStore(root: string, from: string, to: string): boolean {
  const [source, target] = [packFolder(root, from), packFolder(root, to)];
  if (source === target || SLOT_FILES.some((name) => ageOf(join(target, name)) !== null)) return false;
  const slot = peek(source);
  const state = slot === null ? null : forAnother(slot.state);
  if (state === null) return false;
  try {
    replaceNow(join(target, SLOT_FILES[0]), writeSlot({ sequence: 2, owner: to, state }));
    return true;
  } catch {
    return false;
  }
}

interface Marker {
  /** ms since 1970. */
  readonly first: number;
  /** The last day on which it was seen, and on how many different ones. */
  readonly day: number;
  readonly days: number;
}

/**
 * Removes the state of packs that are gone. To be called after a deploy and once a day.
 *
 * A wall clock may jump, so no single look at it decides. A state goes when it has belonged to no pack on 30 different days,
 * the first of them 30 days ago, and was not written in that time either. A pack that is seen again starts anew. A clock
 * that jumps adds one day for each look, whatever it says; one that stands still adds none.
 *
 * @param alive ids of all packs that any flow still knows, disabled ones too
 * @param nowWall ms since 1970
 * @returns the folders that are gone
 */
export function pruneStores(root: string, alive: readonly string[], nowWall: number): string[] {
  const keep = new Set(alive.map((id) => packFolder(root, id)));
  const removed: string[] = [];
  for (const name of foldersIn(root)) {
    const folder = join(root, name);
    const written = SLOT_FILES.map((file) => ageOf(join(folder, file))).filter((at) => at !== null);
    // Something else's folder, or one whose pack has not written yet.
    if (written.length === 0) continue;
    try {
      const marker = join(folder, MARKER);
      if (keep.has(folder)) {
        rmSync(marker, { force: true });
        continue;
      }
      const before = readMarker(marker);
      const seen = seenAgain(before, nowWall);
      const over = (at: number): boolean => nowWall - at >= KEPT * DAY;
      if (seen.days >= KEPT && over(seen.first) && written.every(over)) {
        remove(folder);
        removed.push(name);
      } else if (seen.days !== before?.days || seen.first !== before.first) replaceNow(marker, JSON.stringify(seen));
    } catch {
      // A disk that refuses keeps what it has.
    }
  }
  return removed;
}

function seenAgain(before: Marker | null, nowWall: number): Marker {
  const day = Math.floor(nowWall / DAY);
  // Seen first in what is now the future: that clock was wrong, and so may be all that was counted by it.
  if (before === null || before.first > nowWall + DAY) return { first: nowWall, day, days: 1 };
  return { first: before.first, day, days: before.day === day ? before.days : before.days + 1 };
}

function readMarker(file: string): Marker | null {
  try {
    const given = JSON.parse(readFileSync(file, 'utf8')) as Partial<Marker> | null;
    const numbers = [given?.first, given?.day, given?.days];
    return numbers.every((one) => typeof one === 'number') ? (given as Marker) : null;
  } catch {
    return null;
  }
}

/** Only files that we write: whatever else somebody has put there stays, and the folder with it. */
function remove(folder: string): void {
  const ours = [...SLOT_FILES, MARKER];
  for (const name of [...ours, ...ours.map(beside)]) rmSync(join(folder, name), { force: true });
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

function foldersIn(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== RELAYS)
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** When a file was written, ms since 1970; `null` where there is none. */
function ageOf(file: string): number | null {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return null;
  }
}
