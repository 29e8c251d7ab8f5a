/** The bus against somebody else's Modbus: the servers and the client of the package modbus-serial. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IServiceVector, ServerSerial, ServerTCP } from 'modbus-serial';
import { parseBus } from '../../../src/links/bus/address.ts';
import type { ModbusBus, ModbusResult } from '../../../src/links/bus/bus.ts';
import { type BusRegistry, createBusRegistry } from '../../../src/links/bus/registry.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { until } from './support/quick-clock.ts';

const HOST = '127.0.0.1';

/** What the servers serve: 16 coils and 16 registers; coil 13 refuses. */
function createMemory(): { readonly coils: boolean[]; readonly registers: number[]; readonly vector: IServiceVector } {
  const coils = Array.from({ length: 16 }, () => false);
  const registers = Array.from({ length: 16 }, (_, i) => 0x1000 + i);
  return {
    coils,
    registers,
    vector: {
      getCoil: (at: number) => coils[at] ?? false,
      getDiscreteInput: (at: number) => at % 3 === 0,
      getHoldingRegister: (at: number) => registers[at] ?? 0,
      getInputRegister: (at: number) => 0x2000 + at,
      setCoil: (at: number, value: boolean) => {
        if (at === 13) throw Object.assign(new Error('no such coil'), { modbusErrorCode: 2 });
        coils[at] = value;
      },
      setRegister: (at: number, value: number) => {
        registers[at] = value;
      },
    },
  };
}

function value<T>(result: ModbusResult<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

async function claim(registry: BusRegistry, kind: string, path: string): Promise<ModbusBus> {
  const parsed = parseBus({ kind, path });
  assert.ok(parsed.ok);
  const claimed = registry.modbus(parsed.spec);
  assert.ok(claimed.ok);
  await until(() => claimed.bus.status().state === 'open', 'the connection');
  return claimed.bus;
}

/** Every function once, and a refusal, against a memory that can be looked into. */
async function exercise(bus: ModbusBus, memory: ReturnType<typeof createMemory>, unit: number): Promise<void> {
  assert.equal(value(await bus.writeCoil(unit, 3, true)), true);
  assert.equal(memory.coils[3], true);
  assert.equal(value(await bus.writeCoil(unit, 3, false, { urgent: true })), true);
  assert.equal(memory.coils[3], false);
  assert.equal(value(await bus.writeCoils(unit, 0, [true, false, true, true, false, false, true, true, true])), true);
  assert.deepEqual(memory.coils.slice(0, 9), [true, false, true, true, false, false, true, true, true]);
  assert.deepEqual(value(await bus.readCoils(unit, 0, 9)), memory.coils.slice(0, 9));
  assert.deepEqual(value(await bus.readInputs(unit, 0, 4)), [true, false, false, true]);
  assert.equal(value(await bus.writeRegister(unit, 2, 0xbeef)), true);
  assert.equal(value(await bus.writeRegisters(unit, 3, [0xcafe, 7])), true);
  assert.deepEqual(value(await bus.readHoldingRegisters(unit, 1, 4)), [0x1001, 0xbeef, 0xcafe, 7]);
  assert.deepEqual(value(await bus.readInputRegisters(unit, 5, 2)), [0x2005, 0x2006]);
  assert.equal(value(await bus.writeCoilValue(unit, 0x0f, 7)), true); // a timed coil's value comes back as it went
  const refusal = await bus.writeCoil(unit, 13, true);
  assert.ok(!refusal.ok && refusal.reason === 'exception' && refusal.code === 2);
}

describe('modbus bus and the servers of modbus-serial', function () {
  this.timeout(10_000);
  let registry: BusRegistry;

  beforeEach(() => {
    registry = createBusRegistry(systemClock);
  });
  afterEach(() => registry.closeAll());

  it('Modbus TCP: every function, several at once, a silent unit beside a speaking one', async () => {
    const memory = createMemory();
    const port = await freePort();
    const server = new ServerTCP(memory.vector, { host: HOST, port, unitID: 5 });
    server.on('error', () => {});
    await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
    const bus = await claim(registry, 'modbus-tcp', `${HOST}:${port}`);
    await exercise(bus, memory, 5);
    const [silent, ...spoken] = await Promise.all([
      bus.readCoils(6, 0, 1, { timeout: 0.5 }), // the server ignores other units
      bus.readCoils(5, 0, 1),
      bus.readHoldingRegisters(5, 0, 1),
    ]);
    assert.ok(!silent.ok && silent.reason === 'timeout');
    assert.ok(spoken.every((result) => result.ok));
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await until(() => bus.status().state === 'lost', 'the loss of the server');
    const lost = await bus.readCoils(5, 0, 1);
    assert.ok(!lost.ok && lost.reason === 'not-open');
  });

  it('Modbus RTU on a serial line, and through a network bridge', async function () {
    if (!hasSocat()) {
      console.log('      skipped: socat is not installed');
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'cellwarden-rtu-'));
    const [near, far] = [join(folder, 'near'), join(folder, 'far')];
    const bridgePort = await freePort();
    const helpers: ChildProcess[] = [socat(`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`)];
    await until(() => existsSync(near) && existsSync(far), 'the pair of pseudo terminals');
    const memory = createMemory();
    const server = new ServerSerial(memory.vector, { path: far, baudRate: 9600, unitID: 5 });
    server.on('error', () => {});
    server.on('socketError', () => {});
    await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
    try {
      await exercise(await claim(registry, 'serial', near), memory, 5);
      registry.closeAll();
      helpers.push(socat(`tcp-listen:${bridgePort},bind=${HOST},reuseaddr,fork`, `open:${near},raw,echo=0`));
      await exercise(await claim(registry, 'tcp', `${HOST}:${bridgePort}`), memory, 5);
      registry.closeAll();
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all(helpers.map(stop));
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((socket: Socket) => socket.destroy());
    server.listen(0, HOST, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function hasSocat(): boolean {
  try {
    execFileSync('socat', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function socat(...args: string[]): ChildProcess {
  return spawn('socat', args, { stdio: 'ignore' });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}
