/** Each example of the package, as it is shipped: whole, loadable, and with nothing of its author's machine in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, readExample, ROOT } from '../support/example.ts';
import { freePort, type FlowNode, startNodeRed } from '../support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../support/packed.ts';

/** Not nodes that anybody registers: the flow file's own. */
const BUILT_IN = ['tab', 'group', 'subflow'];
/** Properties of our nodes that name a config node, and its type. */
const REFERENCES: Readonly<Record<string, string>> = { pack: 'bms-config', packs: 'bms-config', bus: 'bms-bus' };
const ID = /^[0-9a-f]{16}$/;

interface NodeSet {
  readonly module: string;
  readonly types: readonly string[];
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function wiresOf(node: FlowNode): string[] {
  return textsIn(node['wires']);
}

describe('the examples', function () {
  this.timeout(120_000);

  it('show every node of the package that stands in a flow', () => {
    const shown = new Set(EXAMPLES.flatMap((name) => readExample(name).map(({ type }) => type)));
    const file = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      'node-red': { nodes: Record<string, string> };
    };
    const inFlows = Object.entries(file['node-red'].nodes).filter(([, js]) => {
      const html = readFileSync(join(ROOT, js.replace(/^dist\//, '').replace(/\.js$/, '.html')), 'utf8');
      return !html.includes('category: "config"');
    });
    assert.ok(inFlows.length >= 3);
    assert.deepEqual(
      inFlows.map(([type]) => type).filter((type) => !shown.has(type)),
      [],
    );
  });

  for (const name of EXAMPLES) {
    describe(name, () => {
      const flow = readExample(name);
      const byId = new Map(flow.map((node) => [node.id, node]));

      it('has ids that name one node each, and a comment to begin with', () => {
        assert.equal(byId.size, flow.length);
        assert.deepEqual(
          flow.map(({ id }) => id).filter((id) => !ID.test(id)),
          [],
        );
        assert.ok(flow.some((node) => node.type === 'comment' && textsIn(node['info']).join('').length > 50));
      });

      it('has wires that all lead somewhere', () => {
        const leads = flow.flatMap((node) => wiresOf(node).map((to) => ({ from: node, to: byId.get(to) })));
        assert.ok(leads.length > 0);
        for (const { from, to } of leads) {
          assert.ok(to !== undefined, `a wire of "${String(from['name'])}" leads nowhere`);
          assert.equal(to['z'], from['z'], `a wire of "${String(from['name'])}" leaves its tab`);
        }
      });

      it('has config nodes for whoever names one, and no id that names nothing', () => {
        for (const node of flow) {
          for (const [property, value] of Object.entries(node)) {
            if (property === 'id' || property === 'wires') continue;
            for (const text of textsIn(value).filter((one) => ID.test(one))) {
              const type = node.type.startsWith('bms-') ? REFERENCES[property] : undefined;
              const found = byId.get(text);
              assert.ok(found !== undefined, `${property} of "${String(node['name'])}" names ${text}`);
              if (type !== undefined) assert.equal(found.type, type, `${property} of "${String(node['name'])}"`);
            }
          }
        }
        for (const node of flow.filter((one) => 'pack' in one)) assert.ok(byId.has(String(node['pack'])));
      });

      it("holds nothing of its author's machine", () => {
        const said = textsIn(flow);
        const personal =
          /\/(home|root|Users|tmp|work|data)\/|[A-Z]:\\|\/dev\/serial\/|\b(10|192\.168)\.\d+\.\d+|@\w+\.\w/;
        assert.deepEqual(
          said.filter((text) => personal.test(text)),
          [],
        );
        assert.deepEqual(
          flow.filter((node) => 'credentials' in node),
          [],
        );
      });

      it('starts in a real Node-RED with nothing but its own nodes and ours', async () => {
        const { folder } = packPackage();
        const userDir = temporaryFolder('node-red');
        linkInto(userDir, folder);
        // Where nobody listens: at the example's own addresses somebody may be trying it out at this moment.
        const elsewhere = await Promise.all(
          flow.map(async (node) =>
            node.type === 'bms-bus' ? { ...node, address: `tcp://127.0.0.1:${await freePort()}` } : node,
          ),
        );
        const nodeRed = await startNodeRed({
          red: join(ROOT, 'node_modules', 'node-red', 'red.js'),
          userDir,
          flow: elsewhere,
        });
        try {
          const sets = (await nodeRed.get('/nodes')) as NodeSet[];
          const known = sets
            .filter(({ module }) => module === 'node-red' || module === '@cellwarden/node-red-bms')
            .flatMap(({ types }) => types);
          assert.ok(known.includes('bms-protection') && known.includes('inject'));
          const used = new Set(flow.map(({ type }) => type));
          assert.deepEqual(
            [...used].filter((type) => !BUILT_IN.includes(type) && !known.includes(type)),
            [],
          );
          assert.deepEqual((await nodeRed.flows()).map(({ id }) => id).toSorted(), flow.map(({ id }) => id).toSorted());
          assert.deepEqual(
            nodeRed.log.filter((line) => line.includes('[error]')),
            [],
          );
        } finally {
          await nodeRed.kill();
        }
      });
    });
  }
});
