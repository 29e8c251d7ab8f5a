/** An LCUS-n relay board: `A0 channel operation sum`, and the status byte FF in the ways such boards answer it. */
import { type ByteBoardOptions, createByteBoard, MOST_CHANNELS, type Taken } from './byte-board.ts';
import { type Coils, reportEdges } from './coils.ts';
import { choice } from './control.ts';
import type { ContactBoard, DeviceKind } from './device.ts';

/**
 * What FF brings: lines of text, lines of text in the form `CH1:ON `, a byte a relay, a frame a relay, or nothing.
 * `nothing-by-four` is a board that takes every four bytes for a command, whatever they begin with.
 */
const ANSWERS = ['text', 'tight-text', 'bytes', 'frames', 'nothing', 'nothing-by-four'] as const;
export type LcusAnswers = (typeof ANSWERS)[number];

export interface LcusBoardOptions extends ByteBoardOptions {
  readonly answers?: LcusAnswers;
}

const START = 0xa0;
const STATUS = 0xff;
const FRAME = 4;

function sum(channel: number, operation: number): number {
  return (START + channel + operation) & 0xff;
}

function statesAs(answers: LcusAnswers, contacts: readonly boolean[]): Uint8Array {
  if (answers === 'bytes') return Uint8Array.from(contacts, Number);
  if (answers === 'frames') {
    return Uint8Array.from(contacts.flatMap((on, coil) => [START, coil + 1, Number(on), sum(coil + 1, Number(on))]));
  }
  const [colon, end] = answers === 'text' ? [': ', '\r\n'] : [':', ' \r\n'];
  return Buffer.from(contacts.map((on, coil) => `CH${coil + 1}${colon}${on ? 'ON' : 'OFF'}${end}`).join(''));
}

/** Starts the board, every contact open. */
export function createLcusBoard(options: LcusBoardOptions): ContactBoard {
  let answers = options.answers ?? 'text';

  function take(bytes: Uint8Array, coils: Coils): Taken {
    const [start = 0, channel = 0, operation = 0, check] = bytes;
    if (answers !== 'nothing-by-four') {
      if (start === STATUS) {
        return answers === 'nothing' ? { used: 1 } : { used: 1, answer: statesAs(answers, coils.contacts()) };
      }
      if (start !== START) return { used: 1 };
    }
    if (bytes.length < FRAME) return { used: 0 };
    const whole = start === START && check === sum(channel, operation);
    if (!whole) return { used: answers === 'nothing-by-four' ? FRAME : 1 };
    // Further operations differ from board to board; this one has none.
    if (operation <= 1) coils.write(channel - 1, operation === 1 ? 'on' : 'off');
    return { used: FRAME };
  }

  return createByteBoard(options, take, {
    [`answers ${ANSWERS.join('|')}`]: choice(ANSWERS, (word) => {
      answers = word;
    }),
  });
}

/** The board for the command line: every movement of a contact is reported. */
export const lcusBoardKind: DeviceKind = {
  id: 'lcus',
  description: 'LCUS relay board with 1 to 8 relays that tells its states when asked with FF (9600 8N1)',
  baudRate: 9600,
  create({ clock, channels, report }) {
    return createLcusBoard({
      clock,
      channels: Math.min(channels, MOST_CHANNELS),
      onEdge: reportEdges(report),
    });
  },
};
