/** What the dialog of a relay asks the runtime: where the contact is and what flows, and to open it for a test. */
import { selfLockouts } from '../engine/pack/supply.ts';
import type { Reading } from '../engine/reading/reading.ts';
import type { ClaimedRelay, Host } from '../runtime/host.ts';
import type { PackRuntime } from '../runtime/pack-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import { adminEndpoint, Refusal } from './admin.ts';
import type { Red, RedNode } from './types.ts';

/** The longest that a test may ask for (s). */
const LONGEST_TEST = 30;

/** What a relay node offers to the endpoints. */
export interface RelayNode extends RedNode {
  /** Ids of the packs that must all allow. */
  packs: readonly string[];
}

/** A running relay as its dialog sees it. */
export interface RelayLive {
  readonly known: true;
  /** The contact is held, as read back, or as commanded where nothing is: connected, or quiet for the pre-alarm. */
  readonly closed: boolean;
  readonly actual: boolean | null;
  readonly verified: boolean;
  readonly reason: string;
  /** What is wrong with the output, in a sentence. */
  readonly problem: string | null;
  readonly leaseBy: ClaimedRelay['leaseBy'];
  /** Of all its packs together, positive charging (A); `null` while one of them does not know. */
  readonly current: number | null;
  /** Seconds since the oldest part of it was measured. */
  readonly age: number | null;
  /** The highest cell of all its packs (V). */
  readonly cellMax: number | null;
  readonly packs: readonly {
    readonly name: string;
    /** Settings that name a supply which hangs on what the pack itself switches. */
    readonly lockouts: readonly string[];
  }[];
}

export interface RelayAdminOptions {
  readonly host: Pick<Host, 'relay' | 'pack' | 'clock'>;
  readonly translate: Translate;
  /** Ids of the packs that a running relay node follows. */
  readonly packsOf: (id: string) => readonly string[];
}

/** Registers the endpoints of the relay dialog. Neither of them can close a contact. */
export function relayAdmin(red: Red, { host, translate, packsOf }: RelayAdminOptions): void {
  const refuse = (status: number, key: string): Refusal =>
    new Refusal(status, translate(`bms-relay-out.admin.${key}`, { max: LONGEST_TEST }));

  const idIn = (body: unknown): string => {
    const id = own(body, 'id');
    if (typeof id !== 'string' || id === '') throw refuse(400, 'no-id');
    return id;
  };

  const live = (id: string): RelayLive | { readonly known: false } => {
    const claimed = host.relay(id);
    if (claimed === undefined) return { known: false };
    const { commanded, actual, verified, reason, problem } = claimed.relay.report();
    const packs = packsOf(id)
      .map((pack) => host.pack(pack))
      .filter((pack) => pack !== undefined);
    const readings = packs.map(({ engine }) => engine.reading(host.clock.now(), host.clock.wall()));
    return {
      known: true,
      closed: actual ?? commanded,
      actual,
      verified,
      reason,
      problem,
      leaseBy: claimed.leaseBy,
      ...currentOf(readings, packs.length === packsOf(id).length),
      cellMax: highest(readings.map(({ cellMax }) => cellMax.value)),
      packs: packs.map(packState),
    };
  };

  adminEndpoint(red, translate, {
    method: 'post',
    path: '/cellwarden/relay/state',
    permission: 'flows.read',
    handle: (body) => live(idIn(body)),
  });

  adminEndpoint(red, translate, {
    method: 'post',
    path: '/cellwarden/relay/test',
    permission: 'flows.write',
    handle(body) {
      const id = idIn(body);
      const seconds = own(body, 'seconds');
      if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= LONGEST_TEST)) throw refuse(400, 'seconds');
      const claimed = host.relay(id);
      if (claimed === undefined) throw refuse(404, 'unknown');
      if (!claimed.relay.testOpen(seconds)) throw refuse(409, 'open');
      return live(id);
    },
  });
}

/** The packs' currents meet in the relay; one that is not known leaves the sum unknown. */
function currentOf(readings: readonly Reading[], whole: boolean): { current: number | null; age: number | null } {
  let current = 0;
  let age = 0;
  for (const { current: one } of readings) {
    if (one.value === null || one.age === null) return { current: null, age: null };
    current += one.value;
    age = Math.max(age, one.age);
  }
  return whole && readings.length > 0 ? { current, age } : { current: null, age: null };
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function packState({ name, settings }: PackRuntime): RelayLive['packs'][number] {
  return { name, lockouts: selfLockouts(settings.values) };
}

/** A key of what was posted; never one of every object. */
function own(body: unknown, key: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, key) ? Reflect.get(body, key) : undefined;
}
