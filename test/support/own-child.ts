/**
 * Processes that end with the test process, however that ends. On a normal exit we kill them ourselves; when the test
 * process itself is killed, a guard process notices that its input has ended and kills what is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** The guard: told `+pid` and `-pid`, it kills what is left when nobody is there any more to tell it. */
const GUARD = `
const own = new Set();
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line[0] === '+') own.add(Number(line.slice(1)));
  else own.delete(Number(line.slice(1)));
}).on('close', () => {
  for (const pid of own) try { process.kill(pid, 'SIGKILL'); } catch {}
});
`;

const own = new Set<ChildProcess>();
let guard: ChildProcess | null = null;

function tellGuard(line: string): void {
  if (guard === null) {
    // In a group of its own: a Ctrl-C that ends the tests must not end the guard first.
    guard = spawn(process.execPath, ['-e', GUARD], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.on('error', () => undefined);
    guard.stdin?.on('error', () => undefined);
    guard.unref();
    process.on('exit', killAll);
  }
  guard.stdin?.write(`${line}\n`);
}

function killAll(): void {
  for (const child of own) child.kill('SIGKILL');
}

/** Takes care that this process does not outlive the tests. */
export function ownChild(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  own.add(child);
  tellGuard(`+${pid}`);
  child.once('exit', () => {
    own.delete(child);
    tellGuard(`-${pid}`);
  });
}
