/**
 * The settings vocabulary: every setting of a pack with its unit and its range.
 * The dialog, `pack.json`, `--set`, the runtime and the documentation all read this one table.
 *
 * The ranges are those of the LiFePO4 chemistry, wide enough for every manual we follow and narrow enough
 * to catch a unit slip (3650 for 3.65 V).
 */

import { FUSES } from './fuse.ts';

export type Unit = 'V' | 'A' | 'Ah' | 'W' | '°C' | 's' | 'days' | '%' | '';

export type SettingGroup =
  | 'pack'
  | 'voltage'
  | 'preAlarm'
  | 'temperature'
  | 'current'
  | 'soc'
  | 'communication'
  | 'faults'
  | 'switching'
  | 'alternator'
  | 'aux'
  | 'link';

export interface NumberSetting {
  readonly kind: 'number';
  readonly group: SettingGroup;
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  /** `off` is a legal value: the rule that reads the setting is then not active. */
  readonly canBeOff: boolean;
}

export interface ChoiceSetting {
  readonly kind: 'choice';
  readonly group: SettingGroup;
  readonly choices: readonly string[];
}

export type SettingSpec = NumberSetting | ChoiceSetting;

interface Protection {
  readonly group: SettingGroup;
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
}

const cellVoltage: Protection = { group: 'voltage', unit: 'V', min: 1.5, max: 4.5 };
const packVoltage: Protection = { group: 'voltage', unit: 'V', min: 1.5, max: 1200 };
const temperature: Protection = { group: 'temperature', unit: '°C', min: -40, max: 90 };
const current: Protection = { group: 'current', unit: 'A', min: 0.1, max: 10_000 };

/** Every protection: it has `<name>`, `<name>Clear`, `<name>Delay` and `<name>ClearDelay`. */
const PROTECTIONS = {
  cellOvervoltage: cellVoltage,
  cellUndervoltage: cellVoltage,
  cellOvervoltageCritical: cellVoltage,
  cellUndervoltageCritical: cellVoltage,
  packOvervoltage: packVoltage,
  packUndervoltage: packVoltage,
  imbalance: { group: 'voltage', unit: 'V', min: 0.005, max: 1.5 },
  preAlarm: { ...cellVoltage, group: 'preAlarm' },
  chargeTemperatureMin: temperature,
  chargeTemperatureMax: temperature,
  dischargeTemperatureMin: temperature,
  dischargeTemperatureMax: temperature,
  chargeCurrentMax: current,
  dischargeCurrentMax: current,
  dischargeCurrentPeak: current,
  bmsTemperatureMax: { ...temperature, max: 120 },
  shedSoc: { group: 'soc', unit: '%', min: 0, max: 100 },
  // The voltage of the whole pack at which the alternator port opens, and of the starter side below which it stays open.
  alternatorVoltageLimit: { group: 'alternator', unit: 'V', min: 3, max: 1200 },
  starterVoltageMin: { group: 'alternator', unit: 'V', min: 3, max: 100 },
  heaterTemperature: { ...temperature, group: 'aux' },
  auxSoc: { group: 'aux', unit: '%', min: 0, max: 100 },
} as const satisfies Record<string, Protection>;

export type ProtectionName = keyof typeof PROTECTIONS;
type ProtectionSetting =
  | ProtectionName
  | `${ProtectionName}Clear`
  | `${ProtectionName}Delay`
  | `${ProtectionName}ClearDelay`;

/** What happens when a fault of measuring is found: nothing, a warning, or disconnects. */
const POLICY = { kind: 'choice', group: 'faults', choices: ['ignore', 'warn', 'stop-charge', 'stop-both'] } as const;
const POLICY_DELAY = {
  kind: 'number',
  group: 'faults',
  unit: 's',
  min: 0,
  max: 3600,
  integer: false,
  canBeOff: false,
} as const;
/** What feeds a part of the system: something of its own, or an output that this pack switches. */
const SUPPLY = { kind: 'choice', group: 'switching', choices: ['independent', 'load', 'contactor'] } as const;

