/**
 * `npm start`: Node-RED with the first example, a simulated 16-cell 123\SmartBMS and a simulated Modbus relay board,
 * each a process of its own, speaking the real protocols over real sockets.
 *
 * Options: --port N (editor), --restart S (seconds until a Node-RED that died is started again, 20 as in the official service).
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ready, root } from './setup.mjs';

const { values: options } = parseArgs({ options: { port: { type: 'string' }, restart: { type: 'string' } } });
const userDir = join(root, '.node-red');
const example = join(root, 'examples', '1 - 123SmartBMS to relays.json');
const restartAfter = Number(options.restart ?? 20);

const children = new Set();
let stopping = false;

ready();
mkdirSync(userDir, { recursive: true });
const bms = await simulator('BMS simulator', ['--device', '123smartbms', '--cells', '16'], await freePort(7901));
const board = await simulator('relay board simulator', ['--device', 'relay-board'], await freePort(7902));
const port = await freePort(Number(options.port ?? 1880));
prepareUserDir();
await startNodeRed();
listenForCommands();

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** The port asked for when it is free, else another one. */
async function freePort(wanted) {
  const listens = (number) =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(null));
      server.listen(number, '127.0.0.1', () => {
        const { port: got } = server.address();
        server.close(() => resolve(got));
      });
    });
  const got = await listens(wanted);
  if (got !== null) return got;
  const other = await listens(0);
  say(`Port ${wanted} is in use; taking ${other} instead.`);
  return other;
}

/** Starts a simulator and waits until it listens. */
async function simulator(name, args, listenAt) {
  const child = spawn(
    process.execPath,
    [join(root, 'dist', 'cli.js'), 'simulate', ...args, '--listen', `tcp://127.0.0.1:${listenAt}`, '--control'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  adopt(child, name);
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise((resolve) => lines.once('line', resolve));
  const { address } = JSON.parse(first);
  lines.on('line', tellCoil);
  return { child, address };
}

/** Every edge of the board's contacts, on the screen and in a file: the proof of what really happened. */
function tellCoil(line) {
  const edge = JSON.parse(line);
  if (edge.event !== 'coil') return;
  appendFileSync(join(userDir, 'relay-board.log'), `${line}\n`);
  const name = ['charge relay', 'load relay'][edge.coil] ?? `relay ${edge.coil + 1}`;
  const why = edge.by === 'flash-end' ? ' (by itself: nobody renewed it)' : '';
  say(`${edge.at}  ${name} ${edge.closed ? 'CLOSED' : 'OPEN'}${why}`);
}

function adopt(child, name) {
  children.add(child);
  child.on('error', (error) => {
    say(`${name} cannot be started: ${error.message}`);
    stop(1);
  });
  child.on('exit', () => {
    children.delete(child);
    if (!stopping && name !== 'Node-RED') {
      say(`The ${name} has ended.`);
    }
  });
}

/** Node-RED's own folder inside the checkout: our package as a link, the example as its flow. */
function prepareUserDir() {
  const scope = join(userDir, 'node_modules', '@cellwarden');
  mkdirSync(scope, { recursive: true });
  const link = join(scope, 'node-red-bms');
  rmSync(link, { force: true, recursive: true });
  symlinkSync(root, link, 'junction');
  writeFileSync(
    join(userDir, 'package.json'),
    `${JSON.stringify({ name: 'cellwarden-try-out', private: true, dependencies: { '@cellwarden/node-red-bms': '*' } }, null, 2)}\n`,
  );
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = ${JSON.stringify(
      {
        uiHost: '127.0.0.1',
        uiPort: port,
        flowFile: 'flows.json',
        credentialSecret: false,
        telemetry: { enabled: false, updateNotification: false },
        editorTheme: { tours: false, projects: { enabled: false } },
        logging: { console: { level: 'info', metrics: false, audit: false } },
      },
      null,
      2,
    )};\n`,
  );
  deployExample();
}

/** The example as shipped, with the addresses the simulators really have. A flow the user changed is kept beside it. */
function deployExample() {
  const flow = readFileSync(example, 'utf8')
    .replaceAll('tcp://127.0.0.1:7901', bms.address)
    .replaceAll('tcp://127.0.0.1:7902', board.address);
  const file = join(userDir, 'flows.json');
  const ours = join(userDir, 'flows.as-deployed.json');
  const present = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const before = existsSync(ours) ? readFileSync(ours, 'utf8') : null;
  if (present !== null && present !== before && present !== flow) {
    const kept = `flows.${new Date().toISOString().replaceAll(':', '-')}.json`;
    renameSync(file, join(userDir, kept));
    say(`The flow you changed is kept as .node-red/${kept}; the example is deployed anew.`);
  }
  writeFileSync(file, flow);
  writeFileSync(ours, flow);
}

async function startNodeRed() {
  const child = spawn(process.execPath, [join(root, 'node_modules', 'node-red', 'red.js'), '--userDir', userDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  adopt(child, 'Node-RED');
  const started = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (/\[(error|warn)\]|cellwarden|bms-/.test(line)) say(line);
      if (line.includes('Started flows')) resolve();
    });
  });
  child.on('exit', (code, signal) => {
    if (stopping) return;
    say(
      `Node-RED ended (${signal ?? `code ${code}`}); it is started again in ${restartAfter} s, as its service would do.`,
    );
    setTimeout(() => void (stopping || startNodeRed()), restartAfter * 1000);
  });
  await started;
  say(`
Editor                 http://127.0.0.1:${port}/   (Node-RED, process ${child.pid})
BMS simulator          ${bms.address}   (process ${bms.child.pid})
relay board simulator  ${board.address}   (process ${board.child.pid})

Look at the status under the nodes: the cells live, both relays closed within a few seconds.
Then type one of these and press Enter, and watch the relays open and close:
  silence, resume          the BMS says nothing any more, and comes back
  cell 3 3.70, cell 3 auto a cell is overcharged, and well again
  temperature 2 55         a cell is hot
  kill                     Node-RED dies at once (SIGKILL); the relay board opens by itself
Ctrl-C ends everything.
`);
  nodeRed = child;
}

var nodeRed;

function listenForCommands() {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const command = line.trim();
    if (command === 'kill') nodeRed?.kill('SIGKILL');
    else if (command.startsWith('board ')) board.child.stdin.write(`${command.slice(6)}\n`);
    else if (command !== '') bms.child.stdin.write(`${command}\n`);
  });
}

function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill('SIGTERM');
  const hard = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, 5000);
  const wait = setInterval(() => {
    if (children.size > 0) return;
    clearInterval(wait);
    clearTimeout(hard);
    process.exit(code);
  }, 50);
}

process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));
