/** A real Node-RED as a process of its own, as a user runs it, driven through its admin API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownChild } from './own-child.ts';
import { until } from './wait.ts';

/** A node in a flow file. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}
export type Flow = readonly FlowNode[];

export type DeploymentType = 'full' | 'nodes' | 'flows';

export interface NodeRedOptions {
  /** Node-RED's `red.js`. */
  readonly red: string;
  /** The Node.js that runs it; ours unless given. */
  readonly node?: string;
  readonly userDir: string;
  /** The flow to start with; without one, whatever the user directory holds. */
  readonly flow?: Flow;
  /** The port of an earlier run; a free one unless given. */
  readonly port?: number;
}

export interface NodeRedProcess {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Both outputs, a line each, as long as it runs. */
  readonly log: readonly string[];
  isRunning(): boolean;
  flows(): Promise<Flow>;
  deploy(flow: Flow, type: DeploymentType): Promise<void>;
  /** GET of the admin API, JSON. */
  get(path: string): Promise<unknown>;
  /** POST to the admin API, JSON. Gives the answer's text. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** At once, with no chance to tidy up. */
  kill(): Promise<void>;
  /** As Ctrl-C or its service do; resolves when it has ended, rejects when it has not after `limit` s. */
  interrupt(limit?: number): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Settings of a fresh installation, without what asks the internet. */
function writeSettings(userDir: string, port: number): void {
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
}

/** Starts Node-RED and waits until its flows have started. */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRedProcess> {
  const { red, node = process.execPath, userDir } = options;
  const port = options.port ?? (await freePort());
  mkdirSync(userDir, { recursive: true });
  writeSettings(userDir, port);
  if (!existsSync(join(userDir, 'package.json'))) {
    writeFileSync(join(userDir, 'package.json'), '{"name":"node-red-project","private":true,"version":"0.0.1"}\n');
  }
  if (options.flow !== undefined) writeFileSync(join(userDir, 'flows.json'), JSON.stringify(options.flow, null, 4));

  const child = spawn(node, [red, '--userDir', userDir], { cwd: userDir, stdio: ['ignore', 'pipe', 'pipe'] });
  ownChild(child);
  const log: string[] = [];
  child.on('error', (error) => log.push(error.message));
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => log.push(line));
  }
  try {
    await until(
      () => `Node-RED to start its flows; it said:\n${log.join('\n')}`,
      60,
      () => {
        if (hasEnded(child)) throw new Error(`Node-RED ended instead of starting; it said:\n${log.join('\n')}`);
        return log.some((line) => line.includes('Started flows')) || null;
      },
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return running(child, port, log);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function running(child: ChildProcess, port: number, log: readonly string[]): NodeRedProcess {
  const url = `http://127.0.0.1:${port}`;

  async function request(path: string, init: RequestInit = {}): Promise<string> {
    const answer = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(30_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${text}`);
    return text;
  }

  const get = async (path: string): Promise<unknown> =>
    JSON.parse(await request(path, { headers: { accept: 'application/json' } }));
  const post: NodeRedProcess['post'] = (path, body, headers = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  async function end(signal: 'SIGKILL' | 'SIGINT', limit: number): Promise<void> {
    if (!hasEnded(child)) child.kill(signal);
    await until(`Node-RED to end after ${signal}`, limit, () => hasEnded(child) || null);
  }

  return {
    port,
    url,
    pid: child.pid ?? 0,
    log,
    isRunning: () => !hasEnded(child),
    get,
    post,
    flows: async () => (await get('/flows')) as Flow,
    deploy: async (flow, type) => void (await post('/flows', flow, { 'Node-RED-Deployment-Type': type })),
    kill: () => end('SIGKILL', 5),
    interrupt: (limit = 30) => end('SIGINT', limit),
  };
}
