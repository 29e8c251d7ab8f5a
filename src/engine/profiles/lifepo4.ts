/**
 * `lifepo4`: our recommended default for a hobbyist's LiFePO4 pack.
 *
 * Each number names where it comes from: a requirement id, or "consensus" for the middle of what careful
 * products and manuals use (cell limits of Seplos, REC, Victron, diyBMS templates and cell makers' sheets).
 */
import { COMMON_RULES, COMMON_SETTINGS } from './common.ts';
import { BMS_HOT, SHORT_CIRCUIT, SHORT_CIRCUIT_LOOP } from './faults.ts';
import type { Profile } from './profile.ts';
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

export const lifepo4: Profile = {
  id: 'lifepo4',
  title: 'LiFePO4, recommended',
  source: 'our own, from the figures of five manuals and of the cell makers',
  asks: ['cells', 'capacity'],
  full: { normal: 'byCells', critical: 'byPack' },
  settings: {
    ...COMMON_SETTINGS,

    cellOvervoltage: 3.65, // consensus: the cell makers' charge limit
    cellOvervoltageClear: 3.45, // consensus: well off the knee, so that a full pack does not chatter
    cellOvervoltageDelay: 2, // consensus 2–4 s: shorter than a cell at 1C needs for 15 mV
    cellOvervoltageClearDelay: 10,
    cellOvervoltageCritical: 3.9, // OGT-1; the second stage, below VLB-8's alarm at 3.95
    cellOvervoltageCriticalClear: 3.6, // OGT-1
    cellOvervoltageCriticalDelay: 1,
    cellOvervoltageCriticalClearDelay: 10,

    cellUndervoltage: 2.8, // VLB-2
    cellUndervoltageClear: 3.2, // VLB-2: the loads come back only when every cell is at 3.20
    cellUndervoltageDelay: 5, // consensus: rides through an inrush
    cellUndervoltageClearDelay: 10,
    cellUndervoltageCritical: 2.5, // resolutions: below 2.50 V the cut is immediate
    cellUndervoltageCriticalClear: 3.2, // as the first stage
    cellUndervoltageCriticalDelay: 0,
    cellUndervoltageCriticalClearDelay: 10,

    preAlarm: 3.1, // VLB-3
    preAlarmClear: 3.2, // VLB-3
    preAlarmDelay: 2,
    preAlarmClearDelay: 10,
    preAlarmMinimum: 30, // VLB-4
    preAlarmMode: 'continuous', // VSB-6

    balanceVoltage: 3.45, // consensus: reached by every usual absorption voltage
    fullTailCurrent: { timesCapacity: 0.04 }, // the 123 driver's 4 % of capacity
    fullTime: 120, // the 123 driver's 120 s

    chargeTemperatureMin: 5, // VLB-6 default; resolutions
    chargeTemperatureMinClear: 7,
    chargeTemperatureMinDelay: 5,
    chargeTemperatureMinClearDelay: 60,
    chargeTemperatureMax: 45, // OGT-6
    chargeTemperatureMaxClear: 42,
    chargeTemperatureMaxDelay: 5,
    chargeTemperatureMaxClearDelay: 60,
    dischargeTemperatureMin: -20, // OGT-6, VLB-6
    dischargeTemperatureMinClear: -17,
    dischargeTemperatureMinDelay: 5,
    dischargeTemperatureMinClearDelay: 60,
    dischargeTemperatureMax: 60, // OGT-6
    dischargeTemperatureMaxClear: 50, // OGT-4
    dischargeTemperatureMaxDelay: 5,
    dischargeTemperatureMaxClearDelay: 60,

    chargeCurrentMax: { timesCapacity: 1 }, // common cell sheets: 1C; VLB-16 recommends half of it
    chargeCurrentMaxClear: { timesCapacity: 0.9 },
    chargeCurrentMaxDelay: 10, // Seplos: 10 s
    chargeCurrentMaxClearDelay: 60, // Seplos: 60 s. The current is 0 once we have opened, so time must do it
    dischargeCurrentMax: { timesCapacity: 1 }, // VLB-16: 1C recommended
    dischargeCurrentMaxClear: { timesCapacity: 0.9 },
    dischargeCurrentMaxDelay: 10,
    dischargeCurrentMaxClearDelay: 60,
    dischargeCurrentPeak: { timesCapacity: 2 }, // VLB-16: 2C maximum
    dischargeCurrentPeakClear: { timesCapacity: 0.9 },
    dischargeCurrentPeakDelay: 1, // an inverter's inrush is over by then (OGT-3)
    dischargeCurrentPeakClearDelay: 60,

    bmsTemperatureMax: 85, // judged only where a device measures it; usual limit of power boards
    bmsTemperatureMaxClear: 75,
    imbalance: 0.15, // consensus: alarm at 150–300 mV
    imbalanceClear: 0.1, // VLB-11: above 0.1 V counts as imbalance

    retries: 10, // ten trips of one kind within an hour are a fault of the system, not of the moment
    onPlausibility: 'stop-charge', // a sensor that lies must not let a cell be overcharged
    onPlausibilityDelay: 30,
    onFrozen: 'stop-charge',
    onFrozenDelay: 900, // later than the others' warning: it switches

    communicationTimeoutCharge: 5, // safety bar: charging off within max(5 s, 3 periods)
    communicationTimeoutLoad: 60, // later, with the pre-alarm sounding: a lost cable must not black out a house at once
  },
  rules: [
    CELL_OVERVOLTAGE,
    CELL_OVERVOLTAGE_CRITICAL,
    PRE_ALARM,
    PRE_ALARM_SOON,
    CELL_UNDERVOLTAGE,
    CELL_UNDERVOLTAGE_CRITICAL,
    UNDERVOLTAGE_DRAIN,
    CHARGE_TEMPERATURE_LOW,
    CHARGE_TEMPERATURE_HIGH,
    DISCHARGE_TEMPERATURE_LOW,
    DISCHARGE_TEMPERATURE_HIGH,
    CHARGE_OVERCURRENT,
    DISCHARGE_OVERCURRENT,
    DISCHARGE_OVERCURRENT_PEAK,
    SHORT_CIRCUIT,
    SHORT_CIRCUIT_LOOP,
    BMS_HOT,
    {
      id: 'charge-restart',
      rule: 'cell-overvoltage',
      code: 'charge-restart',
      from: ['123-R2'],
      severity: 'info',
      clear: [{ of: 'soc', is: '<', than: 'chargeRestart' }],
      denies: ['charge'],
      gate: true,
    },
    {
      id: 'discharge-restart',
      rule: 'soc-low',
      code: 'discharge-restart',
      from: ['123-R3'],
      severity: 'info',
      clear: [{ of: 'soc', is: '>=', than: 'dischargeRestart' }],
      denies: ['load'],
      gate: true,
    },
    ...COMMON_RULES,
  ],
};
