/** Relays that do not do what they are told: what can still open then opens instead, and somebody has to look. */
import type { Rule } from '../protection/rule.ts';
import type { PermissionRole } from '../vocabulary.ts';

type RelayRole = 'charge' | 'load' | 'contactor';

/** A contact that reads closed when it was told to open does not open by itself. A slow one has had its time after 2 s. */
const staysClosed = (role: RelayRole, denies: readonly PermissionRole[]): Rule => ({
  id: `${role}-relay-stays-closed`,
  rule: 'relay-mismatch',
  code: 'stays-closed',
  from: ['ECS-10', 'VLB-10'],
  severity: 'fault',
  trip: { of: `${role}StaysClosed`, is: '>=', than: 1 },
  clear: [{ of: `${role}StaysClosed`, is: '<', than: 1 }],
  delay: 2,
  denies,
  latch: true,
  happens: true,
});

/** Nothing is in danger, but people are without charging or loads and do not know why. */
const staysOpen = (role: RelayRole): Rule => ({
  id: `${role}-relay-stays-open`,
  rule: 'relay-mismatch',
  code: 'stays-open',
  from: ['OGT-14', 'VLB-23'],
  severity: 'alarm',
  trip: { of: `${role}StaysOpen`, is: '>=', than: 1 },
  clear: [{ of: `${role}StaysOpen`, is: '<', than: 1 }],
  delay: 5,
  clearDelay: 5,
  denies: [],
  happens: true,
});

/** A board that nobody reaches opens by its own timer where it has one; no permission of ours could do more. */
const lost = (role: RelayRole): Rule => ({
  id: `${role}-relay-lost`,
  rule: 'relay-mismatch',
  code: 'lost',
  from: ['OGT-14', 'VLB-23'],
  severity: 'alarm',
  trip: { of: `${role}RelayLost`, is: '>=', than: 1 },
  clear: [{ of: `${role}RelayLost`, is: '<', than: 1 }],
  delay: 5,
  clearDelay: 5,
  denies: [],
  happens: true,
});

/** A current through relays that are open. How long it must flow, and what else it could be, is the detector's affair. */
const WELDED: readonly Rule[] = [
  {
    id: 'charge-relay-welded',
    rule: 'relay-welded',
    code: 'charge',
    from: ['ECS-10', 'VLB-10'],
    severity: 'fault',
    trip: { of: 'chargeWelded', is: '>', than: 0 },
    clear: [{ of: 'chargeWelded', is: '<=', than: 0 }],
    denies: ['contactor'],
    latch: true,
    happens: true,
  },
  {
    id: 'load-relay-welded',
    rule: 'relay-welded',
    code: 'load',
    from: ['ECS-10', 'VLB-10'],
    severity: 'fault',
    trip: { of: 'loadWelded', is: '>', than: 0 },
    clear: [{ of: 'loadWelded', is: '<=', than: 0 }],
    denies: ['contactor'],
    latch: true,
    happens: true,
  },
  {
    // Nobody has shown that all loads hang on the relay: told, and nobody is left in the dark for it.
    id: 'load-relay-still-drawing',
    rule: 'relay-welded',
    code: 'still-drawing',
    from: ['OGT-14', 'VLB-23'],
    severity: 'warning',
    trip: { of: 'loadStillDrawing', is: '>', than: 0 },
    clear: [{ of: 'loadStillDrawing', is: '<=', than: 0 }],
    clearDelay: 10,
    denies: [],
    happens: true,
  },
];

/** Only what relays report can trip them; a pack whose relays report nothing is judged as if they were not there. */
export const RELAY_RULES: readonly Rule[] = [
  staysClosed('charge', ['contactor']),
  staysClosed('load', ['contactor']),
  staysClosed('contactor', ['charge', 'load', 'alternator', 'shed']),
  ...(['charge', 'load', 'contactor'] as const).flatMap((role) => [staysOpen(role), lost(role)]),
  ...WELDED,
];
