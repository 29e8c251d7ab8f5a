/**
 * Which settings must stand in which order: trip above clear, critical beyond the first stage, warning before the cut.
 * One table for all profiles; a pair is skipped where one of the two is off.
 */
import type { SettingName } from './schema.ts';

export interface Order {
  readonly lower: SettingName;
  readonly is: '<' | '<=';
  readonly upper: SettingName;
}

export const ORDER: readonly Order[] = [
  { lower: 'cellUndervoltageCritical', is: '<=', upper: 'cellUndervoltage' },
  { lower: 'cellUndervoltage', is: '<=', upper: 'cellUndervoltageClear' },
  { lower: 'cellUndervoltageCritical', is: '<=', upper: 'cellUndervoltageCriticalClear' },
  { lower: 'cellUndervoltage', is: '<', upper: 'preAlarm' },
  { lower: 'preAlarm', is: '<=', upper: 'preAlarmClear' },
  { lower: 'preAlarmClear', is: '<', upper: 'cellOvervoltage' },
  { lower: 'cellUndervoltage', is: '<', upper: 'balanceVoltage' },
  { lower: 'cellUndervoltageClear', is: '<', upper: 'cellOvervoltageClear' },
  { lower: 'balanceVoltage', is: '<=', upper: 'cellOvervoltage' },
  { lower: 'cellOvervoltageClear', is: '<=', upper: 'cellOvervoltage' },
  { lower: 'cellOvervoltage', is: '<=', upper: 'cellOvervoltageCritical' },
  { lower: 'cellOvervoltageCriticalClear', is: '<=', upper: 'cellOvervoltageCritical' },
  { lower: 'packUndervoltage', is: '<=', upper: 'packUndervoltageClear' },
  { lower: 'packOvervoltageClear', is: '<=', upper: 'packOvervoltage' },
  { lower: 'packUndervoltageClear', is: '<', upper: 'packOvervoltageClear' },
  { lower: 'imbalanceClear', is: '<=', upper: 'imbalance' },
  { lower: 'chargeTemperatureMin', is: '<=', upper: 'chargeTemperatureMinClear' },
  { lower: 'chargeTemperatureMinClear', is: '<', upper: 'chargeTemperatureMaxClear' },
  { lower: 'chargeTemperatureMaxClear', is: '<=', upper: 'chargeTemperatureMax' },
  { lower: 'dischargeTemperatureMin', is: '<=', upper: 'dischargeTemperatureMinClear' },
  { lower: 'dischargeTemperatureMinClear', is: '<', upper: 'dischargeTemperatureMaxClear' },
  { lower: 'dischargeTemperatureMaxClear', is: '<=', upper: 'dischargeTemperatureMax' },
  { lower: 'chargeCurrentMaxClear', is: '<=', upper: 'chargeCurrentMax' },
  { lower: 'dischargeCurrentMaxClear', is: '<=', upper: 'dischargeCurrentMax' },
  { lower: 'dischargeCurrentPeakClear', is: '<=', upper: 'dischargeCurrentPeak' },
  { lower: 'dischargeCurrentMax', is: '<=', upper: 'dischargeCurrentPeak' },
  { lower: 'bmsTemperatureMaxClear', is: '<=', upper: 'bmsTemperatureMax' },
  { lower: 'shedSoc', is: '<=', upper: 'shedSocClear' },
  { lower: 'alternatorVoltageLimitClear', is: '<', upper: 'alternatorVoltageLimit' },
  { lower: 'starterVoltageMin', is: '<=', upper: 'starterVoltageMinClear' },
  { lower: 'heaterTemperature', is: '<', upper: 'heaterTemperatureClear' },
  { lower: 'auxSoc', is: '<', upper: 'auxSocClear' },
  { lower: 'dischargeRestart', is: '<', upper: 'chargeRestart' },
];
