/** `cellwarden probe`: says what answers on a serial port or behind a network bridge. */
import { parseArgs } from 'node:util';
import { parseBus } from '../links/bus/address.ts';
import { createBusRegistry, type BusRegistry } from '../links/bus/registry.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import { createSmartBms123Link } from '../links/123smartbms/link.ts';
import type { Clock } from '../engine/clock.ts';
import { systemClock } from '../runtime/clock.ts';
import { UsageError, type CommandIo } from './io.ts';

/** A 123\SmartBMS sends every 0.5 or 1 s; two frames that agree and a late start fit in this (s). */
const LISTEN = 5;

/** @returns 0 when something known answered, else 1 */
export async function probeCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: {} });
  const path = positionals[0];
  if (path === undefined) throw new UsageError('probe needs a port: cellwarden probe /dev/ttyUSB0 or tcp://HOST:PORT');
  const parsed = parseBus({ path });
  if (!parsed.ok)
    throw new UsageError(`${path} is no port (${parsed.problem.problem}): write /dev/ttyUSB0 or tcp://HOST:PORT`);
  const found =
    (await withBuses((buses) => listen123(parsed.spec, buses, systemClock, io))) ||
    (await withBuses((buses) => askRelayBoard(parsed.spec, buses, io)));
  if (!found) io.out(`${path}: nothing known answers`);
  return found ? 0 : 1;
}

/** Each question opens the line anew: the answers come in different ways. */
async function withBuses(ask: (buses: BusRegistry) => Promise<boolean>): Promise<boolean> {
  const buses = createBusRegistry(systemClock);
  try {
    return await ask(buses);
  } finally {
    buses.closeAll();
  }
}

async function listen123(spec: BusSpec, buses: BusRegistry, clock: Clock, io: CommandIo): Promise<boolean> {
  const opened = buses.bytes(spec);
  if (!opened.ok) return false;
  const line = opened.bus;
  const heard = await new Promise<boolean>((resolve) => {
    const link = createSmartBms123Link({
      bytes: line,
      clock,
      formula: 'driver',
      listener: {
        observed(seen) {
          io.out(`${spec.path}: 123\\SmartBMS, ${seen.cellCount} cells, ${seen.voltage ?? '?'} V`);
          resolve(true);
        },
        changed: () => undefined,
      },
    });
    clock.after(LISTEN, () => {
      const { problem } = line.status();
      if (problem !== null) io.err(problem);
      link.close();
      resolve(false);
    });
  });
  return heard;
}

async function askRelayBoard(spec: BusSpec, buses: BusRegistry, io: CommandIo): Promise<boolean> {
  const opened = buses.modbus(spec);
  if (!opened.ok) return false;
  const line = opened.bus;
  if (line.status().state !== 'open') {
    await new Promise<void>((resolve) => {
      line.onStatus((status) => {
        if (status.state !== 'connecting') resolve();
      });
    });
  }
  const coils = await line.readCoils(1, 0, 8);
  if (!coils.ok) return false;
  io.out(
    `${spec.path}: a Modbus device with coils at unit 1 (${coils.value.map((on) => (on ? 'on' : 'off')).join(' ')})`,
  );
  return true;
}
