/** What the dialog of a pack asks the runtime: to hash a PIN, and which stored states belong to no pack. */
import type { Clock } from '../engine/clock.ts';
import { hashPin } from '../runtime/pin.ts';
import { LONGEST_PIN, pinProblem, SHORTEST_PIN } from '../runtime/pin-text.ts';
import type { Translate } from '../texts/translate.ts';
import { adminEndpoint, Refusal } from './admin.ts';
import type { Red } from './types.ts';

/** Hashes in a minute: a hash is work, and one person sets a PIN or two. */
const HASHES = 20;
const MINUTE = 60;

/** A stored state as the dialog lists it. */
export interface StoredState {
  readonly id: string;
  /** The pack's name when it was stored. */
  readonly name: string;
  /** When it was stored, in ms since 1970. */
  readonly at: number;
}

export interface PackAdminOptions {
  readonly clock: Clock;
  readonly translate: Translate;
  /** What is stored, of living packs too. */
  readonly stored: () => readonly StoredState[];
  /** Whether a pack of this id runs. */
  readonly runs: (id: string) => boolean;
}

/** Registers the endpoints of the pack dialog. */
export function packAdmin(red: Red, { clock, translate, stored, runs }: PackAdminOptions): void {
  const hashes: number[] = [];

  /** At most so many in a minute. */
  const mayHash = (): boolean => {
    const now = clock.now();
    while (hashes[0] !== undefined && now - hashes[0] >= MINUTE) hashes.shift();
    if (hashes.length >= HASHES) return false;
    hashes.push(now);
    return true;
  };

  adminEndpoint(red, translate, {
    method: 'post',
    path: '/cellwarden/pin',
    permission: 'flows.write',
    async handle(body) {
      const pin =
        typeof body === 'object' && body !== null && Object.hasOwn(body, 'pin') ? Reflect.get(body, 'pin') : null;
      const problem = pinProblem(pin);
      if (problem !== null) {
        throw new Refusal(400, translate(`bms-config.pin.${problem}`, { min: SHORTEST_PIN, max: LONGEST_PIN }));
      }
      if (!mayHash()) throw new Refusal(429, translate('bms-config.pin.too-often'));
      return { hash: await hashPin(pin as string) };
    },
  });

  adminEndpoint(red, translate, {
    method: 'get',
    path: '/cellwarden/stores',
    permission: 'flows.read',
    handle: () => ({
      stores: stored()
        .filter(({ id }) => !runs(id))
        .map(({ id, name, at }) => ({ id, name, at })),
    }),
  });
}
