/**
 * `npm run coverage`: line and branch coverage of `src/` by the tests that run in one process. Measured on Node 24 without
 * a loader, because branch figures under a transpiling loader are false. Node 24 is fetched into `.cache/` once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready, root } from './setup.mjs';

ready();
const folder = join(root, '.cache', 'node24');
const node = join(folder, 'node_modules', 'node', 'bin', 'node');
if (Number(process.versions.node.split('.')[0]) < 24 && !existsSync(node)) {
  console.log('Fetching Node 24 (once)…');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  spawnSync('npm', ['install', 'node@24', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
}
const runner = existsSync(node) ? node : process.execPath;
const loader = existsSync(node) || Number(process.versions.node.split('.')[0]) >= 24 ? [] : ['--import=tsx'];
if (loader.length > 0) console.log('Node 24 is not to be had: branch figures below are not to be trusted.');
const specs = ['engine', 'links', 'relays', 'runtime', 'simulator', 'texts'].map((part) => `test/${part}/**/*.test.ts`);
const done = spawnSync(
  runner,
  [
    join(root, 'node_modules', 'c8', 'bin', 'c8.js'),
    '--include=src/**',
    '--reporter=text',
    '--reporter=lcovonly',
    runner,
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    ...loader,
    '--exit',
    '--timeout=60000',
    '--reporter=dot',
    ...specs,
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(done.status ?? 1);
