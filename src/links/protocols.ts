/** Every protocol there is, as code. A new one is a folder beside these and a line here, and one in `catalogue.ts`. */
import { SMARTBMS123 } from './123smartbms/protocol.ts';
import type { Protocol } from './protocol.ts';

export const PROTOCOLS: readonly Protocol[] = [SMARTBMS123];

/** The protocol of that id or alias, or `null`. */
export function findProtocol(id: string): Protocol | null {
  return PROTOCOLS.find(({ info }) => info.id === id || info.aliases?.includes(id)) ?? null;
}
