/**
 * What the board's contacts did, on the rig's own clock.
 *
 * The board stamps each movement with the seconds since it started, to 1 ms, by the same monotonic clock of the machine
 * that the rig reads; only the two zeros differ. To find the difference, an unused contact is stuck and let go a few times:
 * each such movement lies between the moment the rig told the board and the moment it heard of it. The narrowest of
 * these windows, halved, is the error of every time measured here (usually below 2 ms). How late the reading program or
 * a busy machine hears of a movement does not matter.
 */
import type { CoilEdge, SimulatorProcess } from '../test/support/simulator-process.ts';
import { seconds, until } from '../test/support/wait.ts';

/** Moved for measuring only: the last contact of the board. */
const SPARE = 7;
const ROUNDS = 8;

export const CHARGE = 0;
export const LOAD = 1;
export const CONTACTOR = 2;
export const NAMES = ['charge', 'load', 'contactor'];

export interface Edge {
  /** `seconds()` of the rig. */
  readonly at: number;
  readonly coil: number;
  readonly closed: boolean;
  readonly by: CoilEdge['by'];
}

export interface CoilLog {
  /** s: how far a time may be off. */
  readonly error: number;
  /** Movements since that second, the spare contact's left out. */
  since(from: number, coil?: number): Edge[];
  isClosed(coil: number): boolean;
}

/** Reads the log of a board, having compared the clocks. */
export async function readCoils(board: SimulatorProcess): Promise<CoilLog> {
  let least = -Infinity;
  let most = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    for (const state of ['closed', 'free']) {
      const before = board.edges.length;
      const told = seconds();
      await board.command(`stick ${SPARE} ${state}`);
      const edge = await until(
        'the board to tell that its spare contact moved',
        5,
        () => board.edges.slice(before).find(({ coil }) => coil === SPARE) ?? null,
      );
      least = Math.max(least, told - edge.t);
      most = Math.min(most, edge.seen - edge.t);
    }
  }
  const offset = (least + most) / 2;
  return {
    error: Math.abs(most - least) / 2 + 0.0005,
    since: (from, coil) =>
      board.edges
        .filter((edge) => edge.coil !== SPARE && (coil === undefined || edge.coil === coil))
        .map((edge) => ({ at: edge.t + offset, coil: edge.coil, closed: edge.closed, by: edge.by }))
        .filter(({ at }) => at >= from),
    isClosed: (coil) => board.edges.findLast((edge) => edge.coil === coil)?.closed ?? false,
  };
}
