/**
 * `npm run requirements`: which requirement of `docs/requirements.md` is named by how many tests. Exits with 1 while an id
 * of kind `protection` is in no test's title, or a title or a profile names an id that does not exist.
 *
 *     npm run requirements                             the tables
 *     npm run requirements -- --json                   one JSON line per id
 *     npm run requirements -- --prove                  takes each row out of each profile; a test of its ids has to fail
 *     npm run requirements -- --prove lifepo4          one profile
 *     npm run requirements -- --prove lifepo4:pre-alarm    one row (`profile:row#normal` where two share an id)
 *
 * Titles are asked from mocha (a dry run), with the titles of the groups around them, so that titles out of a table count.
 * Skipped tests do not. The proof runs the tests of `test/engine` only, without property tests and exhaustive walks.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cells } from './markdown-table.mjs';
import { install, root } from './setup.mjs';

const KINDS = ['protection', 'reading', 'estimate', 'display', 'guide', 'hardware'];
const AT_ONCE = 2;
const ENDLESS = 'a test never ends';
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const withoutRow = fileURLToPath(new URL('../test/support/without-row.ts', import.meta.url));
const ENGINE = ['test/engine/**/*.test.ts'];
const SLOW = ['test/engine/properties/**/*.test.ts', 'test/engine/**/*exhaustive*'];

/** Milliseconds a run may take; while rows are taken out, a multiple of what it takes with all of them. */
let longest = 120_000;

const given = process.argv.slice(2);
const json = given.includes('--json');
const prove = given.includes('--prove');
const only = given.filter((arg) => !arg.startsWith('--'));
const strange = given.filter((arg) => arg.startsWith('--') && arg !== '--json' && arg !== '--prove');
if (strange.length > 0 || only.length > 1 || (only.length > 0 && !prove)) {
  console.error('Usage: npm run requirements -- [--json] [--prove [profile[:row[#variant]]]]');
  process.exit(2);
}

install((text) => console.error(text));
try {
  process.exitCode = prove ? await proof(only[0]) : await coverage();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}

/** @returns every id of the document: `{ id, prefix, kind, text }` */
function requirements() {
  const found = [];
  for (const [id, kind, text] of cells(readFileSync(join(root, 'docs', 'requirements.md'), 'utf8'))) {
    const prefix = /^([A-Z\d]+)-R?\d+$/.exec(id)?.[1];
    if (prefix === undefined) continue;
    if (!KINDS.includes(kind)) throw new Error(`docs/requirements.md: ${id} is of no kind that is known: ${kind}`);
    if (found.some((other) => other.id === id)) throw new Error(`docs/requirements.md: ${id} stands there twice`);
    found.push({ id, prefix, kind, text });
  }
  if (found.length === 0) throw new Error('docs/requirements.md holds no requirement');
  return found;
}

/** Whole words: VLB-1 is in "VLB-1, VLB-4" and not in "VLB-10". The source of a regular expression; mocha's grep takes it. */
function anyOf(ids) {
  return `(?<![\\w-])(?:${ids.join('|')})(?![\\w-])`;
}

async function coverage() {
  const all = requirements();
  const rows = await allRows();
  const { tests, trouble } = await run(['--dry-run'], ['test/**/*.test.ts']);
  if (trouble !== null) throw new Error(`mocha cannot load the tests:\n${trouble}`);
  const titles = tests.map((test) => test.title);
  for (const entry of all) {
    const word = new RegExp(anyOf([entry.id]));
    entry.tests = titles.filter((title) => word.test(title)).length;
  }
  const known = new Set(all.map(({ id }) => id));
  const prefixes = [...new Set(all.map(({ prefix }) => prefix))];
  const looksLike = new RegExp(`(?<![\\w-])(?:${prefixes.join('|')})-R?\\d+(?![\\w-])`, 'g');
  const named = [
    ...titles.flatMap((title) => [...title.matchAll(looksLike)].map(([id]) => ({ id, where: `"${title}"` }))),
    ...rows.flatMap((row) => row.from.map((id) => ({ id, where: row.name }))),
  ];
  const strangers = named.filter(({ id }) => !known.has(id));
  const untested = all.filter(({ tests: count }) => count === 0);
  const open = untested.filter(({ kind }) => kind === 'protection');

  if (json) {
    for (const { id, kind, text, tests: count } of all) console.log(JSON.stringify({ id, kind, text, tests: count }));
  } else {
    for (const prefix of prefixes) {
      console.log(`${prefix.padEnd(8)}  ${'kind'.padEnd(10)}  tests`);
      for (const { id, kind, tests: count } of all.filter((entry) => entry.prefix === prefix)) {
        console.log(`${id.padEnd(8)}  ${kind.padEnd(10)}  ${String(count).padStart(5)}`);
      }
      console.log('');
    }
    list('Protection without a test', open);
    list(
      'Others without a test',
      untested.filter((entry) => !open.includes(entry)),
    );
    console.log(`${all.length} ids, ${all.length - untested.length} with a test; ${titles.length} tests`);
  }
  for (const { id, where } of strangers) console.error(`${id} is not in docs/requirements.md: ${where}`);
  return open.length === 0 && strangers.length === 0 ? 0 : 1;
}

function list(title, entries) {
  console.log(`${title}: ${entries.length === 0 ? 'none' : entries.length}`);
  for (const { id, text } of entries) console.log(`  ${id.padEnd(8)}  ${text}`);
  console.log('');
}

