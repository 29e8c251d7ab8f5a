/** `npm run bench`: builds what it needs and runs the benches on Node's own optimiser, without a loader in the way. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ready, root } from './setup.mjs';

ready((line) => process.stderr.write(`${line}\n`));
// Beside the sources, so that the bundle finds the Node-RED child and the packages.
const folder = mkdtempSync(join(root, 'bench', '.bundle-'));
try {
  const outfile = join(folder, '..', `.bundle-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'bench', 'main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
  });
  const done = spawnSync(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  rmSync(outfile, { force: true });
  process.exitCode = done.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
