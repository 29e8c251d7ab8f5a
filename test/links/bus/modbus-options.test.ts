/** What a request may ask of its line: a rest afterwards, unit 0, its own time-out; also on a line the guardian keeps. */
import assert from 'node:assert/strict';
import { remoteLine } from '../../../src/guardian/remote-line.ts';
import type { ToGuardian } from '../../../src/guardian/protocol.ts';
import { createServedLines } from '../../../src/guardian/served-lines.ts';
import type { BusSpec, ModbusBus } from '../../../src/links/bus/bus.ts';
import { createModbusBus } from '../../../src/links/bus/modbus-bus.ts';
import { createModbusLine } from '../../../src/links/bus/modbus-line.ts';
import { createBusRegistry, mannersFor } from '../../../src/links/bus/registry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { rtuAnswer } from './support/device.ts';
import { createFakeTransport, type FakeTransport } from './support/fakes.ts';

const BRIDGE: BusSpec = { kind: 'tcp', path: 'tcp://bridge:1', host: 'bridge', port: 1 };
const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Bench {
  readonly clock: ManualClock;
  readonly transport: FakeTransport;
  readonly bus: ModbusBus;
}

function here(): Bench {
  const clock = new ManualClock();
  const transport = createFakeTransport(clock);
  const line = createModbusLine(transport, mannersFor(BRIDGE), clock);
  return { clock, transport, bus: createModbusBus(line, transport, () => {}) };
}

/** The same line behind a guardian in the same process. */
function away(): Bench {
  const clock = new ManualClock();
  const transport = createFakeTransport(clock);
  const buses = createBusRegistry(clock, { open: () => transport });
  const served = createServedLines(buses, (message) => remote.received(message));
  const remote = remoteLine(
    {
      clock,
      id: 1,
      send(message: ToGuardian) {
        if (message.t === 'line') served.open(message.id, message.spec, message.use);
        else if (message.t === 'ask') served.ask(message);
      },
      end: () => {},
    },
    BRIDGE,
    'modbus',
  );
  remote.begin();
  assert.ok(remote.line !== null);
  return { clock, transport, bus: createModbusBus(remote.line, remote.transport, () => {}) };
}

for (const [where, bench] of Object.entries({ here, away })) {
  describe(`modbus bus: what a request asks of its line (${where})`, () => {
    it('a unit that wants a rest gets it before anybody asks again', async () => {
      const { clock, transport, bus } = bench();
      void bus.readHoldingRegisters(1, 0, 1, { pause: 0.1 });
      void bus.readHoldingRegisters(2, 0, 1);
      await flush();
      transport.hear(rtuAnswer({ fn: 3, unit: 1, address: 0, count: 1 }));
      await flush();
      clock.advance(0.095);
      assert.equal(transport.written.length, 1);
      clock.advance(0.006);
      assert.equal(transport.written.length, 2);
      transport.hear(rtuAnswer({ fn: 3, unit: 2, address: 0, count: 1 }));
      void bus.readHoldingRegisters(2, 0, 1);
      await flush();
      clock.advance(0.01);
      assert.equal(transport.written.length, 3, 'the rest was for one request only');
    });

    it('unit 0 is asked where the device is known to answer there, and never written to', async () => {
      const { transport, bus } = bench();
      assert.equal((await bus.readInputRegisters(0, 0x1000, 1)).ok, false);
      const refused = await bus.writeRegister(0, 1, 1, { answersAtZero: true });
      assert.ok(!refused.ok && refused.reason === 'request');
      assert.equal(transport.written.length, 0);
      const asked = bus.readInputRegisters(0, 0x1000, 1, { answersAtZero: true });
      await flush();
      transport.hear(rtuAnswer({ fn: 4, unit: 0, address: 0x1000, count: 1 }));
      assert.ok((await asked).ok);
    });

    it('a request waits as long as it says', async () => {
      const { clock, bus } = bench();
      let over = false;
      const asked = bus.readHoldingRegisters(1, 0, 1, { timeout: 0.3 }).then((result) => {
        over = true;
        return result;
      });
      await flush();
      clock.advance(0.29);
      await flush();
      assert.equal(over, false);
      clock.advance(0.02);
      const result = await asked;
      assert.ok(!result.ok && result.reason === 'timeout' && result.text.includes('0.3 s'));
    });
  });
}
