/**
 * What a relay does when nobody is there any more to open it: who ends the hold, and what nobody covers. The board's own
 * behaviour decides then, and where the contact goes when its coil loses power.
 */
import type { Role } from '../engine/vocabulary.ts';
import type { OnExit } from '../guardian/protocol.ts';
import { BOARD_TRAITS, type Board } from '../relays/boards.ts';
import { keptBy } from '../relays/kept-by.ts';
import { powerLoss, type Wiring } from '../relays/wiring.ts';

export type Remark =
  | 'closes-loads'
  | 'closes-alternator'
  | 'closes-precharge'
  | 'closes-aux'
  | 'silent-alarm'
  | 'stays'
  | 'usb-stays'
  | 'gpio-stays'
  | 'gx-stays'
  | 'bms-stays'
  | 'gx-node-stays'
  | 'message-stays';

/** What a loss of the coil's power does that is neither safe nor refused. */
const CONNECTS: Readonly<Partial<Record<Role, Remark>>> = {
  load: 'closes-loads',
  shed: 'closes-loads',
  alternator: 'closes-alternator',
  precharge: 'closes-precharge',
  aux: 'closes-aux',
  'pre-alarm': 'silent-alarm',
};

/** What this computer's end leaves as it is; boards with a timer of their own leave nothing. */
const STAYS: Readonly<Record<Board, Remark | null>> = {
  'modbus-timed': null,
  'shelly-gen1': null,
  'shelly-gen2': null,
  'modbus-plain': 'stays',
  lcus: 'usb-stays',
  kmtronic: 'usb-stays',
  gpio: 'gpio-stays',
  gx: 'gx-stays',
  jbd: 'bms-stays',
  daly: 'bms-stays',
  jk: 'bms-stays',
  'gx-node': 'gx-node-stays',
  message: 'message-stays',
};

/** What the owner should know about this choice, worst first; nothing when it is fail-safe. */
export function remarks(board: Board, wiring: Wiring, role: Role): Remark[] {
  const loss = powerLoss(wiring, role);
  const connects = loss === 'needs-confirmation' || loss === 'connects' ? CONNECTS[role] : undefined;
  return [connects, STAYS[board]].filter((found): found is Remark => found !== undefined && found !== null);
}

/** Who ends a hold that nobody renews. */
export type Keeper = 'board' | 'guardian' | 'guardian-and-board' | 'receiver';

export function keeper(board: Board, onExit: OnExit): Keeper {
  const kept = keptBy({ board, onExit });
  return kept === 'guardian' && BOARD_TRAITS[board].leaseBy === 'board' ? 'guardian-and-board' : kept;
}
