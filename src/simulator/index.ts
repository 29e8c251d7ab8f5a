/** The devices there are. A new one is a file beside these and a line here. */
import { smartbms123Kind } from './123smartbms.ts';
import type { DeviceKind } from './device.ts';
import { relayBoardKind } from './relay-board.ts';

export const DEVICES: readonly DeviceKind[] = [smartbms123Kind, relayBoardKind];

/** The device of that id, or `null`. */
export function findDevice(id: string): DeviceKind | null {
  return DEVICES.find((kind) => kind.id === id) ?? null;
}
