/**
 * HTTP to one small device: one request at a time over one connection that is kept, each with the moment by which it
 * must be answered. A newer request ends the one before it. Nothing here rejects or throws, whatever comes back.
 */
import type { ClientRequest } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import { http } from './when-used.ts';

export interface HttpReply {
  readonly status: number;
  /** The `WWW-Authenticate` header; empty where there is none. */
  readonly challenge: string;
  readonly body: string;
}

export type HttpAnswer =
  | { readonly ok: true; readonly value: HttpReply }
  /** `stale`: a connection that had rested turned out to be closed; the same request may be tried on a new one. */
  | { readonly ok: false; readonly text: string; readonly stale: boolean };

export interface DeviceHttp {
  /** GET `path`, answered by the monotonic second `deadline`, or torn down so that it is not heard later either. */
  get(path: string, deadline: number, authorization: string | null): Promise<HttpAnswer>;
  /** The connection that is open (or being opened); `null` without one. */
  connection(): object | null;
  /** Ends what is under way, and everything after it. */
  close(): void;
}

export interface DeviceHttpOptions {
  readonly host: string;
  readonly port: number;
  /** How the device is called in a sentence. */
  readonly name: string;
  readonly clock: Clock;
  /** Opens a connection; a TCP one unless given. */
  readonly connect?: (() => Duplex) | undefined;
}

/** Bytes of headers, and of a body, that a device may send. */
const LARGEST = 16_384;

export function createDeviceHttp({ host, port, name, clock, connect }: DeviceHttpOptions): DeviceHttp {
  const connections = new Set<Duplex>();
  const agent = new (http().Agent)({ keepAlive: true, maxSockets: 1 });
  const open = connect ?? (() => net.connect({ host, port }));
  Object.assign(agent, {
    createConnection: (): Duplex => {
      const connection = open();
      connections.add(connection);
      connection.once('close', () => connections.delete(connection));
      return connection;
    },
  });
  let closed = false;
  let dropCurrent: ((text: string) => void) | null = null;

  const get: DeviceHttp['get'] = (path, deadline, authorization) => {
    dropCurrent?.(`overtaken by a newer request to ${name}`);
    const left = deadline - clock.now();
    if (closed || left <= 0) return Promise.resolve(failed(`the request to ${name} came too late to be sent`));
    return new Promise((resolve) => {
      let over = false;
      const finish = (answer: HttpAnswer): void => {
        if (over) return;
        over = true;
        if (dropCurrent === drop) dropCurrent = null;
        cancelDeadline();
        resolve(answer);
      };
      const drop = (text: string): void => {
        finish(failed(text));
        if (request !== null) tearDown(request);
      };
      const cancelDeadline = clock.after(left, () => drop(`no answer from ${name} in time`));
      dropCurrent = drop;
      const request = begin();
      if (request === null) return finish(failed(`a request to ${name} cannot be made`));
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > LARGEST) drop(`${name} answers far more than it should`);
          else parts.push(part);
        });
        response.on('error', (error) => finish(failed(sentence(error, name))));
        response.on('end', () => {
          if (!response.complete) return drop(`${name} broke its answer off`);
          const challenge = response.headers['www-authenticate'] ?? '';
          const body = Buffer.concat(parts).toString('utf8');
          finish({ ok: true, value: { status: response.statusCode ?? 0, challenge, body } });
        });
      });
      // An answer that changes the protocol is none.
      request.on('upgrade', (_response, socket) => {
        socket.destroy();
        finish(failed(`${name} answers something that is not HTTP`));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        finish({ ...failed(sentence(error, name)), stale: request.reusedSocket && error.code === 'ECONNRESET' });
      });
      request.on('close', () => finish(failed(`${name} broke its answer off`)));
      request.end();
    });

    function begin(): ClientRequest | null {
      const headers = { accept: 'application/json', ...(authorization === null ? {} : { authorization }) };
      try {
        return http().request({ agent, host, port, path, headers, maxHeaderSize: LARGEST });
      } catch {
        return null; // a character that has no place in a header
      }
    }
  };

  return {
    get,
    connection: () => [...connections].find((connection) => !connection.destroyed) ?? null,
    close() {
      closed = true;
      dropCurrent?.(`the connection to ${name} was closed`);
      agent.destroy();
      for (const connection of connections) connection.destroy();
    },
  };
}

/** With a reset, so that the system does not go on delivering what was written and is too late now. */
function tearDown(request: ClientRequest): void {
  const { socket } = request;
  if (socket instanceof net.Socket && !socket.connecting) socket.resetAndDestroy();
  request.destroy();
}

function failed(text: string): { ok: false; text: string; stale: boolean } {
  return { ok: false, text, stale: false };
}

/** An error of the system in words. Its own message is not passed on: it may quote what was sent. */
function sentence(error: NodeJS.ErrnoException, name: string): string {
  const code = error.code ?? 'no code';
  if (code === 'ECONNREFUSED') return `nothing answers HTTP at ${name}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `nobody knows the name ${name}`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `${name} cannot be reached`;
  if (code.startsWith('HPE_')) return `${name} answers something that is not HTTP`;
  return `the connection to ${name} failed (${code})`;
}
