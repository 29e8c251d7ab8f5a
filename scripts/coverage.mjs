/**
 * `npm run coverage`: line and branch coverage of `src/` by the tests that run in one process. Measured on Node 24 without
 * a loader, because branch figures under a transpiling loader are false. Node 24 is fetched into `.cache/` once.
 *
 * `npm run coverage -- --engine`: the engine by its own tests only. Fails when a branch of it is not taken, when a file of it
 * is not loaded at all, and without Node 24; names each of them as `file:line`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready, root } from './setup.mjs';

const ENGINE = 'src/engine';
const engine = process.argv.includes('--engine');

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
if (loader.length > 0 && engine) process.exit(1);
const parts = engine ? ['engine'] : ['engine', 'links', 'relays', 'runtime', 'simulator', 'texts'];
const specs = parts.map((part) => `test/${part}/**/*.test.ts`);
const reports = engine ? 'coverage/engine' : 'coverage';
const gate = ['--check-coverage', '--per-file', '--branches=100', '--lines=0', '--functions=0', '--statements=0'];
const done = spawnSync(
  runner,
  [
    join(root, 'node_modules', 'c8', 'bin', 'c8.js'),
    `--include=${engine ? ENGINE : 'src'}/**`,
    `--reports-dir=${reports}`,
    '--reporter=text',
    '--reporter=lcovonly',
    ...(engine ? gate : []),
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
const open = engine ? notTaken() : [];
for (const line of open) console.log(line);
if (engine) console.log(open.length === 0 ? 'Every branch of the engine is taken.' : `${open.length} places to test`);
process.exit(done.status === 0 && open.length > 0 ? 1 : (done.status ?? 1));

/** Branches that no test takes and files with code that no test loads, as `file:line`. */
function notTaken() {
  const lcov = join(root, reports, 'lcov.info');
  if (!existsSync(lcov)) return ['There is no report.'];
  const loaded = new Set();
  const found = [];
  let file = '';
  for (const line of readFileSync(lcov, 'utf8').split('\n')) {
    if (line.startsWith('SF:')) {
      file = line.slice(3).replaceAll('\\', '/');
      loaded.add(file);
    }
    const branch = /^BRDA:(\d+),.*,(\d+|-)$/.exec(line);
    if (branch !== null && (branch[2] === '0' || branch[2] === '-')) found.push(`${file}:${branch[1]} is not taken`);
  }
  for (const name of readdirSync(join(root, ENGINE), { recursive: true })) {
    const path = `${ENGINE}/${name.replaceAll('\\', '/')}`;
    if (path.endsWith('.ts') && !loaded.has(path) && hasCode(path)) found.push(`${path}:1 is not loaded by any test`);
  }
  return [...new Set(found)];
}

/** A file of types alone is never loaded: nothing is left of it once its types are stripped. */
function hasCode(path) {
  const source = `const { stripTypeScriptTypes } = require('node:module');
    process.stdout.write(stripTypeScriptTypes(require('node:fs').readFileSync(${JSON.stringify(path)}, 'utf8')));`;
  const { status, stdout } = spawnSync(runner, ['--no-warnings', '--eval', source], { cwd: root, encoding: 'utf8' });
  const code = stdout.replace(/\/\*[\s\S]*?\*\/|\/\/.*|\bexport\s*\{\s*\}/g, '').replace(/[\s;]/g, '');
  return status !== 0 || code !== '';
}
