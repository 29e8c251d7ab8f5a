/** What this machine and this package have of what scenarios need. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../test/support/packed.ts';
import type { Need } from './scenario.ts';

/** Why the need is not met, or `null`. */
export function missing(need: Need, folder: string): string | null {
  if (need === 'guardian') {
    return existsSync(join(folder, 'dist', 'guardian.js')) ? null : 'the package has no guardian (dist/guardian.js)';
  }
  if (need === 'mount') return mayMount() ? null : 'this user may not mount a disk; run it as root';
  const version = need === 'socat' ? '-V' : '-h';
  return spawnSync(need, [version]).error === undefined ? null : `${need} is not installed`;
}

let mounts: boolean | null = null;

function mayMount(): boolean {
  if (mounts !== null) return mounts;
  const folder = join(temporaryFolder('mount'), 'disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'cellwarden-faults', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    mounts = true;
  } catch {
    mounts = false;
  }
  return mounts;
}
