/** Real processes for tests of the whole: simulators and Node-RED, none of which outlives the test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const EXAMPLE = join(ROOT, 'examples', '1 - 123SmartBMS to relays.json');

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

function adopt(child: ChildProcess): ChildProcess {
  alive.add(child);
  child.on('exit', () => alive.delete(child));
  return child;
}

export const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Waits until `test` holds, looking ten times a second; says what it waited for when it does not come. */
export async function until(what: string, seconds: number, test: () => boolean): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!test()) {
    if (performance.now() > end) throw new Error(`waited ${seconds} s for: ${what}`);
    await sleep(0.1);
  }
}

export interface CoilEdge {
  /** Seconds of this process's monotonic clock at which the edge was heard of. */
  readonly heard: number;
  readonly coil: number;
  readonly closed: boolean;
  readonly by: string;
}

export interface Simulator {
  readonly address: string;
  readonly edges: CoilEdge[];
  closed(coil: number): boolean;
  command(line: string): void;
  end(): Promise<void>;
}

/** Runs `cellwarden simulate …` of the build. */
export async function simulate(...args: string[]): Promise<Simulator> {
  const child = adopt(
    spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'simulate', '--control', ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  const edges: CoilEdge[] = [];
  const states = new Map<number, boolean>();
  const lines = createInterface({ input: child.stdout! });
  const address = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`the simulator ${args.join(' ')} ended`)));
    lines.on('line', (line) => {
      const said = JSON.parse(line) as Record<string, unknown>;
      if (said['event'] === 'listening') resolve(String(said['address']));
      if (said['event'] !== 'coil') return;
      const edge = { coil: Number(said['coil']), closed: said['closed'] === true, by: String(said['by']) };
      states.set(edge.coil, edge.closed);
      edges.push({ ...edge, heard: performance.now() / 1000 });
    });
  });
  return {
    address,
    edges,
    closed: (coil) => states.get(coil) === true,
    command: (line) => void child.stdin!.write(`${line}\n`),
    end: () => ended(child, 'SIGTERM'),
  };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** The example as shipped, with the addresses the simulators really have. */
export function exampleFlow(bms: Simulator, board: Simulator): Record<string, unknown>[] {
  const text = readFileSync(EXAMPLE, 'utf8')
    .replaceAll('tcp://127.0.0.1:7901', bms.address)
    .replaceAll('tcp://127.0.0.1:7902', board.address);
  return JSON.parse(text) as Record<string, unknown>[];
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export interface NodeRedOptions {
  readonly node?: string;
  readonly redJs?: string;
  readonly userDir: string;
  readonly flow: unknown;
}

export interface NodeRed {
  readonly url: string;
  readonly log: string[];
  deploy(flow: unknown, type?: 'full' | 'nodes' | 'flows'): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A user directory with our package in it: a link to this checkout. */
export function linkedUserDir(): string {
  const userDir = mkdtempSync(join(tmpdir(), 'cellwarden-node-red-'));
  const scope = join(userDir, 'node_modules', '@cellwarden');
  mkdirSync(scope, { recursive: true });
  symlinkSync(ROOT, join(scope, 'node-red-bms'), 'junction');
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ dependencies: { '@cellwarden/node-red-bms': '*' } }));
  process.on('exit', () => rmSync(userDir, { recursive: true, force: true }));
  return userDir;
}

/** Starts a real Node-RED and waits until its flows run. */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRed> {
  const { userDir } = options;
  const port = await freePort();
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, palette: { catalogues: [] } },
  };
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(options.flow));
  const redJs = options.redJs ?? join(ROOT, 'node_modules', 'node-red', 'red.js');
  const child = adopt(
    spawn(options.node ?? process.execPath, [redJs, '--userDir', userDir], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const hear = (line: string): void => {
      log.push(line);
      if (line.includes('Started flows')) resolve();
    };
    createInterface({ input: child.stdout! }).on('line', hear);
    createInterface({ input: child.stderr! }).on('line', hear);
    child.on('exit', () => reject(new Error(`Node-RED ended:\n${log.join('\n')}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    log,
    async deploy(flow, type = 'full') {
      const answer = await fetch(`${url}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': type },
        body: JSON.stringify(flow),
      });
      if (!answer.ok) throw new Error(`deploy: ${answer.status} ${await answer.text()}`);
    },
    kill: (signal) => ended(child, signal),
  };
}
