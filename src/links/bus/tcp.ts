/** One TCP connection as a wire: to a serial-to-network bridge, or to a Modbus TCP device. */
import { connect as connectSocket, type Socket } from 'node:net';
import type { Clock } from '../../engine/clock.ts';
import { guarded } from './listeners.ts';
import type { Connect, Wire } from './transport.ts';

const CONNECT_TIMEOUT = 5;
/** Seconds of silence before the system asks whether the other end still lives. */
const KEEP_ALIVE = 10;
/** Bytes waiting in this process: a few hundred requests. More means the other end takes nothing any more. */
const MOST_UNSENT = 8192;
/** Seconds an orderly close waits for the last bytes to be taken. */
const FLUSH_LIMIT = 1;
/** The same when they are to be thrown away: well before a new connection is made, the old one must be dead. */
const ABORT_LIMIT = 0.2;

export interface TcpPlace {
  readonly host: string;
  readonly port: number;
}

/** Connects to `host:port`. A connection that does not come about within 5 s counts as failed. */
export function tcpConnect(place: TcpPlace, clock: Clock): Connect {
  return (events): Wire => {
    let over = false;
    let socket: Socket | null = null;
    let cancelTimeout: (() => void) | null = clock.after(CONNECT_TIMEOUT, () => end(tcpProblem(place, 'TIMEOUT')));

    function finish(): boolean {
      if (over) return false;
      over = true;
      cancelTimeout?.();
      cancelTimeout = null;
      return true;
    }

    function end(problem: string): void {
      if (!finish()) return;
      socket?.destroy();
      guarded(() => events.ended(problem));
    }

    try {
      socket = connectSocket({
        host: place.host,
        port: place.port,
        noDelay: true, // a request is one small packet: waiting for more only makes it late
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE * 1000,
      });
      // These stay for good: an 'error' that nobody listens to would end Node-RED, even after we are done with it.
      socket.on('error', (error: NodeJS.ErrnoException) => end(tcpProblem(place, error.code ?? error.message)));
      socket.on('end', () => end(tcpProblem(place, 'END')));
      socket.on('close', () => end(tcpProblem(place, 'END')));
      socket.on('connect', () => {
        if (over) return;
        cancelTimeout?.();
        cancelTimeout = null;
        guarded(() => events.opened());
      });
      socket.on('data', (chunk) => {
        if (!over) guarded(() => events.received(chunk));
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      cancelTimeout();
      cancelTimeout = clock.after(0, () => end(tcpProblem(place, text)));
    }

    return {
      write(bytes) {
        if (over || socket === null || socket.connecting || socket.writableLength + bytes.length > MOST_UNSENT) {
          return false;
        }
        socket.write(bytes);
        return true;
      },
      close(how) {
        if (!finish() || socket === null) return;
        const old = socket;
        if (old.connecting) return void old.destroy();
        const cancel = clock.after(how === 'abort' ? ABORT_LIMIT : FLUSH_LIMIT, () => old.destroy());
        old.once('close', cancel);
        // A reset makes the system forget bytes that are still on their way: after a broken Wi-Fi link comes back,
        // an old "close the contact" would otherwise be delivered behind our back. Node first waits until the system
        // has taken every byte, which a dead peer may prevent for ever; the timer ends that, with a reset too.
        if (how === 'abort') old.resetAndDestroy();
        else old.destroySoon();
      },
    };
  };
}

const TCP_PROBLEMS: Readonly<Record<string, (at: string, host: string) => string>> = {
  TIMEOUT: (at) => `no answer from ${at} within ${CONNECT_TIMEOUT} s — is it switched on and in this network?`,
  ETIMEDOUT: (at) => `no answer from ${at} any more — is it switched on and in this network?`,
  ECONNREFUSED: (at) => `nothing listens at ${at} — check the port number and that the device's server is switched on`,
  EHOSTUNREACH: (_, host) => `${host} cannot be reached — is it switched on and in this network?`,
  ENETUNREACH: (_, host) => `there is no way to the network of ${host} from here`,
  ENOTFOUND: (_, host) => `the name ${host} is not known here — check the spelling or use the address`,
  EAI_AGAIN: (_, host) => `the name ${host} could not be looked up — check the network, or use the address`,
  ECONNRESET: (at) => `${at} broke the connection`,
  EPIPE: (at) => `${at} broke the connection`,
  END: (at) => `${at} closed the connection`,
};

/** One sentence for a failed or ended connection. `code` is the system's code, or any text. */
export function tcpProblem({ host, port }: TcpPlace, code: string): string {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const say = Object.hasOwn(TCP_PROBLEMS, code) ? TCP_PROBLEMS[code] : undefined;
  return say === undefined ? `the connection to ${at} failed: ${code}` : say(at, host);
}