async function proof(wanted) {
  const rows = await allRows();
  const chosen = rows.filter(
    (row) => wanted === undefined || [row.profile, `${row.profile}:${row.row}`, row.name].includes(wanted),
  );
  if (chosen.length === 0) throw new Error(`No profile and no row is called ${wanted}.`);

  // A test that fails with all rows in place proves nothing about any of them.
  const started = Date.now();
  const whole = await run([], ENGINE, SLOW);
  if (whole.trouble !== null) throw new Error(`The tests of the engine do not run:\n${whole.trouble}`);
  longest = Math.max(30_000, 10 * (Date.now() - started));
  const broken = new Set(whole.tests.filter((test) => test.failed).map((test) => test.title));
  for (const title of broken) console.error(`fails with every row in place and counts for nothing: ${title}`);

  const unproven = [];
  const waiting = [...chosen];
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const { ran, failed, trouble } = await without(row, whole.tests, broken);
      const proven = failed > 0;
      if (!proven) unproven.push({ ...row, ran, trouble });
      const { profile, row: id, variant, from, name } = row;
      if (json) console.log(JSON.stringify({ profile, row: id, variant, from, ran, failed, proven }));
      else {
        const told = `${failed} failed / ${ran} ran${proven ? '' : '   UNPROVEN'}`;
        console.log(`${name.replace(':', ' ')} ${from.join(' ')} → ${told}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const say = json ? console.error : console.log;
  say(`\n${chosen.length - unproven.length} of ${chosen.length} rows are proven`);
  for (const { name, from, ran, trouble } of unproven) {
    const why = trouble ?? (ran === 0 ? `no test names ${from.join(' or ')}` : `${ran} tests ran and none missed it`);
    say(`unproven: ${name}: ${why}`);
  }
  return unproven.length === 0 ? 0 : 1;
}

/** Runs the tests of a row's ids without the row. */
async function without(row, whole, broken) {
  if (row.from.length === 0) return { ran: 0, failed: 0, trouble: 'it names no requirement' };
  const ids = anyOf(row.from);
  const { tests, trouble } = await run([`--require=${withoutRow}`, `--grep=${ids}`], ENGINE, SLOW, {
    CELLWARDEN_WITHOUT_ROW: row.name,
  });
  if (trouble?.includes('CELLWARDEN_WITHOUT_ROW')) throw new Error(trouble);
  const counted = tests.filter((test) => !broken.has(test.title));
  const told = { ran: counted.length, failed: counted.filter((test) => test.failed).length, trouble };
  if (trouble !== ENDLESS) return told;
  // What never ends has not failed: the loop in the test needs an end of its own.
  const ended = new Set(tests.map((test) => test.title));
  const word = new RegExp(ids);
  const stuck = whole.find(({ title }) => word.test(title) && !ended.has(title));
  return { ...told, trouble: `${ENDLESS} without it, and none before had failed: ${stuck?.title ?? '(unknown)'}` };
}

/** Rows of all profiles: `{ profile, row, variant, from, name }`; `name` is what `without-row.ts` knows a row by. */
async function allRows() {
  const source = `const { PROFILES } = require('./src/engine/profiles/index.ts');
    const { variantOf } = require('./test/support/without-row.ts');
    const rows = Object.entries(PROFILES).flatMap(([profile, { rules }]) =>
      rules.map((rule) => ({ profile, row: rule.id, variant: variantOf(rule), from: rule.from })));
    console.log(JSON.stringify(rows));`;
  const { out, errors, code } = await node(['--import=tsx', '--input-type=commonjs', '--eval', source]);
  if (code !== 0) throw new Error(`The profiles cannot be read:\n${errors}`);
  const rows = JSON.parse(out);
  for (const row of rows) {
    const { profile, row: id, variant } = row;
    const shared = rows.filter((other) => other.profile === profile && other.row === id).length > 1;
    row.name = `${profile}:${id}${shared && variant !== '' ? `#${variant}` : ''}`;
  }
  return rows;
}

/**
 * @returns the tests that passed or failed, in their order, and what went wrong when mocha did not come to its end: an error
 *   while loading, or a test that never returns
 */
async function run(flags, specs, ignored = [], env = {}) {
  const { out, errors, late } = await node(
    [
      mocha,
      '--import=tsx',
      '--exit',
      '--timeout=10000',
      '--no-config',
      '--no-package',
      '--reporter=json-stream',
      ...ignored.map((pattern) => `--ignore=${pattern}`),
      ...flags,
      ...specs,
    ],
    env,
  );
  // Lines of the reporter; tests may write lines of their own in between.
  const told = out.split('\n').flatMap((line) => {
    if (!/^\["(pass|fail|end)",/.test(line)) return [];
    const [what, about] = JSON.parse(line);
    return [{ what, title: about.fullTitle }];
  });
  const tests = told
    .filter(({ what }) => what !== 'end')
    .map(({ what, title }) => ({ title, failed: what === 'fail' }));
  if (told.at(-1)?.what === 'end') return { tests, trouble: null };
  return { tests, trouble: late ? ENDLESS : (errors || out).trim().split('\n').slice(0, 12).join('\n') };
}

function node(args, env = {}) {
  return new Promise((done) => {
    const options = {
      cwd: root,
      env: { ...process.env, ...env },
      maxBuffer: 1 << 26,
      timeout: longest,
      killSignal: 'SIGKILL',
    };
    execFile(process.execPath, args, options, (error, out, errors) => {
      done({ out, errors, code: error === null ? 0 : (error.code ?? 1), late: error?.killed === true });
    });
  });
}