const PLAIN = {
  cells: { kind: 'number', group: 'pack', unit: '', min: 1, max: 255, integer: true, canBeOff: false },
  capacity: { kind: 'number', group: 'pack', unit: 'Ah', min: 0.5, max: 100_000, integer: false, canBeOff: false },
  parallel: { kind: 'number', group: 'pack', unit: '', min: 1, max: 100, integer: true, canBeOff: false },
  balanceCurrent: { kind: 'number', group: 'pack', unit: 'A', min: 0, max: 50, integer: false, canBeOff: true },
  balanceVoltage: { kind: 'number', group: 'voltage', unit: 'V', min: 3, max: 4.5, integer: false, canBeOff: false },
  preAlarmMinimum: { kind: 'number', group: 'preAlarm', unit: 's', min: 0, max: 600, integer: false, canBeOff: false },
  preAlarmMode: { kind: 'choice', group: 'preAlarm', choices: ['continuous', 'intermittent', 'off'] },
  fullTailCurrent: { kind: 'number', group: 'soc', unit: 'A', min: 0, max: 10_000, integer: false, canBeOff: true },
  fullTime: { kind: 'number', group: 'soc', unit: 's', min: 0, max: 36_000, integer: false, canBeOff: false },
  chargeRestart: { kind: 'number', group: 'soc', unit: '%', min: 1, max: 100, integer: false, canBeOff: true },
  dischargeRestart: { kind: 'number', group: 'soc', unit: '%', min: 0, max: 99, integer: false, canBeOff: true },
  selfConsumption: { kind: 'number', group: 'soc', unit: 'W', min: 0, max: 1000, integer: false, canBeOff: false },
  currentBlindSpot: { kind: 'number', group: 'soc', unit: 'A', min: 0, max: 50, integer: false, canBeOff: false },
  countBy: { kind: 'choice', group: 'soc', choices: ['charge', 'energy'] },
  temperatureCompensation: { kind: 'choice', group: 'soc', choices: ['no', 'yes'] },
  chargeEfficiency: { kind: 'number', group: 'soc', unit: '%', min: 50, max: 100, integer: false, canBeOff: true },
  peukertExponent: { kind: 'number', group: 'soc', unit: '', min: 1, max: 1.5, integer: false, canBeOff: false },
  capacityShare: { kind: 'number', group: 'soc', unit: '%', min: 50, max: 100, integer: false, canBeOff: false },
  reserveSoc: { kind: 'number', group: 'soc', unit: '%', min: 0, max: 90, integer: false, canBeOff: false },
  residualDrain: { kind: 'number', group: 'soc', unit: 'A', min: 0, max: 10, integer: false, canBeOff: false },
  absorptionTime: { kind: 'number', group: 'soc', unit: 's', min: 60, max: 86_400, integer: false, canBeOff: false },
  fullChargeEvery: { kind: 'number', group: 'soc', unit: 'days', min: 1, max: 90, integer: false, canBeOff: true },
  temperatureOffset: {
    kind: 'number',
    group: 'temperature',
    unit: '°C',
    min: -10,
    max: 10,
    integer: false,
    canBeOff: false,
  },
  mode: { kind: 'choice', group: 'switching', choices: ['normal', 'critical'] },
  communicationTimeoutCharge: {
    kind: 'number',
    group: 'communication',
    unit: 's',
    min: 1,
    max: 600,
    integer: false,
    canBeOff: false,
  },
  communicationTimeoutLoad: {
    kind: 'number',
    group: 'communication',
    unit: 's',
    min: 1,
    max: 3600,
    integer: false,
    canBeOff: false,
  },
  communicationDelay: {
    kind: 'number',
    group: 'communication',
    unit: 's',
    min: 0,
    max: 600,
    integer: false,
    canBeOff: false,
  },
  leaseCharge: { kind: 'number', group: 'switching', unit: 's', min: 3, max: 600, integer: false, canBeOff: false },
  leaseLoad: { kind: 'number', group: 'switching', unit: 's', min: 3, max: 3000, integer: false, canBeOff: false },
  minimumOff: { kind: 'number', group: 'switching', unit: 's', min: 0, max: 3600, integer: false, canBeOff: false },
  retries: { kind: 'number', group: 'switching', unit: '', min: 1, max: 100, integer: true, canBeOff: true },
  retryWindow: { kind: 'number', group: 'switching', unit: 's', min: 60, max: 86_400, integer: false, canBeOff: false },
  switchesPerHour: { kind: 'number', group: 'switching', unit: '', min: 1, max: 120, integer: true, canBeOff: true },
  latchCritical: { kind: 'choice', group: 'switching', choices: ['no', 'yes'] },
  combined: { kind: 'choice', group: 'switching', choices: ['no', 'yes'] },
  followDevice: { kind: 'choice', group: 'switching', choices: ['no', 'yes'] },
  remoteScope: { kind: 'choice', group: 'switching', choices: ['everything', 'ports'] },
  contactorDelay: { kind: 'number', group: 'switching', unit: 's', min: 0, max: 30, integer: false, canBeOff: false },
  precharge: { kind: 'choice', group: 'switching', choices: ['unconfirmed', 'external', 'resistor'] },
  prechargeTime: { kind: 'number', group: 'switching', unit: 's', min: 0.5, max: 60, integer: false, canBeOff: false },
  supervisorSupply: SUPPLY,
  relaySupply: SUPPLY,
  chargerSupply: SUPPLY,
  onSensor: POLICY,
  onSensorDelay: POLICY_DELAY,
  onPlausibility: POLICY,
  onPlausibilityDelay: POLICY_DELAY,
  onFrozen: POLICY,
  onFrozenDelay: POLICY_DELAY,
  alternatorFuse: { kind: 'choice', group: 'alternator', choices: ['unknown', ...FUSES] },
  auxRule: { kind: 'choice', group: 'aux', choices: ['none', 'heater', 'soc', 'error'] },
  temperatureFormula: { kind: 'choice', group: 'link', choices: ['driver', 'document'] },
} as const satisfies Record<string, SettingSpec>;

export type SettingName = keyof typeof PLAIN | ProtectionSetting;

/** The two watches no pack goes without. */
const ALWAYS_ON: readonly ProtectionName[] = ['cellOvervoltage', 'cellUndervoltage'];

function expand(): Record<SettingName, SettingSpec> {
  const table: Partial<Record<SettingName, SettingSpec>> = { ...PLAIN };
  for (const [name, p] of Object.entries(PROTECTIONS) as [ProtectionName, Protection][]) {
    const value = { kind: 'number', group: p.group, unit: p.unit, integer: false, canBeOff: true } as const;
    const delay = { ...value, unit: 's', min: 0, max: 3600, canBeOff: false } as const;
    table[name] = { ...value, min: p.min, max: p.max, canBeOff: !ALWAYS_ON.includes(name) };
    table[`${name}Clear`] = {
      ...value,
      canBeOff: !ALWAYS_ON.includes(name),
      min: p.min === 0.1 ? 0 : p.min,
      max: p.max,
    };
    table[`${name}Delay`] = delay;
    table[`${name}ClearDelay`] = delay;
  }
  return table as Record<SettingName, SettingSpec>;
}

/** Every setting by name. */
export const SETTINGS: Readonly<Record<SettingName, SettingSpec>> = expand();
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
export const PROTECTION_NAMES = Object.keys(PROTECTIONS) as ProtectionName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}
