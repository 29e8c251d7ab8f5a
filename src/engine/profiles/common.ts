/** Rows and numbers that every profile shares: silence, faults, switches, and our own additions that no manual sets. */
import type { SettingName } from '../pack/schema.ts';
import type { Rule } from '../protection/rule.ts';
import { ALTERNATOR_RULES } from './alternator.ts';
import { FAULT_RULES } from './faults.ts';
import type { Default } from './profile.ts';
import { RELAY_RULES } from './relays.ts';

/** Defaults that do not depend on the product followed. */
export const COMMON_SETTINGS: Partial<Record<SettingName, Default>> = {
  parallel: 1,
  balanceCurrent: null,
  selfConsumption: 0,
  currentBlindSpot: 0,
  countBy: 'charge', // ECS-2; docs/soc.md: Ah close within what could be measured, Wh need an efficiency
  temperatureCompensation: 'no', // ECS-2
  chargeEfficiency: null, // VLB-14; off: what the data supports for the way of counting
  peukertExponent: 1, // VLB-14 has 1.05; measured for LiFePO4: 1.00 to 1.03
  capacityShare: 100, // 123-R14 advises 75
  reserveSoc: 0,
  residualDrain: 0.01, // OGT-11, VLB-17: their example
  absorptionTime: 7200, // VLB-16: 2 h
  fullChargeEvery: null, // VLB-12: by how the battery is used
  temperatureOffset: 0,
  mode: 'normal',
  // protocols.md 1.1: the vendor's own driver and app use this reading of the raw count.
  temperatureFormula: 'driver',

  // The contract's leases: a relay is told again before they end. The load's is longer than a service restart.
  leaseCharge: 5,
  leaseLoad: 60,

  minimumOff: 0,
  retries: null,
  retryWindow: 3600,
  switchesPerHour: null,
  latchCritical: 'no',
  combined: 'no',
  followDevice: 'no',
  remoteScope: 'everything',
  contactorDelay: 2, // the Lynx family opens the charge path 2 s before the contactor
  precharge: 'unconfirmed',
  prechargeTime: 5,
  supervisorSupply: 'independent',
  relaySupply: 'independent',
  chargerSupply: 'independent',

  communicationDelay: 0,
  onSensor: 'stop-both',
  onSensorDelay: 0,
  onPlausibility: 'warn',
  onPlausibilityDelay: 10,
  // No manual watches for it, and a device with coarse digits stands still on the plateau for long.
  onFrozen: 'ignore',
  onFrozenDelay: 300,

  bmsTemperatureMax: null,
  bmsTemperatureMaxClear: null,
  bmsTemperatureMaxDelay: 5,
  bmsTemperatureMaxClearDelay: 60,

  packOvervoltage: null,
  packOvervoltageClear: null,
  packOvervoltageDelay: 5,
  packOvervoltageClearDelay: 30,
  packUndervoltage: null,
  packUndervoltageClear: null,
  packUndervoltageDelay: 5,
  packUndervoltageClearDelay: 30,
  imbalance: null,
  imbalanceClear: null,
  imbalanceDelay: 1200, // the 123 driver settled on 20 min after false alarms at 10 min
  imbalanceClearDelay: 60,

  shedSoc: null,
  shedSocClear: null,
  shedSocDelay: 10,
  shedSocClearDelay: 60,
  // Voltage decides; the SOC gates of 123-R2/R3 can be switched on by giving a number.
  chargeRestart: null,
  dischargeRestart: null,

  alternatorFuse: 'unknown',
  alternatorVoltageLimit: null,
  alternatorVoltageLimitClear: null,
  alternatorVoltageLimitDelay: 0,
  alternatorVoltageLimitClearDelay: 10, // VSB-3: 10 consecutive seconds
  starterVoltageMin: null,
  starterVoltageMinClear: null,
  starterVoltageMinDelay: 0,
  starterVoltageMinClearDelay: 0,

  auxRule: 'none',
  heaterTemperature: 5,
  heaterTemperatureClear: 10,
  heaterTemperatureDelay: 10,
  heaterTemperatureClearDelay: 10,
  auxSoc: 30,
  auxSocClear: 40,
  auxSocDelay: 10,
  auxSocClearDelay: 10,
};

