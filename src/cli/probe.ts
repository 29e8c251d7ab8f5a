/** `cellwarden probe`: says what answers on a serial port, behind a network bridge or at a Modbus TCP address. */
import { parseArgs } from 'node:util';
import { parseBus } from '../links/bus/address.ts';
import { createBusRegistry, type BusRegistry } from '../links/bus/registry.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import { listPorts } from '../links/bus/ports.ts';
import { systemClock } from '../runtime/clock.ts';
import { findDevices } from '../runtime/find-devices.ts';
import { readingLines } from '../runtime/try-link.ts';
import { UsageError, type CommandIo } from './io.ts';

const USAGE = `cellwarden probe PATH|tcp://HOST:PORT [--modbus-tcp] [--all]
cellwarden probe --list`;

/** @returns 0 when something known answered, else 1 */
export async function probeCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const options = { 'modbus-tcp': flag, all: flag, list: flag };
  const { positionals, values } = parseArgs({ args: [...argv], allowPositionals: true, options });
  if (values.list === true) return list(io);
  const path = positionals[0];
  if (path === undefined) {
    throw new UsageError(`probe needs a port, such as /dev/ttyUSB0 or tcp://HOST:PORT: ${USAGE}`);
  }
  const parsed = parseBus({ path, ...(values['modbus-tcp'] === true ? { kind: 'modbus-tcp' } : {}) });
  if (!parsed.ok)
    throw new UsageError(`${path} is no port (${parsed.problem.problem}): write /dev/ttyUSB0 or tcp://HOST:PORT`);
  const isFound = await withBuses(async (buses) => {
    const bms = await askForBms(parsed.spec, buses, values.all === true, io);
    return (await askRelayBoard(parsed.spec, buses, io)) || bms;
  });
  if (!isFound) io.out(`${path}: nothing known answers`);
  return isFound ? 0 : 1;
}

async function list(io: CommandIo): Promise<number> {
  const ports = await listPorts();
  for (const { path, now, about } of ports) io.out([path, now ?? '', about].join('\t'));
  if (ports.length === 0) io.err('This computer has no serial port.');
  return ports.length > 0 ? 0 : 1;
}

async function withBuses(ask: (buses: BusRegistry) => Promise<boolean>): Promise<boolean> {
  // Each question may want other line settings: what was given back is closed at once.
  const buses = createBusRegistry(systemClock, { grace: 0 });
  try {
    return await ask(buses);
  } finally {
    buses.closeAll();
  }
}

async function askForBms(spec: BusSpec, buses: BusRegistry, all: boolean, io: CommandIo): Promise<boolean> {
  const { found, problem } = await findDevices({
    spec,
    clock: systemClock,
    buses,
    first: !all,
    progress: ({ info }) => io.err(`asking for ${info.title} …`),
  });
  for (const { protocol, seen } of found) {
    io.out(`${spec.path}: ${protocol.info.title} (${protocol.info.id})`);
    for (const line of readingLines(seen)) io.out(`  ${line}`);
  }
  if (problem !== null && 'problem' in problem) io.err(problem.problem);
  return found.length > 0;
}

async function askRelayBoard(spec: BusSpec, buses: BusRegistry, io: CommandIo): Promise<boolean> {
  const opened = buses.modbus(spec);
  if (!opened.ok) return false;
  const line = opened.bus;
  try {
    if (line.status().state === 'connecting') {
      await new Promise<void>((resolve) => {
        line.onStatus((status) => {
          if (status.state !== 'connecting') resolve();
        });
      });
    }
    const coils = await line.readCoils(1, 0, 8);
    if (!coils.ok) return false;
    const states = coils.value.map((on) => (on ? 'on' : 'off')).join(' ');
    io.out(`${spec.path}: a Modbus device with coils at unit 1 (${states})`);
    return true;
  } finally {
    line.release();
  }
}
