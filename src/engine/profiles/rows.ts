/**
 * The rows that several profiles share, one for each watch. A profile takes a row as it is, or changes in its own table
 * what its manual has otherwise: `{ ...CELL_OVERVOLTAGE, code: 'A-SL9' }`.
 */
import type { Rule } from '../protection/rule.ts';

export const CELL_OVERVOLTAGE: Rule = {
  id: 'cell-overvoltage',
  rule: 'cell-overvoltage',
  from: ['VLB-1', 'OGT-15'],
  severity: 'alarm',
  trip: { of: 'cellMax', is: '>=', than: 'cellOvervoltage' },
  clear: [{ of: 'cellMax', is: '<', than: 'cellOvervoltageClear' }],
  delay: 'cellOvervoltageDelay',
  clearDelay: 'cellOvervoltageClearDelay',
  denies: ['charge', 'alternator'],
};

/** The second stage: thresholds and an output of its own, whatever the first one thinks (ECS-10, VLB-10). */
export const CELL_OVERVOLTAGE_CRITICAL: Rule = {
  id: 'cell-overvoltage-critical',
  rule: 'cell-overvoltage-critical',
  from: ['VLB-10', 'ECS-10'],
  severity: 'fault',
  trip: { of: 'cellMax', is: '>=', than: 'cellOvervoltageCritical' },
  clear: [{ of: 'cellMax', is: '<', than: 'cellOvervoltageCriticalClear' }],
  delay: 'cellOvervoltageCriticalDelay',
  clearDelay: 'cellOvervoltageCriticalClearDelay',
  denies: ['charge', 'alternator', 'contactor'],
  latch: 'latchCritical',
};

export const PRE_ALARM: Rule = {
  id: 'pre-alarm',
  rule: 'pre-alarm',
  from: ['VLB-1', 'VLB-3', 'VLB-4', 'VLB-20', 'VSB-6'],
  severity: 'warning',
  trip: { of: 'cellMin', is: '<=', than: 'preAlarm' },
  clear: [{ of: 'cellMin', is: '>', than: 'preAlarmClear' }],
  delay: 'preAlarmDelay',
  clearDelay: 'preAlarmClearDelay',
  denies: [],
  sounds: true,
  only: [{ setting: 'preAlarmMode', not: 'off' }],
};

/** Under a heavy load the threshold comes too late: the warning sounds when the cut is half a minute away. */
export const PRE_ALARM_SOON: Rule = {
  id: 'pre-alarm-soon',
  rule: 'pre-alarm',
  code: 'soon',
  from: ['VLB-4', 'VSB-6'],
  severity: 'warning',
  trip: { of: 'untilCut', is: '<', than: 'preAlarmMinimum' },
  clear: [{ of: 'untilCut', is: '>=', than: 'preAlarmMinimum' }],
  delay: 'preAlarmDelay',
  clearDelay: 'preAlarmClearDelay',
  denies: [],
  sounds: true,
  only: [
    { setting: 'preAlarmMode', not: 'off' },
    { setting: 'preAlarm', on: true },
  ],
};

export const CELL_UNDERVOLTAGE: Rule = {
  id: 'cell-undervoltage',
  rule: 'cell-undervoltage',
  from: ['VLB-1', 'VLB-2', 'VLB-4', 'VSB-11'],
  severity: 'alarm',
  trip: { of: 'cellMin', is: '<=', than: 'cellUndervoltage' },
  clear: [{ of: 'cellMin', is: '>=', than: 'cellUndervoltageClear' }],
  delay: 'cellUndervoltageDelay',
  clearDelay: 'cellUndervoltageClearDelay',
  denies: ['load', 'shed'],
  after: { rows: ['pre-alarm', 'pre-alarm-soon'], seconds: 'preAlarmMinimum' },
};

/** Does not wait for the warning, and does not open the contactor: charging must stay possible (VSB-11). */
export const CELL_UNDERVOLTAGE_CRITICAL: Rule = {
  id: 'cell-undervoltage-critical',
  rule: 'cell-undervoltage-critical',
  from: ['VLB-4', 'VLB-10', 'ECS-10'],
  severity: 'fault',
  trip: { of: 'cellMin', is: '<=', than: 'cellUndervoltageCritical' },
  clear: [{ of: 'cellMin', is: '>=', than: 'cellUndervoltageCriticalClear' }],
  delay: 'cellUndervoltageCriticalDelay',
  clearDelay: 'cellUndervoltageCriticalClearDelay',
  denies: ['load', 'shed'],
  latch: 'latchCritical',
};

/**
 * The second stage of the undervoltage: something still draws although the loads are cut, so the first stage has failed, and
 * the main contactor opens. Every five minutes it is tried again: behind the contactor a charger may be waiting for
 * its battery, and a dark that nobody can end must not be (VSB-11).
 */
