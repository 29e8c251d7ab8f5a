/** Runs in a process of its own: a real Node-RED with both flows, fed in turns. Prints one JSON line. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { nodes, pause, root, run, sinks } = require('./start.cjs');

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

/** Frames sent in one turn of the event loop. */
const IN_FLIGHT = 8;

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

async function measure() {
  const results = { healthy: [], restless: [] };
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
        await pause(0.005);
      }
      if (round >= 0) results[kind].push(pair);
    }
  }
  return results;
}

void run(flow, measure);
