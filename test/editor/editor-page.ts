/**
 * The editor page without a browser: the built pages and the built script, run in a context of their own, with a `RED`
 * that knows the catalogues. Good for everything but the looks of a dialog.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { translateFrom, type Catalogue } from '../../src/texts/translate.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface NodeFiles {
  readonly type: string;
  readonly folder: string;
  readonly base: string;
}

const PACKAGE = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  name: string;
  'node-red': { nodes: Record<string, string> };
};

/** The nodes that the package offers, from where Node-RED reads them. */
export const NODES: readonly NodeFiles[] = Object.entries(PACKAGE['node-red'].nodes).map(([type, file]) => ({
  type,
  folder: path.basename(path.dirname(file)),
  base: path.basename(file, '.js'),
}));

let out: string | null = null;

/** A file of the build, made once for all tests. */
export function builtPath(file: string): string {
  if (out === null) {
    const made = mkdtempSync(path.join(tmpdir(), 'cellwarden-editor-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    execFileSync(process.execPath, ['scripts/build.mjs', '--editor', '--out', made], { cwd: ROOT });
    out = made;
  }
  return path.join(out, file);
}

export function built(file: string): string {
  return readFileSync(builtPath(file), 'utf8');
}

export function pageOf({ folder, base }: NodeFiles): string {
  return built(`dist/nodes/${folder}/${base}.html`);
}

export function catalogueOf({ folder, base }: NodeFiles): Catalogue {
  return JSON.parse(built(`dist/nodes/${folder}/locales/en-US/${base}.json`)) as Catalogue;
}

/** The code that registers a node's type, as Node-RED's scorecard finds it. */
export function scriptOf(page: string): string {
  return /<script type="text\/javascript">([\S\s]*?)<\/script>/.exec(page)?.[1] ?? '';
}

export function templateOf(page: string): string {
  return /<script type="text\/html" data-template-name="[^"]+">([\S\s]*?)<\/script>/.exec(page)?.[1] ?? '';
}

interface Property {
  readonly value: unknown;
  readonly type?: string;
  readonly required?: boolean;
  readonly validate?: (this: EditedNode, value: unknown, options: object) => true | string;
}

export interface Definition {
  readonly category: string;
  readonly color?: string;
  readonly icon?: string;
  readonly defaults: Readonly<Record<string, Property>>;
  readonly credentials?: Readonly<Record<string, { type: string }>>;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly outputLabels?: (index: number) => string;
  readonly label: (this: EditedNode) => string;
  readonly oneditprepare?: (this: EditedNode) => void;
  readonly oneditsave?: (this: EditedNode) => void;
}

export type EditedNode = { id: string; type: string } & Record<string, unknown>;

class FakeInput {
  type = 'text';
  placeholder = '';
  value: string;
  constructor(value: string) {
    this.value = value;
  }
}
/** An element that no test needs. */
class FakeOther {
  hidden = false;
}

export class EditorPage {
  readonly definitions = new Map<string, Definition>();
  readonly nodes = new Map<string, EditedNode>();
  /** Fields of the dialog that is open, by the id of the element. */
  readonly fields = new Map<string, FakeInput>();

  constructor({ script = true } = {}) {
    const translate = (key: string, detail?: Record<string, string | number | null>): string => {
      const [namespace = '', rest = ''] = key.split(':');
      const node = NODES.find(({ type }) => namespace === `${PACKAGE.name}/${type}`);
      return node === undefined ? key : translateFrom(catalogueOf(node))(rest, detail);
    };
    const context = vm.createContext({
      RED: {
        _: translate,
        nodes: {
          registerType: (type: string, definition: Definition) => {
            const own = { ...definition, _: (key: string) => translate(`${PACKAGE.name}/${type}:${key}`) };
            this.definitions.set(type, own);
          },
          node: (id: string) => this.nodes.get(id),
          eachConfig: (callback: (node: EditedNode) => void) => this.nodes.forEach(callback),
        },
      },
      $: () => ({ on: () => undefined, trigger: () => undefined }),
      document: {
        getElementById: (id: string) => this.fields.get(id) ?? null,
        createElement: () => ({}),
        head: { append: () => undefined },
      },
      HTMLInputElement: FakeInput,
      HTMLSelectElement: FakeOther,
      HTMLDetailsElement: FakeOther,
    });
    if (script) vm.runInContext(built('resources/editor.js'), context);
    for (const node of NODES) vm.runInContext(scriptOf(pageOf(node)), context);
  }

  definition(type: string): Definition {
    const definition = this.definitions.get(type);
    if (definition === undefined) throw new Error(`${type} is not registered`);
    return definition;
  }

  /** A node as the editor holds it, with the defaults of its type. */
  add(type: string, id: string, properties: Record<string, unknown> = {}): EditedNode {
    const definition = this.definition(type);
    const defaults = Object.entries(definition.defaults).map(([name, { value }]) => [name, value]);
    const node = { ...Object.fromEntries(defaults), ...properties, id, type } as EditedNode;
    this.nodes.set(id, node);
    return node;
  }

  /** What the validator of a property says of its value. */
  check(node: EditedNode, property: string): true | string {
    const { validate } = this.definition(node.type).defaults[property] ?? {};
    return validate === undefined ? true : validate.call(node, node[property], {});
  }

  /** All that is wrong with a node: sentences by property. */
  problems(node: EditedNode): Record<string, string> {
    const found = Object.keys(this.definition(node.type).defaults).map((name) => [name, this.check(node, name)]);
    return Object.fromEntries(found.filter(([, said]) => said !== true)) as Record<string, string>;
  }

  open(fields: Record<string, string>): void {
    for (const [id, value] of Object.entries(fields)) this.fields.set(id, new FakeInput(value));
  }
}
