/**
 * A channel of a Shelly, over its own HTTP interface; no cloud, no MQTT.
 *
 * Second and later generations: `Switch.Set` with `toggle_after`, `Switch.GetStatus`. First generation: `/relay/N` with
 * `timer`. Sources: shelly-api-docs.shelly.cloud, gen1 and gen2, components Switch, Shelly and "Authentication". Both
 * timers are "flip-back" timers in whole seconds here (fractions are documented nowhere): they end "on" with off and
 * "off" with on, so that an inverted output has its dead-man too.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import type { Answer, ContactDriver, Wish } from './contact.ts';
import { createDeviceHttp, type HttpReply } from './device-http.ts';
import { basicLogin, digestLogin } from './http-login.ts';

export interface ShellyOptions {
  readonly generation: 1 | 2;
  /** `host` or `host:port`; port 80 without. */
  readonly address: string;
  /** From 0, as on the wire. */
  readonly channel: number;
  /** Switched on while held. */
  readonly heldOn: boolean;
  /** Empty: the device asks for none. The user is `admin`: always for generation 2, from the factory for generation 1. */
  readonly password: string;
  readonly clock: Clock;
  /** Opens a connection; a TCP one unless given. */
  readonly connect?: () => Duplex;
}

/** Seconds for a question, and for an opening, to be answered. */
const TIMEOUT = 2;
/**
 * Seconds that a renewal may be on its way: WLANs are slow at times. What is not answered by then is torn down, because
 * the Shelly counts from the moment it hears.
 */
const TRAVEL = 1;
/** The longest hold (s); renewals come far more often. */
const LONGEST = 3600;
/** Seconds after an answer within which a new connection leads to the same device: nothing boots and gets an address faster. */
const TRUST = 2;
const USER = 'admin';

type Fields = Readonly<Record<string, unknown>>;

