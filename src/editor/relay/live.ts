/** What the runtime tells of a relay that runs, read with care: another version may answer. */

export interface Live {
  /** The contact is held: connected, or quiet for the pre-alarm. */
  readonly closed: boolean;
  /** As read back; `null` where nothing is. */
  readonly actual: boolean | null;
  readonly reason: string;
  /** A, positive charging; `null` while it is not known. */
  readonly current: number | null;
  /** Seconds since it was measured. */
  readonly age: number | null;
  /** The highest cell (V). */
  readonly cellMax: number | null;
}

/** @returns `null` when no such relay runs, or the answer is none */
export function readLive(answer: unknown): Live | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { known, closed, actual, reason, current, age, cellMax } = answer as Record<string, unknown>;
  if (known !== true || typeof closed !== 'boolean' || typeof reason !== 'string') return null;
  return {
    closed,
    actual: typeof actual === 'boolean' ? actual : null,
    reason,
    current: numberOrNull(current),
    age: numberOrNull(age),
    cellMax: numberOrNull(cellMax),
  };
}

function numberOrNull(given: unknown): number | null {
  return typeof given === 'number' && Number.isFinite(given) ? given : null;
}
