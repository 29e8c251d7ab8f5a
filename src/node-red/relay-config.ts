/** A relay node's properties, checked. Every property may come from an environment variable, so each is parsed. */
import { ROLES, type Role } from '../engine/vocabulary.ts';
import type { OnExit } from '../guardian/protocol.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import { BOARDS, BOARD_TRAITS, type Board } from '../relays/boards.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import { WIRINGS, isHeldOn, powerLoss, type Wiring } from '../relays/wiring.ts';
import type { PlainSender } from '../runtime/relay-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import { isProven } from './relay-test-record.ts';
import type { NodeConfig } from './types.ts';

export interface RelayConfig {
  readonly role: Role;
  /** Runtime ids of the packs that must all allow. */
  readonly packs: readonly string[];
  /** Who must agree beside them, by plain booleans. */
  readonly senders: readonly PlainSender[];
  readonly board: Board;
  /** The physical output; `null` for boards that are only sent messages. */
  readonly output: OutputSpec | null;
  /** What becomes of the contact when Node-RED ends, where the guardian keeps it. */
  readonly onExit: OnExit;
  /** Whether a redeploy leaves the contact on its lease, or opens it. */
  readonly onDeploy: 'hold' | 'open';
  readonly minimumOff: number;
  /** The commissioning test has shown, with these very settings, that the current ends when the contact opens. */
  readonly proven: boolean;
}

/** What the properties of a relay node refer to. */
export interface RelayParts {
  readonly bus: BusSpec | null;
  readonly password: string;
}

const MOST_UNITS = 247;
const LONGEST_OFF = 86_400;
const LONGEST_TIMEOUT = 3600;
const MOST_LINES = 1023;
/** Loads and what they hang on live on through a restart; what charges, and the resistor, need not. */
const STAYS: readonly Role[] = ['load', 'contactor', 'shed', 'aux', 'pre-alarm'];

type Problem = (key: string, detail?: Record<string, string | number>) => string;

/** @returns the settings, or a sentence that names what is wrong and the remedy */
export function parseRelayConfig(config: NodeConfig, parts: RelayParts, translate: Translate): RelayConfig | string {
  const problem: Problem = (key, detail = {}) => translate(`bms-relay-out.problem.${key}`, detail);
  const role = textOf(config['role']);
  const board = textOf(config['board'] ?? (config['bus'] ? 'modbus-timed' : 'message'));
  const wiring = textOf(config['wiring'] ?? 'NO');
  const packs = packIds(config);
  if (!isOneOf(ROLES, role)) return problem('role', { choices: ROLES.join(', ') });
  if (packs.length === 0) return problem('no-pack');
  if (!isOneOf(BOARDS, board)) return problem('board', { choices: BOARDS.join(', ') });
  if (!isOneOf(WIRINGS, wiring)) return problem('wiring', { choices: WIRINGS.join(', ') });
  const loss = powerLoss(wiring, role);
  if (loss === 'refused') return problem('normally-closed');
  if (loss === 'needs-confirmation' && !isTrue(config['lossConfirmed'])) return problem('not-confirmed');

  const output = outputOf(config, { role, board, wiring }, parts, problem);
  if (typeof output === 'string') return output;
  const minimumOff = numberFrom(config['minimumOff'], 0, LONGEST_OFF);
  if (minimumOff === null) {
    return problem('minimum-off', { value: asGiven(config['minimumOff']), max: LONGEST_OFF });
  }
  const senders = sendersOf(config['senders'], problem);
  if (typeof senders === 'string') return senders;
  const onExit = textOf(config['onExit'] ?? '') || onExitOf(board, role);
  if (onExit !== 'open' && onExit !== 'hold') return problem('on-exit');
  const onDeploy = textOf(config['onDeploy'] ?? '') || 'hold';
  if (onDeploy !== 'open' && onDeploy !== 'hold') return problem('on-deploy');
  return { role, packs, senders, board, output, onExit, onDeploy, minimumOff, proven: isProven(config) };
}

