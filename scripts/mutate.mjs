/**
 * `npm run mutate`: mutation testing of the protection with Stryker: it changes one operator, number or condition at a
 * time, and a test has to fail. What survives is either a missing test or a change that means the same; the latter are
 * justified one by one in `docs/mutants.md`. Exits with 1 when killed and justified together are below 95 %.
 *
 *     npm run mutate                                     src/engine/protection
 *     npm run mutate -- src/engine/limits/*.ts           other files or folders; `file.ts:10-20` for some lines
 *     npm run mutate -- --concurrency=1                  two processes when not told otherwise
 *     npm run mutate -- --incremental                    reuses the last result for what has not changed. It does not see
 *                                                        changes in files that are neither mutated nor tests
 *     npm run mutate -- --properties                     property tests count too (random, so the score may vary)
 *     npm run mutate -- --rows                           prints survivors as rows for `docs/mutants.md`
 *     npm run mutate -- --report                         no run: judges the last one again
 *
 * Stryker is no dependency of the project: it is fetched into `.cache/stryker-tool` once, without a mocha of its own. It
 * finds the project's mocha and tsx in the `node_modules` above it, and so do the tests in the sandbox below `.cache`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { cells, shown } from './markdown-table.mjs';
import { install, root } from './setup.mjs';

/** Stryker 10 needs Node 22, and its mocha runner accepts mocha below 12. */
const VERSION = '9.6.1';
const WANTED = 95;
const cache = join(root, '.cache');
const tool = join(cache, 'stryker-tool');
const stryker = join(tool, 'node_modules', '@stryker-mutator');
const reportFile = join(cache, 'stryker-report.json');

