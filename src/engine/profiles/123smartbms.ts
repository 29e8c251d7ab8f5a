/**
 * `123smartbms`: the tables of the 123\SmartBMS manual V1.2, chapter "Algorithm", word for word (123-R2..R5).
 *
 * V-max, V-min, T-min and T-max have no default in the manual (they are set in its app): the numbers here are for
 * LiFePO4. A relay comes back only when every condition in its "Enable" column holds at the same moment, so each row is a
 * gate. "Below" in the text and "<=" in the table disagree; the table counts (resolutions). The manual's limits act
 * at once, so every delay is 0; the link votes over frames, which costs one frame.
 */
import { COMMON_RULES, COMMON_SETTINGS } from './common.ts';
import { BMS_HOT, SHORT_CIRCUIT, SHORT_CIRCUIT_LOOP } from './faults.ts';
import type { Profile } from './profile.ts';
import {
  CELL_OVERVOLTAGE_CRITICAL,
  CELL_UNDERVOLTAGE_CRITICAL,
  CHARGE_OVERCURRENT,
  DISCHARGE_OVERCURRENT,
  DISCHARGE_OVERCURRENT_PEAK,
  PRE_ALARM,
  PRE_ALARM_SOON,
  UNDERVOLTAGE_DRAIN,
} from './rows.ts';

