/** Runs in a process of its own: a real Node-RED with both flows, fed in turns. Prints one JSON line. */
const http = require('node:http');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const RED = require('node-red');

const root = join(__dirname, '..', '..');
const [healthyHex, highHex] = process.argv.slice(2, 4);
const [batch, rounds] = process.argv.slice(4, 6).map(Number);
const healthy = Buffer.from(healthyHex, 'hex');
const high = Buffer.from(highHex, 'hex');

// The nodes shed what comes faster than anybody needs it. Here a turn of the event loop counts as a window of theirs, so
// that every frame is read and judged.
const WINDOW = 0.05;
const { host } = require(join(root, 'dist', 'cellwarden.js'));
const { now } = host.clock;
let skipped = 0;
host.clock.now = () => now() + skipped;

const userDir = mkdtempSync(join(tmpdir(), 'cellwarden-bench-'));
/** Frames sent in one turn of the event loop. */
const IN_FLIGHT = 8;

const nodes = {};
const sinks = {};
globalThis.cellwardenBench = {
  source(node, name) {
    nodes[name] = node;
  },
  sink(name, message) {
    sinks[name]?.(message);
  },
};

const flow = [
  { id: 'tab', type: 'tab', label: 'bench' },
  {
    id: 'pack',
    type: 'bms-config',
    name: 'house',
    profile: '123smartbms',
    cells: '16',
    capacity: '280',
    link: 'message',
  },
  { id: 'source-ours', type: 'bench-source', z: 'tab', name: 'ours', wires: [['monitor']] },
  { id: 'monitor', type: 'bms-cell-monitor', z: 'tab', pack: 'pack', wires: [['protection'], []] },
  { id: 'protection', type: 'bms-protection', z: 'tab', pack: 'pack', wires: [['sink-ours'], [], [], [], []] },
  { id: 'sink-ours', type: 'bench-sink', z: 'tab', name: 'ours', wires: [] },
  { id: 'source-base', type: 'bench-source', z: 'tab', name: 'base', wires: [['function']] },
  {
    id: 'function',
    type: 'function',
    z: 'tab',
    func: readFileSync(join(__dirname, 'baseline-function.js'), 'utf8'),
    outputs: 1,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    wires: [['sink-base']],
  },
  { id: 'sink-base', type: 'bench-sink', z: 'tab', name: 'base', wires: [] },
];

/** Feeds frames and resolves when the last one has gone through: it makes charge go off, the first ones on again. */
function feed(name, frames) {
  return new Promise((resolve) => {
    let off = 0;
    let seen = 0;
    const wanted = frames.offs;
    let last = null;
    sinks[name] = (message) => {
      seen++;
      if (message.payload === false && last !== false) off++;
      last = message.payload;
      if (off === wanted) {
        sinks[name] = null;
        resolve({ seconds: (performance.now() - start) / 1000, seen });
      }
    };
    const node = nodes[name];
    const start = performance.now();
    // A few at a time, as they would come from many lines: thousands in flight would measure the garbage collector.
    let next = 0;
    const more = () => {
      skipped += WINDOW;
      const end = Math.min(next + IN_FLIGHT, frames.list.length);
      while (next < end) node.send({ payload: frames.list[next++] });
      if (next < frames.list.length) setImmediate(more);
    };
    more();
  });
}

/** Healthy frames with charge going off at the very end: what is measured is reading and judging. */
function healthyFrames() {
  return { list: [...Array(batch).fill(healthy), high, high, high], offs: 1 };
}

/** Two frames high, two healthy, …: charge goes off and on all the time. */
function restlessFrames() {
  const list = [healthy, healthy];
  const times = Math.floor(batch / 4);
  for (let i = 0; i < times; i++) list.push(high, high, healthy, healthy);
  list.push(high, high, high);
  return { list, offs: times + 1 };
}

async function main() {
  writeFileSync(
    join(userDir, 'flows.json'),
    JSON.stringify(flow.map((node) => (node.z ? { ...node, x: 100, y: 100 } : node))),
  );
  const app = http.createServer();
  RED.init(app, {
    userDir,
    nodesDir: [join(__dirname, 'nodes'), join(root, 'dist', 'nodes')],
    flowFile: 'flows.json',
    credentialSecret: false,
    httpAdminRoot: false,
    httpNodeRoot: false,
    logging: { console: { level: 'off' } },
    telemetry: { enabled: false },
    functionGlobalContext: {},
  });
  await RED.start();
  while (!nodes.ours || !nodes.base) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const results = { version: RED.version(), healthy: [], restless: [] };
  for (const [kind, make] of [
    ['healthy', healthyFrames],
    ['restless', restlessFrames],
  ]) {
    for (let round = -2; round < rounds; round++) {
      const pair = {};
      for (const name of round % 2 === 0 ? ['ours', 'base'] : ['base', 'ours']) {
        const frames = make();
        const { seconds, seen } = await feed(name, frames);
        pair[name] = { perSecond: frames.list.length / seconds, seen };
        // Back to a healthy pack before the next round.
        for (let i = 0; i < 4; i++) nodes[name].send({ payload: healthy });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (round >= 0) results[kind].push(pair);
    }
  }
  process.stdout.write(`${JSON.stringify(results)}\n`);
  await RED.stop();
  rmSync(userDir, { recursive: true, force: true });
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
