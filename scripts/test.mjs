/**
 * `npm test`: makes the checkout ready and runs every test. Suites that need more (a browser, socat, a broker) run when
 * it is there and say so when they skip. Arguments go to mocha: `npm test -- --grep VLB-5`, `npm test -- test/engine`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ready, root } from './setup.mjs';

ready();
const given = process.argv.slice(2);
const paths = given
  .filter((arg) => existsSync(arg))
  .map((arg) => (statSync(arg).isDirectory() ? `${arg}/**/*.test.ts` : arg));
const flags = given.filter((arg) => !existsSync(arg));
const specs = paths.length > 0 ? paths : ['test/**/*.test.ts'];
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const done = spawnSync(process.execPath, [mocha, '--import=tsx', '--exit', '--timeout=10000', ...flags, ...specs], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(done.status ?? 1);
