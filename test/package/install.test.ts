/** The package as the palette manager installs it, in the Node-RED versions that users have. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { firstExampleAt, ROOT } from '../support/example.ts';
import { fetchedNode, fetchedNodeRed, npm, registryAnswers } from '../support/fetched.ts';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process.ts';
import { type Packed, packPackage, temporaryFolder } from '../support/packed.ts';
import { type SimulatorProcess, startSimulator } from '../support/simulator-process.ts';
import { seconds, until } from '../support/wait.ts';

const MODULE = '@cellwarden/node-red-bms';

describe('the packed package', function () {
  this.timeout(120_000);
  let packed: Packed;
  let paths: string[];

  before(() => {
    packed = packPackage();
    paths = packed.files.map(({ path }) => path);
    const kB = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
    console.log(`    ${paths.length} files, ${kB(packed.size)} packed, ${kB(packed.unpackedSize)} unpacked`);
  });

  it('holds what each node needs', () => {
    const { nodes } = (JSON.parse(readFileSync(join(packed.folder, 'package.json'), 'utf8')) as PackageFile)[
      'node-red'
    ];
    assert.equal(Object.keys(nodes).length, 5);
    const missing = Object.values(nodes).flatMap((file) => {
      const folder = file.slice(0, file.lastIndexOf('/'));
      const base = file.slice(file.lastIndexOf('/') + 1, -'.js'.length);
      const page = readFileSync(join(packed.folder, file.replace(/\.js$/, '.html')), 'utf8');
      const icons = [...page.matchAll(/\bicon: "([^"]+)"/g)].map(([, icon]) => `${folder}/icons/${icon}`);
      assert.equal(icons.length, page.includes('category: "config"') ? 0 : 1, `${file} names one icon`);
      const locale = `${folder}/locales/en-US/${base}`;
      return [file, `${folder}/${base}.html`, `${locale}.json`, `${locale}.html`, ...icons].filter(
        (path) => !paths.includes(path),
      );
    });
    assert.deepEqual(missing, []);
  });

  it('holds the library, the command line, the editor script, the examples, licence and readme', () => {
    const wanted = ['dist/cellwarden.js', 'dist/cli.js', 'resources/editor.js', 'README.md', 'LICENSE', 'CHANGELOG.md'];
    assert.deepEqual(
      wanted.filter((path) => !paths.includes(path)),
      [],
    );
    assert.ok(paths.some((path) => /^examples\/.+\.json$/.test(path)));
  });

  it('holds nothing that only developers need', () => {
    const allowed =
      /^(dist\/|resources\/|examples\/|docs\/|package\.json$|README\.md$|LICENSE$|SECURITY\.md$|CHANGELOG\.md$)/;
    assert.deepEqual(
      paths.filter((path) => !allowed.test(path) || /\.(ts|map|tgz|log|orig|swp)$|(^|\/)\.|(^|\/)test\b/.test(path)),
      [],
    );
  });

  it('names no folder of the machine it was built on', () => {
    const here = [ROOT.replace(/\/$/, ''), homedir(), tmpdir()].filter((path) => path.length > 4);
    const found = paths.filter((path) => {
      const text = readFileSync(join(packed.folder, path), 'latin1');
      return here.some((folder) => text.includes(`${folder}/`));
    });
    assert.deepEqual(found, []);
  });
});

interface PackageFile {
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
}

const PLATFORMS: readonly (readonly [nodeRed: string, node: number])[] = [
  ['3.1.15', 20],
  ['4.1.15', 20],
  ['5.0.7', 24],
];

for (const [version, major] of PLATFORMS) {
  describe(`installed into an empty Node-RED ${version} on Node.js ${major}`, function () {
    this.timeout(600_000);
    let userDir: string;
    let node: string;
    let red: string;
    let nodeRed: NodeRedProcess | null = null;
    const simulators: SimulatorProcess[] = [];

    before(function () {
      if (!registryAnswers()) {
        console.log(`    skipped: the npm registry cannot be reached, so Node-RED ${version} cannot be tried`);
        this.skip();
      }
      node = fetchedNode(major);
      red = fetchedNodeRed(version);
      userDir = temporaryFolder('node-red');
      writeFileSync(
        join(userDir, 'package.json'),
        '{"name":"node-red-project","description":"A Node-RED Project","version":"0.0.1","private":true}\n',
      );
    });

    after(async () => {
      await Promise.all([nodeRed?.kill(), ...simulators.map((simulator) => simulator.kill())]);
    });

    it('installs as the palette manager does', () => {
      const { tarball } = packPackage();
      npm(['install', '--omit=dev', '--engine-strict', '--no-audit', '--no-fund', tarball], { cwd: userDir, node });
    });

    it('brings a command line', () => {
      const cellwarden = join(userDir, 'node_modules', '.bin', 'cellwarden');
      const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` };
      assert.match(execFileSync(cellwarden, ['simulate', '--list'], { encoding: 'utf8', env }), /^123smartbms\t/);
    });

    it('runs the example: frames in, relays closed; BMS silent, charge open', async () => {
      const folder = join(userDir, 'node_modules', ...MODULE.split('/'));
      const cli = join(folder, 'dist', 'cli.js');
      const bms = await startSimulator({ cli, node, device: '123smartbms', args: ['--cells', '16'] });
      simulators.push(bms);
      const board = await startSimulator({ cli, node, device: 'relay-board' });
      simulators.push(board);
      nodeRed = await startNodeRed({ red, node, userDir, flow: firstExampleAt(bms.address, board.address, folder) });
      const { log } = nodeRed;

      const isClosed = (coil: number): boolean => board.edges.findLast((edge) => edge.coil === coil)?.closed ?? false;
      await until(
        () => `both relays to close; Node-RED said:\n${log.join('\n')}`,
        15,
        () => (isClosed(0) && isClosed(1)) || null,
      );
      assert.ok(log.some((line) => line.includes(`Node-RED version: v${version}`)));
      assert.ok(log.some((line) => line.includes(`Node.js  version: v${major}.`)));
      assert.deepEqual(
        log.filter((line) => line.includes('[error]')),
        [],
      );

      const silent = seconds();
      await bms.command('silence');
      await until('charge to open', 6, () => !isClosed(0) || null);
      assert.ok(seconds() - silent > 3, 'the relay opened for the silence, not before');
      assert.ok(isClosed(1));
      await nodeRed.interrupt(20);
    });

    it('shows its nodes, their texts and its example to the editor', async () => {
      nodeRed = await startNodeRed({ red, node, userDir });
      const sets = (await nodeRed.get('/nodes')) as { module: string; name: string; enabled: boolean; err?: string }[];
      const ours = sets.filter(({ module }) => module === MODULE);
      assert.deepEqual(
        ours.map(({ name, enabled, err }) => ({ name, enabled, err })).toSorted((a, b) => a.name.localeCompare(b.name)),
        ['bms-bus', 'bms-cell-monitor', 'bms-config', 'bms-protection', 'bms-relay-out'].map((name) => ({
          name,
          enabled: true,
          err: undefined,
        })),
      );
      const catalogue = (await nodeRed.get(`/locales/${MODULE}/bms-relay-out?lng=en-US`)) as Record<string, unknown>;
      assert.ok(catalogue['bms-relay-out'], 'the texts of the relay node');
      const examples = JSON.stringify(await nodeRed.get(`/library/examples/flows/${MODULE}/`));
      assert.ok(examples.includes('123SmartBMS to relays'), examples);
      await nodeRed.interrupt(20);
    });
  });
}
