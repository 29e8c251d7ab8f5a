/** The PIN that guards what could loosen the protection (123-R17): compared in constant time, and not to be guessed. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../engine/clock.ts';

/** Wrong tries before nobody is heard for a while (s). */
const TRIES = 5;
const LOCKED = 300;

export interface PinGuard {
  /** `none`: no PIN is set, so nothing that needs one works. */
  check(given: unknown): 'right' | 'wrong' | 'locked' | 'none';
}

export function pinGuard(pin: unknown, clock: Clock): PinGuard {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const set = typeof pin === 'string' && pin !== '' ? digest(pin) : null;
  let wrong = 0;
  let lockedUntil = -Infinity;
  return {
    check(given) {
      if (set === null) return 'none';
      if (clock.now() < lockedUntil) return 'locked';
      const text = typeof given === 'number' ? String(given) : given;
      if (typeof text === 'string' && timingSafeEqual(digest(text), set)) {
        wrong = 0;
        return 'right';
      }
      if (++wrong >= TRIES) {
        wrong = 0;
        lockedUntil = clock.now() + LOCKED;
      }
      return 'wrong';
    },
  };
}