/** A board that ends the hold by itself needs nobody to open it; elsewhere what charges opens at once. */
function onExitOf(board: Board, role: Role): OnExit {
  return BOARD_TRAITS[board].leaseBy === 'guardian' && !STAYS.includes(role) ? 'open' : 'hold';
}

interface Chosen {
  readonly role: Role;
  readonly board: Board;
  readonly wiring: Wiring;
}

function outputOf(
  config: NodeConfig,
  { role, board, wiring }: Chosen,
  { bus, password }: RelayParts,
  problem: Problem,
): OutputSpec | null | string {
  const traits = BOARD_TRAITS[board];
  const heldOn = isHeldOn(wiring, role);
  if (traits.bus !== null && bus === null) return problem(config['bus'] ? 'bus-gone' : 'no-bus');
  const unit = numberFrom(config['unit'], 1, MOST_UNITS);
  if (traits.fields.includes('unit') && unit === null) {
    return problem('unit-value', { value: asGiven(config['unit']), max: MOST_UNITS });
  }
  const channel = numberFrom(config['channel'], 1, traits.channels);
  if (traits.fields.includes('channel') && channel === null) {
    return problem('channel-value', { value: asGiven(config['channel']), max: traits.channels });
  }
  switch (board) {
    case 'modbus-timed':
    case 'modbus-plain':
      return { board, bus: bus!, unit: unit!, channel: channel!, heldOn };
    case 'gx':
      if (bus!.kind !== 'modbus-tcp') return problem('gx-bus');
      return { board, bus: bus!, channel: channel!, heldOn };
    case 'lcus':
    case 'kmtronic':
      if (bus!.kind === 'modbus-tcp') return problem('bytes-bus');
      return { board, bus: bus!, channel: channel!, heldOn };
    case 'shelly-gen1':
    case 'shelly-gen2': {
      const address = textOf(config['address']).trim();
      if (!isAddress(address)) return problem('address', { value: asGiven(config['address']) });
      return { board, address, channel: channel!, heldOn, password };
    }
    case 'gpio': {
      const chip = textOf(config['chip'] ?? 'gpiochip0').trim() || 'gpiochip0';
      const line = numberFrom(config['line'], 0, MOST_LINES, null);
      if (!/^gpiochip\d{1,3}$/.test(chip)) return problem('chip', { value: asGiven(config['chip']) });
      if (line === null) return problem('line', { value: asGiven(config['line']), max: MOST_LINES });
      return { board, chip, line, heldOn };
    }
    case 'gx-node':
    case 'message':
      return null;
    default:
      return board satisfies never;
  }
}

/** `host` or `host:port`, without a scheme or a path: both would be guessed at otherwise. */
function isAddress(text: string): boolean {
  return /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(text);
}

function packIds(config: NodeConfig): string[] {
  const further: unknown[] = Array.isArray(config['packs']) ? config['packs'] : [];
  const all = [config['pack'], ...further].filter((id): id is string => typeof id === 'string' && id !== '');
  return [...new Set(all)];
}

/** Plain senders: a list of `{ topic, timeout }`, seconds. */
function sendersOf(given: unknown, problem: Problem): PlainSender[] | string {
  if (given === undefined || given === null || given === '') return [];
  if (!Array.isArray(given)) return problem('senders', { value: asGiven(given) });
  const senders = new Map<string, number>();
  for (const one of given as unknown[]) {
    const { topic, timeout } = typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : {};
    const name = textOf(topic).trim();
    const seconds = numberFrom(timeout, 1, LONGEST_TIMEOUT, null);
    if (name === '' || seconds === null) return problem('senders', { value: asGiven(one) });
    senders.set(name, seconds);
  }
  return [...senders].map(([topic, timeout]) => ({ topic, timeout }));
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

function isOneOf<T extends string>(list: readonly T[], given: string): given is T {
  return (list as readonly string[]).includes(given);
}

function textOf(given: unknown): string {
  return typeof given === 'string' ? given : '';
}
