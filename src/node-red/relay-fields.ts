/**
 * The properties of a relay node, one by one: what each says, and what is wrong with it. The node that runs and its dialog
 * judge by this same code. Every property may come from an environment variable, so each may be text.
 */
import { ROLES, type Role } from '../engine/vocabulary.ts';
import type { OnExit } from '../guardian/protocol.ts';
import type { BusKind } from '../links/bus/bus.ts';
import type { BmsSwitch } from '../relays/bms-switch.ts';
import { BOARDS, BOARD_TRAITS, type Board, type BoardField } from '../relays/boards.ts';
import { recommendedOnExit } from '../relays/kept-by.ts';
import { WIRINGS, powerLoss, type Wiring } from '../relays/wiring.ts';
import type { PlainSender } from '../runtime/relay-runtime.ts';

/** In the order in which they are judged. */
export const RELAY_PROPERTIES = [
  'role',
  'pack',
  'board',
  'wiring',
  'lossConfirmed',
  'switchConfirmed',
  'bus',
  'unit',
  'channel',
  'address',
  'chip',
  'line',
  'minimumOff',
  'senders',
  'onExit',
  'onDeploy',
] as const;
export type RelayProperty = (typeof RELAY_PROPERTIES)[number];

export type RelayProperties = Readonly<Record<string, unknown>>;

