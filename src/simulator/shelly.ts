/**
 * A Shelly with relays, of the first or of a later generation, on its own HTTP interface: channels, their flip-back
 * timers, and a password. As the documentation at shelly-api-docs.shelly.cloud describes them.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../engine/clock.ts';
import { createBoardFaults } from './board-faults.ts';
import { type CoilEdge, createCoils, reportEdges, stickCommand } from './coils.ts';
import { type Command, type Commands, numberIn, obey, onOff, plain } from './control.ts';
import { type ContactBoard, createPeers, type DeviceKind, type Peer } from './device.ts';
import { createHttpFramer, httpResponse, type HttpRequest, type HttpResponse } from './http-requests.ts';

export interface ShellyOptions {
  readonly clock: Clock;
  readonly generation: 1 | 2;
  /** 1…8. */
  readonly channels?: number;
  /** Every movement of a contact. Renewing a closed one is none. */
  readonly onEdge?: (edge: CoilEdge) => void;
}

/** What a channel's timer was given, and when it started. */
interface Timer {
  readonly started: number;
  readonly seconds: number;
}

const REALM = 'shelly-simulated';
/** Seconds a timer may be set to. */
const LONGEST = 86_400;

/** Starts it, every contact open, without a password. */
export function createShelly({ clock, generation, channels = 4, onEdge }: ShellyOptions): ContactBoard {
  const coils = createCoils(clock, channels, onEdge);
  const timers = new Map<number, Timer>();
  const peers = createPeers();
  const faults = createBoardFaults(clock, (on) => {
    if (on) return;
    timers.clear();
    coils.powerOff();
  });
  const answers = { errors: false, garbage: false };
  let password: string | null = null;
  let mac = 'A8032ABE54DC';
  let nonces = 0;

  function set(channel: number, on: boolean, seconds: number | null): void {
    if (seconds === null) {
      timers.delete(channel);
      coils.write(channel, on ? 'on' : 'off');
    } else {
      timers.set(channel, { started: clock.now(), seconds });
      coils.flash(channel, on, seconds);
    }
  }

  /** The timer that still runs. */
  function timerOf(channel: number): Timer | null {
    const timer = timers.get(channel);
    return timer !== undefined && clock.now() < timer.started + timer.seconds ? timer : null;
  }

  function serve(request: HttpRequest): HttpResponse {
    if (answers.errors) return json(500, { code: -114, message: 'simulated failure' });
    if (answers.garbage) return { status: 200, body: '<html>{"was_on":' };
    const [path = '', query = ''] = request.target.split('?', 2);
    const words = new URLSearchParams(query);
    if (path === '/shelly') return json(200, identity());
    if (!admitted(request)) return challenge();
    return generation === 1 ? first(path, words) : later(path, words);
  }

  function identity(): Readonly<Record<string, unknown>> {
    const protectedBy = password !== null;
    if (generation === 1) return { type: 'SHSW-44', mac, auth: protectedBy, fw: 'simulated', num_outputs: channels };
    const id = `shellypro4pm-${mac.toLowerCase()}`;
    const auth = { auth_en: protectedBy, auth_domain: protectedBy ? id : null };
    return { name: null, id, mac, slot: 0, model: 'SPSW-104PE16EU', gen: 2, ver: '1.4.4', app: 'Pro4PM', ...auth };
  }

  function first(path: string, words: URLSearchParams): HttpResponse {
    const channel = numberIn(/^\/relay\/(\d+)$/.exec(path)?.[1], 0, channels - 1);
    if (channel === null) return { status: 404, body: 'Not Found' };
    const turn = words.get('turn');
    const timer = words.has('timer') ? numberIn(words.get('timer') ?? '', 0, LONGEST) : null;
    if (turn === 'on' || turn === 'off') set(channel, turn === 'on', timer === 0 ? null : timer);
    else if (turn !== null) return { status: 400, body: 'Bad turn!' };
    const runs = timerOf(channel);
    return json(200, {
      ison: coils.contacts()[channel],
      has_timer: runs !== null,
      timer_duration: runs?.seconds ?? 0,
      timer_remaining: runs === null ? 0 : Math.round(runs.started + runs.seconds - clock.now()),
      source: 'http',
    });
  }

  function later(path: string, words: URLSearchParams): HttpResponse {
    const method = /^\/rpc\/(.+)$/.exec(path)?.[1];
    if (method !== 'Switch.Set' && method !== 'Switch.GetStatus')
      return json(404, { code: 404, message: `No handler for ${method ?? path}` });
    const id = words.get('id') ?? '';
    const channel = numberIn(id, 0, channels - 1);
    if (channel === null || !Number.isInteger(channel))
      return json(500, { code: -105, message: `Argument 'id', value ${id} not found!` });
    if (method === 'Switch.GetStatus') {
      const runs = timerOf(channel);
      const timer = runs === null ? {} : { timer_started_at: clock.wall() / 1000, timer_duration: runs.seconds };
      return json(200, { id: channel, source: 'http', output: coils.contacts()[channel], ...timer });
    }
    const on = words.get('on');
    const after = words.has('toggle_after') ? numberIn(words.get('toggle_after') ?? '', 0, LONGEST) : null;
    if ((on !== 'true' && on !== 'false') || (words.has('toggle_after') && after === null))
      return json(500, { code: -103, message: 'Invalid argument' });
    const wasOn = coils.contacts()[channel];
    set(channel, on === 'true', after === 0 ? null : after);
    return json(200, { was_on: wasOn });
  }

  function admitted(request: HttpRequest): boolean {
    if (password === null) return true;
    const told = request.headers.get('authorization') ?? '';
    if (generation === 1) return same(told, `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`);
    const field = (name: string): string => new RegExp(`[ ,]${name}="?([^",]*)`).exec(told)?.[1] ?? '';
    if (!told.startsWith('Digest ') || field('nonce') !== nonce()) return false;
    const who = sha256(`admin:${REALM}:${password}`);
    const what = sha256(`${request.method}:${request.target}`);
    const expected = sha256(`${who}:${nonce()}:${field('nc')}:${field('cnonce')}:auth:${what}`);
    return field('uri') === request.target && same(field('response'), expected);
  }

  function nonce(): string {
    return `60e1${nonces}`;
  }

  function challenge(): HttpResponse {
    const asked =
      generation === 1
        ? `Basic realm="${REALM}"`
        : `Digest qop="auth", realm="${REALM}", nonce="${nonce()}", algorithm=SHA-256`;
    return { status: 401, body: '', headers: { 'WWW-Authenticate': asked } };
  }

  function connect(send: (bytes: Uint8Array) => void): Peer {
    const framer = createHttpFramer();
    const line = faults.line(send);
    return peers.open({
      receive(bytes) {
        for (const request of framer.push(bytes)) {
          if (!faults.hears()) continue;
          line.answer(httpResponse(request === null ? { status: 400, body: '' } : serve(request)));
        }
      },
      close() {
        line.close();
      },
    });
  }

  /** A command with one word. */
  const word =
    (pattern: RegExp, what: string, act: (text: string) => void): Command =>
    ([text, ...rest]) => {
      if (text === undefined || rest.length > 0 || !pattern.test(text))
        return `"${[text ?? '', ...rest].join(' ')}" is no ${what}.`;
      act(text);
      return null;
    };

  const commands: Commands = {
    ...faults.commands,
    /** Not noise on the line, but a whole answer with nonsense in it; the request is not obeyed either. */
    'garbage on|off': onOff((on) => {
      answers.garbage = on;
    }),
    'errors on|off': onOff((on) => {
      answers.errors = on;
    }),
    ...stickCommand(coils, channels, 'relay'),
    'password WORD|none': word(/^\S{1,64}$/, 'password', (text) => {
      password = text === 'none' ? null : text;
    }),
    'mac HEX': word(/^[0-9A-F]{12}$/, 'MAC address of twelve hex digits', (text) => {
      mac = text;
    }),
    /** What it asked with before is not accepted any more. */
    'new-nonce': plain(() => {
      nonces++;
    }),
  };

  return {
    contacts: () => coils.contacts(),
    connect,
    command: (line) => obey(commands, line),
    close() {
      coils.close();
      peers.close();
    },
  };
}

function json(status: number, value: unknown): HttpResponse {
  return { status, body: JSON.stringify(value) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function same(told: string, expected: string): boolean {
  const [a, b] = [Buffer.from(told), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A Shelly for the command line: every movement of a contact is reported. */
function kind(generation: 1 | 2): DeviceKind {
  return {
    id: `shelly-gen${generation}`,
    description: `Shelly with relays, generation ${generation}${generation === 2 ? ' or later' : ''}, on its HTTP interface`,
    baudRate: 9600, // it has no serial line; something has to stand here
    create({ clock, channels, report }) {
      return createShelly({ clock, generation, channels, onEdge: reportEdges(report) });
    },
  };
}

export const shellyGen1Kind = kind(1);
export const shellyGen2Kind = kind(2);
