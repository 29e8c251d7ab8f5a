/**
 * One slot of a store: a state with version, sequence, owner and checksum, as the text of a file.
 *
 * Version 1 had no owner. Whatever a later version changes, it stays a JSON object with a whole number as `version`: that
 * is how an older program knows that it must keep its hands off.
 */
import { createHash } from 'node:crypto';

const VERSION = 2;

/** A slot that is whole. */
export interface Slot {
  readonly sequence: number;
  /** Id of what the state belongs to; `null` where nobody said so. */
  readonly owner: string | null;
  readonly state: unknown;
}

/**
 * What the text of a slot is. `damaged`: torn, flipped, or no slot at all. `newer`: written by a later version of this
 * package; it is neither read nor written over.
 */
export type SlotText = Slot | 'damaged' | 'newer';

/** The text of a slot. Throws when the state cannot be written as JSON. */
export function writeSlot({ sequence, owner, state }: Slot): string {
  const checksum = checksumOf(JSON.stringify([VERSION, sequence, owner, state]));
  return JSON.stringify({ version: VERSION, sequence, owner, checksum, state });
}

/** Never throws: whatever the text, it is a whole slot or one of the two words. */
export function readSlot(text: string): SlotText {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return 'damaged';
  }
  if (typeof given !== 'object' || given === null) return 'damaged';
  const { version, sequence, owner = null, checksum, state } = given as Record<string, unknown>;
  if (!Number.isSafeInteger(sequence) || (owner !== null && typeof owner !== 'string')) {
    return isLater(version) ? 'newer' : 'damaged';
  }
  const slot: Slot = { sequence: sequence as number, owner, state };
  const first = checksumOf(`1:${slot.sequence}:${JSON.stringify(state)}`);
  const second = checksumOf(JSON.stringify([VERSION, slot.sequence, owner, state]));
  if (checksum === (version === 1 ? first : second) && (version === 1 || version === VERSION)) return slot;
  // With the checksum of a version that we know, only the number itself has been damaged.
  return isLater(version) && checksum !== first && checksum !== second ? 'newer' : 'damaged';
}

/** A version of this package that may come to be; damage makes wilder numbers. */
function isLater(version: unknown): boolean {
  return Number.isSafeInteger(version) && (version as number) > VERSION && (version as number) < 1000;
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