/** What is wrong: a key of the catalogue below `problem`, and what its sentence needs. */
export interface RelayProblem {
  readonly key: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

const MOST_UNITS = 247;
const MOST_LINES = 1023;
const LONGEST_OFF = 86_400;
const LONGEST_TIMEOUT = 3600;
const FIRST_CHIP = 'gpiochip0';

export function roleOf(of: RelayProperties): Role | null {
  return oneOf(ROLES, of['role']);
}

/** A flow written by hand may leave the board out: with a bus it is a timed one, without it messages are sent. */
export function boardOf(of: RelayProperties): Board | null {
  return oneOf(BOARDS, of['board'] ?? (of['bus'] ? 'modbus-timed' : 'message'));
}

export function wiringOf(of: RelayProperties): Wiring | null {
  return oneOf(WIRINGS, of['wiring'] ?? 'NO');
}

/** The switch of a BMS that does what the role asks; `null` for roles that a BMS has none for. */
export function bmsSwitchOf(role: Role): BmsSwitch | null {
  if (role === 'charge' || role === 'alternator') return 'charge';
  return role === 'load' || role === 'shed' || role === 'contactor' ? 'discharge' : null;
}

/** Ids of the packs that must all allow. */
export function packsOf(of: RelayProperties): string[] {
  const further: unknown[] = Array.isArray(of['packs']) ? of['packs'] : [];
  const all = [of['pack'], ...further].filter((id): id is string => typeof id === 'string' && id !== '');
  return [...new Set(all)];
}

/** From 1, and 1 where nothing is given. */
export function unitOf(of: RelayProperties): number | null {
  return numberFrom(of['unit'], 1, MOST_UNITS);
}

/** From 1, and 1 where nothing is given. */
export function channelOf(of: RelayProperties, board: Board): number | null {
  return numberFrom(of['channel'], 1, BOARD_TRAITS[board].channels);
}

/** From 0; there is no line that would be right more often than others. */
export function lineOf(of: RelayProperties): number | null {
  return numberFrom(of['line'], 0, MOST_LINES, null);
}

/** Seconds; 0 where nothing is given. */
export function minimumOffOf(of: RelayProperties): number | null {
  return numberFrom(of['minimumOff'], 0, LONGEST_OFF);
}

/** `host` or `host:port`, without a scheme or a path: both would be guessed at otherwise. */
export function addressOf(of: RelayProperties): string | null {
  const text = textOf(of['address']).trim();
  const isOne = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(text);
  return isOne ? text : null;
}

export function chipOf(of: RelayProperties): string | null {
  const given = of['chip'] ?? '';
  const chip = typeof given === 'string' && given.trim() === '' ? FIRST_CHIP : textOf(given).trim();
  return /^gpiochip\d{1,3}$/.test(chip) ? chip : null;
}

/** Who must agree beside the packs: a list of `{ topic, timeout }`, seconds. A topic named twice counts once. */
export function sendersOf(of: RelayProperties): PlainSender[] | null {
  const wrong = wrongSender(of['senders']);
  if (wrong !== null) return null;
  const senders = new Map<string, number>();
  for (const one of listOf(of['senders'])) {
    const { topic, timeout } = senderOf(one);
    senders.set(topic, timeout ?? 0);
  }
  return [...senders].map(([topic, timeout]) => ({ topic, timeout }));
}

/** What becomes of the contact when Node-RED ends; where nothing is chosen, what is best for the board and the role. */
export function onExitOf(of: RelayProperties, board: Board, role: Role): OnExit | null {
  const chosen = textOf(of['onExit'] ?? '') || recommendedOnExit(board, role);
  return chosen === 'open' || chosen === 'hold' ? chosen : null;
}

/** Whether a redeploy leaves the contact on its lease, or opens it. */
export function onDeployOf(of: RelayProperties): 'hold' | 'open' | null {
  const chosen = textOf(of['onDeploy'] ?? '') || 'hold';
  return chosen === 'open' || chosen === 'hold' ? chosen : null;
}

/**
 * @param bus the kind of the bus that is chosen; `null` when there is none, or one that cannot be used
 * @returns what is wrong with a property, or `null`. What a property would mean with a role or a board that is wrong
 *   itself nobody can say: then it is not judged
 */
export function relayProblem(property: RelayProperty, of: RelayProperties, bus: BusKind | null): RelayProblem | null {
  const role = roleOf(of);
  const board = boardOf(of);
  const wiring = wiringOf(of);
  const loss = role === null || wiring === null ? 'safe' : powerLoss(wiring, role);
  /** The board, if it asks for such a property. */
  const asking = (name: BoardField): Board | null =>
    board !== null && BOARD_TRAITS[board].fields.includes(name) ? board : null;
  /** The BMS itself is to switch. */
  const bySwitch = asking('switchConfirmed') !== null;
  const wrong = (key: string, max = 0): RelayProblem => ({ key, detail: { value: asGiven(of[property]), max } });
  const choices = (key: string, list: readonly string[]): RelayProblem => ({
    key,
    detail: { choices: list.join(', ') },
  });
  switch (property) {
    case 'role':
      return role === null ? choices('role', ROLES) : null;
    case 'pack':
      return packsOf(of).length === 0 ? { key: 'no-pack', detail: {} } : null;
    case 'board':
      if (board === null) return choices('board', BOARDS);
      return bySwitch && role !== null && bmsSwitchOf(role) === null ? { key: 'switch-role', detail: {} } : null;
    case 'wiring':
      if (wiring === null) return choices('wiring', WIRINGS);
      if (bySwitch && wiring !== 'NO') return { key: 'switch-wiring', detail: {} };
      return loss === 'refused' ? { key: 'normally-closed', detail: {} } : null;
    case 'lossConfirmed':
      return loss === 'needs-confirmation' && !isTrue(of['lossConfirmed'])
        ? { key: 'not-confirmed', detail: {} }
        : null;
    case 'switchConfirmed':
      return bySwitch && !isTrue(of['switchConfirmed']) ? { key: 'switch-not-confirmed', detail: {} } : null;
    case 'bus': {
      const on = asking('bus');
      return on === null ? null : busProblem(on, of['bus'], bus);
    }
    case 'unit':
      return asking('unit') !== null && unitOf(of) === null ? wrong('unit', MOST_UNITS) : null;
    case 'channel': {
      const on = asking('channel');
      return on !== null && channelOf(of, on) === null ? wrong('channel', BOARD_TRAITS[on].channels) : null;
    }
    case 'address':
      return asking('address') !== null && addressOf(of) === null ? wrong('address') : null;
    case 'chip':
      return asking('chip') !== null && chipOf(of) === null ? wrong('chip') : null;
    case 'line':
      return asking('line') !== null && lineOf(of) === null ? wrong('line', MOST_LINES) : null;
    case 'minimumOff':
      return minimumOffOf(of) === null ? wrong('minimum-off', LONGEST_OFF) : null;
    case 'senders': {
      const sender = wrongSender(of['senders']);
      return sender === null ? null : { key: 'senders', detail: { value: sender, max: LONGEST_TIMEOUT } };
    }
    case 'onExit':
      return board !== null && role !== null && onExitOf(of, board, role) === null ? wrong('on-exit') : null;
    case 'onDeploy':
      return onDeployOf(of) === null ? wrong('on-deploy') : null;
    default:
      return property satisfies never;
  }
}

function busProblem(board: Board, given: unknown, bus: BusKind | null): RelayProblem | null {
  if (bus === null) return { key: given ? 'bus-gone' : 'no-bus', detail: {} };
  if (board === 'gx' && bus !== 'modbus-tcp') return { key: 'gx-bus', detail: {} };
  return BOARD_TRAITS[board].bus === 'bytes' && bus === 'modbus-tcp' ? { key: 'bytes-bus', detail: {} } : null;
}

/** The first that is no sender, as it was given. */
function wrongSender(given: unknown): string | null {
  if (given === undefined || given === null || given === '') return null;
  if (!Array.isArray(given)) return asGiven(given);
  const wrong = (given as unknown[]).findIndex((one) => {
    const { topic, timeout } = senderOf(one);
    return topic === '' || timeout === null;
  });
  return wrong === -1 ? null : asGiven((given as unknown[])[wrong]);
}

function listOf(given: unknown): unknown[] {
  return Array.isArray(given) ? (given as unknown[]) : [];
}

function senderOf(given: unknown): { topic: string; timeout: number | null } {
  const { topic, timeout } = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  return { topic: textOf(topic).trim(), timeout: numberFrom(timeout, 1, LONGEST_TIMEOUT, null) };
}

/**
 * A whole number from `least` to `most`; `absent` where nothing was given. Anything else than a number or its digits is
 * `null`: a guess would move somebody else's contact.
 */
function numberFrom(given: unknown, least: number, most: number, absent: number | null = least): number | null {
  if (given === undefined || given === '') return absent;
  const number = typeof given === 'string' && /^\s*\d+\s*$/.test(given) ? Number(given) : given;
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most ? number : null;
}

function isTrue(given: unknown): boolean {
  return given === true || given === 'true';
}

/** A wrong value as it was given: text in quotes, so that a blank can be told from nothing; cut where it is long. */
function asGiven(given: unknown): string {
  const text = typeof given === 'number' ? String(given) : (JSON.stringify(given) ?? typeof given);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function oneOf<T extends string>(list: readonly T[], given: unknown): T | null {
  return list.find((one) => one === given) ?? null;
}

function textOf(given: unknown): string {
  return typeof given === 'string' ? given : '';
}