export const UNDERVOLTAGE_DRAIN: Rule = {
  id: 'undervoltage-drain',
  rule: 'cell-undervoltage-critical',
  code: 'drain',
  from: ['VLB-10', 'ECS-10'],
  severity: 'fault',
  trip: { of: 'drainVoltage', is: '<=', than: 'cellUndervoltageCritical' },
  clear: [{ of: 'drainVoltage', is: '>', than: 'cellUndervoltageCritical' }],
  delay: 'cellUndervoltageCriticalDelay',
  clearDelay: 300,
  denies: ['contactor'],
};

export const CHARGE_TEMPERATURE_LOW: Rule = {
  id: 'charge-temperature-low',
  rule: 'charge-temperature-low',
  from: ['VLB-1', 'VLB-6', 'OGT-6'],
  severity: 'alarm',
  trip: { of: 'temperatureMin', is: '<', than: 'chargeTemperatureMin' },
  clear: [{ of: 'temperatureMin', is: '>=', than: 'chargeTemperatureMinClear' }],
  delay: 'chargeTemperatureMinDelay',
  clearDelay: 'chargeTemperatureMinClearDelay',
  denies: ['charge', 'alternator'],
};

/** A bypassing cell's temperature counts here too: it is marked and never ignored (123-R6). */
export const CHARGE_TEMPERATURE_HIGH: Rule = {
  id: 'charge-temperature-high',
  rule: 'charge-temperature-high',
  from: ['VLB-1', 'OGT-4', 'OGT-6', '123-R6'],
  severity: 'alarm',
  trip: { of: 'temperatureMax', is: '>', than: 'chargeTemperatureMax' },
  clear: [{ of: 'temperatureMax', is: '<=', than: 'chargeTemperatureMaxClear' }],
  delay: 'chargeTemperatureMaxDelay',
  clearDelay: 'chargeTemperatureMaxClearDelay',
  denies: ['charge', 'alternator'],
};

export const DISCHARGE_TEMPERATURE_LOW: Rule = {
  id: 'discharge-temperature-low',
  rule: 'discharge-temperature-low',
  from: ['OGT-6', 'VLB-6'],
  severity: 'alarm',
  trip: { of: 'temperatureMin', is: '<', than: 'dischargeTemperatureMin' },
  clear: [{ of: 'temperatureMin', is: '>=', than: 'dischargeTemperatureMinClear' }],
  delay: 'dischargeTemperatureMinDelay',
  clearDelay: 'dischargeTemperatureMinClearDelay',
  denies: ['load', 'shed'],
};

/** A bypassing cell reads far too hot: it stops charging (above) and not the loads (123-R6). */
export const DISCHARGE_TEMPERATURE_HIGH: Rule = {
  id: 'discharge-temperature-high',
  rule: 'discharge-temperature-high',
  from: ['OGT-4', 'OGT-6', '123-R6'],
  severity: 'alarm',
  trip: { of: 'temperatureMaxResting', is: '>', than: 'dischargeTemperatureMax' },
  clear: [{ of: 'temperatureMaxResting', is: '<=', than: 'dischargeTemperatureMaxClear' }],
  delay: 'dischargeTemperatureMaxDelay',
  clearDelay: 'dischargeTemperatureMaxClearDelay',
  denies: ['load', 'shed'],
};

export const CHARGE_OVERCURRENT: Rule = {
  id: 'charge-overcurrent',
  rule: 'charge-overcurrent',
  from: ['OGT-9', 'VLB-16', 'ECS-12'],
  severity: 'alarm',
  trip: { of: 'current', is: '>', than: 'chargeCurrentMax' },
  clear: [{ of: 'current', is: '<', than: 'chargeCurrentMaxClear' }],
  delay: 'chargeCurrentMaxDelay',
  clearDelay: 'chargeCurrentMaxClearDelay',
  denies: ['charge', 'alternator'],
};

export const DISCHARGE_OVERCURRENT: Rule = {
  id: 'discharge-overcurrent',
  rule: 'discharge-overcurrent',
  from: ['OGT-3', 'OGT-9', 'VLB-16'],
  severity: 'alarm',
  trip: { of: 'dischargeCurrent', is: '>', than: 'dischargeCurrentMax' },
  clear: [{ of: 'dischargeCurrent', is: '<', than: 'dischargeCurrentMaxClear' }],
  delay: 'dischargeCurrentMaxDelay',
  clearDelay: 'dischargeCurrentMaxClearDelay',
  denies: ['load', 'shed'],
};

/** The second step of the over-current: an inrush may go above the first for its delay, and above this for a moment. */
export const DISCHARGE_OVERCURRENT_PEAK: Rule = {
  id: 'discharge-overcurrent-peak',
  rule: 'discharge-overcurrent',
  code: 'peak',
  from: ['OGT-3', 'OGT-9', 'VLB-16', 'VSB-4', 'ECS-12'],
  severity: 'alarm',
  trip: { of: 'dischargeCurrent', is: '>', than: 'dischargeCurrentPeak' },
  clear: [{ of: 'dischargeCurrent', is: '<', than: 'dischargeCurrentPeakClear' }],
  delay: 'dischargeCurrentPeakDelay',
  clearDelay: 'dischargeCurrentPeakClearDelay',
  denies: ['load', 'shed'],
};
