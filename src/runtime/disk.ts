/** The little of a file system that a store needs, so that a test can give it a disk that is full, dying or dead. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Disk {
  /** The text of a file; throws where there is none, or where it cannot be read. */
  read(file: string): string;
  /**
   * Writes a file anew, and its folder where that is missing. At every moment it is the old file or the new one; when the
   * promise resolves it is the new one, also after a power cut. Rejects when the disk refuses.
   */
  replace(file: string, text: string): Promise<void>;
}

export const systemDisk: Disk = {
  read: (file) => readFileSync(file, 'utf8'),
  async replace(file, text) {
    const folder = dirname(file);
    await mkdir(folder, { recursive: true });
    const handle = await open(beside(file), 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside(file), file);
    await syncFolder(folder);
  },
};

/** The same at once, for what happens seldom and before anything runs. Throws when the disk refuses. */
export function replaceNow(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(beside(file), 'w');
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside(file), file);
}

/** Where a file is written before it takes the place of the old one. */
export function beside(file: string): string {
  return `${file}.new`;
}

/** The new name is on the disk too. Not every system can do that to a folder; the file itself is safe in any case. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows refuses to open a folder.
  }
}
