/**
 * The versions of a pack's stored state, and the way from each to the next.
 *
 * To change what is stored: raise `STATE_VERSION`, add the step that makes the new version out of the one before, and a
 * test with a state as the old version wrote it. Steps that have been released are never edited.
 *
 * - 1: settings, at, memory (SOC, raised rows, permissions, remote, roles, sensors), released; no version
 * - 2: version and the pack's name; the log of events in `memory.protection.log`
 * - 3: what the estimator knows beside the SOC in `memory.estimator`, the figures in `memory.figures`
 */
export const STATE_VERSION = 3;

type State = Readonly<Record<string, unknown>>;

/** `STEPS[n - 1]` makes version n + 1 out of version n. */
const STEPS: readonly ((state: State) => State)[] = [
  // Nothing was logged: the log begins empty.
  (state) => ({ ...state, version: 2, name: '' }),
  // A SOC without its uncertainty is where the estimator starts; the figures begin empty.
  (state) => ({ ...state, version: 3 }),
];

/**
 * A stored state as this version would have written it.
 * @returns `newer` for a state of a later version, which must not be written over; `null` for what is no state at all
 */
export function bringForward(stored: unknown): State | 'newer' | null {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return null;
  let state = stored as State;
  const { version = 1 } = state;
  if (!Number.isSafeInteger(version) || (version as number) < 1) return null;
  if ((version as number) > STATE_VERSION) return 'newer';
  for (let from = version as number; from < STATE_VERSION; from++) state = STEPS[from - 1]!(state);
  return state;
}
