/**
 * The status bytes (group 06) of a LifePower4's or Basen's general answer.
 *
 * The bits of byte 3 are the same in every published description. Those of the other bytes come from esphome-basen, whose
 * author says himself that most are untested; for LifePower4 nobody has published any, so there they mean nothing here.
 */
import { isSet } from '../register-values.ts';
import type { LifepowerLayout } from './groups.ts';

/** `refuses`: the protection takes away charging, loads or both. `fault`: a defect of the device, in its own words. */
interface Bit {
  readonly byte: number;
  readonly bit: number;
  readonly name?: string;
  readonly refuses?: 'charge' | 'load' | 'both';
  readonly fault?: string;
  readonly warning?: string;
}

const COMMON: readonly Bit[] = [
  { byte: 3, bit: 0, name: 'charging' },
  { byte: 3, bit: 1, name: 'discharging' },
  { byte: 3, bit: 2, name: 'shortCircuit', refuses: 'load' },
  // Charging by one description, discharging by another: both are taken away.
  { byte: 3, bit: 3, name: 'overcurrent', refuses: 'both' },
  { byte: 3, bit: 4, name: 'overvoltage', refuses: 'charge' },
  { byte: 3, bit: 5, name: 'undervoltage', refuses: 'load' },
  { byte: 3, bit: 6, name: 'chargeOvertemperature', refuses: 'charge' },
  { byte: 3, bit: 7, name: 'chargeUndertemperature', refuses: 'charge' },
];

const BASEN: readonly Bit[] = [
  { byte: 0, bit: 3, fault: 'cell voltage low fault' },
  { byte: 0, bit: 4, fault: 'voltage line break' },
  { byte: 0, bit: 5, fault: 'charge MOS fault' },
  { byte: 0, bit: 6, fault: 'discharge MOS fault' },
  { byte: 0, bit: 7, fault: 'voltage sensor fault' },
  { byte: 1, bit: 0, fault: 'NTC disconnection' },
  { byte: 1, bit: 1, fault: 'ADC module fault' },
  { byte: 1, bit: 2, fault: 'reverse battery' },
  { byte: 1, bit: 3, fault: 'hot failure', refuses: 'both' },
  { byte: 1, bit: 4, warning: 'battery locked' },
  { byte: 1, bit: 5, warning: 'communication timeout' },
  { byte: 1, bit: 6, warning: 'SN code failure' },
  { byte: 1, bit: 7, fault: 'secondary trip', refuses: 'both' },
  { byte: 2, bit: 0, name: 'dischargeOvertemperature', refuses: 'load' },
  { byte: 2, bit: 1, name: 'dischargeUndertemperature', refuses: 'load' },
  { byte: 2, bit: 4, name: 'chargeMosOff' },
  { byte: 2, bit: 5, name: 'dischargeMosOff' },
  { byte: 2, bit: 6, warning: '536 communication timeout' },
  { byte: 4, bit: 0, name: 'ambientUndertemperature', refuses: 'both' },
  { byte: 4, bit: 1, name: 'ambientOvertemperature', refuses: 'both' },
  { byte: 4, bit: 4, name: 'socLow', refuses: 'load' },
  { byte: 5, bit: 0, warning: 'charge MOS opened by hand' },
  { byte: 5, bit: 1, warning: 'charge MOS off by hand' },
  { byte: 5, bit: 2, warning: 'discharge MOS opened by hand' },
  { byte: 5, bit: 3, warning: 'discharge MOS off by hand' },
  { byte: 5, bit: 4, name: 'heaterOn' },
  { byte: 5, bit: 5, name: 'bmsOverTemperature', refuses: 'both' },
  { byte: 5, bit: 6, name: 'mosUndertemperature', refuses: 'both' },
  { byte: 5, bit: 7, name: 'tooColdToCharge', refuses: 'charge' },
  { byte: 7, bit: 0, warning: 'SoC low 2' },
  { byte: 7, bit: 1, warning: 'vibration' },
  { byte: 7, bit: 2, warning: 'waiting to charge' },
  { byte: 7, bit: 3, fault: 'aerosol fault' },
  { byte: 7, bit: 4, warning: 'SoH low' },
  { byte: 7, bit: 5, fault: 'NTC short circuit' },
  { byte: 7, bit: 6, warning: 'temperature difference' },
  { byte: 7, bit: 7, warning: 'system lock' },
  { byte: 8, bit: 0, warning: 'ambient hot' },
  { byte: 8, bit: 1, warning: 'ambient cold' },
  { byte: 8, bit: 2, warning: 'MOS hot' },
  { byte: 8, bit: 3, warning: 'SoC low' },
  { byte: 8, bit: 4, warning: 'cells apart' },
  { byte: 8, bit: 5, warning: 'discharging hot' },
  { byte: 8, bit: 6, warning: 'discharging cold' },
  { byte: 9, bit: 0, warning: 'cell high' },
  { byte: 9, bit: 1, warning: 'cell low' },
  { byte: 9, bit: 2, warning: 'pack high' },
  { byte: 9, bit: 3, warning: 'pack low' },
  { byte: 9, bit: 4, warning: 'charge current' },
  { byte: 9, bit: 5, warning: 'discharge current' },
  { byte: 9, bit: 6, warning: 'charging hot' },
  { byte: 9, bit: 7, warning: 'charging cold' },
];

const BITS: Readonly<Record<LifepowerLayout, readonly Bit[]>> = { lifepower4: COMMON, basen: [...COMMON, ...BASEN] };

export interface LifepowerStatus {
  /** No protection refuses charging; loads. */
  readonly chargeAllowed: boolean;
  readonly loadAllowed: boolean;
  /** Every bit with a name. */
  readonly flags: Readonly<Record<string, boolean>>;
  /** Defects of the device in its own words. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** What the status bytes say; bytes that are not there say nothing is wrong. Total. */
export function readLifepowerStatus(bytes: Uint8Array, layout: LifepowerLayout): LifepowerStatus {
  const set = BITS[layout].filter(({ byte, bit }) => isSet(bytes[byte] ?? 0, bit));
  const refused = (what: 'charge' | 'load'): boolean =>
    set.some(({ refuses }) => refuses === what || refuses === 'both');
  return {
    chargeAllowed: !refused('charge'),
    loadAllowed: !refused('load'),
    flags: Object.fromEntries(
      BITS[layout].flatMap((one) => (one.name === undefined ? [] : [[one.name, set.includes(one)] as const])),
    ),
    faults: set.flatMap(({ fault }) => fault ?? []),
    warnings: set.flatMap(({ warning }) => warning ?? []),
  };
}
