/** `npm run faults`: installs what the lock file says and runs the fault scenarios, which pack their own build; options: faults/main.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, root } from './setup.mjs';

install((line) => process.stderr.write(`${line}\n`));
const main = join(root, 'faults', 'main.ts');
const done = spawnSync(process.execPath, ['--import=tsx', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(done.status ?? 1);
