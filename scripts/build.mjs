/**
 * Builds what Node-RED loads: `dist/` and `resources/`.
 *
 *   node scripts/build.mjs [--out FOLDER] [--editor]
 *
 * --out writes to FOLDER instead of the package's own; --editor builds only what the browser loads.
 *
 * The nodes share ONE copy of the library: their imports from src/ become `require('../../cellwarden.js')`, so that a
 * pack opened by one node is the pack the others see.
 */
import { chmod, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const flag = process.argv.indexOf('--out');
const OUT = flag === -1 ? ROOT : path.resolve(process.argv[flag + 1] ?? '');

const PACKAGE = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
/** Not bundled: brings native parts of its own, or may be absent. */
const EXTERNAL = ['serialport', '@homebridge/dbus-native'];

const LIBRARY = 'src/index.ts';

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: 'utf8',
  logLevel: 'warning',
  write: true,
};
const forNode = { ...common, platform: 'node', target: 'node20', format: 'cjs', external: EXTERNAL };

/** Node folder and file base name of each node type, from the one list that Node-RED reads too. */
const NODES = Object.entries(PACKAGE['node-red'].nodes).map(([type, file]) => {
  const [, , folder, name] = file.split('/');
  return { type, folder, base: path.basename(name, '.js') };
});

/** Every import from `src/` becomes the one library file, so that all nodes share one runtime. */
const oneLibrary = {
  name: 'one-library',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ importer, path: wanted, resolveDir, kind }) => {
      if (kind === 'entry-point') return undefined;
      const target = path.relative(ROOT, path.resolve(resolveDir, wanted));
      if (!target.startsWith(`src${path.sep}`)) return undefined;
      if (importer.includes(`${path.sep}src${path.sep}`)) return undefined;
      return { path: '../../cellwarden.js', external: true };
    });
  },
};

const started = performance.now();
await rm(path.join(OUT, 'dist'), { recursive: true, force: true });
await rm(path.join(OUT, 'resources'), { recursive: true, force: true });
const settingLines = await settings();
const deviceLines = await devices();
const inBrowser = [editor(), ...NODES.map(page)];
const inNode = process.argv.includes('--editor') ? [] : [library(), guardian(), commandLine(), ...NODES.map(runtime)];
const failed = (await Promise.allSettled([...inBrowser, ...inNode])).filter(({ status }) => status === 'rejected');
for (const { reason } of failed) if (reason.errors === undefined) console.error(reason);
if (failed.length > 0) process.exitCode = 1;
else console.log(`built in ${Math.round(performance.now() - started)} ms`);

/** Says that a part is not there yet; a build of half a tree is still a build. */
function present(file) {
  if (existsSync(path.join(ROOT, file))) return true;
  console.log(`skipped: ${file} does not exist`);
  return false;
}

async function library() {
  if (!present(LIBRARY)) return;
  await esbuild.build({ ...forNode, entryPoints: [LIBRARY], outfile: path.join(OUT, 'dist/cellwarden.js') });
}

/** The process that keeps outputs when Node-RED does not: alone in its file, small, without Node-RED's library. */
async function guardian() {
  const entry = 'src/guardian/main.ts';
  if (!present(entry)) return;
  await esbuild.build({ ...forNode, entryPoints: [entry], outfile: path.join(OUT, 'dist/guardian.js') });
}

