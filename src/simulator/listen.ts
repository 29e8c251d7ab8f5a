/** Puts a simulated device on a wire: a TCP port that any number of clients may open, or one serial port. */
import net from 'node:net';
import type { SerialPort } from 'serialport';
import { watchPresence } from '../links/bus/presence.ts';
import { systemClock } from '../runtime/clock.ts';
import type { SimulatedDevice } from './device.ts';

export interface Listening {
  /** Where it answers, with the port that was picked. */
  readonly address: string;
  /** Ends when the wire is gone: `null` after `close`, otherwise a sentence on why. */
  readonly ended: Promise<string | null>;
  close(): void;
}

/** Or a sentence with the remedy. */
export type ListenResult =
  | { readonly ok: true; readonly value: Listening }
  | { readonly ok: false; readonly text: string };

/** How a serial line is set; 8 data bits, 1 stop bit. */
export interface SerialLine {
  readonly baudRate: number;
  readonly parity?: 'none' | 'even' | 'odd';
}

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** Bytes a client may leave unread before the next ones are dropped: a serial line does not wait for anybody either. */
const UNREAD_MAX = 65_536;

function nobodyWaits(): void {}

/** A promise and the way to keep it; only the first time counts. */
function createEnding(): { ended: Promise<string | null>; finish: (reason: string | null) => void } {
  let finish: (reason: string | null) => void = nobodyWaits;
  const ended = new Promise<string | null>((resolve) => {
    finish = resolve;
  });
  return { ended, finish };
}

/** Reads `tcp://HOST:PORT`; port 0 = any free one. `null` when it is not that. */
export function parseTcpAddress(text: string): TcpAddress | null {
  const match = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#@\s[\]]+):(\d{1,5})$/.exec(text);
  const host = match?.[1];
  const port = Number(match?.[2]);
  if (host === undefined || port > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

function whyNotTcp(error: NodeJS.ErrnoException, { host, port }: TcpAddress): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken by another program; end that program, or give --listen another port (0 picks a free one).`;
  }
  if (error.code === 'EACCES') return `Port ${port} on ${host} is reserved; give --listen a port above 1023.`;
  return `Cannot listen on ${host}, port ${port} (${error.message}); give --listen an address of this computer, such as tcp://127.0.0.1:0.`;
}

/** Serves the device on a TCP port. `log` hears who comes and goes. Errors come as a sentence, never as a rejection. */
export function listenTcp(
  device: SimulatedDevice,
  wanted: TcpAddress,
  log: (line: string) => void,
): Promise<ListenResult> {
  const sockets = new Set<net.Socket>();
  const { ended, finish } = createEnding();

  const server = net.createServer((socket) => {
    const client = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    const peer = device.connect((bytes) => {
      if (socket.writable && socket.writableLength <= UNREAD_MAX) socket.write(bytes);
    });
    sockets.add(socket);
    log(`${client} connected`);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => peer.receive(chunk));
    socket.on('error', (error) => log(`${client}: ${error.message}`)); // 'close' follows
    socket.on('close', () => {
      peer.close();
      sockets.delete(socket);
      log(`${client} disconnected`);
    });
  });

  function close(): void {
    for (const socket of sockets) socket.destroy();
    server.close(() => finish(null));
  }

  return new Promise((resolve) => {
    let open = false;
    server.on('error', (error) => {
      const text = whyNotTcp(error, wanted);
      if (open) finish(text);
      else resolve({ ok: false, text });
    });
    server.listen(wanted.port, wanted.host, () => {
      open = true;
      const bound = server.address();
      const port = bound !== null && typeof bound === 'object' ? bound.port : wanted.port;
      const host = wanted.host.includes(':') ? `[${wanted.host}]` : wanted.host;
      resolve({ ok: true, value: { address: `tcp://${host}:${port}`, ended, close } });
    });
  });
}

function whyNotSerial(error: Error, path: string): string {
  return `Cannot open ${path} (${error.message.replace(/^Error: /, '')}); check the path given with --serial, that this user may open it, and that no other program has.`;
}

async function createPort(path: string, { baudRate, parity = 'none' }: SerialLine): Promise<SerialPort | Error> {
  try {
    const { SerialPort } = await import('serialport');
    return new SerialPort({ path, baudRate, dataBits: 8, parity, stopBits: 1, autoOpen: false });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error)); // no binding for this machine, say
  }
}

/**
 * Serves the device on a serial port (or pseudo terminal), 8 data bits, no parity, 1 stop bit.
 * `serialport` is loaded only here: most people simulate over TCP.
 */
export async function listenSerial(device: SimulatedDevice, path: string, line: SerialLine): Promise<ListenResult> {
  const port = await createPort(path, line);
  if (port instanceof Error) return { ok: false, text: whyNotSerial(port, path) };
  let closing = false;
  const { ended, finish } = createEnding();
  const peer = device.connect((bytes) => {
    if (port.isOpen && port.writableLength <= UNREAD_MAX) port.write(Buffer.from(bytes));
  });
  port.on('data', (chunk: Buffer) => peer.receive(chunk));
  port.on('error', (error) => finish(`${path} failed (${error.message}).`));
  const wentAway = `${path} went away; plug it in again and start the simulator anew.`;
  let stopPresence = nobodyWaits;
  port.on('close', () => {
    stopPresence();
    peer.close();
    finish(closing ? null : wentAway);
  });

  const close = (): void => {
    closing = true;
    stopPresence();
    if (port.isOpen) port.close(() => finish(null));
    else finish(null);
  };

  return new Promise((resolve) => {
    port.open((error) => {
      if (error) {
        peer.close();
        resolve({ ok: false, text: whyNotSerial(error, path) });
      } else {
        stopPresence = watchPresence(port, systemClock, () => {
          finish(wentAway);
          port.close(nobodyWaits);
        });
        resolve({ ok: true, value: { address: path, ended, close } });
      }
    });
  });
}
