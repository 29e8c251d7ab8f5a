/** A relay board that speaks bytes of its own on a serial line: its coils, its faults, and requests cut anywhere. */
import type { Clock } from '../engine/clock.ts';
import { createBoardFaults } from './board-faults.ts';
import { type CoilEdge, type Coils, createCoils, stickCommand } from './coils.ts';
import { type Commands, obey } from './control.ts';
import { type ContactBoard, createPeers, type Peer } from './device.ts';

export interface ByteBoardOptions {
  readonly clock: Clock;
  /** 1…8. */
  readonly channels?: number;
  /** Every movement of a contact. */
  readonly onEdge?: (edge: CoilEdge) => void;
}

/** What a board makes of the bytes it has got. */
export interface Taken {
  /** How many of them are done with; 0 while more must come. */
  readonly used: number;
  readonly answer?: Uint8Array;
}

/** The most relays that these boards have. */
export const MOST_CHANNELS = 8;
/** s of quiet after which a request that was cut short is forgotten. */
const PAUSE = 0.1;
/** Bytes one looks at in a row; a flood beyond it is no board's concern. */
const MOST_WAITING = 64;

/** Starts a board, every contact open. `take` looks at bytes, of which there is at least one, and obeys. */
export function createByteBoard(
  { clock, channels = MOST_CHANNELS, onEdge }: ByteBoardOptions,
  take: (bytes: Uint8Array, coils: Coils) => Taken,
  further: Commands = {},
): ContactBoard {
  const coils = createCoils(clock, channels, onEdge);
  const faults = createBoardFaults(clock, (on) => {
    if (!on) coils.powerOff();
  });
  const peers = createPeers();
  const commands: Commands = {
    ...faults.commands,
    ...stickCommand(coils, channels),
    ...further,
  };

  function connect(send: (bytes: Uint8Array) => void): Peer {
    const line = faults.line(send);
    let waiting: Uint8Array = new Uint8Array();
    let cancelPause: (() => void) | null = null;

    return peers.open({
      receive(bytes) {
        cancelPause?.();
        cancelPause = null;
        if (!faults.hears()) {
          waiting = new Uint8Array();
          return;
        }
        for (const byte of bytes) {
          waiting = Uint8Array.of(...waiting.subarray(-MOST_WAITING), byte);
          while (waiting.length > 0) {
            const { used, answer } = take(waiting, coils);
            if (used === 0) break;
            waiting = waiting.slice(used);
            if (answer !== undefined) line.answer(answer);
          }
        }
        if (waiting.length > 0) {
          cancelPause = clock.after(PAUSE, () => {
            waiting = new Uint8Array();
          });
        }
      },
      close() {
        cancelPause?.();
        cancelPause = null;
        line.close();
      },
    });
  }

  return {
    contacts: () => coils.contacts(),
    connect,
    command: (line) => obey(commands, line),
    close() {
      coils.close();
      peers.close();
    },
  };
}
