/**
 * The Lithium Battery Smart as such: the numbers and rows that both Victron profiles share. The battery measures and
 * decides, whichever BMS switches.
 */
import type { Rule } from '../protection/rule.ts';
import type { SettingName } from '../pack/schema.ts';
import { COMMON_SETTINGS } from './common.ts';
import type { ByModel, Default, Ranges, Topology } from './profile.ts';
import {
  CELL_OVERVOLTAGE,
  CELL_OVERVOLTAGE_CRITICAL,
  CELL_UNDERVOLTAGE,
  CELL_UNDERVOLTAGE_CRITICAL,
  CHARGE_OVERCURRENT,
  CHARGE_TEMPERATURE_HIGH,
  CHARGE_TEMPERATURE_LOW,
  DISCHARGE_OVERCURRENT,
  DISCHARGE_OVERCURRENT_PEAK,
  DISCHARGE_TEMPERATURE_HIGH,
  DISCHARGE_TEMPERATURE_LOW,
  PRE_ALARM,
  PRE_ALARM_SOON,
  UNDERVOLTAGE_DRAIN,
} from './rows.ts';

/** VLB-16 and the manual's table of models: twice the capacity, but 400 A for the largest (resolutions). */
const MOST_CURRENT: ByModel = {
  timesParallel: true,
  byModel: [
    [50, 100],
    [60, 120],
    [100, 200],
    [160, 320],
    [200, 400],
    [300, 600],
    [330, 400],
  ],
};

/** VLB-16: the recommended currents, at which an overcurrent is over. */
const RECOMMENDED_CHARGE: ByModel = {
  timesParallel: true,
  byModel: [
    [50, 30],
    [60, 30],
    [100, 50],
    [160, 80],
    [200, 100],
    [300, 150],
    [330, 150],
  ],
};
const RECOMMENDED_DISCHARGE: ByModel = {
  timesParallel: true,
  byModel: [
    [50, 50],
    [60, 60],
    [100, 100],
    [160, 160],
    [200, 200],
    [300, 300],
    [330, 300],
  ],
};

export const BATTERY_MODELS: readonly number[] = MOST_CURRENT.byModel.map(([capacity]) => capacity);

export const BATTERY_SETTINGS: Readonly<Partial<Record<SettingName, Default>>> = {
  ...COMMON_SETTINGS,

  cellOvervoltage: 3.75, // VLB-5
  cellOvervoltageClear: 3.6, // VLB-5
  cellOvervoltageDelay: 0, // "as soon as"
  cellOvervoltageClearDelay: 0,
  cellOvervoltageCritical: 3.95, // VLB-8: A-SL9
  cellOvervoltageCriticalClear: 3.6,
  cellOvervoltageCriticalDelay: 0,
  cellOvervoltageCriticalClearDelay: 0,

  cellUndervoltage: 2.8, // VLB-2
  cellUndervoltageClear: 3.2, // VLB-2
  cellUndervoltageDelay: 0, // "as soon as", once the pre-alarm has sounded for its half minute (VLB-4, resolutions)
  cellUndervoltageClearDelay: 0,
  cellUndervoltageCritical: 2.5, // resolutions: below 2.50 V the cut is immediate
  cellUndervoltageCriticalClear: 3.2,
  cellUndervoltageCriticalDelay: 0,
  cellUndervoltageCriticalClearDelay: 0,

  preAlarm: 3.1, // VLB-3
  preAlarmClear: 3.2, // VLB-3
  preAlarmDelay: 0,
  preAlarmClearDelay: 0,
  preAlarmMinimum: 30, // VLB-4
  preAlarmMode: 'continuous', // VSB-6

  balanceVoltage: 3.55, // VLB-16: 14.2 V; VLB-11: nearly done when all cells are there
  balanceCurrent: 1.8, // VLB-13
  fullTailCurrent: 1.5, // VLB-11
  fullTime: 120,

  chargeTemperatureMin: 5, // VLB-6
  chargeTemperatureMinClear: 5,
  chargeTemperatureMinDelay: 0,
  chargeTemperatureMinClearDelay: 0,
  chargeTemperatureMax: 50, // VLB-6, resolutions: the operating limit stops charging
  chargeTemperatureMaxClear: 47, // ours: the manual names no value for coming back
  chargeTemperatureMaxDelay: 0,
  chargeTemperatureMaxClearDelay: 0,
  // VLB-1: no temperature cuts the loads; beyond the operating range it warns, and a number here cuts (resolutions).
  dischargeTemperatureMin: null,
  dischargeTemperatureMinClear: null,
  dischargeTemperatureMinDelay: 5,
  dischargeTemperatureMinClearDelay: 60,
  dischargeTemperatureMax: null,
  dischargeTemperatureMaxClear: null,
  dischargeTemperatureMaxDelay: 5,
  dischargeTemperatureMaxClearDelay: 60,

  chargeCurrentMax: MOST_CURRENT,
  chargeCurrentMaxClear: RECOMMENDED_CHARGE,
  chargeCurrentMaxDelay: 10,
  chargeCurrentMaxClearDelay: 60,
  dischargeCurrentMax: MOST_CURRENT,
  dischargeCurrentMaxClear: RECOMMENDED_DISCHARGE,
  dischargeCurrentMaxDelay: 10,
  dischargeCurrentMaxClearDelay: 60,
  dischargeCurrentPeak: null,
  dischargeCurrentPeakClear: null,
  dischargeCurrentPeakDelay: 0,
  dischargeCurrentPeakClearDelay: 60,

  imbalance: 0.1, // VLB-11
  imbalanceClear: 0.05,

  followDevice: 'yes', // VLB-10: allow-to-charge and allow-to-discharge as flags

  // VLB-9: a lost cable turns everything off. Frames are not a cable: five seconds without any count as one.
  communicationTimeoutCharge: 5,
  communicationTimeoutLoad: 5,
};

