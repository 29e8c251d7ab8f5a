/** The package that is tried: packed and unpacked as users get it, or built from sources with one mechanism taken out. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../test/support/example.ts';
import { temporaryFolder } from '../test/support/packed.ts';
import type { Mechanism } from './scenario.ts';
import { SABOTAGES } from './sabotage.ts';

/** What a build needs. */
const SOURCES = ['src', 'nodes', 'icons', 'scripts', 'examples', 'docs', 'package.json', 'tsconfig.json'];

/**
 * Builds the package without a mechanism, in a copy: nothing in the product knows of this. Throws when a piece of text
 * that is to be replaced is not there exactly once, because the sabotage would then prove nothing.
 *
 * @returns its folder; `null` when nobody has said yet how to take this mechanism out
 */
export function buildWithout(mechanism: Mechanism): string | null {
  const replacements = SABOTAGES[mechanism];
  if (replacements === null) return null;
  const folder = temporaryFolder('sabotaged');
  for (const part of SOURCES) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const { file, find, put } of replacements) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const times = text.split(find).length - 1;
    if (times !== 1)
      throw new Error(`${file} holds ${times} times what the sabotage of the ${mechanism} replaces: ${find}`);
    writeFileSync(
      path,
      text.replace(find, () => put),
    );
  }
  execFileSync(process.execPath, [join(folder, 'scripts', 'build.mjs')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return folder;
}
