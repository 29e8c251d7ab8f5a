/** The benches that need a process of their own, with a real Node-RED in it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs a file of `bench/node-red` and gives what it prints in its last line. Throws with all that it said when it fails.
 * @param seconds after which it counts as failed
 * @param nodeArgs arguments of Node.js itself
 */
export function runChild(
  file: string,
  args: readonly string[],
  seconds: number,
  nodeArgs: readonly string[] = [],
): unknown {
  const all = [...nodeArgs, join(import.meta.dirname, 'node-red', file), ...args];
  const done = spawnSync(process.execPath, all, { encoding: 'utf8', timeout: seconds * 1000 });
  const line = done.stdout.trim().split('\n').at(-1) ?? '';
  if (done.status !== 0 || !line.startsWith('{'))
    throw new Error(`the Node-RED bench ${file} failed:\n${done.stdout}${done.stderr}`);
  return JSON.parse(line);
}
