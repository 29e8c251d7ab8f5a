/**
 * What a pack remembers across restarts, in two alternating slots with version, sequence and checksum.
 *
 * A slot that is torn, corrupt or of another version is not used; with none left, everything is unknown: nothing is
 * invented. Writing never holds up the protection: it is asynchronous, one write at a time, the newest state wins, and a
 * disk that refuses is reported once and tried again later.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

const VERSION = 1;

interface Slot {
  readonly version: number;
  readonly sequence: number;
  readonly checksum: string;
  readonly state: unknown;
}

export interface Store {
  /** What was written last, else the newest state on disk that is whole, else `null`. */
  read(): unknown;
  /** Writes soon; a later call replaces one that has not started. */
  write(state: unknown): void;
  /** Resolves when nothing is left to write. Never rejects. */
  settled(): Promise<void>;
}

/**
 * @param folder where the two slots live; made when it is not there
 * @param report told a sentence when the disk refuses, and `null` when it works again
 */
export function openStore(folder: string, report: (problem: string | null) => void): Store {
  const names = ['a', 'b'].map((name) => join(folder, `${name}.json`));
  let slots: (Slot | null)[] | null = null;
  let sequence = 0;
  let newest: { state: unknown } | null = null;
  let next: { state: unknown } | null = null;
  let writing: Promise<void> | null = null;
  let failed = false;

  const load = (): (Slot | null)[] => {
    if (slots === null) {
      slots = names.map(readSlot);
      sequence = Math.max(0, ...slots.map((slot) => slot?.sequence ?? 0));
    }
    return slots;
  };

  const tell = (problem: string | null): void => {
    // Once when it starts, once when it is over: a full disk refuses every time.
    if ((problem !== null) === failed) return;
    failed = problem !== null;
    report(problem);
  };

  const drain = async (): Promise<void> => {
    // Never in the same turn as the call: `writing` must be set before it can be taken back.
    await Promise.resolve();
    while (next !== null) {
      const { state } = next;
      next = null;
      load();
      sequence++;
      try {
        mkdirSync(folder, { recursive: true });
        await writeSlot(names[sequence % 2]!, {
          version: VERSION,
          sequence,
          checksum: checksumOf(sequence, state),
          state,
        });
        tell(null);
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error));
      }
    }
    writing = null;
  };

  return {
    read() {
      if (newest !== null) return newest.state;
      const whole = load().filter((slot) => slot !== null);
      whole.sort((a, b) => b.sequence - a.sequence);
      return whole[0]?.state ?? null;
    },
    write(state) {
      newest = next = { state };
      writing ??= drain();
    },
    async settled() {
      while (writing !== null) await writing;
    },
  };
}

function checksumOf(sequence: number, state: unknown): string {
  return createHash('sha256')
    .update(`${VERSION}:${sequence}:${JSON.stringify(state)}`)
    .digest('hex')
    .slice(0, 32);
}

function readSlot(file: string): Slot | null {
  try {
    const slot = JSON.parse(readFileSync(file, 'utf8')) as Slot;
    if (slot.version !== VERSION || !Number.isSafeInteger(slot.sequence)) return null;
    return slot.checksum === checksumOf(slot.sequence, slot.state) ? slot : null;
  } catch {
    // Absent, unreadable or torn: all the same, this slot tells nothing.
    return null;
  }
}

/** Written beside, flushed, then renamed over: at every moment the slot is the old one or the new one. */
async function writeSlot(file: string, slot: Slot): Promise<void> {
  const beside = `${file}.new`;
  const handle = await open(beside, 'w');
  try {
    await handle.writeFile(JSON.stringify(slot));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}
