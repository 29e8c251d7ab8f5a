/** What a text in the field of the PIN is. */
import { KEPT, pinProblem } from '../../runtime/pin-text.ts';
import { isEnvironment } from '../judge.ts';

/** What is in the field: what was there before, nothing, `${NAME}`, a new PIN, or none that may be one. */
export function pinText(typed: string): 'kept' | 'none' | 'environment' | 'new' | 'wrong' {
  if (typed === KEPT) return 'kept';
  if (typed === '') return 'none';
  if (isEnvironment(typed)) return 'environment';
  return pinProblem(typed) === null ? 'new' : 'wrong';
}
