/** `npm run --silent cellwarden -- …`: the command line from a checkout. Only the command prints to stdout. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ready, root } from './setup.mjs';

ready((line) => process.stderr.write(`${line}\n`));
const cli = spawn(process.execPath, [join(root, 'dist', 'cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
// Ctrl-C reaches the whole group; a signal to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => cli.kill(signal));
cli.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
});