/** The names that the nodes may import. */
async function exportedNames() {
  const options = { ...forNode, entryPoints: [LIBRARY], format: 'esm', metafile: true, write: false, outdir: 'x' };
  const { metafile } = await esbuild.build(options);
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

async function commandLine() {
  if (!present('src/cli/main.ts')) return;
  const outfile = path.join(OUT, 'dist/cli.js');
  const source = await readFile(path.join(ROOT, 'src/cli/main.ts'), 'utf8');
  // esbuild keeps a first line that is there already.
  const banner = source.startsWith('#!') ? {} : { banner: { js: '#!/usr/bin/env node' } };
  await esbuild.build({ ...forNode, ...banner, entryPoints: ['src/cli/main.ts'], outfile });
  await chmod(outfile, 0o755);
}

async function editor() {
  if (!present('src/editor/index.ts')) return;
  await esbuild.build({
    ...common,
    platform: 'browser',
    target: 'es2020',
    format: 'iife',
    globalName: 'cellwarden',
    loader: { '.css': 'text' },
    alias: { 'node:net': './src/editor/net.ts' },
    entryPoints: ['src/editor/index.ts'],
    outfile: path.join(OUT, 'resources/editor.js'),
  });
}

/** A node's file: Node-RED wants the registering function itself as `module.exports`. */
async function runtime({ folder, base }) {
  const entry = `nodes/${folder}/${base}.ts`;
  if (!present(entry)) return;
  const outfile = path.join(OUT, `dist/nodes/${folder}/${base}.js`);
  await esbuild.build({
    ...forNode,
    entryPoints: [entry],
    outfile,
    plugins: [oneLibrary],
    footer: { js: 'module.exports = module.exports.register;' },
  });
  await checkImports(entry, outfile);
}

/** What a node takes from the library must be exported there: it would be `undefined` only when it is used. */
async function checkImports(entry, file) {
  const code = await readFile(file, 'utf8');
  const modules = [...code.matchAll(/var (\w+) = require\("\.\.\/\.\.\/cellwarden\.js"\)/g)].map((match) => match[1]);
  const taken = modules.flatMap((name) => [...code.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map((m) => m[1]));
  if (taken.length === 0) return;
  const exported = await exportedNames();
  const missing = [...new Set(taken)].filter((name) => !exported.includes(name));
  if (missing.length > 0) throw new Error(`${entry} uses ${missing.join(', ')}, which ${LIBRARY} does not export`);
}

/** The page of a node, with its settings written out, and what lies beside it: texts and the icon it names. */
async function page({ folder, base }) {
  const source = `nodes/${folder}/${base}.html`;
  if (!present(source)) return;
  const to = path.join(OUT, 'dist/nodes', folder);
  await mkdir(to, { recursive: true });
  const html = (await withFragments(await readFile(path.join(ROOT, source), 'utf8'), path.join(ROOT, 'nodes', folder)))
    .replace(/^ *\/\* @devices \*\/$/m, deviceLines)
    .replace(/^ *\/\* @settings \*\/$/m, settingLines);
  await writeFile(path.join(to, `${base}.html`), html);
  const locales = path.join(ROOT, 'nodes', folder, 'locales');
  if (existsSync(locales)) {
    for (const file of await readdir(locales, { recursive: true })) {
      if (file.endsWith('.json')) JSON.parse(await readFile(path.join(locales, file), 'utf8'));
    }
    await cp(locales, path.join(to, 'locales'), { recursive: true });
  }
  for (const [, icon] of html.matchAll(/icon: "(cellwarden-[\w-]+\.svg)"/g)) {
    await mkdir(path.join(to, 'icons'), { recursive: true });
    await cp(path.join(ROOT, 'icons', icon), path.join(to, 'icons', icon));
  }
}

/**
 * A page with its repeated parts written out: `<!-- @device second -->` becomes `device.html` beside the page, with
 * `__PLACE__` in it replaced.
 */
async function withFragments(html, folder) {
  for (;;) {
    const found = /^ *<!-- @(\w+) (\w+) -->\n/m.exec(html);
    if (found === null) return html;
    const [mark, name, place] = found;
    const fragment = await readFile(path.join(folder, `${name}.html`), 'utf8');
    html = html.replace(mark, () => fragment.replaceAll('__PLACE__', place));
  }
}

/** What belongs to each device of a pack, as defaults of its node; written out for the same reason as the settings. */
async function devices() {
  const { PLACES, OPTION_NAMES, propertyOf, busPropertyOf } = await load('src/links/places.ts');
  const line = (name, more = '') => `      ${name}: { value: "",${more} validate: ${validator(name)} },`;
  return PLACES.flatMap((place) => {
    const further = [line(place), line(busPropertyOf(place), ' type: "bms-bus", required: false,')];
    const options = OPTION_NAMES.filter((option) => option !== 'secret').map((option) => propertyOf(place, option));
    return [...(place === 'link' ? [] : further), ...options.map((name) => line(name))];
  }).join('\n');
}

/**
 * Each setting of the vocabulary as a default of the pack node: written out, because Node-RED's scorecard reads the
 * page without running it. The ones that stand in the page by hand are left out.
 */
async function settings() {
  const { SETTING_NAMES } = await load('src/engine/pack/schema.ts');
  const html = await readFile(path.join(ROOT, 'nodes/bms-config/bms-config.html'), 'utf8');
  const byHand = new Set([...html.matchAll(/^ {6}(\w+): \{/gm)].map((match) => match[1]));
  return SETTING_NAMES.filter((name) => !byHand.has(name))
    .map((name) => `      ${name}: { value: "", validate: ${validator(name)} }`)
    .join(',\n');
}

/** Two parameters, or Node-RED would not show the sentence; true while the editor script is not loaded. */
function validator(name) {
  return `function (v, opt) { return typeof cellwarden === "undefined" || cellwarden.validate(this, "${name}", v); }`;
}

/** Runs a TypeScript module of the project. */
async function load(entry) {
  const { outputFiles } = await esbuild.build({
    ...common,
    entryPoints: [entry],
    platform: 'node',
    format: 'esm',
    write: false,
  });
  return await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
