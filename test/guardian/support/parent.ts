/**
 * A Node-RED of three lines: holds relay 1 (opens at once) and relay 2 (holds its lease) of a board through the guardian.
 *
 *   parent.ts GUARDIAN PORT MEETING-POINT LEASE-OF-2
 *
 * Prints `closed` once both contacts are verified and a link on the same line has its answers, and obeys `throw`, `stall` and `drop` on its standard input.
 */
import { createInterface } from 'node:readline';
import { createGuardianClient } from '../../../src/guardian/client.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import { spawnGuardian } from '../../../src/guardian/spawn.ts';
import { systemClock as clock } from '../../../src/runtime/clock.ts';

const [entry = '', port = '', meetingPoint = '', lease = ''] = process.argv.slice(2);
const client = createGuardianClient(clock, (events) => spawnGuardian({ entry, meetingPoint }, events));
const bus = { kind: 'modbus-tcp', path: `tcp://127.0.0.1:${port}`, host: '127.0.0.1', port: Number(port) } as const;
// A link on the line of the relays: opened here first, and gone on with through the guardian.
const buses = createBusRegistry(clock, { away: (spec, use) => client.openLine(spec, use) });
const claim = buses.modbus(bus);
let read = 0;
if (claim.ok) {
  clock.every(0.3, () => {
    void claim.bus.readCoils(1, 0, 4).then((answer) => {
      if (answer.ok) read += 1;
    });
  });
}
buses.moveAway(bus.path);
const outputs = ([1, 2] as const).map((channel) =>
  client.openOutput({ board: 'modbus-plain', bus, unit: 1, channel, heldOn: true }, channel === 1 ? 'open' : 'hold'),
);
const renew = (): void => {
  outputs[0]?.hold(clock.now() + 5);
  outputs[1]?.hold(clock.now() + Number(lease));
};
let said = '';
clock.every(0.1, () => {
  const held = outputs.every((output) => output.state().verified && output.state().commanded);
  const now = held && read > 1 ? 'closed' : '';
  if (now !== said) process.stdout.write(`${now} ${client.status().pid}\n`);
  said = now;
});
clock.every(0.5, renew);
renew();

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'throw') throw new Error('as told');
  if (line === 'stall') for (;;);
});
