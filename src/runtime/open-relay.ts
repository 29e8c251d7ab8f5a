/** Opens the output of a relay where it must live: in this process, or with the guardian. */
import type { Clock } from '../engine/clock.ts';
import type { Role } from '../engine/vocabulary.ts';
import type { GuardianClient } from '../guardian/client.ts';
import type { OnExit } from '../guardian/protocol.ts';
import type { BusProblem } from '../links/bus/address.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import { BOARD_TRAITS, type Board, type BoardTraits } from '../relays/boards.ts';
import { keptBy } from '../relays/kept-by.ts';
import { messageOnlyRelay } from '../relays/message-only.ts';
import { openOutput } from '../relays/open-output.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import type { RelayOutput } from '../relays/relay.ts';

export interface WantedOutput {
  readonly role: Role;
  readonly board: Board;
  /** `null` for boards that are only sent messages. */
  readonly output: OutputSpec | null;
  readonly onExit: OnExit;
}

export interface OpenedRelay {
  readonly ok: true;
  readonly output: RelayOutput;
  readonly leaseBy: BoardTraits['leaseBy'];
  /** A message says where the contact is: `true` is held. */
  readonly told: ((actual: boolean) => void) | null;
}

export type RelayOpening = OpenedRelay | { readonly ok: false; readonly problem: BusProblem };

export interface RelayTools {
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly guardian: GuardianClient;
}

export function openRelayOutput(wanted: WantedOutput, { clock, buses, guardian }: RelayTools): RelayOpening {
  const { output: spec, onExit } = wanted;
  const leaseBy = keptBy(wanted);
  if (spec === null) return openMessages(wanted.board, leaseBy, clock);
  if (leaseBy === 'board') {
    const opened = openOutput(spec, { clock, buses });
    return opened.ok ? { ok: true, output: opened.output, leaseBy, told: null } : opened;
  }
  if (!('bus' in spec)) return { ok: true, output: guardian.openOutput(spec, onExit), leaseBy, told: null };
  // The whole line moves there: links that use it go on through the guardian. The claim keeps others from using it otherwise.
  buses.moveAway(spec.bus.path);
  const use = BOARD_TRAITS[wanted.board].bus === 'bytes' ? 'bytes' : 'modbus';
  const claim = buses.line(spec.bus, use);
  if (!claim.ok) return claim;
  const output = guardian.openOutput(spec, onExit);
  const close = (): void => {
    output.close();
    claim.bus.release();
  };
  return { ok: true, output: { ...output, close }, leaseBy, told: null };
}

function openMessages(board: Board, leaseBy: BoardTraits['leaseBy'], clock: Clock): OpenedRelay {
  if (BOARD_TRAITS[board].readsBack === 'no') return { ok: true, output: messageOnlyRelay(), leaseBy, told: null };
  const output = messageOnlyRelay({ readsBack: true, clock });
  return { ok: true, output, leaseBy, told: (actual) => output.told(actual) };
}
