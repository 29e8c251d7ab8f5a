/** `npm run soak`: makes the checkout ready and runs for a long time; what it takes is told in faults/soak.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ready, root } from './setup.mjs';

ready((line) => process.stderr.write(`${line}\n`));
const args = ['--expose-gc', '--import=tsx', join(root, 'faults', 'soak.ts'), ...process.argv.slice(2)];
const done = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
