/** Which boards answer, cycle after cycle. */
import type { Failure } from '../device.ts';

/** Cycles in a row without an answer after which a board is lost. One lost answer is an ordinary event. */
const LOST_AFTER = 2;

export interface Attendance<U> {
  /** What came of one cycle; a board that was not asked is in neither. */
  note(heard: readonly U[], missed: ReadonlyMap<U, Failure>): void;
  /** It has not answered for a while, or never. */
  isLost(board: U): boolean;
  /** Why it did not answer when it was asked last; `null`: it did, or was never asked. */
  why(board: U): Failure | null;
}

/** Nobody has been asked yet. */
export function createAttendance<U>(): Attendance<U> {
  const away = new Map<U, { readonly cycles: number; readonly failure: Failure }>();
  const met = new Set<U>();
  return {
    note(heard, missed) {
      for (const board of heard) {
        met.add(board);
        away.delete(board);
      }
      for (const [board, failure] of missed) {
        away.set(board, { cycles: (away.get(board)?.cycles ?? 0) + 1, failure });
      }
    },
    isLost(board) {
      const gone = away.get(board);
      return gone !== undefined && (gone.cycles >= LOST_AFTER || !met.has(board));
    },
    why: (board) => away.get(board)?.failure ?? null,
  };
}
