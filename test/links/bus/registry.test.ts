import assert from 'node:assert/strict';
import { parseBus, type BusSetting } from '../../../src/links/bus/address.ts';
import type { BusSpec, ByteBus, ModbusBus } from '../../../src/links/bus/bus.ts';
import { type BusRegistry, type Claim, createBusRegistry } from '../../../src/links/bus/registry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { rtuAnswer } from './support/device.ts';
import { bytes, createFakeTransport, type FakeTransport, hex } from './support/fakes.ts';

interface Bench {
  readonly clock: ManualClock;
  readonly registry: BusRegistry;
  readonly opened: { readonly spec: BusSpec; readonly transport: FakeTransport; readonly after: number }[];
}

function bench(grace?: number): Bench {
  const clock = new ManualClock();
  const opened: { spec: BusSpec; transport: FakeTransport; after: number }[] = [];
  const registry = createBusRegistry(clock, {
    ...(grace === undefined ? {} : { grace }),
    open(spec, after) {
      const transport = createFakeTransport(clock, spec.path);
      opened.push({ spec, transport, after });
      return transport;
    },
  });
  return { clock, registry, opened };
}

function spec(setting: BusSetting): BusSpec {
  const parsed = parseBus(setting);
  assert.ok(parsed.ok);
  return parsed.spec;
}

const SERIAL = spec({ path: '/dev/ttyUSB0' });
const FAST = spec({ path: '/dev/ttyUSB0', baudRate: 115_200 });
const BRIDGE = spec({ path: 'tcp://bridge:4001' });
const BOARD = spec({ kind: 'modbus-tcp', path: 'board' });

function granted<Bus>(claim: Claim<Bus>): Bus {
  assert.ok(claim.ok, JSON.stringify(claim));
  return claim.bus;
}

function refused(claim: Claim<ByteBus> | Claim<ModbusBus>): string {
  assert.ok(!claim.ok);
  return `${claim.problem.field} ${claim.problem.value}: ${claim.problem.problem}`;
}

