/** A KMTronic USB relay board: `FF channel 01|00`, and the status questions of small and of large boards. */
import { type ByteBoardOptions, createByteBoard, MOST_CHANNELS, type Taken } from './byte-board.ts';
import { type Coils, reportEdges } from './coils.ts';
import type { ContactBoard, DeviceKind } from './device.ts';

const START = 0xff;
const FRAME = 3;
const ALL = 9;
const ONE = 3;
/** Boards of up to so many relays tell them one by one. */
const MOST_ONE_BY_ONE = 2;

/** Starts the board, every contact open. What a kind of board does not know it passes over. */
export function createKmtronicBoard(options: ByteBoardOptions): ContactBoard {
  function take(bytes: Uint8Array, coils: Coils): Taken {
    const [start, channel = 0, what] = bytes;
    if (start !== START) return { used: 1 };
    if (bytes.length < FRAME) return { used: 0 };
    const contacts = coils.contacts();
    const small = contacts.length <= MOST_ONE_BY_ONE;
    const contact = contacts[channel - 1];
    if (channel === ALL && what === 0 && !small) return { used: FRAME, answer: Uint8Array.from(contacts, Number) };
    if (contact === undefined) return { used: FRAME };
    if (what === ONE && small) return { used: FRAME, answer: Uint8Array.of(START, channel, Number(contact)) };
    if (what === 0 || what === 1) coils.write(channel - 1, what === 1 ? 'on' : 'off');
    return { used: FRAME };
  }
  return createByteBoard(options, take);
}

/** The board for the command line: every movement of a contact is reported. */
export const kmtronicBoardKind: DeviceKind = {
  id: 'kmtronic',
  description: 'KMTronic USB relay board with 1, 2, 4 or 8 relays (9600 8N1)',
  baudRate: 9600,
  create({ clock, channels, report }) {
    return createKmtronicBoard({
      clock,
      channels: Math.min(channels, MOST_CHANNELS),
      onEdge: reportEdges(report),
    });
  },
};