const given = process.argv.slice(2);
const flags = given.filter((arg) => arg.startsWith('--'));
const has = (name) => flags.includes(`--${name}`);
const concurrency = Number(
  flags.find((flag) => flag.startsWith('--concurrency='))?.slice('--concurrency='.length) ?? 2,
);
const unknown = flags.filter((flag) => !/^--(incremental|properties|rows|report|concurrency=[1-9]\d*)$/.test(flag));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(' ')}`);
  process.exit(2);
}
const wanted = given.filter((arg) => !arg.startsWith('--')).map(asPattern);

if (!has('report')) run(wanted.length > 0 ? wanted : ['src/engine/protection/**/*.ts']);
process.exitCode = judge();

function asPattern(path) {
  const inside = relative(root, resolve(path)).replaceAll('\\', '/');
  return existsSync(path) && statSync(path).isDirectory() ? `${inside}/**/*.ts` : inside;
}

function run(mutate) {
  install();
  fetchTool();
  rmSync(reportFile, { force: true });
  const config = join(cache, 'stryker.config.json');
  writeFileSync(config, `${JSON.stringify(configuration(mutate), null, 2)}\n`);
  const started = Date.now();
  const done = spawnSync(process.execPath, [join(stryker, 'core', 'bin', 'stryker.js'), 'run', config], {
    cwd: root,
    stdio: 'inherit',
  });
  if (!existsSync(reportFile)) {
    console.error(`Stryker made no report (exit code ${done.status}).`);
    process.exit(2);
  }
  console.log(`${Math.round((Date.now() - started) / 1000)} s`);
}

function fetchTool() {
  const mark = join(stryker, 'mocha-runner', 'package.json');
  if (existsSync(mark) && JSON.parse(readFileSync(mark, 'utf8')).version === VERSION) return;
  console.log(`Fetching Stryker ${VERSION} (once)…`);
  rmSync(tool, { recursive: true, force: true });
  mkdirSync(tool, { recursive: true });
  const dependencies = { '@stryker-mutator/core': VERSION, '@stryker-mutator/mocha-runner': VERSION };
  writeFileSync(join(tool, 'package.json'), `${JSON.stringify({ private: true, dependencies })}\n`);
  // Peers are left out: the runner must find the project's own mocha.
  const done = spawnSync(
    'npm',
    ['install', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: tool, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  if (done.status === 0) return;
  console.error('Stryker could not be fetched.');
  process.exit(2);
}

function configuration(mutate) {
  // Those that walk through hours or all states, and those of other folders, would be run for every mutant.
  const ignore = ['test/engine/**/*exhaustive*', 'test/engine/{self-lockout,selftest}.test.ts'];
  if (!has('properties')) ignore.push('test/engine/properties/!(examples).test.ts');
  return {
    mutate,
    testRunner: 'mocha',
    plugins: [join(stryker, 'mocha-runner', 'dist', 'src', 'index.js')],
    testRunnerNodeArgs: ['--import=tsx'],
    mochaOptions: { spec: ['test/engine/**/*.test.ts'], ignore, 'no-config': true, 'no-package': true },
    coverageAnalysis: 'perTest',
    concurrency,
    tempDirName: '.cache/stryker',
    cleanTempDir: 'always',
    // The sandbox lies below the project, so its `node_modules` is found without a link. No tsconfig in it: Stryker would
    // want to rewrite it with the compiler's JavaScript interface, which TypeScript 7 does not have.
    symlinkNodeModules: false,
    ignorePatterns: ['**', '!src/**', '!nodes/**', '!test/**', '!docs/**', '!examples/**', '!package.json'],
    disableTypeChecks: false,
    allowEmpty: false,
    incremental: has('incremental'),
    incrementalFile: '.cache/stryker-incremental.json',
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { logTests: false, reportTests: false, reportMutants: false },
    jsonReporter: { fileName: relative(root, reportFile) },
    thresholds: { high: 100, low: WANTED, break: null },
  };
}

/** Reads the report, compares what survived with the justified list, prints both. Returns the exit code. */
function judge() {
  if (!existsSync(reportFile)) {
    console.error('There is no report yet.');
    return 2;
  }
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  const mutants = Object.entries(report.files).flatMap(([file, { source, mutants: found }]) =>
    found.map((mutant) => describe(file, source.split('\n'), mutant)),
  );
  if (mutants.length === 0) {
    console.error('Nothing was mutated.');
    return 2;
  }
  const count = (...states) => mutants.filter((mutant) => states.includes(mutant.status)).length;
  const killed = count('Killed', 'Timeout');
  const alive = mutants.filter((mutant) => mutant.status === 'Survived' || mutant.status === 'NoCoverage');
  const valid = killed + alive.length;
  const reasons = justified();
  // A row speaks for one mutant: where a line stands in a file twice, each needs a row.
  for (const mutant of alive) {
    const at = reasons.findIndex((reason) => reason.key === mutant.key);
    if (at >= 0) mutant.why = reasons.splice(at, 1)[0].why;
  }
  const open = alive.filter((mutant) => mutant.why === null);

  console.log('');
  for (const mutant of alive) {
    const note = mutant.why === null ? '' : `   justified: ${mutant.why}`;
    const state = mutant.status === 'NoCoverage' ? '   no test gets here' : '';
    console.log(
      `${mutant.file}:${mutant.line}:${mutant.column} ${mutant.mutator} ${mutant.original} → ${mutant.replacement}${state}${note}`,
    );
  }
  if (has('rows')) {
    console.log('\nRows for docs/mutants.md:\n');
    for (const { file, text, original, replacement } of open) {
      console.log(`| ${[file, text, original, replacement].map((cell) => shown(cell)).join(' | ')} |  |`);
    }
  }
  const stale = reasons.filter(({ file }) => file in report.files);
  if (stale.length > 0) console.log('\nJustified in docs/mutants.md, but no survivor of this run:');
  for (const { file, text, original, replacement } of stale) {
    console.log(`${file}: ${text}: ${original} → ${replacement}`);
  }

  const broken = mutants.length - valid - count('Ignored');
  const percent = (part) => (valid === 0 ? 0 : (100 * part) / valid);
  const together = killed + alive.length - open.length;
  console.log('');
  console.log(
    `${mutants.length} mutants: ${killed} killed (${count('Timeout')} by running on and on), ${alive.length} survived`,
  );
  if (broken > 0) console.log(`${broken} did not run and count neither way`);
  console.log(`score ${percent(killed).toFixed(2)} %`);
  console.log(`killed + justified ${percent(together).toFixed(2)} % (wanted: ${WANTED} %)`);
  return valid > 0 && percent(together) >= WANTED ? 0 : 1;
}

/** A mutant in words. Its key holds no line number, so that it stays the same while code around it moves. */
function describe(file, lines, { status, mutatorName, location: { start, end }, replacement }) {
  const cut = lines.slice(start.line - 1, end.line);
  cut[cut.length - 1] = cut.at(-1).slice(0, end.column - 1);
  cut[0] = cut[0].slice(start.column - 1);
  const told = {
    file,
    text: short(lines[start.line - 1]),
    original: short(cut.join(' ')),
    replacement: short(replacement ?? ''),
  };
  const { line, column } = start;
  return { ...told, key: keyOf(told), status, mutator: mutatorName, line, column, why: null };
}

function keyOf({ file, text, original, replacement }) {
  return [file, text, original, replacement].join('\n');
}

function short(code) {
  const flat = code.replaceAll(/\s+/g, ' ').trim();
  return flat.length > 100 ? `${flat.slice(0, 99)}…` : flat;
}

/** The rows of `docs/mutants.md`: file, the line's text, original, replacement, and why it is equivalent. */
function justified() {
  const found = [];
  for (const [file, text, original, replacement, why] of cells(
    readFileSync(join(root, 'docs', 'mutants.md'), 'utf8'),
  )) {
    if (!file?.endsWith('.ts')) continue;
    if (why === undefined || why === '') {
      console.error(`docs/mutants.md: no reason is given for ${file}: ${original} → ${replacement}`);
      continue;
    }
    found.push({ file, text, original, replacement, why, key: keyOf({ file, text, original, replacement }) });
  }
  return found;
}
