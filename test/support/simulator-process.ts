/** The simulators as processes of their own, on real sockets, and the log of the relay board's contacts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ownChild } from './own-child.ts';
import { seconds, until } from './wait.ts';

/** One movement of a contact, as the board itself tells it. */
export interface CoilEdge {
  /** s since the board started, by its clock. */
  readonly t: number;
  /** ISO 8601. */
  readonly at: string;
  /** From 0. */
  readonly coil: number;
  readonly closed: boolean;
  readonly by: 'write' | 'flash' | 'flash-end' | 'power' | 'fault';
  /** When we heard of it: `seconds()` of the test process. */
  readonly seen: number;
}

export interface SimulatorProcess {
  /** `tcp://127.0.0.1:PORT`. */
  readonly address: string;
  readonly pid: number;
  /** Every edge so far; empty for a BMS. */
  readonly edges: readonly CoilEdge[];
  /** What it printed on its error output. */
  readonly log: readonly string[];
  /** Tells it a line and waits for its answer. Rejects when it does not understand. */
  command(line: string): Promise<void>;
  kill(): Promise<void>;
}

export interface SimulatorOptions {
  /** The built command line: `dist/cli.js`. */
  readonly cli: string;
  readonly device: '123smartbms' | 'relay-board';
  readonly args?: readonly string[];
  readonly node?: string;
}

/** Starts a simulator on a free port and waits until it listens. */
export async function startSimulator(options: SimulatorOptions): Promise<SimulatorProcess> {
  const { cli, device, args = [], node = process.execPath } = options;
  const child = spawn(
    node,
    [cli, 'simulate', '--device', device, '--listen', 'tcp://127.0.0.1:0', '--control', ...args],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  ownChild(child);
  const edges: CoilEdge[] = [];
  const log: string[] = [];
  let address: string | null = null;
  child.on('error', (error) => log.push(error.message));
  child.stdin.on('error', (error) => log.push(error.message));
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as { event: string; address?: string } & CoilEdge;
    if (told.event === 'listening') address = told.address ?? null;
    if (told.event === 'coil') edges.push({ ...told, seen: seconds() });
  });
  const listensAt = await until(
    () => `the simulator ${device} to listen: ${log.join(' | ')}`,
    10,
    () => address,
  );

  return {
    address: listensAt,
    pid: child.pid ?? 0,
    edges,
    log,
    async command(line) {
      const before = log.length;
      child.stdin.write(`${line}\n`);
      // Connections come and go on the same output; an answer is "done: …", a refusal explains the usage.
      const answer = await until(`an answer to "${line}"`, 5, () => {
        const said = log.slice(before).find((text) => text === `done: ${line}` || /Usage:|Unknown command/.test(text));
        return said ?? null;
      });
      if (answer !== `done: ${line}`) throw new Error(answer);
    },
    kill: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
