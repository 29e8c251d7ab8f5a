/** Rows and numbers that every profile shares: silence, remote switch, and our own additions that no manual sets. */
import type { Rule } from '../protection/rule.ts';
import type { Default } from './profile.ts';
import type { SettingName } from '../pack/schema.ts';

/** Defaults that do not depend on the product followed. */
export const COMMON_SETTINGS: Partial<Record<SettingName, Default>> = {
  parallel: 1,
  balanceCurrent: null,
  selfConsumption: 0,
  temperatureOffset: 0,
  mode: 'normal',
  // The contract's leases: a relay is told again before they end. The load's is longer than a service restart.
  leaseCharge: 5,
  leaseLoad: 60,
  minimumOff: 0,
  // protocols.md 1.1: the vendor's own driver and app use this reading of the raw count.
  temperatureFormula: 'driver',
  communicationDelay: 0,
};

/** Charging, and everything that charges, rests on fresh readings; so do the loads, with a time of their own. */
export const SILENCE_RULES: readonly Rule[] = [
  {
    id: 'silence-charge',
    rule: 'communication',
    from: ['VLB-9', '123-R2'],
    severity: 'alarm',
    trip: { of: 'silenceCharge', is: '>=', than: 'communicationTimeoutCharge' },
    clear: [{ of: 'silenceCharge', is: '<', than: 'communicationTimeoutCharge' }],
    denies: ['charge', 'alternator'],
    sounds: true,
  },
  {
    id: 'silence-load',
    rule: 'communication',
    from: ['VLB-9', '123-R3'],
    severity: 'alarm',
    trip: { of: 'silenceLoad', is: '>=', than: 'communicationTimeoutLoad' },
    clear: [{ of: 'silenceLoad', is: '<', than: 'communicationTimeoutLoad' }],
    denies: ['load', 'contactor', 'shed'],
  },
];

/** While SOC is unknown its conditions are skipped: voltage, temperature and communication decide. Say so. */
export const SOC_UNKNOWN_RULE: Rule = {
  id: 'soc-unknown',
  rule: 'soc-unknown',
  from: ['123-R2', '123-R3'],
  severity: 'warning',
  trip: { of: 'socKnown', is: '<', than: 1 },
  clear: [{ of: 'socKnown', is: '>=', than: 1 }],
  denies: [],
};

/** VSB-5, scope "everything": the owner's switch takes permissions away and never gives one. */
export const REMOTE_RULE: Rule = {
  id: 'remote',
  rule: 'remote',
  from: ['VSB-5'],
  severity: 'info',
  trip: { of: 'remote', is: '<', than: 1 },
  clear: [{ of: 'remote', is: '>=', than: 1 }],
  denies: ['charge', 'load', 'alternator', 'shed'],
};

/** Rows that tell without switching anything, or that exist only when the owner gives them a number. */
export const OPTIONAL_RULES: readonly Rule[] = [
  {
    id: 'pack-overvoltage',
    rule: 'pack-overvoltage',
    from: ['OGT-8'],
    severity: 'alarm',
    trip: { of: 'voltage', is: '>=', than: 'packOvervoltage' },
    clear: [{ of: 'voltage', is: '<', than: 'packOvervoltageClear' }],
    delay: 'packOvervoltageDelay',
    clearDelay: 'packOvervoltageClearDelay',
    denies: ['charge', 'alternator'],
  },
  {
    id: 'pack-undervoltage',
    rule: 'pack-undervoltage',
    from: ['OGT-8'],
    severity: 'alarm',
    trip: { of: 'voltage', is: '<=', than: 'packUndervoltage' },
    clear: [{ of: 'voltage', is: '>', than: 'packUndervoltageClear' }],
    delay: 'packUndervoltageDelay',
    clearDelay: 'packUndervoltageClearDelay',
    denies: ['load', 'shed'],
  },
  {
    id: 'imbalance',
    rule: 'imbalance',
    from: ['VLB-11'],
    severity: 'warning',
    trip: { of: 'cellSpread', is: '>=', than: 'imbalance' },
    clear: [{ of: 'cellSpread', is: '<', than: 'imbalanceClear' }],
    delay: 'imbalanceDelay',
    clearDelay: 'imbalanceClearDelay',
    denies: [],
  },
  {
    id: 'shed-soc',
    rule: 'soc-low',
    code: 'shed',
    from: ['VSB-10'],
    severity: 'warning',
    trip: { of: 'soc', is: '<=', than: 'shedSoc' },
    clear: [{ of: 'soc', is: '>=', than: 'shedSocClear' }],
    delay: 'shedSocDelay',
    clearDelay: 'shedSocClearDelay',
    denies: ['shed'],
  },
];
