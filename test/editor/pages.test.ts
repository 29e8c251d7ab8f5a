import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SETTING_NAMES } from '../../src/engine/pack/schema.ts';
import { EditorPage, NODES, ROOT, built, builtPath, pageOf, scriptOf, templateOf } from './editor-page.ts';

const ICON_CONTRAST = 2.3;

interface Syntax {
  readonly type: string;
  readonly value?: unknown;
  readonly body?: readonly { readonly expression: Syntax }[];
  readonly arguments?: readonly Syntax[];
  readonly properties?: readonly {
    readonly type: string;
    readonly key: { readonly name: string };
    readonly value: Syntax;
  }[];
}

describe('the built pages', () => {
  for (const node of NODES) {
    const { type, folder, base } = node;

    it(`${type}: page, texts and help lie where Node-RED looks for them`, () => {
      for (const file of [`${base}.html`, `locales/en-US/${base}.json`, `locales/en-US/${base}.html`]) {
        assert.ok(existsSync(builtPath(`dist/nodes/${folder}/${file}`)), file);
      }
      assert.match(pageOf(node), new RegExp(`data-template-name="${type}"`));
      const help = built(`dist/nodes/${folder}/locales/en-US/${base}.html`);
      assert.match(help, new RegExp(`^<script type="text/markdown" data-help-name="${type}">\n\\S`));
      // Node-RED's own extension of Markdown takes the last colon of a line for the one before the description.
      for (const [line] of help.matchAll(/^: .*$/gm)) assert.match(line, /^: [^:]+ \([^):]+\) : [^:]+$/);
    });

    it(`${type}: the scorecard can read the type and its defaults without running anything`, function () {
      const parse = acorn();
      if (parse === null) {
        console.log('      skipped: acorn, which the scorecard uses, is not installed');
        this.skip();
      }
      const calls = (parse(scriptOf(pageOf(node)), { ecmaVersion: 'latest' }).body ?? []).map(
        (line) => line.expression,
      );
      assert.equal(calls.length, 1);
      const [name, definition] = calls[0]?.arguments ?? [];
      assert.equal(name?.type, 'Literal');
      assert.equal(name?.value, type);
      assert.equal(definition?.type, 'ObjectExpression');
      for (const property of definition?.properties ?? []) {
        assert.equal(property.type, 'Property');
        const { name: key } = property.key;
        if (['category', 'color', 'icon', 'inputs', 'outputs'].includes(key))
          assert.equal(property.value.type, 'Literal', key);
        if (key !== 'defaults') continue;
        assert.equal(property.value.type, 'ObjectExpression');
        for (const one of property.value.properties ?? []) {
          assert.equal(one.type, 'Property');
          assert.equal(typeof one.key.name, 'string');
        }
      }
    });

    it(`${type}: nothing is loaded from elsewhere`, () => {
      const page = pageOf(node);
      assert.doesNotMatch(page, /(src|href|action)\s*=\s*["'](\/|https?:|\.\.)/);
      assert.doesNotMatch(page, /@settings/);
    });

    it(`${type}: every field has a label, every label a field, and no id comes twice`, () => {
      const template = templateOf(pageOf(node));
      const ids = [...template.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
      assert.equal(new Set(ids).size, ids.length);
      const labelled = [...template.matchAll(/<label[^>]* for="([^"]+)"/g)].map(([, id]) => id);
      for (const id of labelled) assert.ok(ids.includes(id), `label for ${id}`);
      const fields = [...template.matchAll(/<(?:input(?! type="hidden")|select)[^>]* id="([^"]+)"/g)].map(
        ([, id]) => id,
      );
      for (const id of fields) assert.ok(labelled.includes(id), `no label for ${id}`);
      const described = [...template.matchAll(/aria-(?:describedby|labelledby)="([^"]+)"/g)];
      for (const id of described.flatMap(([, list]) => list?.split(' ') ?? [])) assert.ok(ids.includes(id), id);
    });
  }

  it('dialogs that stand above one another share no ids of ours', () => {
    const ids = NODES.flatMap((node) =>
      [...templateOf(pageOf(node)).matchAll(/\bid="(cellwarden-[^"]+)"/g)].map(([, id]) => id),
    );
    assert.equal(new Set(ids).size, ids.length);
  });

  it('every property has a field, or is one that a dialog makes itself', () => {
    const page = new EditorPage();
    for (const node of NODES) {
      const template = templateOf(pageOf(node));
      const { category, defaults, credentials } = page.definition(node.type);
      const prefix = category === 'config' ? 'node-config-input' : 'node-input';
      const made: readonly string[] = node.type === 'bms-config' ? SETTING_NAMES : ['packs', 'senders'];
      for (const name of [...Object.keys(defaults), ...Object.keys(credentials ?? {})]) {
        assert.ok(template.includes(`id="${prefix}-${name}"`) || made.includes(name), `${node.type} ${name}`);
      }
    }
  });

  it('every setting of the vocabulary is a property of a pack, empty until the owner sets it', () => {
    const { defaults, credentials } = new EditorPage().definition('bms-config');
    for (const name of SETTING_NAMES) assert.equal(defaults[name]?.value, '', name);
    assert.equal(credentials?.['pin']?.type, 'password');
  });

  it('every validator takes two parameters: with another number Node-RED would not show its sentence', () => {
    for (const [type, { defaults }] of new EditorPage().definitions) {
      for (const [name, { validate }] of Object.entries(defaults)) {
        if (validate !== undefined) assert.equal(validate.length, 2, `${type} ${name}`);
      }
    }
  });

  it('every output has its label, and every node its name in the palette', () => {
    const page = new EditorPage();
    for (const [type, definition] of page.definitions) {
      const labels = Array.from({ length: definition.outputs ?? 0 }, (_, i) => definition.outputLabels?.(i) ?? '');
      assert.equal(new Set(labels).size, labels.length, type);
      for (const label of [...labels, definition.label.call({ ...definition, id: 'x', type, role: 'charge' })]) {
        assert.match(label, /^[^.]+$/, type);
      }
    }
  });

  it('icons are white on nothing, 2:3, carry a name of their own and can be seen on the colour of their node', () => {
    for (const [type, { category, icon, color }] of new EditorPage().definitions) {
      if (category === 'config') continue;
      const { folder = '' } = NODES.find((node) => node.type === type) ?? {};
      assert.match(icon ?? '', /^cellwarden-[\w-]+\.svg$/);
      const svg = built(`dist/nodes/${folder}/icons/${icon}`);
      assert.match(svg, /width="40" height="60" viewBox="0 0 40 60"/);
      for (const [, paint] of svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)) assert.match(paint ?? '', /^(#fff|none)$/);
      assert.ok(contrastWithWhite(color ?? '#fff') > ICON_CONTRAST, `${type} ${color}`);
    }
  });

  it("the style takes every colour from Node-RED's theme and touches nothing outside the dialogs", () => {
    const css = readFileSync(path.join(ROOT, 'src/editor/dialog.css'), 'utf8').replaceAll(/\/\*[\S\s]*?\*\//g, '');
    assert.doesNotMatch(css, /#[\da-f]{3,8}\b|rgba?\(|hsla?\(|url\(|@import/i);
    for (const [, selectors] of css.matchAll(/([^{}]+)\{[^}]*\}/g)) {
      for (const selector of selectors?.split(',') ?? []) assert.match(selector.trim(), /^\.cellwarden-dialog /);
    }
    for (const [, value] of css.matchAll(/(?:color|background|border[\w-]*):\s*([^;]+);/g)) {
      assert.match(value ?? '', /var\(--red-ui-[\w-]+\)|^\d+(px)?$|^none$/);
    }
  });
});

type Parse = (code: string, options: { ecmaVersion: 'latest' }) => Syntax;

/** The parser of Node-RED's own scorecard. */
function acorn(): Parse | null {
  try {
    const scorecard = createRequire(createRequire(import.meta.url).resolve('node-red-dev/package.json'));
    return (scorecard('acorn') as { parse: Parse }).parse;
  } catch {
    return null;
  }
}

/** WCAG 2 contrast ratio. */
function contrastWithWhite(color: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const linear = channels.map((c) => (c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const [r = 1, g = 1, b = 1] = linear;
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}
