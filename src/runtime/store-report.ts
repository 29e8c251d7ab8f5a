/** What a store tells its owner: what is wrong with the disk or with what stood on it. */

/**
 * A key of the catalogue under `bms-config.store`.
 * - `works`: writing works again
 * - `full`, `read-only`, `dying`, `denied`, `in-the-way`, `refused`: it does not, and why
 * - `damaged`: one slot is not whole, the other one is used; `lost`: none is, so everything is unknown
 * - `foreign`: a slot belongs to another pack and is not used
 * - `newer`: written by a later version of this package: not used, and not written over
 */
export type StoreReportKind =
  | 'works'
  | 'full'
  | 'read-only'
  | 'dying'
  | 'denied'
  | 'in-the-way'
  | 'refused'
  | 'damaged'
  | 'lost'
  | 'foreign'
  | 'newer';

export interface StoreReport {
  readonly kind: StoreReportKind;
  readonly folder: string;
  /** The file it is about; empty where it is about the folder. */
  readonly slot: string;
  /** What the system says, for somebody who looks it up; empty where it says nothing. */
  readonly problem: string;
}

const KINDS: Readonly<Record<string, StoreReportKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EIO: 'dying',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOTDIR: 'in-the-way',
  EEXIST: 'in-the-way',
  EISDIR: 'in-the-way',
};

/** Why a disk refuses, from what it threw. */
export function refusalOf(error: unknown): Pick<StoreReport, 'kind' | 'problem'> {
  const problem = error instanceof Error ? error.message : String(error);
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown };
  return { kind: (typeof code === 'string' ? KINDS[code] : undefined) ?? 'refused', problem };
}
