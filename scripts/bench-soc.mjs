/** `npm run bench:soc`: scores the state of charge; what it takes and prints is told in bench/soc/main.ts. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { install, root } from './setup.mjs';

install((line) => process.stderr.write(`${line}\n`));
// Beside the sources, so that packages are found.
const outfile = join(root, 'bench', `.bundle-soc-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'bench', 'soc', 'main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
  });
  const done = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
} finally {
  rmSync(outfile, { force: true });
}
