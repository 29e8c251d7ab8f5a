/** What the 123\SmartBMS app calls the settings that it has too (123-R2, R3, R5, R6). */
import type { SettingName } from '../engine/pack/schema.ts';

export const WORDS_OF_123: Readonly<Partial<Record<SettingName, string>>> = {
  cellOvervoltage: 'V-max',
  cellUndervoltage: 'V-min',
  balanceVoltage: 'V-bypass',
  chargeTemperatureMin: 'T-min',
  chargeTemperatureMax: 'T-max',
  dischargeTemperatureMin: 'T-min',
  dischargeTemperatureMax: 'T-max',
  chargeRestart: 'Charge restart',
  dischargeRestart: 'Discharge restart',
  currentBlindSpot: 'Blind spot',
};
