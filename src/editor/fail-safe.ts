/**
 * What a relay does when this computer is no longer there to open it.
 * The board's own behaviour decides then: a timed coil falls off by itself, a plain one stays, and a coil without
 * power closes a normally closed contact.
 */
import type { Role } from '../engine/vocabulary.ts';

export type Remark =
  | 'closes-loads'
  | 'closes-alternator'
  | 'closes-precharge'
  | 'closes-aux'
  | 'silent-alarm'
  | 'plain-stays'
  | 'message-stays';

/** A contact that connects a charger or the battery itself when the power fails: never. */
export function isRefused(wiring: string, role: string): boolean {
  return wiring === 'NC' && (role === 'charge' || role === 'contactor');
}

const CLOSES: Readonly<Partial<Record<Role, Remark>>> = {
  load: 'closes-loads',
  shed: 'closes-loads',
  alternator: 'closes-alternator',
  precharge: 'closes-precharge',
  aux: 'closes-aux',
};

/** The one thing the owner should know about this choice, worst first; `null` when it is fail-safe. */
export function remark(board: string, wiring: string, role: string): Remark | null {
  if (isRefused(wiring, role)) return null;
  const closes = wiring === 'NC' ? CLOSES[role as Role] : undefined;
  if (closes !== undefined) return closes;
  if (board === 'modbus-plain') return 'plain-stays';
  if (board === 'message') return 'message-stays';
  // Silence has to alarm: a coil without power can only sound a normally closed contact.
  return role === 'pre-alarm' && wiring === 'NO' ? 'silent-alarm' : null;
}
