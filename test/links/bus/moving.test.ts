/** A bus that moves to another process while somebody uses it. */
import assert from 'node:assert/strict';
import type { BusSpec, BusStatus, ModbusResult } from '../../../src/links/bus/bus.ts';
import type { Backend } from '../../../src/links/bus/movable.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { createFakeTransport, hex, type FakeTransport } from './support/fakes.ts';

const SPEC: BusSpec = { kind: 'tcp', path: 'tcp://line:1', host: 'line', port: 1 };

function movingBus() {
  const clock = new ManualClock();
  const here: FakeTransport[] = [];
  const there: { transport: FakeTransport; asked: number; closed: boolean }[] = [];
  const registry = createBusRegistry(clock, {
    open() {
      const transport = createFakeTransport(clock, SPEC.path);
      here.push(transport);
      return transport;
    },
    away(spec, use): Backend {
      const one = { transport: createFakeTransport(clock, spec.path), asked: 0, closed: false };
      there.push(one);
      const line = {
        request: () => {
          one.asked++;
          return Promise.resolve({ ok: true as const, value: { bits: [true], words: [] } });
        },
        close: () => void (one.closed = true),
      };
      return { transport: one.transport, line: use === 'modbus' ? line : null };
    },
  });
  return { clock, here, there, registry };
}

describe('a bus that moves to the guardian', () => {
  it('goes on under the same handle: lost for a moment, what was asked fails, and the next question is answered there', async () => {
    const { registry, here, there } = movingBus();
    const claim = registry.modbus(SPEC);
    assert.ok(claim.ok);
    const states: BusStatus['state'][] = [];
    claim.bus.onStatus(({ state }) => states.push(state));
    const asked: Promise<ModbusResult<boolean[]>> = claim.bus.readCoils(1, 0, 1);
    registry.moveAway(SPEC.path);
    assert.equal((await asked).ok, false);
    assert.equal(here[0]!.status().state, 'closed', 'the port here is free for the guardian');
    there[0]!.transport.become('lost', 'opening');
    there[0]!.transport.become('open');
    assert.deepEqual(states, ['open', 'lost', 'open']);
    assert.deepEqual(await claim.bus.readCoils(1, 0, 1), { ok: true, value: [true] });
    assert.equal(there[0]!.asked, 1);
    registry.moveAway(SPEC.path);
    assert.equal(there.length, 1, 'it moves once');
  });

  it('carries plain bytes on, and writes them there', () => {
    const { registry, here, there } = movingBus();
    const claim = registry.bytes(SPEC);
    assert.ok(claim.ok);
    const heard: string[] = [];
    claim.bus.onBytes((chunk) => heard.push(hex(chunk)));
    here[0]!.hear(Uint8Array.of(1));
    registry.moveAway(SPEC.path);
    here[0]!.hear(Uint8Array.of(2));
    there[0]!.transport.hear(Uint8Array.of(3));
    assert.deepEqual(heard, ['01', '03']);
    claim.bus.write(Uint8Array.of(9));
    assert.deepEqual([here[0]!.written, there[0]!.transport.written], [[], ['09']]);
  });

  it('what is opened after that is opened there, and closed there when nobody holds it any more', () => {
    const { clock, registry, here, there } = movingBus();
    registry.moveAway(SPEC.path);
    const one = registry.modbus(SPEC);
    const two = registry.line(SPEC, 'modbus');
    assert.ok(one.ok && two.ok);
    assert.deepEqual([here.length, there.length], [0, 1]);
    assert.deepEqual(registry.bytes(SPEC), {
      ok: false,
      problem: { field: 'path', value: SPEC.path, problem: 'other-use' },
    });
    one.bus.release();
    clock.advance(30);
    assert.equal(there[0]!.closed, false, 'the other one still holds it');
    two.bus.release();
    clock.advance(30);
    assert.deepEqual([there[0]!.closed, there[0]!.transport.status().state], [true, 'closed']);
  });

  it('where no guardian can be, everything stays here', () => {
    const clock = new ManualClock();
    const registry = createBusRegistry(clock, { open: () => createFakeTransport(clock) });
    const claim = registry.bytes(SPEC);
    assert.ok(claim.ok);
    registry.moveAway(SPEC.path);
    assert.equal(claim.bus.status().state, 'open');
  });
});
