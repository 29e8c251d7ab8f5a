/** Loaded into Node-RED before anything else: says how much of its heap is really used, in a line of its output. */
const EVERY = 5000;

setInterval(() => {
  globalThis.gc?.();
  process.stdout.write(`soak ${JSON.stringify({ heap: process.memoryUsage().heapUsed })}\n`);
}, EVERY).unref();
