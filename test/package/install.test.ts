/**
 * The packed package, installed as a user would: into an empty Node-RED of each supported line, with the example deployed,
 * frames in, relay command out, BMS silenced, relay open. Node-RED and Node themselves are fetched once into `.cache/`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ROOT,
  exampleFlow,
  simulate,
  startNodeRed,
  until,
  type NodeRed,
  type Simulator,
} from '../support/processes.ts';

const TARGETS = [
  { nodeRed: '3.1.15', node: null },
  { nodeRed: '4.1.15', node: null },
  { nodeRed: '5.0.7', node: '24' },
] as const;

/** Installs packages into a folder of the cache, once. Returns `null` when the registry does not have them. */
function cached(name: string, packages: readonly string[]): string | null {
  const folder = join(ROOT, '.cache', name);
  if (existsSync(join(folder, 'ready'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const done = spawnSync('npm', ['install', ...packages, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) return null;
  writeFileSync(join(folder, 'ready'), '');
  return folder;
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

describe('the packed package', function () {
  this.timeout(400_000);
  let work: string;
  let tarball: string;

  before(() => {
    work = mkdtempSync(join(tmpdir(), 'cellwarden-package-'));
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', work, '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    tarball = join(work, filename.replace(/^@/, '').replace('/', '-'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('holds what runs and what is read, and nothing else', () => {
    const folder = join(work, 'unpacked');
    mkdirSync(folder);
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    const root = join(folder, 'package');
    const top = readdirSync(root).sort();
    assert.deepEqual(top, [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'examples',
      'package.json',
      'resources',
    ]);
    for (const file of ['dist/cellwarden.js', 'dist/cli.js', 'resources/editor.js'])
      assert.ok(existsSync(join(root, file)), file);
    const { 'node-red': declared } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      'node-red': { nodes: Record<string, string> };
    };
    for (const file of Object.values(declared.nodes)) {
      const base = file.replace(/\.js$/, '');
      const name = base.slice(base.lastIndexOf('/') + 1);
      const locales = join(root, base, '..', 'locales', 'en-US');
      for (const path of [
        join(root, file),
        join(root, `${base}.html`),
        join(locales, `${name}.json`),
        join(locales, `${name}.html`),
      ]) {
        assert.ok(existsSync(path), path);
      }
    }
    console.log(
      `      packed ${Math.round(sizeOf(tarball) / 1024)} kB, unpacked ${Math.round(sizeOf(root) / 1024)} kB`,
    );
  });

  for (const target of TARGETS) {
    const name = `Node-RED ${target.nodeRed} on Node ${target.node ?? process.versions.node.split('.')[0]}`;
    it(`runs in an empty ${name}: frames in, relay command out; BMS silenced, relay open`, async function () {
      const home = cached(`node-red-${target.nodeRed}`, [`node-red@${target.nodeRed}`]);
      const node = target.node === null ? null : cached(`node${target.node}`, [`node@${target.node}`]);
      if (home === null || (target.node !== null && node === null)) {
        console.log(`      skipped: ${name} cannot be fetched from the registry here`);
        this.skip();
      }
      const userDir = join(work, `user-${target.nodeRed}`);
      mkdirSync(userDir);
      writeFileSync(join(userDir, 'package.json'), '{"private":true}\n');
      const binary = node === null ? process.execPath : join(node, 'node_modules', 'node', 'bin', 'node');
      const install = spawnSync(
        'npm',
        ['install', tarball, '--omit=dev', '--engine-strict', '--no-audit', '--no-fund', '--loglevel=error'],
        { cwd: userDir, encoding: 'utf8', shell: process.platform === 'win32' },
      );
      assert.equal(install.status, 0, install.stderr);

      const bms: Simulator = await simulate('--device', '123smartbms', '--cells', '16');
      const board: Simulator = await simulate('--device', 'relay-board');
      let nodeRed: NodeRed | null = null;
      try {
        nodeRed = await startNodeRed({
          node: binary,
          redJs: join(home, 'node_modules', 'node-red', 'red.js'),
          userDir,
          flow: exampleFlow(bms, board),
        });
        await until('both relays closed', 15, () => board.closed(0) && board.closed(1));
        const types = (await (
          await fetch(`${nodeRed.url}/nodes`, { headers: { accept: 'application/json' } })
        ).json()) as {
          module: string;
          types: string[];
          err?: string;
        }[];
        const ours = types.filter((set) => set.module === '@cellwarden/node-red-bms');
        assert.deepEqual(ours.flatMap((set) => set.types).sort(), [
          'bms-bus',
          'bms-cell-monitor',
          'bms-config',
          'bms-protection',
          'bms-relay-out',
        ]);
        assert.deepEqual(
          ours.flatMap((set) => set.err ?? []),
          [],
        );
        bms.command('silence');
        await until('charge open', 7, () => !board.closed(0));
        assert.deepEqual(
          nodeRed.log.filter((line) => /Uncaught|bms-[a-z-]+\.[a-z]/.test(line)),
          [],
        );
      } finally {
        await nodeRed?.kill('SIGKILL');
        await bms.end();
        await board.end();
      }
    });
  }
});