export function shelly(options: ShellyOptions): ContactDriver {
  const { generation, address, channel, heldOn, password, clock } = options;
  const name = `the Shelly at ${address}`;
  const web = createDeviceHttp({ ...placeOf(address), name: address, clock, connect: options.connect });
  const login = generation === 1 ? basicLogin(USER, password) : digestLogin(USER, password);
  /** Number of the newest command or question: a newer one ends the one before it. */
  let newest = 0;
  /** The device of the first contact. */
  let device: string | null = null;
  /** When, and over which connection, it answered last. */
  let lastAnswer = -Infinity;
  let lastConnection: object | null = null;

  const answered = (): void => {
    lastAnswer = clock.now();
    lastConnection = web.connection();
  };
  /** Addresses wander: a new connection may lead to somebody else's device, which must not be switched. */
  const isKnown = (): boolean => {
    const connection = web.connection();
    return (connection !== null && connection === lastConnection) || clock.now() - lastAnswer < TRUST;
  };

  /** One GET after another, until it is answered in a way that counts. */
  async function ask(path: string, deadline: number): Promise<Answer<Fields>> {
    const mine = ++newest;
    const overtaken = (): boolean => mine !== newest;
    let refused = false;
    for (;;) {
      const known = isKnown();
      const asked = known ? path : '/shelly';
      const answer = await web.get(asked, deadline, known ? login.header(path) : null);
      if (overtaken()) return fail(`overtaken by a newer command to ${name}`);
      if (!answer.ok) {
        if (answer.stale) continue;
        return answer;
      }
      const { status, challenge } = answer.value;
      if (known && status === 401) {
        if (password === '') return fail(`${name} asks for a password; enter it in the settings of this relay`);
        if (refused) return fail(`${name} does not take the password; correct it in the settings of this relay`);
        refused = true;
        if (login.challenged(challenge)) continue;
        return fail(`${name} asks for a password in a way that its generation does not; check the generation`);
      }
      const fields = readFields(answer.value, name);
      if (!fields.ok) return fields;
      if (known) {
        answered();
        return fields;
      }
      const wrong = whyNotTheDevice(fields.value);
      if (wrong !== null) return fail(wrong);
      answered();
    }
  }

  /** Keeps the device of the first contact; a sentence when another one answers. */
  function whyNotTheDevice({ mac, gen }: Fields): string | null {
    if (typeof mac !== 'string' || !/^[0-9a-f]{12}$/i.test(mac)) return `what answers at ${address} is no Shelly`;
    const found = typeof gen === 'number' && gen >= 2 ? 2 : 1;
    if (found !== generation) return `${name} is of generation ${found}, not ${generation}; choose that kind of board`;
    device ??= mac.toUpperCase();
    if (device === mac.toUpperCase()) return null;
    return `another device answers at ${address}: ${mac.toUpperCase()} instead of ${device}; give the Shelly a fixed address`;
  }

  async function send({ holds, seconds, notAfter }: Wish): Promise<Answer<true>> {
    // A timer of less than a second is none, and a hold is never sent without one.
    const timer = Math.min(LONGEST, Math.floor(seconds));
    const held = holds && timer >= 1;
    const on = held === heldOn;
    const now = clock.now();
    const path = setPath(on, held ? timer : null);
    const answer = await ask(path, held ? Math.min(now + TIMEOUT, notAfter) : now + TIMEOUT);
    if (!answer.ok) return answer;
    const { was_on: wasOn, ison, has_timer: hasTimer } = answer.value;
    // Where the contact is, is for the read-back to say; that a hold has its timer, only this answer does.
    const done =
      generation === 2 ? typeof wasOn === 'boolean' : typeof ison === 'boolean' && !(held && hasTimer === false);
    return done ? { ok: true, value: true } : fail(`${name} did not do what it was told`);
  }

  function setPath(on: boolean, timer: number | null): string {
    if (generation === 2)
      return `/rpc/Switch.Set?id=${channel}&on=${on}${timer === null ? '' : `&toggle_after=${timer}`}`;
    return `/relay/${channel}?turn=${on ? 'on' : 'off'}${timer === null ? '' : `&timer=${timer}`}`;
  }

  async function read(): Promise<Answer<boolean | null>> {
    const path = generation === 2 ? `/rpc/Switch.GetStatus?id=${channel}` : `/relay/${channel}`;
    const answer = await ask(path, clock.now() + TIMEOUT);
    if (!answer.ok) return answer;
    const { id, output, ison } = answer.value;
    const on = generation === 2 ? (id === channel ? output : undefined) : ison;
    return typeof on === 'boolean'
      ? { ok: true, value: on === heldOn }
      : fail(`${name} does not say whether it is switched on`);
  }

  return {
    timer: { perSecond: 1, longest: LONGEST },
    travel: TRAVEL,
    send,
    read,
    // There is no line whose loss anybody would notice: every command and every look finds out for itself.
    onLine: () => () => undefined,
    close() {
      newest++;
      web.close();
    },
  };
}

/** Host and port of a checked address; IPv6 in brackets. */
function placeOf(address: string): { host: string; port: number } {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(address);
  const port = Number(parts?.[2] ?? 80);
  return { host: (parts?.[1] ?? address).replace(/^\[|\]$/g, ''), port: port >= 1 && port <= 65_535 ? port : 80 };
}

/** The answer as an object. What the device says in words is not passed on: nobody knows what it quotes. */
function readFields({ status, body }: HttpReply, name: string): Answer<Fields> {
  const value = parse(body);
  if (status === 404) return fail(`${name} does not know the channel, or not this kind of command`);
  if (status !== 200) {
    const code = isObject(value) && typeof value.code === 'number' ? `, code ${value.code}` : '';
    return fail(`${name} refuses (HTTP ${status}${code}); check the channel`);
  }
  return isObject(value) ? { ok: true, value } : fail(`${name} answers something that is not JSON`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(text: string): { ok: false; text: string } {
  return { ok: false, text };
}
