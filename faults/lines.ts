/** Lines that can be cut: between Node-RED and a device, over TCP, or as a serial adapter that is pulled out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { ownChild } from '../test/support/own-child.ts';
import { until } from '../test/support/wait.ts';

export interface Line {
  /** Where Node-RED finds the device. */
  readonly address: string;
  /** Ends every connection and refuses new ones, as a bridge without power does. */
  cut(): void;
  /** Connections stay, no byte comes through, as with a router that has forgotten them. */
  swallow(): void;
  /** A second device on the same line answers everything too; `null`: no more. */
  join(device: string | null): void;
  /** As it should be again. */
  mend(): Promise<void>;
  close(): void;
}

/** ms from the first byte of an answer in which the other device's answer runs into it. */
const COLLISION = 15;

function portOf(address: string): number {
  return Number(new URL(address).port);
}

/** A line to the device at `device` (`tcp://127.0.0.1:PORT`). */
export async function openLine(device: string): Promise<Line> {
  const sockets = new Set<net.Socket>();
  let through = true;
  let twin: string | null = null;

  const server = net.createServer((near) => {
    const all: net.Socket[] = [near];
    const far = [device, ...(twin === null ? [] : [twin])].map((address) => net.connect(portOf(address), '127.0.0.1'));
    all.push(...far);
    const end = (): void => {
      for (const socket of all) socket.destroy();
    };
    for (const socket of all) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    near.on('data', (bytes) => {
      if (through) for (const socket of far) socket.write(bytes);
    });
    const answer = far.length === 1 ? (bytes: Buffer) => near.write(bytes) : colliding((bytes) => near.write(bytes));
    for (const socket of far) {
      socket.on('data', (bytes: Buffer) => {
        if (through) answer(bytes);
      });
    }
  });

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    return bound !== null && typeof bound === 'object' ? bound.port : port;
  }

  const port = await listen(0);
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const cut = (): void => {
    if (server.listening) server.close();
    drop();
  };

  return {
    address: `tcp://127.0.0.1:${port}`,
    cut,
    swallow() {
      through = false;
    },
    join(other) {
      twin = other;
      drop();
    },
    async mend() {
      through = true;
      if (!server.listening) await listen(port);
    },
    close: cut,
  };
}

/** Two answers at once on one pair of wires: where a sender pulls the wire to 0, it is 0; the second one is a byte late. */
function colliding(send: (bytes: Buffer) => void): (bytes: Buffer) => void {
  let first: Buffer | null = null;
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    timer = null;
    if (first !== null) send(first);
    first = null;
  };
  return (bytes) => {
    if (first === null) {
      first = bytes;
      timer = setTimeout(flush, COLLISION);
      return;
    }
    if (timer !== null) clearTimeout(timer);
    const mixed = Buffer.alloc(Math.max(first.length, bytes.length + 1), 0xff);
    first.copy(mixed);
    for (const [place, byte] of bytes.entries()) mixed[place + 1] = (mixed[place + 1] ?? 0xff) & byte;
    first = mixed;
    flush();
  };
}

export interface SerialAdapter {
  /** The name under `/dev/serial/by-id`, so to speak: it stays, whatever the system calls the port. */
  readonly path: string;
  /** Pulls the adapter out. */
  unplug(): Promise<void>;
  /** Plugs it in again, or another one with another device behind it: a port with a new name. */
  plug(device?: string): Promise<void>;
}

/** A serial adapter (a pseudo terminal of socat) with the device at `device` (`tcp://…`) behind it. */
export async function openSerial(folder: string, device: string): Promise<SerialAdapter> {
  const path = join(folder, 'usb-adapter');
  let child: ChildProcess | null = null;
  let plugged = 0;

  async function plug(behind = device): Promise<void> {
    const port = join(folder, `ttyUSB${plugged++}`);
    const started = spawn('socat', [`pty,raw,echo=0,link=${port}`, `tcp:127.0.0.1:${portOf(behind)}`], {
      stdio: 'ignore',
    });
    ownChild(started);
    child = started;
    await until('socat to make a serial port', 10, () => existsSync(port) || null);
    rmSync(path, { force: true });
    symlinkSync(port, path);
  }

  await plug();
  return {
    path,
    plug,
    async unplug() {
      rmSync(path, { force: true });
      const old = child;
      child = null;
      if (old === null || old.exitCode !== null || old.signalCode !== null) return;
      const ended = once(old, 'exit');
      old.kill('SIGTERM');
      await ended;
    },
  };
}