/** VLB-19: four of 12.8 V (two of 25.6 V) in series, five in parallel. */
export const BATTERY_TOPOLOGY: readonly Topology[] = [{ upTo: Infinity, cells: 16, parallel: 5 }];

export const BATTERY_RANGES: Ranges = {
  cellUndervoltage: [2.6, 2.8], // VLB-2
  preAlarm: [2.8, 3.15], // VLB-3
  chargeTemperatureMin: [-20, 20], // VLB-6
  temperatureOffset: [-10, 10], // VLB-7
};

/** Beyond the operating range of the table of data; told, not cut (VLB-6, resolutions). */
const HOT = 50;
const COLD = -20;
/** VLB-8: A-SL15. */
const TOO_HOT = 75;

export const BATTERY_RULES: readonly Rule[] = [
  CELL_OVERVOLTAGE,
  {
    ...CELL_OVERVOLTAGE_CRITICAL,
    code: 'A-SL9',
    from: ['VLB-8', 'VLB-10'],
    severity: 'alarm',
    trip: { of: 'cellMax', is: '>', than: 'cellOvervoltageCritical' },
  },
  { ...PRE_ALARM, code: 'W-SL12', from: [...PRE_ALARM.from, 'VLB-8'] },
  PRE_ALARM_SOON,
  { ...CELL_UNDERVOLTAGE, code: 'A-SL11', from: [...CELL_UNDERVOLTAGE.from, 'VLB-8'] },
  {
    ...CELL_UNDERVOLTAGE_CRITICAL,
    code: 'A-SL11',
    from: ['VLB-4', 'VLB-8'],
    trip: { of: 'cellMin', is: '<', than: 'cellUndervoltageCritical' },
  },
  UNDERVOLTAGE_DRAIN,
  { ...CHARGE_TEMPERATURE_LOW, code: 'A-SL22', from: ['VLB-1', 'VLB-6', 'VLB-8'] },
  { ...CHARGE_TEMPERATURE_HIGH, from: ['VLB-1', 'VLB-6'], severity: 'warning' },
  {
    ...CHARGE_TEMPERATURE_HIGH,
    id: 'over-temperature',
    code: 'A-SL15',
    from: ['VLB-6', 'VLB-8'],
    trip: { of: 'temperatureMax', is: '>', than: TOO_HOT },
    delay: 0,
  },
  { ...DISCHARGE_TEMPERATURE_LOW, from: ['VLB-6'] },
  { ...DISCHARGE_TEMPERATURE_HIGH, from: ['VLB-6'] },
  {
    id: 'hot',
    rule: 'discharge-temperature-high',
    code: 'operating-range',
    from: ['VLB-6'],
    severity: 'warning',
    trip: { of: 'temperatureMaxResting', is: '>', than: HOT },
    clear: [{ of: 'temperatureMaxResting', is: '<=', than: HOT - 3 }],
    denies: [],
  },
  {
    id: 'cold',
    rule: 'discharge-temperature-low',
    code: 'operating-range',
    from: ['VLB-6'],
    severity: 'warning',
    trip: { of: 'temperatureMin', is: '<', than: COLD },
    clear: [{ of: 'temperatureMin', is: '>=', than: COLD + 3 }],
    denies: [],
  },
  CHARGE_OVERCURRENT,
  DISCHARGE_OVERCURRENT,
  { ...DISCHARGE_OVERCURRENT_PEAK, from: ['VLB-16'] },
];
