/**
 * The package as users get it: packed from a copy of the checkout, as from a fresh clone, so that nothing but what the
 * packing itself builds gets in, and nobody's own build is disturbed. Done once for all suites of a run.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './example.ts';

export interface PackedFile {
  /** Relative to the package. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

export interface Packed {
  readonly tarball: string;
  /** The tarball unpacked, with the checkout's dependencies beside it. */
  readonly folder: string;
  /** The built command line in it. */
  readonly cli: string;
  readonly files: readonly PackedFile[];
  /** Bytes. */
  readonly size: number;
  readonly unpackedSize: number;
}

/** Folders that no packing needs; `dist` and `resources` are to be built anew. */
const LEFT_OUT = /^(node_modules|\.git|\.cache|\.node-red|\.ci|coverage|dist|resources|test|bench)$/;

let temporary: string | null = null;

/** A fresh folder that goes away with the test process. */
export function temporaryFolder(name: string): string {
  if (temporary === null) {
    const made = mkdtempSync(join(tmpdir(), 'cellwarden-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true, maxRetries: 3 }));
    temporary = made;
  }
  return mkdtempSync(join(temporary, `${name}-`));
}

let packed: Packed | null = null;

/** Packs with `npm pack`, build included. Takes a few seconds the first time. */
export function packPackage(): Packed {
  packed ??= pack();
  return packed;
}

function pack(): Packed {
  const copy = temporaryFolder('copy');
  cpSync(ROOT, copy, {
    recursive: true,
    filter: (from) => !LEFT_OUT.test(from.slice(ROOT.length)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const to = temporaryFolder('packed');
  const shell = process.platform === 'win32';
  const told = execFileSync('npm', ['pack', '--json', '--pack-destination', to, '--loglevel=error'], {
    cwd: copy,
    encoding: 'utf8',
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // The build says a line before npm says its JSON.
  const [summary] = JSON.parse(told.slice(told.indexOf('[\n'))) as [PackSummary];
  const tarball = join(to, summary.filename);
  const folder = join(to, 'unpacked');
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const { files, size, unpackedSize } = summary;
  return { tarball, folder, cli: join(folder, 'dist', 'cli.js'), files, size, unpackedSize };
}

interface PackSummary {
  readonly filename: string;
  readonly files: readonly PackedFile[];
  readonly size: number;
  readonly unpackedSize: number;
}

/** Makes a package folder one of Node-RED's own, as `npm link` does. */
export function linkInto(userDir: string, folder: string): void {
  const scope = join(userDir, 'node_modules', '@cellwarden');
  mkdirSync(scope, { recursive: true });
  symlinkSync(folder, join(scope, 'node-red-bms'), 'junction');
}
