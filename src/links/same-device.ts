/** Whether a device that talks by itself is still the one it was. */

export interface SameDevice {
  /**
   * Takes who says it is speaking; false: another one than before. The first one heard twice in a row is the one, so
   * that a single damaged name does not lock the true device out.
   */
  take(identity: string): boolean;
  /** The one it has to be; `null`: not known yet. */
  known(): string | null;
}

/** Nobody is known yet. */
export function createSameDevice(): SameDevice {
  let known: string | null = null;
  let last: string | null = null;
  return {
    take(identity) {
      if (known === null && identity === last) known = identity;
      last = identity;
      return known === null || identity === known;
    },
    known: () => known,
  };
}
