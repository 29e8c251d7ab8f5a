/**
 * What must survive a restart, in two alternating slots.
 *
 * A slot that is torn, corrupt or another pack's is not used; with none left, everything is unknown: nothing is invented.
 * What a later version of this package wrote is neither used nor written over. Writing never holds up the protection: it is
 * asynchronous, one write at a time, the newest state wins, and a disk that refuses is reported once and tried again later.
 */
import { join } from 'node:path';
import { systemDisk, type Disk } from './disk.ts';
import { readSlot, writeSlot, type Slot } from './slot.ts';
import { refusalOf, type StoreReport, type StoreReportKind } from './store-report.ts';

/** The files of a store, in its folder. */
export const SLOT_FILES = ['a.json', 'b.json'] as const;

export interface Store {
  /** What was written last, else the newest state on disk that is whole, else `null`. */
  read(): unknown;
  /** Writes soon; a later call replaces one that has not started. */
  write(state: unknown): void;
  /** Resolves when nothing is left to write. Never rejects; never resolves while a disk hangs. */
  settled(): Promise<void>;
  /** Why nothing can be written now; `null` while it works, or has not been tried. */
  readonly problem: StoreReport | null;
  /** What was wrong with what stood on the disk when it was read first; `null`: nothing. */
  readonly found: StoreReport | null;
  /** The state is one of a later version: from now on nothing is written, so that it is still there after an update. */
  keepOff(): void;
}

export interface StoreOptions {
  /** Id of what the state belongs to: a slot of somebody else is not used. Not given: any slot is. */
  readonly owner?: string;
  readonly disk?: Disk;
}

/**
 * @param folder where the two slots live; made when it is not there
 * @param report told once when the disk refuses and once when it works again, and what is wrong with the slots
 */
export function openStore(
  folder: string,
  report: (report: StoreReport) => void,
  { owner, disk = systemDisk }: StoreOptions = {},
): Store {
  let loaded = false;
  let sequence = 0;
  /** The slot that holds the newest whole state: never the one that is written next. */
  let newestSlot: 0 | 1 | null = null;
  let stored: unknown = null;
  let newest: { state: unknown } | null = null;
  let next: { state: unknown } | null = null;
  let writing: Promise<void> | null = null;
  let problem: StoreReport | null = null;
  let found: StoreReport | null = null;
  let keptOff = false;
  /** Why it refused since it worked last: each is told once. */
  const refused = new Set<StoreReportKind>();

  const tell = (kind: StoreReportKind, slot = '', why = ''): StoreReport => {
    const told = { kind, folder, slot, problem: why };
    try {
      report(told);
    } catch {
      // Who cannot bear to hear it must not stop the writing.
    }
    return told;
  };

  const keepOff = (slot = ''): void => {
    if (keptOff) return;
    keptOff = true;
    problem = found = tell('newer', slot);
  };

  const load = (): void => {
    if (loaded) return;
    loaded = true;
    const { slots, best } = slotsIn(folder, disk, owner);
    if (best !== null) {
      newestSlot = best.index;
      ({ sequence, state: stored } = best.slot);
    }
    const named = (what: Look): string => SLOT_FILES.filter((_, i) => slots[i] === what).join(', ');
    const [foreign, damaged, newer] = [named('foreign'), named('damaged'), named('newer')];
    if (foreign !== '') found = tell('foreign', foreign);
    if (damaged !== '') found = tell(newestSlot === null ? 'lost' : 'damaged', damaged);
    if (newer !== '') keepOff(newer);
  };

  const failed = (error: unknown): void => {
    const { kind, problem: why } = refusalOf(error);
    problem = { kind, folder, slot: '', problem: why };
    // Once when it starts, once when it is over: a full disk refuses every time.
    if (refused.has(kind)) return;
    refused.add(kind);
    tell(kind, '', why);
  };

  const worked = (): void => {
    problem = null;
    if (refused.size === 0) return;
    refused.clear();
    tell('works');
  };

  const drain = async (): Promise<void> => {
    // Never in the same turn as the call: `writing` must be set before it can be taken back.
    await Promise.resolve();
    load();
    while (next !== null && !keptOff) {
      const { state } = next;
      next = null;
      sequence++;
      const slot: 0 | 1 = newestSlot === null ? ((sequence % 2) as 0 | 1) : newestSlot === 0 ? 1 : 0;
      try {
        await disk.replace(join(folder, SLOT_FILES[slot]), writeSlot({ sequence, owner: owner ?? null, state }));
        newestSlot = slot;
        worked();
      } catch (error) {
        failed(error);
      }
    }
    writing = null;
  };

  return {
    get problem() {
      return problem;
    },
    get found() {
      return found;
    },
    read() {
      if (newest !== null) return newest.state;
      load();
      return stored;
    },
    write(state) {
      newest = next = { state };
      writing ??= drain();
    },
    async settled() {
      while (writing !== null) await writing;
    },
    keepOff,
  };
}

/** What stands in a folder, for those who only look: the newest whole state of its owner, else `null`. */
export function peek(folder: string): Slot | null {
  return slotsIn(folder, systemDisk, undefined).best?.slot ?? null;
}

type Look = Slot | 'absent' | 'damaged' | 'newer' | 'foreign';

/** What stands in the two slots of a folder, and the newest whole one of them. */
function slotsIn(
  folder: string,
  disk: Disk,
  owner: string | undefined,
): { slots: Look[]; best: { index: 0 | 1; slot: Slot } | null } {
  const slots = SLOT_FILES.map((name) => look(disk, join(folder, name), owner));
  const whole = slots.map((slot) => (typeof slot === 'object' ? slot : null));
  const index = newestOf(whole);
  return { slots, best: index === null ? null : { index, slot: whole[index]! } };
}

function look(disk: Disk, file: string, owner: string | undefined): Look {
  let text: string;
  try {
    text = disk.read(file);
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Nothing there is how every pack begins; what is there and cannot be read is as good as damaged.
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'damaged';
  }
  const slot = readSlot(text);
  if (typeof slot === 'string') return slot;
  // Version 1 did not say whose it was.
  return owner === undefined || slot.owner === null || slot.owner === owner ? slot : 'foreign';
}

/**
 * The slot with the higher sequence. Two with the same one cannot come from writing in turns, somebody has copied a file:
 * then the one that stands where its sequence is written first.
 */
function newestOf([a, b]: readonly (Slot | null)[]): 0 | 1 | null {
  if (!a) return b ? 1 : null;
  if (!b) return 0;
  if (a.sequence === b.sequence) return a.sequence % 2 === 0 ? 0 : 1;
  return a.sequence > b.sequence ? 0 : 1;
}
