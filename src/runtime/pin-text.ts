/** What may be a PIN; the dialog and the runtime ask here. */

/** Shorter ones are guessed within a day, although only five wrong ones are heard in five minutes. */
export const SHORTEST_PIN = 4;
/** A PIN is typed by people; what is longer was not, and is refused before any work is done on it. */
export const LONGEST_PIN = 64;

/** What Node-RED's editor shows in the place of a password that is kept. */
export const KEPT = '__PWRD__';

/** What is wrong with a PIN; `null` when nothing is. Keys of the pack's catalogue. */
export function pinProblem(pin: unknown): 'not-text' | 'too-short' | 'too-long' | null {
  if (typeof pin !== 'string') return 'not-text';
  if (Array.from(pin).length < SHORTEST_PIN) return 'too-short';
  return pin.length > LONGEST_PIN ? 'too-long' : null;
}