/** Charging, and everything that charges, rests on fresh readings; so do the loads, with a time of their own. */
const SILENCE_RULES: readonly Rule[] = [
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
const SOC_UNKNOWN_RULE: Rule = {
  id: 'soc-unknown',
  rule: 'soc-unknown',
  from: ['123-R2', '123-R3'],
  severity: 'warning',
  trip: { of: 'socKnown', is: '<', than: 1 },
  clear: [{ of: 'socKnown', is: '>=', than: 1 }],
  denies: [],
};

/** VSB-5: the owner's switch takes permissions away and never gives one; everything, or only the ports. */
const REMOTE_RULES: readonly Rule[] = [
  {
    id: 'remote',
    rule: 'remote',
    from: ['VSB-5'],
    severity: 'info',
    trip: { of: 'remote', is: '<', than: 1 },
    clear: [{ of: 'remote', is: '>=', than: 1 }],
    denies: ['charge', 'load', 'contactor', 'alternator', 'shed'],
    only: [{ setting: 'remoteScope', is: 'everything' }],
  },
  {
    id: 'remote-ports',
    rule: 'remote',
    code: 'ports',
    from: ['VSB-4', 'VSB-5'],
    severity: 'info',
    trip: { of: 'remote', is: '<', than: 1 },
    clear: [{ of: 'remote', is: '>=', than: 1 }],
    denies: ['contactor', 'alternator'],
    only: [{ setting: 'remoteScope', is: 'ports' }],
  },
];

/** The device's own word, taken as an input: ECS-7's OVP and LVP, the flags of a BMS that allows or not (VLB-10). */
const DEVICE_RULES: readonly Rule[] = [
  {
    id: 'device-charge',
    rule: 'cell-overvoltage',
    code: 'OVP',
    from: ['ECS-7', 'VLB-10'],
    severity: 'alarm',
    trip: { of: 'deviceCharge', is: '<', than: 1 },
    clear: [{ of: 'deviceCharge', is: '>=', than: 1 }],
    denies: ['charge', 'alternator'],
    only: [{ setting: 'followDevice', is: 'yes' }],
  },
  {
    id: 'device-load',
    rule: 'cell-undervoltage',
    code: 'LVP',
    from: ['ECS-7', 'VLB-10'],
    severity: 'alarm',
    trip: { of: 'deviceLoad', is: '<', than: 1 },
    clear: [{ of: 'deviceLoad', is: '>=', than: 1 }],
    denies: ['load', 'shed'],
    only: [{ setting: 'followDevice', is: 'yes' }],
  },
];

/** A permission that rules take away again and again stays off for a while, or until somebody has looked. */
const LOCK_RULES: readonly Rule[] = [
  {
    id: 'lock-charge',
    rule: 'lock',
    code: 'charge',
    from: ['OGT-14', 'VLB-21'],
    severity: 'alarm',
    trip: { of: 'openingsCharge', is: '>', than: 'retries' },
    clear: [{ of: 'openingsCharge', is: '<=', than: 'retries' }],
    denies: ['charge', 'alternator'],
  },
  {
    id: 'lock-load',
    rule: 'lock',
    code: 'load',
    from: ['OGT-5', 'OGT-14'],
    severity: 'alarm',
    trip: { of: 'openingsLoad', is: '>', than: 'retries' },
    clear: [{ of: 'openingsLoad', is: '<=', than: 'retries' }],
    denies: ['load', 'shed'],
  },
];

/** Rows that tell without switching anything, or that exist only when the owner gives them a number. */
const OPTIONAL_RULES: readonly Rule[] = [
  {
    id: 'pack-overvoltage',
    rule: 'pack-overvoltage',
    from: ['OGT-8', 'ECS-7', 'ECS-13'],
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
    from: ['OGT-8', 'ECS-7'],
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
    from: ['VLB-11', 'VLB-21'],
    severity: 'warning',
    trip: { of: 'cellSpread', is: '>=', than: 'imbalance' },
    clear: [{ of: 'cellSpread', is: '<', than: 'imbalanceClear' }],
    delay: 'imbalanceDelay',
    clearDelay: 'imbalanceClearDelay',
    denies: [],
  },
  {
    id: 'bms-temperature-high',
    rule: 'bms-temperature-high',
    from: ['VSB-7'],
    severity: 'alarm',
    trip: { of: 'bmsTemperature', is: '>', than: 'bmsTemperatureMax' },
    clear: [{ of: 'bmsTemperature', is: '<=', than: 'bmsTemperatureMaxClear' }],
    delay: 'bmsTemperatureMaxDelay',
    clearDelay: 'bmsTemperatureMaxClearDelay',
    denies: ['charge', 'load', 'alternator', 'shed'],
    optional: true,
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

/** The aux output follows a rule of its own: heating or a level of charge; `error` follows every alarm (ECS-6). */
const AUX_RULES: readonly Rule[] = [
  {
    id: 'heater',
    rule: 'charge-temperature-low',
    code: 'heater',
    from: ['ECS-6'],
    severity: 'info',
    trip: { of: 'temperatureMin', is: '<=', than: 'heaterTemperature' },
    clear: [{ of: 'temperatureMin', is: '>=', than: 'heaterTemperatureClear' }],
    delay: 'heaterTemperatureDelay',
    clearDelay: 'heaterTemperatureClearDelay',
    denies: [],
    activates: 'aux',
    only: [{ setting: 'auxRule', is: 'heater' }],
  },
  {
    id: 'aux-soc',
    rule: 'soc-low',
    code: 'aux',
    from: ['ECS-6'],
    severity: 'info',
    trip: { of: 'soc', is: '<=', than: 'auxSoc' },
    clear: [{ of: 'soc', is: '>=', than: 'auxSocClear' }],
    delay: 'auxSocDelay',
    clearDelay: 'auxSocClearDelay',
    denies: [],
    activates: 'aux',
    only: [{ setting: 'auxRule', is: 'soc' }],
  },
];

/** A fault that does not clear by itself is reported as such (OGT-14). */
const PERSISTING_RULE: Rule = {
  id: 'persisting',
  rule: 'health',
  code: 'persists',
  from: ['OGT-14'],
  severity: 'warning',
  trip: { of: 'raisedFor', is: '>=', than: 86_400 },
  clear: [{ of: 'raisedFor', is: '<', than: 86_400 }],
  denies: [],
};

/** What every table ends with, after the rows of its product. */
export const COMMON_RULES: readonly Rule[] = [
  ...OPTIONAL_RULES,
  ...ALTERNATOR_RULES,
  ...FAULT_RULES,
  ...RELAY_RULES,
  ...AUX_RULES,
  ...SILENCE_RULES,
  SOC_UNKNOWN_RULE,
  ...DEVICE_RULES,
  ...REMOTE_RULES,
  ...LOCK_RULES,
  PERSISTING_RULE,
];
