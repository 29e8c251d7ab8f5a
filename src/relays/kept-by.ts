/** Who ends a hold that nobody renews, and what is best to become of it when Node-RED ends. */
import type { Role } from '../engine/vocabulary.ts';
import type { OnExit } from '../guardian/protocol.ts';
import { BOARD_TRAITS, type Board, type BoardTraits } from './boards.ts';

/** Loads and what they hang on live on through a restart; what charges, and the resistor, need not. */
const STAYS: readonly Role[] = ['load', 'contactor', 'shed', 'aux', 'pre-alarm'];

/**
 * Where an output lives: with the guardian when nobody else would open it, or when it is to open at once with the end of
 * Node-RED, which no board can know of.
 */
export function keptBy({ board, onExit }: { readonly board: Board; readonly onExit: OnExit }): BoardTraits['leaseBy'] {
  const { leaseBy } = BOARD_TRAITS[board];
  return leaseBy === 'board' && onExit === 'open' ? 'guardian' : leaseBy;
}

/** Whether somebody can open this board when Node-RED ends: the word on it is worth asking for only then. */
export function canOpenOnExit(board: Board): boolean {
  return keptBy({ board, onExit: 'open' }) === 'guardian';
}

/** A board that ends the hold by itself needs nobody to open it; elsewhere what charges opens at once. */
export function recommendedOnExit(board: Board, role: Role): OnExit {
  return BOARD_TRAITS[board].leaseBy === 'guardian' && !STAYS.includes(role) ? 'open' : 'hold';
}
