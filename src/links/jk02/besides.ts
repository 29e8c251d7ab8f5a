/** What to make of good frames that are no answer: one is passed over, a line full of them is told about. */
import type { Found } from '../device.ts';

/** So many frames that nobody asked for, and the wait for the answer is over. */
const ENOUGH = 6;

/** @param frames how many of them were heard since the question */
export function besides(text: string, frames: number): Found<never> {
  return frames < ENOUGH ? { kind: 'other', text } : { kind: 'failure', reason: 'nonsense', text };
}
