/** What a careful owner should do next, as data: it never acts. */
import type { Edge } from '../vocabulary.ts';

/** The most urgent first; advice is told in this order. */
export const ADVICE_IDS = [
  'deep-discharge-recovery',
  'recovery-current',
  'recharge-now',
  'cell-sags',
  'loads-cut-by-one-cell',
  'rebalancing-too-long',
  'imbalance',
  'balance-by-hand',
  'rebalancing',
  'first-charge',
  'full-charge-due',
  'storage-cycle',
  'storage-recharge',
  'storage',
  'soc-uncertain',
  'capacity-low',
] as const;
export type AdviceId = (typeof ADVICE_IDS)[number];

export interface Advice {
  readonly id: AdviceId;
  readonly severity: 'info' | 'warning';
  /** Which of several sentences fits: a stage of the recovery, for one. `null`: there is one only. */
  readonly variant: string | null;
  /** Number of the cell it is about, from 1. */
  readonly cell: number | null;
  /** What its sentence names; only what is known. Units stand with the sentences (`src/texts/advice-text.ts`). */
  readonly numbers: Readonly<Record<string, number>>;
}

export interface AdviceEdge {
  readonly edge: Edge;
  readonly advice: Advice;
}
