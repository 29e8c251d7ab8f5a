/** Starts the guardian's process. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { GuardianEvents, GuardianProcess } from './client.ts';
import type { FromGuardian } from './protocol.ts';

/** Small heaps: it keeps a few numbers, and shall cost little memory on a small computer. */
const V8_FLAGS = ['--max-old-space-size=16', '--max-semi-space-size=1', '--single-threaded', '--no-opt'];
/** What a socket's name may be long (Linux 108, macOS 104 bytes). */
const LONGEST_SOCKET = 100;

/** Where guardians of the same user directory meet; empty where the system has no room for the name. */
export function meetingPoint(userDir: string): string {
  const folder = resolve(userDir, 'cellwarden');
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\cellwarden-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  }
  const path = join(folder, 'guardian.sock');
  return Buffer.byteLength(path) > LONGEST_SOCKET ? '' : path;
}

export interface SpawnOptions {
  /** The program: `dist/guardian.js`. */
  readonly entry: string;
  readonly meetingPoint: string;
  /** Instead of ours. */
  readonly execArgv?: readonly string[];
}

export function spawnGuardian(
  { entry, meetingPoint, execArgv = V8_FLAGS }: SpawnOptions,
  events: GuardianEvents,
): GuardianProcess {
  // What was meant for Node-RED (debuggers, preloaded modules) is not meant for the guardian.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(entry, [meetingPoint], {
    // A session of its own: Ctrl-C and a terminal that is closed end Node-RED, and the guardian has to come after it.
    detached: true,
    serialization: 'advanced',
    execArgv: [...execArgv],
    env: { ...env, UV_THREADPOOL_SIZE: '2' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let isOver = false;
  const ended = (why: string): void => {
    if (isOver) return;
    isOver = true;
    events.ended(why);
  };
  child.on('message', (message) => {
    if (!isOver) events.received(message as FromGuardian);
  });
  child.on('error', (error) => ended(error.message));
  child.on('exit', (code, signal) => ended(signal ?? `code ${code ?? 'unknown'}`));
  // A channel that breaks while the process lives is no guardian any more.
  child.on('disconnect', () => {
    if (!isOver) child.kill('SIGKILL');
  });
  // Neither keeps a process alive that has nothing else to do.
  child.unref();
  child.channel?.unref();
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
    disconnect() {
      isOver = true;
      if (child.connected) child.disconnect();
    },
  };
}
