/**
 * `lifepo4`: our recommended default for a hobbyist's LiFePO4 pack.
 *
 * Each number names where it comes from: a requirement id, or "consensus" for the middle of what careful
 * products and manuals use (cell limits of Seplos, REC, Victron, diyBMS templates and cell makers' sheets).
 */
import { COMMON_SETTINGS, OPTIONAL_RULES, REMOTE_RULE, SILENCE_RULES, SOC_UNKNOWN_RULE } from './common.ts';
import type { Profile } from './profile.ts';

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

    packOvervoltage: null,
    packOvervoltageClear: null,
    packOvervoltageDelay: 5,
    packOvervoltageClearDelay: 30,
    packUndervoltage: null,
    packUndervoltageClear: null,
    packUndervoltageDelay: 5,
    packUndervoltageClearDelay: 30,
    imbalance: 0.15, // consensus: alarm at 150–300 mV
    imbalanceClear: 0.1, // VLB-11: above 0.1 V counts as imbalance
    imbalanceDelay: 1200, // the 123 driver settled on 20 min after false alarms at 10 min
    imbalanceClearDelay: 60,
    shedSoc: null,
    shedSocClear: null,
    shedSocDelay: 10,
    shedSocClearDelay: 60,

    // Voltage decides; the SOC gates of 123-R2/R3 can be switched on by giving a number.
    chargeRestart: null,
    dischargeRestart: null,
    currentBlindSpot: 0,

    communicationTimeoutCharge: 5, // safety bar: charging off within max(5 s, 3 periods)
    communicationTimeoutLoad: 60, // later, with the pre-alarm sounding: a lost cable must not black out a house at once
  },
  rules: [
    {
      id: 'cell-overvoltage',
      rule: 'cell-overvoltage',
      from: ['VLB-1', 'OGT-15'],
      severity: 'alarm',
      trip: { of: 'cellMax', is: '>=', than: 'cellOvervoltage' },
      clear: [{ of: 'cellMax', is: '<', than: 'cellOvervoltageClear' }],
      delay: 'cellOvervoltageDelay',
      clearDelay: 'cellOvervoltageClearDelay',
      denies: ['charge', 'alternator'],
    },
    {
      id: 'cell-overvoltage-critical',
      rule: 'cell-overvoltage-critical',
      from: ['VLB-10', 'ECS-10'],
      severity: 'fault',
      trip: { of: 'cellMax', is: '>=', than: 'cellOvervoltageCritical' },
      clear: [{ of: 'cellMax', is: '<', than: 'cellOvervoltageCriticalClear' }],
      delay: 'cellOvervoltageCriticalDelay',
      clearDelay: 'cellOvervoltageCriticalClearDelay',
      denies: ['charge', 'alternator', 'contactor'],
    },
    {
      id: 'pre-alarm',
      rule: 'pre-alarm',
      from: ['VLB-3', 'VLB-4', 'VSB-6', 'VLB-20'],
      severity: 'warning',
      trip: { of: 'cellMin', is: '<=', than: 'preAlarm' },
      clear: [{ of: 'cellMin', is: '>', than: 'preAlarmClear' }],
      delay: 'preAlarmDelay',
      clearDelay: 'preAlarmClearDelay',
      denies: [],
      sounds: true,
      unlessOff: 'preAlarmMode',
    },
    {
      id: 'cell-undervoltage',
      rule: 'cell-undervoltage',
      from: ['VLB-1', 'VLB-2', 'VLB-4'],
      severity: 'alarm',
      trip: { of: 'cellMin', is: '<=', than: 'cellUndervoltage' },
      clear: [{ of: 'cellMin', is: '>=', than: 'cellUndervoltageClear' }],
      delay: 'cellUndervoltageDelay',
      clearDelay: 'cellUndervoltageClearDelay',
      denies: ['load', 'shed'],
      after: { row: 'pre-alarm', seconds: 'preAlarmMinimum' },
    },
    {
      id: 'cell-undervoltage-critical',
      rule: 'cell-undervoltage-critical',
      from: ['VLB-10', 'VLB-17'],
      severity: 'fault',
      trip: { of: 'cellMin', is: '<=', than: 'cellUndervoltageCritical' },
      clear: [{ of: 'cellMin', is: '>=', than: 'cellUndervoltageCriticalClear' }],
      delay: 'cellUndervoltageCriticalDelay',
      clearDelay: 'cellUndervoltageCriticalClearDelay',
      denies: ['load', 'shed'], // not the contactor: charging must stay possible to bring the cells back (VSB-11)
    },
    {
      id: 'charge-temperature-low',
      rule: 'charge-temperature-low',
      from: ['VLB-1', 'VLB-6', 'OGT-6'],
      severity: 'alarm',
      trip: { of: 'temperatureMin', is: '<', than: 'chargeTemperatureMin' },
      clear: [{ of: 'temperatureMin', is: '>=', than: 'chargeTemperatureMinClear' }],
      delay: 'chargeTemperatureMinDelay',
      clearDelay: 'chargeTemperatureMinClearDelay',
      denies: ['charge', 'alternator'],
    },
    {
      id: 'charge-temperature-high',
      rule: 'charge-temperature-high',
      from: ['VLB-1', 'OGT-4', 'OGT-6'],
      severity: 'alarm',
      trip: { of: 'temperatureMax', is: '>', than: 'chargeTemperatureMax' },
      clear: [{ of: 'temperatureMax', is: '<=', than: 'chargeTemperatureMaxClear' }],
      delay: 'chargeTemperatureMaxDelay',
      clearDelay: 'chargeTemperatureMaxClearDelay',
      denies: ['charge', 'alternator'],
    },
    {
      id: 'discharge-temperature-low',
      rule: 'discharge-temperature-low',
      from: ['OGT-6', 'VLB-6'],
      severity: 'alarm',
      trip: { of: 'temperatureMin', is: '<', than: 'dischargeTemperatureMin' },
      clear: [{ of: 'temperatureMin', is: '>=', than: 'dischargeTemperatureMinClear' }],
      delay: 'dischargeTemperatureMinDelay',
      clearDelay: 'dischargeTemperatureMinClearDelay',
      denies: ['load', 'shed'],
    },
    {
      id: 'discharge-temperature-high',
      rule: 'discharge-temperature-high',
      from: ['OGT-4', 'OGT-6', '123-R6'],
      severity: 'alarm',
      trip: { of: 'temperatureMaxResting', is: '>', than: 'dischargeTemperatureMax' },
      clear: [{ of: 'temperatureMaxResting', is: '<=', than: 'dischargeTemperatureMaxClear' }],
      delay: 'dischargeTemperatureMaxDelay',
      clearDelay: 'dischargeTemperatureMaxClearDelay',
      denies: ['load', 'shed'],
    },
    {
      id: 'charge-overcurrent',
      rule: 'charge-overcurrent',
      from: ['OGT-9', 'VLB-16'],
      severity: 'alarm',
      trip: { of: 'current', is: '>', than: 'chargeCurrentMax' },
      clear: [{ of: 'current', is: '<', than: 'chargeCurrentMaxClear' }],
      delay: 'chargeCurrentMaxDelay',
      clearDelay: 'chargeCurrentMaxClearDelay',
      denies: ['charge', 'alternator'],
    },
    {
      id: 'discharge-overcurrent',
      rule: 'discharge-overcurrent',
      from: ['OGT-3', 'VLB-16'],
      severity: 'alarm',
      trip: { of: 'dischargeCurrent', is: '>', than: 'dischargeCurrentMax' },
      clear: [{ of: 'dischargeCurrent', is: '<', than: 'dischargeCurrentMaxClear' }],
      delay: 'dischargeCurrentMaxDelay',
      clearDelay: 'dischargeCurrentMaxClearDelay',
      denies: ['load', 'shed'],
    },
    {
      id: 'discharge-overcurrent-peak',
      rule: 'discharge-overcurrent',
      code: 'peak',
      from: ['OGT-3', 'VLB-16'],
      severity: 'alarm',
      trip: { of: 'dischargeCurrent', is: '>', than: 'dischargeCurrentPeak' },
      clear: [{ of: 'dischargeCurrent', is: '<', than: 'dischargeCurrentPeakClear' }],
      delay: 'dischargeCurrentPeakDelay',
      clearDelay: 'dischargeCurrentPeakClearDelay',
      denies: ['load', 'shed'],
    },
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
    ...OPTIONAL_RULES,
    ...SILENCE_RULES,
    SOC_UNKNOWN_RULE,
    REMOTE_RULE,
  ],
};
