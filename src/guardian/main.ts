/** The guardian's process. Its argument is the socket at which it meets the guardian before it and the one after. */
import { createBusRegistry } from '../links/bus/registry.ts';
import { openOutput } from '../relays/open-output.ts';
import { systemClock } from '../runtime/clock.ts';
import { createGuardian } from './guardian.ts';
import { awaitSuccessor, takeOver } from './handover.ts';
import type { FromGuardian, ToGuardian } from './protocol.ts';

const clock = systemClock;
const buses = createBusRegistry(clock);
const meetingPoint = process.argv[2] ?? '';

function send(message: FromGuardian): void {
  // A parent that is gone says so by `disconnect`; what cannot be told any more is not waited for.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

const guardian = createGuardian({
  clock,
  buses,
  open: (spec) => openOutput(spec, { clock, buses }),
  send,
  memory: () => process.memoryUsage.rss(),
  exit: () => process.exit(0),
});

/** Node-RED may be gone before this process has come so far. */
let isTaken = false;
const early: ToGuardian[] = [];

process.on('message', (message: ToGuardian) => {
  if (isTaken) guardian.receive(message);
  else early.push(message);
});
process.on('disconnect', () => guardian.parentGone());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => guardian.signalled());
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => {
    console.error('cellwarden guardian:', error);
    guardian.fail();
  });
}

function begin(): void {
  isTaken = true;
  for (const message of early.splice(0)) guardian.receive(message);
  send({ t: 'ready' });
}

if (meetingPoint === '') begin();
else {
  void takeOver(meetingPoint, clock).then((held) => {
    guardian.inherit(held);
    awaitSuccessor(meetingPoint, () => guardian.handOver());
    begin();
  });
}
