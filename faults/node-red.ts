/** A real Node-RED as a process of its own, with what fault scenarios need: arguments, signals, starts that go wrong. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeploymentType, Flow } from '../test/support/node-red-process.ts';
import { ownChild } from '../test/support/own-child.ts';
import { seconds, until } from '../test/support/wait.ts';

export interface StartOptions {
  /** Node-RED's `red.js`. */
  readonly red: string;
  readonly userDir: string;
  readonly port: number;
  /** The flow to start with; without one, whatever the user directory holds. */
  readonly flow?: Flow;
  readonly nodeArgs?: readonly string[];
  readonly redArgs?: readonly string[];
  /** A line of the log that tells that it is up. */
  readonly ready?: RegExp;
}

export interface NodeRed {
  readonly pid: number;
  /** Both outputs, a line each. */
  readonly log: readonly string[];
  isRunning(): boolean;
  /** When it ended, in `seconds()`; `null` while it runs. */
  endedAt(): number | null;
  /** Deploys, and gives the second at which the request was sent. */
  deploy(flow: Flow, type: DeploymentType): Promise<number>;
  /** Presses the button of an inject node. */
  inject(id: string): Promise<void>;
  /** Starts or stops the flows. */
  flows(state: 'start' | 'stop'): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended, with the second it did. */
  ended(limit: number): Promise<number>;
  kill(): Promise<void>;
}

/** Settings of a fresh installation, without what asks the internet; the flows may be stopped. */
function writeSettings(userDir: string, port: number): void {
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: false,
    runtimeState: { enabled: true, ui: false },
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
  if (existsSync(join(userDir, 'package.json'))) return;
  writeFileSync(join(userDir, 'package.json'), '{"name":"node-red-project","private":true,"version":"0.0.1"}\n');
}

/** Starts Node-RED and waits for the line of its log that tells that it is up. Rejects with what it said. */
export async function startNodeRed(options: StartOptions): Promise<NodeRed> {
  const { red, userDir, port, flow, nodeArgs = [], redArgs = [], ready = /Started flows/ } = options;
  mkdirSync(userDir, { recursive: true });
  writeSettings(userDir, port);
  if (flow !== undefined) writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow, null, 4));

  const child = spawn(process.execPath, [...nodeArgs, red, '--userDir', userDir, ...redArgs], {
    cwd: userDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  ownChild(child);
  const log: string[] = [];
  let endedAt: number | null = null;
  child.on('error', (error) => log.push(error.message));
  child.on('exit', () => {
    endedAt = seconds();
  });
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => log.push(line));
  }
  try {
    await until(
      () => `Node-RED to be up; it said:\n${log.join('\n')}`,
      90,
      () => {
        if (endedAt !== null) throw new Error(`Node-RED ended instead of starting; it said:\n${log.join('\n')}`);
        return log.some((line) => ready.test(line)) || null;
      },
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }

  async function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`);
  }

  const ended = (limit: number): Promise<number> => until('Node-RED to end', limit, () => endedAt);

  return {
    pid: child.pid ?? 0,
    log,
    isRunning: () => endedAt === null,
    endedAt: () => endedAt,
    async deploy(next, type) {
      const at = seconds();
      await post('/flows', next, { 'Node-RED-Deployment-Type': type });
      return at;
    },
    inject: (id) => post(`/inject/${id}`, {}),
    flows: (state) => post('/flows/state', { state }),
    signal: (signal) => void child.kill(signal),
    ended,
    async kill() {
      if (endedAt === null) child.kill('SIGKILL');
      await ended(10);
    },
  };
}
