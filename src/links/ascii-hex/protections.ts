/** What the protections of a BMS stand in the way of. */

/** Protections (not warnings) by name; those that a device does not tell are absent. */
export type Protections = Readonly<Partial<Record<ProtectionName, boolean>>>;

const STOP_CHARGING = [
  'cellOvervoltage',
  'packOvervoltage',
  'chargerOvervoltage',
  'chargeOvercurrent',
  'chargeOvertemperature',
  'chargeUndertemperature',
  'lowCellBlocksCharging',
] as const;
const STOP_LOADS = [
  'cellUndervoltage',
  'packUndervoltage',
  'dischargeOvercurrent',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'capacityUsedUp',
  'shortCircuit',
] as const;
const STOP_BOTH = ['bmsOverTemperature', 'ambientOvertemperature', 'ambientUndertemperature', 'reversed'] as const;

export type ProtectionName = (typeof STOP_CHARGING | typeof STOP_LOADS | typeof STOP_BOTH)[number];

/** What the protections leave allowed. The switches are another matter: somebody may have opened them on purpose. */
export function permissionsOf(protections: Protections): { chargeAllowed: boolean; loadAllowed: boolean } {
  const none = (names: readonly ProtectionName[]): boolean => names.every((name) => protections[name] !== true);
  const both = none(STOP_BOTH);
  return { chargeAllowed: both && none(STOP_CHARGING), loadAllowed: both && none(STOP_LOADS) };
}

/** The faults that are set, in few words; empty when there is none. */
export function faultCode(faults: Readonly<Record<string, boolean>>, more: readonly string[] = []): string {
  const words = Object.entries(faults).flatMap(([word, is]) => (is ? [word] : []));
  return [...words, ...more].join(' ').slice(0, LONGEST_FAULT);
}

const LONGEST_FAULT = 32;
