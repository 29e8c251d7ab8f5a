/** Every protocol there is, as facts: pure data, also for the dialog. A new one is a folder beside these and a line here. */
import { SMARTBMS123_INFO } from './123smartbms/info.ts';
import type { ProtocolInfo } from './protocol.ts';

export const PROTOCOL_INFOS: readonly ProtocolInfo[] = [SMARTBMS123_INFO];

/** The protocol of that id or alias, or `null`. */
export function findProtocolInfo(id: string): ProtocolInfo | null {
  return PROTOCOL_INFOS.find((info) => info.id === id || info.aliases?.includes(id)) ?? null;
}
