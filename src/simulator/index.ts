/** The devices there are. A new one is a file beside these and a line here. */
import { smartbms123Kind } from './123smartbms.ts';
import type { DeviceKind } from './device.ts';
import { gxKind } from './gx.ts';
import { kmtronicBoardKind } from './kmtronic-board.ts';
import { lcusBoardKind } from './lcus-board.ts';
import { relayBoardKind } from './relay-board.ts';
import { shellyGen1Kind, shellyGen2Kind } from './shelly.ts';

export const DEVICES: readonly DeviceKind[] = [
  smartbms123Kind,
  relayBoardKind,
  lcusBoardKind,
  kmtronicBoardKind,
  gxKind,
  shellyGen1Kind,
  shellyGen2Kind,
];

/** The device of that id, or `null`. */
export function findDevice(id: string): DeviceKind | null {
  return DEVICES.find((kind) => kind.id === id) ?? null;
}
