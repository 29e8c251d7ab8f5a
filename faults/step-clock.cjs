/**
 * Loaded before Node-RED (`--require`): each SIGWINCH steps the wall clock of this process, as a time server or a
 * computer without a clock of its own does: 50 years on, 50 years back, right again. Monotonic time is left alone.
 */
const YEARS = 50 * 365.25 * 86_400_000;
const steps = [YEARS, -YEARS, 0];
const RealDate = Date;
let offset = 0;
let taken = 0;

const now = () => RealDate.now() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('SIGWINCH', () => {
  offset = steps[taken++ % steps.length];
  process.stdout.write(`stepped to ${new Date().toISOString()}\n`);
});
