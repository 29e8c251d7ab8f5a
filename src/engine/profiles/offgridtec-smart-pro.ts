/**
 * `offgridtec-smart-pro`: the Offgridtec Smart-Pro in its six models (OGT-1..OGT-9). The model follows from the capacity of
 * one battery. Where German text, English text and tables of the manual disagree, the choice stands beside the number.
 */
import type { Rule } from '../protection/rule.ts';
import { COMMON_RULES, COMMON_SETTINGS } from './common.ts';
import { BMS_HOT, SHORT_CIRCUIT_LOOP, SHORT_CIRCUIT_PASSING } from './faults.ts';
import type { Profile } from './profile.ts';
import {
  CELL_OVERVOLTAGE,
  CELL_OVERVOLTAGE_CRITICAL,
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

/** OGT-4: the hard stage for both directions, and where it clears. */
const TOO_HOT = 65;
const COOL = 50;
/** OGT-15: no cell higher than this while charging. */
const HIGH_CELL = 3.65;

/** OGT-9: capacity of the model, and its continuous current, which is the same for charging. */
const CONTINUOUS = [
  [12, 10],
  [30, 30],
  [50, 50],
  [100, 100],
  [150, 150],
  [200, 200],
] as const;

/** OGT-9: the (highest) recommended charge current. */
const RECOMMENDED = [
  [12, 5],
  [30, 10],
  [50, 25],
  [100, 50],
  [150, 75],
  [200, 100],
] as const;

/** OGT-9: the peak; in parallel it stays that of one battery (OGT-10). */
const PEAK = [
  [12, 20],
  [30, 50],
  [50, 500],
  [100, 500],
  [150, 500],
  [200, 500],
] as const;

/** The overload clears when the load is off: less than this flows (A). */
const LOAD_OFF = 1;

/** OGT-8: the pack's own voltage is told, the cells cut. 14.6 V is the highest charge voltage, so only more is too much. */
function toldByThePack(rule: Rule): Rule {
  const told = { from: ['OGT-8'], severity: 'warning', denies: [] } as const;
  if (rule.id === 'pack-undervoltage') return { ...rule, ...told };
  if (rule.id !== 'pack-overvoltage') return rule;
  return { ...rule, ...told, trip: { of: 'voltage', is: '>', than: 'packOvervoltage' } };
}

export const offgridtecSmartPro: Profile = {
  id: 'offgridtec-smart-pro',
  title: 'Offgridtec Smart-Pro',
  source: 'manual of the Offgridtec Smart-Pro 12.8 V batteries',
  asks: ['cells', 'capacity'],
  full: { normal: 'byCells', critical: 'byPack' },
  models: CONTINUOUS.map(([capacity]) => capacity),
  topology: [
    { upTo: 30, cells: 4, parallel: 10 }, // OGT-10: the small ones not in series
    { upTo: Infinity, cells: 16, parallel: 100 },
  ],
  settings: {
    ...COMMON_SETTINGS,

    cellOvervoltage: 3.9, // OGT-1
    cellOvervoltageClear: 3.6, // OGT-1
    cellOvervoltageDelay: 0,
    cellOvervoltageClearDelay: 0,
    cellOvervoltageCritical: null, // the battery has one stage
    cellOvervoltageCriticalClear: null,
    cellOvervoltageCriticalDelay: 0,
    cellOvervoltageCriticalClearDelay: 0,

    cellUndervoltage: 2.0, // OGT-2, literal; a warning comes at 2.5 (resolutions)
    cellUndervoltageClear: 2.5, // OGT-2
    cellUndervoltageDelay: 0,
    cellUndervoltageClearDelay: 0,
    cellUndervoltageCritical: null,
    cellUndervoltageCriticalClear: null,
    cellUndervoltageCriticalDelay: 0,
    cellUndervoltageCriticalClearDelay: 0,

    preAlarm: 2.5, // resolutions: below 2.5 V others speak of damage
    preAlarmClear: 2.6,
    preAlarmDelay: 0,
    preAlarmClearDelay: 10,
    preAlarmMinimum: 30, // how early a heavy load is warned of; the cut itself waits for nothing, as in the manual
    preAlarmMode: 'continuous',

    balanceVoltage: 3.6, // OGT-7, OGT-8: 14.4 V
    fullTailCurrent: { timesCapacity: 0.05 },
    fullTime: 120, // OGT-8: a few minutes of constant voltage are 98 %

    chargeTemperatureMin: -5, // OGT-6: section 3.1 says so for all models
    chargeTemperatureMinClear: -5,
    chargeTemperatureMinDelay: 0,
    chargeTemperatureMinClearDelay: 10,
    chargeTemperatureMax: 45, // OGT-6
    chargeTemperatureMaxClear: 45,
    chargeTemperatureMaxDelay: 0,
    chargeTemperatureMaxClearDelay: 10,
    dischargeTemperatureMin: -20, // OGT-6
    dischargeTemperatureMinClear: -20,
    dischargeTemperatureMinDelay: 0,
    dischargeTemperatureMinClearDelay: 10,
    dischargeTemperatureMax: 60, // OGT-4, OGT-6: the data table's switch-off
    dischargeTemperatureMaxClear: 50, // OGT-4
    dischargeTemperatureMaxDelay: 0,
    dischargeTemperatureMaxClearDelay: 0,

    chargeCurrentMax: { byModel: CONTINUOUS, timesParallel: true },
    chargeCurrentMaxClear: { byModel: RECOMMENDED, timesParallel: true },
    chargeCurrentMaxDelay: 10,
    chargeCurrentMaxClearDelay: 60,
    dischargeCurrentMax: { byModel: CONTINUOUS, timesParallel: true, atMost: PEAK }, // OGT-10: the peak does not add up
    dischargeCurrentMaxClear: LOAD_OFF, // OGT-3
    dischargeCurrentMaxDelay: 5, // OGT-3: an inrush up to the peak must not trip it at once
    dischargeCurrentMaxClearDelay: 8, // OGT-3
    dischargeCurrentPeak: { byModel: PEAK, timesParallel: false },
    dischargeCurrentPeakClear: LOAD_OFF,
    dischargeCurrentPeakDelay: 0,
    dischargeCurrentPeakClearDelay: 8, // OGT-3

    packOvervoltage: { timesCells: 3.65 }, // OGT-8: 14.6 V at most
    packOvervoltageClear: { timesCells: 3.6 },
    packUndervoltage: { timesCells: 2.75 }, // resolutions: warn at 11 V, cut by the cells
    packUndervoltageClear: { timesCells: 2.9 },

    communicationTimeoutCharge: 10, // the battery protects itself; its radio is slow
    communicationTimeoutLoad: 60,
  },
  rules: [
    {
      ...CELL_OVERVOLTAGE,
      from: ['OGT-1'],
      trip: { of: 'cellMax', is: '>', than: 'cellOvervoltage' },
      clear: [{ of: 'cellMax', is: '<=', than: 'cellOvervoltageClear' }],
    },
    {
      id: 'cell-high',
      rule: 'cell-overvoltage',
      code: 'high',
      from: ['OGT-15'],
      severity: 'warning',
      trip: { of: 'cellMax', is: '>', than: HIGH_CELL },
      clear: [{ of: 'cellMax', is: '<=', than: 'cellOvervoltageClear' }],
      denies: [],
    },
    PRE_ALARM,
    PRE_ALARM_SOON,
    {
      id: 'cell-undervoltage',
      rule: 'cell-undervoltage',
      from: ['OGT-2'],
      severity: 'alarm',
      trip: { of: 'cellMin', is: '<', than: 'cellUndervoltage' },
      clear: [{ of: 'cellMin', is: '>=', than: 'cellUndervoltageClear' }],
      delay: 'cellUndervoltageDelay',
      clearDelay: 'cellUndervoltageClearDelay',
      denies: ['load', 'shed'],
    },
    { ...CHARGE_TEMPERATURE_LOW, from: ['OGT-6'] },
    {
      ...CHARGE_TEMPERATURE_HIGH,
      from: ['OGT-4', 'OGT-6'],
      // Resolutions: charging again below 45 °C, not at it.
      clear: [{ of: 'temperatureMax', is: '<', than: 'chargeTemperatureMaxClear' }],
    },
    { ...DISCHARGE_TEMPERATURE_LOW, from: ['OGT-6'] },
    { ...DISCHARGE_TEMPERATURE_HIGH, from: ['OGT-4', 'OGT-6'] },
    {
      id: 'over-temperature',
      rule: 'discharge-temperature-high',
      code: 'over-temperature',
      from: ['OGT-4'],
      severity: 'fault',
      trip: { of: 'temperatureMaxResting', is: '>=', than: TOO_HOT },
      clear: [{ of: 'temperatureMaxResting', is: '<=', than: COOL }],
      denies: ['charge', 'load', 'alternator', 'shed'],
    },
    { ...CHARGE_OVERCURRENT, from: ['OGT-9', 'OGT-10'] },
    { ...DISCHARGE_OVERCURRENT, from: ['OGT-3', 'OGT-9', 'OGT-10'] },
    { ...DISCHARGE_OVERCURRENT_PEAK, from: ['OGT-3', 'OGT-9', 'OGT-10'] },
    // A second stage, where the owner gives it numbers: the product has none.
    CELL_OVERVOLTAGE_CRITICAL,
    CELL_UNDERVOLTAGE_CRITICAL,
    UNDERVOLTAGE_DRAIN,
    // The battery resets a short circuit by itself; only a loop of them stops the loads (OGT-5).
    SHORT_CIRCUIT_PASSING,
    { ...SHORT_CIRCUIT_LOOP, from: ['OGT-5'] },
    BMS_HOT,
    ...COMMON_RULES.map(toldByThePack),
  ],
};
