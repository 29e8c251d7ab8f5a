/** Runs in a process of its own: a real Node-RED under a storm of messages. Prints one JSON line. */
const { nodes, pause, run, sinks } = require('./start.cjs');

const [seconds, perSecond] = process.argv.slice(2, 4).map(Number);

/** Messages sent in one turn of the event loop at most: more in flight would measure Node-RED's own queue. */
const IN_FLIGHT = 256;
/** ms between two ticks of the timer that measures the lag */
const TICK = 10;
/** Seconds of quiet, and then of storm, before the storm is measured. */
const WARM_UP = 2;

const GOOD = { cells: Array(16).fill(3.3), temperatures: [20], current: 1, voltage: 52.8, soc: 50 };
const HIGH = { ...GOOD, cells: [...GOOD.cells.slice(1), 3.9] };

const flow = [
  { id: 'tab', type: 'tab', label: 'storm' },
  {
    id: 'pack',
    type: 'bms-config',
    name: 'house',
    profile: 'lifepo4',
    cells: '16',
    capacity: '280',
    link: 'message',
    firstClose: true,
    cellOvervoltageDelay: '0',
  },
  { id: 'to-monitor', type: 'bench-source', z: 'tab', name: 'monitor', wires: [['monitor']] },
  { id: 'monitor', type: 'bms-cell-monitor', z: 'tab', pack: 'pack', wires: [['protection'], []] },
  { id: 'to-protection', type: 'bench-source', z: 'tab', name: 'protection', wires: [['protection']] },
  {
    id: 'protection',
    type: 'bms-protection',
    z: 'tab',
    pack: 'pack',
    wires: [['charge'], [], [], [], ['state']],
  },
  { id: 'charge', type: 'bench-sink', z: 'tab', name: 'charge', wires: [] },
  { id: 'state', type: 'bench-sink', z: 'tab', name: 'state', wires: [] },
];

const now = () => performance.now() / 1000;

/** Sends at the wanted rate for so long; what cannot be sent in time is not made up for. */
function storm(duration) {
  return new Promise((resolve) => {
    const start = now();
    let sent = 0;
    let dropped = 0;
    const more = () => {
      const elapsed = now() - start;
      if (elapsed >= duration) return resolve(sent);
      const due = Math.floor(elapsed * perSecond) - sent - dropped;
      const batch = Math.min(due, IN_FLIGHT);
      dropped += due - batch;
      for (let i = 0; i < batch; i++, sent++) {
        const node = sent % 2 === 0 ? nodes.monitor : nodes.protection;
        node.send({ topic: `source ${sent % 20}`, payload: GOOD });
      }
      setImmediate(more);
    };
    more();
  });
}

function watchLag() {
  const lags = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const at = performance.now();
    lags.push(Math.max(0, at - last - TICK));
    last = at;
  }, TICK);
  return () => {
    clearInterval(timer);
    lags.sort((a, b) => a - b);
    return { lagP99: lags[Math.floor(lags.length * 0.99)], lagMax: lags.at(-1) };
  };
}

function heap() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1e6;
}

async function measure() {
  let allowed = null;
  let lastAt = null;
  let longestGap = 0;
  let offAt = null;
  let shed = null;
  sinks.charge = ({ payload }) => {
    if (lastAt !== null) longestGap = Math.max(longestGap, now() - lastAt);
    lastAt = now();
    if (payload === false && allowed) offAt = now();
    allowed = payload;
  };
  sinks.state = ({ health }) => {
    shed = health?.shed ?? null;
  };

  // What the machine itself is late by: the longest lag with nothing to do.
  const quiet = watchLag();
  await pause(WARM_UP);
  const lagQuiet = quiet().lagMax;

  await storm(WARM_UP);
  const before = heap();
  const shedBefore = shed ?? 0;
  const start = now();
  lastAt = now();
  const lag = watchLag();
  const sent = await storm(seconds);
  const lags = lag();
  const elapsed = now() - start;
  // Delivered before the heap is looked at.
  await pause(0.5);
  const heapSlope = ((heap() - before) / elapsed) * 60;
  const gap = longestGap;
  const counted = shed === null ? null : shed - shedBefore;

  // One high cell in the middle of one more second of it.
  const last = storm(1);
  await pause(0.4);
  const sentAt = now();
  offAt = null;
  nodes.protection.send({ topic: 'source 3', payload: HIGH });
  await last;
  const trip = offAt === null ? null : offAt - sentAt;

  return { sent, seconds: elapsed, ...lags, lagQuiet, heapSlope, shed: counted, longestGap: gap, trip };
}

void run(flow, measure);
