/** `npm run conformance`: published frames of every protocol against the codecs. Arguments: names of vector files. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, root } from './setup.mjs';

install((line) => process.stderr.write(`${line}\n`));
const main = join(root, 'conformance', 'main.ts');
const done = spawnSync(process.execPath, ['--import=tsx', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = done.status ?? 1;
