/** Disks that are full, slow or dead, in memory or over a real folder. */
import { readFileSync } from 'node:fs';
import { systemDisk, type Disk } from '../../../src/runtime/disk.ts';

export interface FakeDisk extends Disk {
  readonly files: Map<string, string>;
  /** Writes that were asked for. */
  readonly asked: string[];
  /** What a write meets from now on: an error code, `hang`, or `null` for a disk that is well. */
  ill: string | null;
  /** Lets the writes that hang go on. */
  thaw(): void;
}

export function fakeDisk(): FakeDisk {
  const files = new Map<string, string>();
  const asked: string[] = [];
  const hanging: (() => void)[] = [];
  return {
    files,
    asked,
    ill: null,
    thaw() {
      this.ill = null;
      for (const go of hanging.splice(0)) go();
    },
    read: (file) => files.get(file) ?? fail('ENOENT'),
    async replace(file, text) {
      asked.push(file);
      if (this.ill === 'hang') await new Promise<void>((resolve) => hanging.push(resolve));
      else if (this.ill !== null) fail(this.ill);
      files.set(file, text);
    },
  };
}

/** The real disk, but while it is held each write waits. */
export function heldDisk(): Disk & { hold(): void; go(): void } {
  const waiting: (() => void)[] = [];
  let held = false;
  return {
    read: (file) => readFileSync(file, 'utf8'),
    async replace(file, text) {
      if (held) await new Promise<void>((resolve) => waiting.push(resolve));
      await systemDisk.replace(file, text);
    },
    hold: () => void (held = true),
    go() {
      held = false;
      for (const one of waiting.splice(0)) one();
    },
  };
}

function fail(code: string): never {
  throw Object.assign(new Error(`${code}: not this time`), { code });
}
