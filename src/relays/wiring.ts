/**
 * How the contact of a relay is used: which of its two contacts, and whether the open or the closed one disconnects.
 * From that follows the one thing that counts: where the contact goes when the coil loses its power.
 */
import type { Role } from '../engine/vocabulary.ts';

export const WIRINGS = ['NO', 'NC', 'NC-inverted', 'NO-inverted', '123-out-v1', '123-out-v2'] as const;
/**
 * `NO`, `NC`: the open contact disconnects. `…-inverted`: the closed contact disconnects, as an input "switch off" of an
 * inverter wants it.
 * `123-out-v1`, `123-out-v2`: the wires were on pins 1 and 2 of a relay of a 123\\SmartBMS OUT board (123-R12): on both
 * boards closed while charging is allowed; the load relay closed while allowed on v1.x, and open on v2.x.
 */
export type Wiring = (typeof WIRINGS)[number];

interface Contact {
  readonly normallyOpen: boolean;
  /** The open contact is the one that disconnects. */
  readonly openDisconnects: boolean;
}

function contactOf(wiring: Wiring, role: Role): Contact {
  switch (wiring) {
    case 'NO':
    case '123-out-v1':
      return { normallyOpen: true, openDisconnects: true };
    case 'NC':
      return { normallyOpen: false, openDisconnects: true };
    case 'NC-inverted':
      return { normallyOpen: false, openDisconnects: false };
    case 'NO-inverted':
      return { normallyOpen: true, openDisconnects: false };
    case '123-out-v2':
      // Without power a closed contact is what its load relay shows while discharging is not allowed.
      return role === 'load'
        ? { normallyOpen: false, openDisconnects: false }
        : { normallyOpen: true, openDisconnects: true };
    default:
      return wiring satisfies never;
  }
}

/**
 * Whether the coil has power while the output is held: connected for a permission, quiet for the pre-alarm. Then the
 * loss of power goes the same way as the end of a lease.
 */
export function isHeldOn(wiring: Wiring, role: Role): boolean {
  const { normallyOpen, openDisconnects } = contactOf(wiring, role);
  const closedWhileHeld = (role !== 'pre-alarm') === openDisconnects;
  return closedWhileHeld === normallyOpen;
}

/** What the loss of the coil's power does with this wiring: nothing bad, or something that needs to be known. */
export type PowerLoss = 'safe' | 'refused' | 'needs-confirmation' | 'connects';

/**
 * A charger or the battery itself must never be connected by a loss of power; loads only where somebody has said that
 * this is known and wanted; anything else is told.
 */
export function powerLoss(wiring: Wiring, role: Role): PowerLoss {
  if (isHeldOn(wiring, role)) return 'safe';
  if (role === 'charge' || role === 'contactor') return 'refused';
  return role === 'load' ? 'needs-confirmation' : 'connects';
}
