/** Node-RED and Node.js versions that users have, fetched once into `.cache/` of the checkout. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from './example.ts';

const CACHE = join(ROOT, '.cache');
const WINDOWS = process.platform === 'win32';

/** Runs npm under a given Node.js, which `--engine-strict` judges. Throws with npm's own words. */
export function npm(args: readonly string[], { cwd, node }: { cwd: string; node?: string }): string {
  const env = { ...process.env };
  if (node !== undefined) env['PATH'] = `${dirname(node)}${delimiter}${env['PATH'] ?? ''}`;
  const done = spawnSync('npm', args, { cwd, env, encoding: 'utf8', shell: WINDOWS, timeout: 300_000 });
  if (done.status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

let answers: boolean | null = null;

/** True when the npm registry can be reached from here; asked once. */
export function registryAnswers(): boolean {
  answers ??=
    spawnSync('npm', ['view', 'serialport@13.0.0', 'version', '--fetch-retries=0', '--fetch-timeout=15000'], {
      cwd: ROOT,
      shell: WINDOWS,
      timeout: 30_000,
    }).status === 0;
  return answers;
}

/** A package installed in a folder of its own; `name` is the folder's, `wanted` is what npm is asked for. */
function fetched(name: string, wanted: string, file: string): string {
  const folder = join(CACHE, name);
  const found = join(folder, 'node_modules', file);
  if (existsSync(found)) return found;
  // Installed beside and then renamed: an interrupted run leaves nothing half done behind.
  const beside = `${folder}.${process.pid}`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  writeFileSync(join(beside, 'package.json'), '{"private":true}\n');
  npm(['install', wanted, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: beside });
  rmSync(folder, { recursive: true, force: true });
  renameSync(beside, folder);
  return found;
}

/** `red.js` of this version of Node-RED, in an installation with nothing else in it. */
export function fetchedNodeRed(version: string): string {
  return fetched(`node-red-${version}`, `node-red@${version}`, join('node-red', 'red.js'));
}

/** A Node.js of this major version: the one that runs us when it is, else fetched. */
export function fetchedNode(major: number): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const binary = WINDOWS ? 'node.exe' : 'node';
  const node = fetched(`node${major}`, `node@${major}`, join('node', 'bin', binary));
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' });
  if (!version.startsWith(`v${major}.`)) throw new Error(`${node} is ${version.trim()}, not Node.js ${major}`);
  return node;
}
