/** `npm run check`: every static check, each with its own line. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ready, root } from './setup.mjs';

ready();
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const checks = [
  ['types', bin('tsc'), ['--noEmit']],
  ['types of the editor', bin('tsc'), ['-p', 'src/editor']],
  ['lint, with types', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['format', bin('biome'), ['format', '.']],
  ['unused code and dependencies', bin('knip'), []],
  ['package', bin('publint'), ['--strict']],
];
let failed = 0;
for (const [name, command, args] of checks) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  const good = done.status === 0;
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name}`);
  if (good) continue;
  failed++;
  console.log(`${done.stdout ?? ''}${done.stderr ?? ''}`.trim());
}
process.exit(failed === 0 ? 0 : 1);