describe('bus registry', () => {
  it('opens a path once, however many name it, and gives every one a handle of his own', () => {
    const { registry, opened } = bench();
    const first = granted(registry.bytes(SERIAL));
    const second = granted(registry.bytes(spec({ kind: 'serial', path: ' /dev/ttyUSB0', baudRate: '9600' })));
    assert.equal(opened.length, 1);
    const heard: string[] = [];
    first.onBytes((chunk) => heard.push(`1:${hex(chunk)}`));
    second.onBytes((chunk) => heard.push(`2:${hex(chunk)}`));
    opened[0]?.transport.hear(bytes('01'));
    first.release();
    opened[0]?.transport.hear(bytes('02'));
    assert.deepEqual(heard, ['1:01', '2:01', '2:02']);
    assert.deepEqual(first.status(), { state: 'closed', problem: 'given back' });
    assert.equal(first.write(bytes('03')), false);
    assert.equal(second.write(bytes('04')), true);
    assert.deepEqual(opened[0]?.transport.written, ['04']);
    assert.equal(second.path, '/dev/ttyUSB0');
  });

  it('a handle that was given back hears nothing and does nothing any more, and counts once', () => {
    const { clock, registry, opened } = bench();
    const first = granted(registry.bytes(SERIAL));
    const second = granted(registry.bytes(SERIAL));
    first.release();
    first.release();
    first.reopen('no business of yours');
    const told: string[] = [];
    first.onStatus(({ state }) => told.push(state));
    first.onBytes((chunk) => told.push(hex(chunk)));
    opened[0]?.transport.hear(bytes('01'));
    opened[0]?.transport.become('lost', 'gone');
    assert.deepEqual(told, []);
    assert.deepEqual(opened[0]?.transport.reopened, []);
    clock.advance(60);
    assert.equal(second.status().state, 'lost');
  });

  it('refuses a second user with other line settings, by the field that differs', () => {
    const { registry, opened } = bench();
    granted(registry.bytes(SERIAL));
    assert.equal(refused(registry.bytes(FAST)), 'baudRate 115200: other-line-settings');
    const cases: [BusSetting, string][] = [
      [{ dataBits: 7 }, 'dataBits 7'],
      [{ parity: 'even' }, 'parity even'],
      [{ stopBits: 2 }, 'stopBits 2'],
    ];
    for (const [setting, field] of cases) {
      assert.equal(
        refused(registry.bytes(spec({ path: '/dev/ttyUSB0', ...setting }))),
        `${field}: other-line-settings`,
      );
    }
    assert.equal(opened.length, 1);
  });

  it('refuses bytes on a Modbus line and Modbus on a byte line', () => {
    const { registry } = bench();
    granted(registry.modbus(SERIAL));
    assert.equal(refused(registry.bytes(SERIAL)), 'path /dev/ttyUSB0: other-use');
    granted(registry.bytes(BRIDGE));
    assert.equal(refused(registry.modbus(BRIDGE)), 'path tcp://bridge:4001: other-use');
    granted(registry.modbus(BOARD));
    assert.equal(refused(registry.modbus(spec({ path: 'tcp://board:502' }))), 'path tcp://board:502: other-use');
  });

  it('refuses what cannot work at all', () => {
    const { registry, opened } = bench();
    assert.equal(refused(registry.bytes(BOARD)), 'kind modbus-tcp: needs-modbus');
    const seven = spec({ path: '/dev/ttyUSB0', dataBits: 7, parity: 'even' });
    assert.equal(refused(registry.modbus(seven)), 'dataBits 7: needs-8-bits');
    assert.equal(opened.length, 0);
  });

  it('a refused user leaves the holder alone, and takes nothing with him', () => {
    const { clock, registry, opened } = bench();
    const holder = granted(registry.bytes(SERIAL));
    refused(registry.bytes(FAST));
    holder.release();
    clock.advance(20);
    assert.equal(opened[0]?.transport.status().state, 'closed');
  });

  it('stays open for 20 s after the last user is gone, so that a redeploy does not drop the connection', () => {
    const { clock, registry, opened } = bench();
    const first = granted(registry.bytes(SERIAL));
    first.release();
    clock.advance(19.9);
    const second = granted(registry.bytes(SERIAL));
    clock.advance(100);
    assert.equal(opened.length, 1);
    assert.equal(second.status().state, 'open');
    second.release();
    clock.advance(20);
    assert.equal(opened[0]?.transport.status().state, 'closed');
    assert.equal(clock.pending, 0);
    granted(registry.bytes(SERIAL));
    assert.equal(opened.length, 2);
  });

  it('closes at once with no grace', () => {
    const { clock, registry, opened } = bench(0);
    granted(registry.modbus(BOARD)).release();
    assert.equal(opened[0]?.transport.status().state, 'closed');
    assert.equal(clock.pending, 0);
  });

  it('a line that nobody holds any more may be claimed otherwise: the settings were edited', () => {
    const { clock, registry, opened } = bench();
    granted(registry.bytes(SERIAL)).release();
    const edited = granted(registry.modbus(FAST));
    assert.equal(opened[0]?.transport.status().state, 'closed');
    assert.deepEqual(
      opened.map(({ after }) => after),
      [0, 0.2], // the system needs a moment to close the port
    );
    clock.advance(100);
    assert.equal(edited.status().state, 'open');
  });

  it('serves Modbus to several users in turn, each with his own time-out', async () => {
    const { clock, registry, opened } = bench();
    const [slow, quick] = [granted(registry.modbus(SERIAL)), granted(registry.modbus(SERIAL))];
    assert.equal(opened.length, 1);
    const transport = opened[0]?.transport as FakeTransport;
    const first = slow.readCoils(1, 0, 8);
    const second = quick.readCoils(2, 0, 8, { timeout: 0.2 });
    assert.equal(transport.written.length, 1);
    transport.hear(rtuAnswer({ fn: 1, unit: 1, address: 0, count: 8 }));
    clock.advance(0.01);
    assert.equal(transport.written.length, 2);
    clock.advance(0.22);
    assert.equal((await first).ok, true);
    const late = await second;
    assert.ok(!late.ok && late.text === 'unit 2 did not answer within 0.2 s');
  });

  it('closes everything at shutdown, whoever holds it, and can be used again', async () => {
    const { clock, registry, opened } = bench();
    const serial = granted(registry.bytes(SERIAL));
    const board = granted(registry.modbus(BOARD));
    granted(registry.bytes(BRIDGE)).release();
    const told: string[] = [];
    serial.onStatus(({ state }) => told.push(state));
    const waiting = board.readCoils(1, 0, 8);
    registry.closeAll();
    registry.closeAll();
    assert.deepEqual(told, ['closed']);
    const result = await waiting;
    assert.ok(!result.ok && result.reason === 'not-open');
    assert.equal(clock.pending, 0);
    for (const { transport } of opened) assert.equal(transport.status().state, 'closed');
    const again = granted(registry.bytes(SERIAL));
    serial.release();
    assert.equal(clock.pending, 0);
    clock.advance(60);
    assert.equal(again.status().state, 'open');
  });

  it('survives a listener that claims again when it is told "closed"', () => {
    const { registry, opened } = bench();
    const bus = granted(registry.bytes(SERIAL));
    bus.onStatus(() => granted(registry.bytes(SERIAL)));
    registry.closeAll();
    assert.equal(opened.length, 2);
  });
});