export const smartbms123: Profile = {
  id: '123smartbms',
  title: '123\\SmartBMS',
  source: '123\\SmartBMS manual V1.2',
  asks: ['cells', 'capacity'],
  full: { normal: 'byCells', critical: 'byPack' }, // 123-R5
  settings: {
    ...COMMON_SETTINGS,

    cellOvervoltage: 3.65, // V-max
    cellOvervoltageClear: 3.6, // critical mode only: "a small hysteresis is added" (resolutions)
    cellOvervoltageDelay: 0,
    cellOvervoltageClearDelay: 0,
    cellOvervoltageCritical: null, // the product has no second stage
    cellOvervoltageCriticalClear: null,
    cellOvervoltageCriticalDelay: 1,
    cellOvervoltageCriticalClearDelay: 10,

    cellUndervoltage: 2.8, // V-min
    cellUndervoltageClear: 2.85, // critical mode only
    cellUndervoltageDelay: 0,
    cellUndervoltageClearDelay: 0,
    cellUndervoltageCritical: null,
    cellUndervoltageCriticalClear: null,
    cellUndervoltageCriticalDelay: 0,
    cellUndervoltageCriticalClearDelay: 10,

    preAlarm: 3.0,
    preAlarmClear: 3.1,
    preAlarmDelay: 0,
    preAlarmClearDelay: 0,
    preAlarmMinimum: 0, // the manual's cut is immediate; a time given here delays it
    preAlarmMode: 'off', // the manual's relay functions have none in V1.2

    balanceVoltage: 3.5, // V-bypass, option switches 2, 6, 7 (123-R6)
    fullTailCurrent: null, // resolutions: the 123 profile is literal, without tail current
    fullTime: 0,

    // "T-min < temperature < T-max" for both relays (123-R2, R3): the pairs are set alike.
    chargeTemperatureMin: 0,
    chargeTemperatureMinClear: 0,
    chargeTemperatureMinDelay: 0,
    chargeTemperatureMinClearDelay: 0,
    chargeTemperatureMax: 50,
    chargeTemperatureMaxClear: 50,
    chargeTemperatureMaxDelay: 0,
    chargeTemperatureMaxClearDelay: 0,
    dischargeTemperatureMin: 0,
    dischargeTemperatureMinClear: 0,
    dischargeTemperatureMinDelay: 0,
    dischargeTemperatureMinClearDelay: 0,
    dischargeTemperatureMax: 50,
    dischargeTemperatureMaxClear: 50,
    dischargeTemperatureMaxDelay: 0,
    dischargeTemperatureMaxClearDelay: 0,

    chargeCurrentMax: null, // the product does not watch currents
    chargeCurrentMaxClear: null,
    chargeCurrentMaxDelay: 10,
    chargeCurrentMaxClearDelay: 60,
    dischargeCurrentMax: null,
    dischargeCurrentMaxClear: null,
    dischargeCurrentMaxDelay: 10,
    dischargeCurrentMaxClearDelay: 60,
    dischargeCurrentPeak: null,
    dischargeCurrentPeakClear: null,
    dischargeCurrentPeakDelay: 1,
    dischargeCurrentPeakClearDelay: 60,

    chargeRestart: 95, // set in the app; the manual gives no number
    dischargeRestart: 20,
    residualDrain: 0.009, // 123-R20: what the OUT board with Bluetooth takes
    // currentBlindSpot stays 0: the IN module applies its own (option switch 3)

    communicationTimeoutCharge: 5, // frames come every 0.5 or 1 s (123-R1)
    communicationTimeoutLoad: 20, // the vendor's driver calls 20 s without a frame a communication error
  },
  rules: [
    // ---- charge relay, disable: a cell >= V-max (Vh)
    {
      id: 'cell-overvoltage',
      rule: 'cell-overvoltage',
      code: 'Vh',
      from: ['123-R2', '123-R9'],
      severity: 'alarm',
      only: [{ setting: 'mode', is: 'normal' }],
      trip: { of: 'cellMax', is: '>=', than: 'cellOvervoltage' },
      clear: [{ of: 'cellMax', is: '<', than: 'cellOvervoltage' }],
      delay: 'cellOvervoltageDelay',
      clearDelay: 'cellOvervoltageClearDelay',
      denies: ['charge', 'alternator'],
      gate: true,
    },
    {
      id: 'cell-overvoltage',
      rule: 'cell-overvoltage',
      code: 'Vh',
      from: ['123-R4', '123-R9'],
      severity: 'alarm',
      only: [{ setting: 'mode', is: 'critical' }],
      trip: { of: 'cellMax', is: '>=', than: 'cellOvervoltage' },
      clear: [{ of: 'cellMax', is: '<', than: 'cellOvervoltageClear' }],
      delay: 'cellOvervoltageDelay',
      clearDelay: 'cellOvervoltageClearDelay',
      denies: ['charge', 'alternator'],
      gate: true,
    },
    // ---- charge relay, disable: ALL cells >= V-bypass; enable: all cells < V-bypass AND SOC < charge restart
    {
      id: 'full',
      rule: 'cell-overvoltage',
      code: 'full',
      from: ['123-R2', '123-R5'],
      severity: 'info',
      only: [{ setting: 'mode', is: 'normal' }],
      trip: { of: 'cellMin', is: '>=', than: 'balanceVoltage' },
      clear: [
        { of: 'cellMax', is: '<', than: 'balanceVoltage' },
        { of: 'soc', is: '<', than: 'chargeRestart' },
      ],
      denies: ['charge', 'alternator'],
      gate: true,
    },
    // ---- load relay, disable: a cell <= V-min (Vl)
    {
      id: 'cell-undervoltage',
      rule: 'cell-undervoltage',
      code: 'Vl',
      from: ['123-R3', '123-R9'],
      severity: 'alarm',
      only: [{ setting: 'mode', is: 'normal' }],
      trip: { of: 'cellMin', is: '<=', than: 'cellUndervoltage' },
      clear: [{ of: 'cellMin', is: '>', than: 'cellUndervoltage' }],
      delay: 'cellUndervoltageDelay',
      clearDelay: 'cellUndervoltageClearDelay',
      denies: ['load', 'shed'],
      gate: true,
      after: { rows: ['pre-alarm', 'pre-alarm-soon'], seconds: 'preAlarmMinimum' },
    },
    {
      id: 'cell-undervoltage',
      rule: 'cell-undervoltage',
      code: 'Vl',
      from: ['123-R4', '123-R9'],
      severity: 'alarm',
      only: [{ setting: 'mode', is: 'critical' }],
      trip: { of: 'cellMin', is: '<=', than: 'cellUndervoltage' },
      clear: [{ of: 'cellMin', is: '>', than: 'cellUndervoltageClear' }],
      delay: 'cellUndervoltageDelay',
      clearDelay: 'cellUndervoltageClearDelay',
      denies: ['load', 'shed'],
      gate: true,
      after: { rows: ['pre-alarm', 'pre-alarm-soon'], seconds: 'preAlarmMinimum' },
    },
    // ---- load relay, enable: SOC >= discharge restart
    {
      id: 'discharge-restart',
      rule: 'soc-low',
      code: 'discharge-restart',
      from: ['123-R3'],
      severity: 'info',
      only: [{ setting: 'mode', is: 'normal' }],
      clear: [{ of: 'soc', is: '>=', than: 'dischargeRestart' }],
      denies: ['load', 'shed'],
      gate: true,
    },
    // ---- both relays: temperatures (Tl, Th)
    {
      id: 'charge-temperature-low',
      rule: 'charge-temperature-low',
      code: 'Tl',
      from: ['123-R2', '123-R4', '123-R9'],
      severity: 'alarm',
      trip: { of: 'temperatureMin', is: '<', than: 'chargeTemperatureMin' },
      clear: [{ of: 'temperatureMin', is: '>', than: 'chargeTemperatureMinClear' }],
      delay: 'chargeTemperatureMinDelay',
      clearDelay: 'chargeTemperatureMinClearDelay',
      denies: ['charge', 'alternator'],
      gate: true,
    },
    {
      id: 'charge-temperature-high',
      rule: 'charge-temperature-high',
      code: 'Th',
      from: ['123-R2', '123-R4', '123-R9'],
      severity: 'alarm',
      trip: { of: 'temperatureMax', is: '>', than: 'chargeTemperatureMax' },
      clear: [{ of: 'temperatureMax', is: '<', than: 'chargeTemperatureMaxClear' }],
      delay: 'chargeTemperatureMaxDelay',
      clearDelay: 'chargeTemperatureMaxClearDelay',
      denies: ['charge', 'alternator'],
      gate: true,
    },
    {
      id: 'discharge-temperature-low',
      rule: 'discharge-temperature-low',
      code: 'Tl',
      from: ['123-R3', '123-R4', '123-R9'],
      severity: 'alarm',
      trip: { of: 'temperatureMin', is: '<', than: 'dischargeTemperatureMin' },
      clear: [{ of: 'temperatureMin', is: '>', than: 'dischargeTemperatureMinClear' }],
      delay: 'dischargeTemperatureMinDelay',
      clearDelay: 'dischargeTemperatureMinClearDelay',
      denies: ['load', 'shed'],
      gate: true,
    },
    {
      // A bypassing cell reads far too hot: it stops charging (the row above) but not the loads (123-R6, resolutions).
      id: 'discharge-temperature-high',
      rule: 'discharge-temperature-high',
      code: 'Th',
      from: ['123-R3', '123-R4', '123-R6', '123-R9'],
      severity: 'alarm',
      trip: { of: 'temperatureMaxResting', is: '>', than: 'dischargeTemperatureMax' },
      clear: [{ of: 'temperatureMaxResting', is: '<', than: 'dischargeTemperatureMaxClear' }],
      delay: 'dischargeTemperatureMaxDelay',
      clearDelay: 'dischargeTemperatureMaxClearDelay',
      denies: ['load', 'shed'],
      gate: true,
    },
    // ---- both relays: no cell communication (E)
    {
      id: 'cell-communication',
      rule: 'communication',
      code: 'E',
      from: ['123-R2', '123-R3', '123-R4', '123-R9'],
      severity: 'alarm',
      trip: { of: 'communication', is: '<', than: 1 },
      clear: [{ of: 'communication', is: '>=', than: 1 }],
      delay: 'communicationDelay',
      denies: ['charge', 'load', 'alternator', 'contactor', 'shed'],
      gate: true,
    },
    // ---- ours, not the manual's: the warning before the cut and the currents are off by default
    PRE_ALARM,
    PRE_ALARM_SOON,
    CHARGE_OVERCURRENT,
    DISCHARGE_OVERCURRENT,
    // A second stage, where the owner gives it numbers: the product has none.
    CELL_OVERVOLTAGE_CRITICAL,
    CELL_UNDERVOLTAGE_CRITICAL,
    UNDERVOLTAGE_DRAIN,
    DISCHARGE_OVERCURRENT_PEAK,
    SHORT_CIRCUIT,
    SHORT_CIRCUIT_LOOP,
    BMS_HOT,
    ...COMMON_RULES,
  ],
};
