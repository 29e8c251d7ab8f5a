/** Makes a checkout ready: installs what the lock file says and builds, each only when it is out of date. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param say where progress goes; commands whose output is data pass stderr */
export function ready(say = console.log) {
  install(say);
  build(say);
}

export function install(say = console.log) {
  const mark = join(root, 'node_modules', '.installed-from');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  say('Installing packages (once; about a minute)…');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], say);
  writeFileSync(mark, wanted);
}

export function build(say = console.log) {
  const built = join(root, 'dist', 'cellwarden.js');
  const newest = Math.max(
    ...['src', 'nodes', 'icons', 'scripts', 'package.json'].map((part) => newestIn(join(root, part))),
  );
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  run(process.execPath, [join(root, 'scripts', 'build.mjs')], say);
}

function newestIn(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

function run(command, args, say) {
  const shell = process.platform === 'win32';
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}`.trim();
  if (done.status === 0) return;
  say(output);
  say(`"${command} ${args.join(' ')}" failed${done.error ? `: ${done.error.message}` : ''}.`);
  process.exit(1);
}
