/** What every bench with a real Node-RED begins and ends with: its own nodes, the start, and one JSON line of results. */
const http = require('node:http');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const RED = require('node-red');

/** The checkout. */
const root = join(__dirname, '..', '..');
/** The bench's sources by their name; there once the flow has started. */
const nodes = {};
/** What is called with the messages that reach the bench's sinks, by their name. */
const sinks = {};

globalThis.cellwardenBench = {
  source(node, name) {
    nodes[name] = node;
  },
  sink(name, message) {
    sinks[name]?.(message);
  },
};

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Starts Node-RED with the flow, in a user directory of its own, and waits until every source of the flow is there. */
async function start(flow) {
  const userDir = mkdtempSync(join(tmpdir(), 'cellwarden-bench-'));
  writeFileSync(
    join(userDir, 'flows.json'),
    JSON.stringify(flow.map((node) => (node.z ? { ...node, x: 100, y: 100 } : node))),
  );
  RED.init(http.createServer(), {
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
  const sources = flow.filter(({ type }) => type === 'bench-source');
  while (!sources.every(({ name }) => nodes[name])) await pause(0.02);
  await pause(0.3);
  return userDir;
}

/** Runs a bench from the start of Node-RED to the end of the process: `measure` gives the results. */
async function run(flow, measure) {
  try {
    const userDir = await start(flow);
    const results = await measure();
    process.stdout.write(`${JSON.stringify({ version: RED.version(), ...results })}\n`);
    await RED.stop();
    rmSync(userDir, { recursive: true, force: true });
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

module.exports = { root, nodes, sinks, pause, run };
