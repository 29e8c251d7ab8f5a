/**
 * `npm run conformance`: every published frame against the codecs. Prints a line a protocol: frames, passed, refused as
 * expected, failed; ends with 1 when anything failed. The frames are not part of this project: they are read from the
 * folder `shared/vectors` beside it, or from `CELLWARDEN_VECTORS`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Suite, Vector } from './suite.ts';

export interface Tally {
  readonly file: string;
  readonly frames: number;
  readonly passed: number;
  readonly refused: number;
  /** `name: difference`, one a frame that failed. */
  readonly failures: readonly string[];
}

const ROOT = join(import.meta.dirname ?? __dirname, '..');

/** The folder with the frames, or `null` when there is none. */
export function vectorFolder(): string | null {
  const folder = process.env['CELLWARDEN_VECTORS'] ?? resolve(ROOT, '../shared/vectors');
  return existsSync(folder) ? folder : null;
}

/** Runs one suite over its file. */
export function runSuite(suite: Suite, folder: string): Tally {
  const vectors = JSON.parse(readFileSync(join(folder, `${suite.file}.json`), 'utf8')) as Vector[];
  let passed = 0;
  let refused = 0;
  const failures: string[] = [];
  for (const vector of vectors) {
    const outcome = suite.check(vector);
    if (outcome.kind === 'passed') passed += 1;
    else if (outcome.kind === 'refused') refused += 1;
    else failures.push(`${vector.name}: ${outcome.differences.join('; ')}`);
  }
  return { file: suite.file, frames: vectors.length, passed, refused, failures };
}

/** Every suite beside this file. */
export async function allSuites(): Promise<Suite[]> {
  const here = join(ROOT, 'conformance');
  const files = readdirSync(here).filter((file) => file.endsWith('.ts') && file !== 'main.ts' && file !== 'suite.ts');
  const modules = await Promise.all(files.sort().map((file) => import(join(here, file)) as Promise<Loaded>));
  return modules.map(({ default: loaded }) => ('check' in loaded ? loaded : loaded.default));
}

/** Imported as CommonJS, a default export sits one level deeper. */
interface Loaded {
  readonly default: Suite | { readonly default: Suite };
}

async function main(only: readonly string[]): Promise<number> {
  const folder = vectorFolder();
  if (folder === null) {
    console.error('There is no folder with published frames: set CELLWARDEN_VECTORS to one.');
    return 2;
  }
  const suites = (await allSuites()).filter(({ file }) => only.length === 0 || only.includes(file));
  const tallies = suites.map((suite) => runSuite(suite, folder));
  const missing = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((file) => only.length === 0 && !suites.some((suite) => suite.file === file));
  console.log('protocol              frames  passed  refused  failed');
  for (const { file, frames, passed, refused, failures } of tallies) {
    const numbers = [frames, passed, refused, failures.length].map((number) => String(number).padStart(7));
    console.log(`${file.padEnd(20)}${numbers.join(' ')}`);
  }
  for (const { file, failures } of tallies) for (const failure of failures) console.log(`${file}: ${failure}`);
  for (const file of missing) console.log(`${file}: no suite reads these frames`);
  return missing.length > 0 || tallies.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

if (process.argv[1]?.endsWith('main.ts') === true) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
