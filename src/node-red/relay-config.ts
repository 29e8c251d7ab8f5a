/** A relay node's properties, checked as a whole, and what follows from them. */
import type { Role } from '../engine/vocabulary.ts';
import type { OnExit } from '../guardian/protocol.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { Board } from '../relays/boards.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import { isHeldOn } from '../relays/wiring.ts';
import type { PlainSender } from '../runtime/relay-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import {
  RELAY_PROPERTIES,
  addressOf,
  bmsSwitchOf,
  boardOf,
  channelOf,
  chipOf,
  lineOf,
  minimumOffOf,
  onDeployOf,
  onExitOf,
  packsOf,
  relayProblem,
  roleOf,
  sendersOf,
  unitOf,
  wiringOf,
} from './relay-fields.ts';
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

/** @returns the settings, or a sentence that names what is wrong and the remedy */
export function parseRelayConfig(config: NodeConfig, parts: RelayParts, translate: Translate): RelayConfig | string {
  for (const property of RELAY_PROPERTIES) {
    const found = relayProblem(property, config, parts.bus?.kind ?? null);
    if (found !== null) return translate(`bms-relay-out.problem.${found.key}`, found.detail);
  }
  // Each of them has just been judged.
  const role = roleOf(config)!;
  const board = boardOf(config)!;
  return {
    role,
    packs: packsOf(config),
    senders: sendersOf(config)!,
    board,
    output: outputOf(config, board, role, parts),
    onExit: onExitOf(config, board, role)!,
    onDeploy: onDeployOf(config)!,
    minimumOff: minimumOffOf(config)!,
    proven: isProven(config),
  };
}

/** The physical output of properties that have been found right. */
function outputOf(config: NodeConfig, board: Board, role: Role, { bus, password }: RelayParts): OutputSpec | null {
  const heldOn = isHeldOn(wiringOf(config)!, role);
  const channel = channelOf(config, board)!;
  switch (board) {
    case 'modbus-timed':
    case 'modbus-plain':
      return { board, bus: bus!, unit: unitOf(config)!, channel, heldOn };
    case 'gx':
    case 'lcus':
    case 'kmtronic':
      return { board, bus: bus!, channel, heldOn };
    case 'jbd':
    case 'daly':
    case 'jk':
      return { board, bus: bus!, switch: bmsSwitchOf(role)!, heldOn: true };
    case 'shelly-gen1':
    case 'shelly-gen2':
      return { board, address: addressOf(config)!, channel, heldOn, password };
    case 'gpio':
      return { board, chip: chipOf(config)!, line: lineOf(config)!, heldOn };
    case 'gx-node':
    case 'message':
      return null;
    default:
      return board satisfies never;
  }
}
