/** `cellwarden devices`: the protocols there are, as the table in the README. */
import type { BusKind } from '../links/bus/bus.ts';
import { PROTOCOL_INFOS } from '../links/catalogue.ts';
import { lineWords } from '../links/line-words.ts';
import type { ProtocolInfo } from '../links/protocol.ts';
import type { CommandIo } from './io.ts';

const GROUPS: Readonly<Record<ProtocolInfo['group'], string>> = {
  systems: 'The five systems',
  hobby: 'Other BMSes',
  sources: 'Shunts and chargers',
  generic: 'Anything else',
};
const BUSES: Readonly<Record<BusKind, string>> = {
  serial: 'serial',
  tcp: 'bridge',
  'modbus-tcp': 'Modbus TCP',
  ble: 'Bluetooth',
};

/** @returns 0 */
export function devicesCommand(io: CommandIo): number {
  io.out(devicesMarkdown());
  return 0;
}

/** A row a protocol, with a link to its page below `docs` (as seen from the README). */
export function devicesMarkdown(infos: readonly ProtocolInfo[] = PROTOCOL_INFOS): string {
  const rows = Object.entries(GROUPS).flatMap(([group, title]) => {
    const mine = infos.filter((info) => info.group === group);
    return mine.length === 0 ? [] : [`| **${title}** | | | | |`, ...mine.map(row)];
  });
  return ['| device | `link` | bus | reads | switches |', '|---|---|---|---|---|', ...rows].join('\n');
}

function row({ title, id, buses, line, reads, writes, page }: ProtocolInfo): string {
  const where = buses.map((kind) => (kind === 'serial' && line !== null ? `serial ${lineWords(line)}` : BUSES[kind]));
  const name = `[${title.replaceAll('|', '\\|')}](docs/devices/${page}.md)`;
  return `| ${name} | \`${id}\` | ${where.join(', ')} | ${reads.join(', ')} | ${writes ? 'by a relay node' : 'no'} |`;
}
