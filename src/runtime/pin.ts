/**
 * The PIN that guards what could loosen the protection (123-R17): kept as a salted hash, compared in constant time, and not
 * to be guessed. Where a flow was written by hand or an environment variable gives it, it may stand as it is typed.
 */
import { createHmac, randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../engine/clock.ts';
import { LONGEST_PIN } from './pin-text.ts';

/** Wrong tries before nobody is heard for a while (s). */
const TRIES = 5;
const LOCKED = 300;

/**
 * scrypt's cost, with r = 8 and p = 1: 8 MB and 13 ms a check where it was measured, a few times that on a small board.
 * A check stands in the way of messages, so that more would delay them; the throttle comes first and lets five wrong ones
 * through in five minutes, and a right one is worked out once.
 */
const COST = 2 ** 13;
/** A hash of a flow somebody else wrote may name another cost, but none that halts the process for long. */
const HIGHEST_COST = 2 ** 15;
const MEMORY = 64 * 2 ** 20;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const HASHED = /^scrypt\$(\d{1,6})\$([\w-]{22})\$([\w-]{43})$/;

interface Hashed {
  readonly cost: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/**
 * The PIN as the credentials keep it: `scrypt$COST$SALT$HASH`. Works on another thread.
 * @param pin one in which `pinProblem` finds nothing
 */
export function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, HASH_BYTES, { N: COST, maxmem: MEMORY }, (error, hash) => {
      if (error === null) resolve(`scrypt$${COST}$${salt.toString('base64url')}$${hash.toString('base64url')}`);
      else reject(error);
    });
  });
}

/** The parts of a hashed PIN; `null` when it is none, or none that may be worked on. */
function parseHash(text: string): Hashed | null {
  const [, cost, salt, hash] = HASHED.exec(text) ?? [];
  if (cost === undefined || salt === undefined || hash === undefined) return null;
  const n = Number(cost);
  if (n < 2 || n > HIGHEST_COST || (n & (n - 1)) !== 0) return null;
  return { cost: n, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') };
}

/** Wrong tries so far: kept apart from the guard, so that a deploy does not hand out five new ones. */
export interface PinThrottle {
  wrong: number;
  /** Monotonic second. */
  lockedUntil: number;
}

export function createThrottle(): PinThrottle {
  return { wrong: 0, lockedUntil: -Infinity };
}

const throttles = new WeakMap<Clock, Map<string, PinThrottle>>();

/** The one throttle of a pack in this process: whatever message, node or deploy the wrong tries come from. */
export function throttleOf(clock: Clock, pack: string): PinThrottle {
  const packs = throttles.get(clock) ?? new Map<string, PinThrottle>();
  throttles.set(clock, packs);
  const throttle = packs.get(pack) ?? createThrottle();
  packs.set(pack, throttle);
  return throttle;
}

export interface PinGuard {
  /** `none`: no PIN is set, so nothing that needs one works. */
  check(given: unknown): 'right' | 'wrong' | 'locked' | 'none';
}

/**
 * @param pin the credential: hashed, or as it is typed. Nothing, and a hash that is damaged, is as none set
 * @param throttle the pack's own, where it is to outlive this guard
 */
export function pinGuard(pin: unknown, clock: Clock, throttle: PinThrottle = createThrottle()): PinGuard {
  const matches = matcher(pin);
  return {
    check(given) {
      if (matches === null) return 'none';
      if (clock.now() < throttle.lockedUntil) return 'locked';
      if (matches(typeof given === 'number' ? String(given) : given)) {
        throttle.wrong = 0;
        return 'right';
      }
      if (++throttle.wrong >= TRIES) {
        throttle.wrong = 0;
        throttle.lockedUntil = clock.now() + LOCKED;
      }
      return 'wrong';
    },
  };
}

/** Tells whether a text is the PIN; `null` when none is set. */
function matcher(pin: unknown): ((given: unknown) => boolean) | null {
  if (typeof pin !== 'string' || pin === '') return null;
  // Only this process can make these marks: they are of no use to whoever reads the memory of another.
  const key = randomBytes(HASH_BYTES);
  const mark = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const longest = Math.max(LONGEST_PIN, pin.length);
  const typed = (given: unknown): given is string => typeof given === 'string' && given.length <= longest;
  if (!pin.startsWith('scrypt$')) {
    const right = mark(pin);
    return (given) => typed(given) && timingSafeEqual(mark(given), right);
  }
  const hashed = parseHash(pin);
  if (hashed === null) return null;
  /** The mark of the PIN once it was right: a flow that gives it every second shall not cost a hash each time. */
  let right: Buffer | null = null;
  return (given) => {
    if (!typed(given)) return false;
    const marked = mark(given);
    if (right !== null) return timingSafeEqual(marked, right);
    const hash = scryptSync(given, hashed.salt, HASH_BYTES, { N: hashed.cost, maxmem: MEMORY });
    if (!timingSafeEqual(hash, hashed.hash)) return false;
    right = marked;
    return true;
  };
}
