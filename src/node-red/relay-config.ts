/** A relay node's properties, checked. Every property may come from an environment variable, so each is parsed. */
import { ROLES, type Role } from '../engine/vocabulary.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { Translate } from '../texts/translate.ts';
import type { NodeConfig } from './types.ts';

export const BOARDS = ['modbus-timed', 'modbus-plain', 'message'] as const;
export type Board = (typeof BOARDS)[number];

export interface RelayConfig {
  readonly role: Role;
  /** Runtime ids of the packs that must all allow. */
  readonly packs: readonly string[];
  readonly board: Board;
  readonly bus: BusSpec | null;
  readonly unit: number;
  /** Counted from 1, as printed on the board. */
  readonly channel: number;
  readonly wiring: 'NO' | 'NC';
}

const MOST_UNITS = 247;
const MOST_CHANNELS = 256;

/** @returns the settings, or a sentence that names what is wrong and the remedy */
export function parseRelayConfig(config: NodeConfig, bus: BusSpec | null, translate: Translate): RelayConfig | string {
  const problem = (key: string, detail: Record<string, string | number> = {}): string =>
    translate(`bms-relay-out.problem.${key}`, detail);
  const role = textOf(config['role']);
  const board = textOf(config['board'] ?? (config['bus'] ? 'modbus-timed' : 'message'));
  const wiring = textOf(config['wiring'] ?? 'NO');
  const unit = numberFrom(config['unit'], MOST_UNITS);
  const channel = numberFrom(config['channel'], MOST_CHANNELS);
  const packs = packIds(config);
  if (!isOneOf(ROLES, role)) return problem('role', { choices: ROLES.join(', ') });
  if (packs.length === 0) return problem('no-pack');
  if (!isOneOf(BOARDS, board)) return problem('board', { choices: BOARDS.join(', ') });
  if (wiring !== 'NO' && wiring !== 'NC') return problem('wiring');
  // Without power a normally closed contact connects: nothing that charges may hang on that.
  if (wiring === 'NC' && (role === 'charge' || role === 'contactor')) return problem('normally-closed');
  if (board !== 'message') {
    if (bus === null) return problem(config['bus'] ? 'bus-gone' : 'no-bus');
    if (unit === null) return problem('unit-value', { value: asGiven(config['unit']), max: MOST_UNITS });
    if (channel === null) return problem('channel-value', { value: asGiven(config['channel']), max: MOST_CHANNELS });
  }
  return { role, packs, board, bus: board === 'message' ? null : bus, unit: unit ?? 1, channel: channel ?? 1, wiring };
}

function packIds(config: NodeConfig): string[] {
  const further: unknown[] = Array.isArray(config['packs']) ? config['packs'] : [];
  const all = [config['pack'], ...further].filter((id): id is string => typeof id === 'string' && id !== '');
  return [...new Set(all)];
}

/**
 * A number counted from 1 to `most`; 1 where nothing was given. Anything else than a number or its digits is `null`: a
 * guess would move somebody else's contact.
 */
function numberFrom(given: unknown, most: number): number | null {
  if (given === undefined || given === '') return 1;
  const number = typeof given === 'string' && /^\s*\d+\s*$/.test(given) ? Number(given) : given;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= most ? number : null;
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
