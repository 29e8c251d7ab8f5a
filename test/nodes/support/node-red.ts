/**
 * Our nodes in a Node-RED of this process, straight from their sources: tsx loads every shell with one and the same
 * `src/index.ts`, so there is one host, as with the built library. (`flow.test.ts` does the same with the build.)
 */
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register as bmsBus } from '../../../nodes/bms-bus/bms-bus.ts';
import { register as bmsConfig } from '../../../nodes/bms-config/bms-config.ts';
import { register as cellMonitor } from '../../../nodes/cell-monitor/cell-monitor.ts';
import { register as protection } from '../../../nodes/protection/protection.ts';
import { register as relayOut } from '../../../nodes/relay-out/relay-out.ts';
import type { Message, Red } from '../../../src/node-red/types.ts';

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface LiveNode {
  readonly id: string;
  receive(message: Message): void;
  send(message: Message): void;
  on(event: string, listener: (message: Message) => void): void;
  readonly status: { readonly lastCall?: { readonly args: [{ text?: string; fill?: string }] } };
  readonly error: { readonly args: unknown[][] };
}

interface Helper {
  init(path: string, settings?: object): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: unknown[], flow: readonly object[], credentials?: object): Promise<void>;
  unload(): Promise<void>;
  setFlows(flow: readonly object[], type?: string): Promise<void>;
  getNode(id: string): LiveNode;
}

interface I18n {
  _(key: string, detail?: object): string;
  registerMessageCatalog(namespace: string, folder: string, file: string): Promise<void>;
}

export interface LiveNodeRed {
  load(flow: readonly object[], credentials?: object): Promise<void>;
  /** As the Deploy button: `full` takes everything down, `nodes` only what changed. */
  deploy(flow: readonly object[], type?: 'full' | 'nodes' | 'flows'): Promise<void>;
  node(id: string): LiveNode;
  unload(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLiveNodeRed(): Promise<LiveNodeRed> {
  const helper = require('node-red-node-test-helper') as Helper;
  const { i18n } = require('@node-red/util') as { i18n: I18n };
  const userDir = mkdtempSync(join(tmpdir(), 'cellwarden-live-'));
  helper.init(require.resolve('node-red'), { userDir, telemetry: { enabled: false } });
  await helper.startServer();
  const { 'node-red': declared } = require(join(ROOT, 'package.json')) as {
    'node-red': { nodes: Record<string, string> };
  };
  for (const [type, file] of Object.entries(declared.nodes)) {
    const folder = join(ROOT, file.replace(/^dist\//, ''), '..', 'locales');
    await i18n.registerMessageCatalog(`@cellwarden/node-red-bms/${type}`, folder, `${basename(file, '.js')}.json`);
  }
  // The helper answers every text with its key; here people's words are looked at.
  const nodes = [bmsBus, bmsConfig, cellMonitor, protection, relayOut].map(
    (register) => (red: object) => register(Object.assign(Object.create(red), { _: i18n._ }) as Red),
  );
  return {
    load: (flow, credentials) => helper.load(nodes, flow, credentials),
    deploy: (flow, type = 'full') => helper.setFlows(flow, type),
    node: (id) => helper.getNode(id),
    unload: () => helper.unload(),
    async stop() {
      await helper.stopServer();
      rmSync(userDir, { recursive: true, force: true });
    },
  };
}
