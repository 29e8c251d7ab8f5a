/** The settings of an EG4 LL battery, 5B (hexadecimal) words from 2D, as public readers have them. V, A, °C. */
import { signed } from '../register-values.ts';
import { readEg4Hardware } from './registers.ts';

/** Where it stands, counted in words from 2D, and how many raw steps make one. */
const SETTINGS = {
  balanceVoltage: [11, 1000],
  balanceDifference: [12, 1000],
  lowCapacityWarning: [13, 1],
  cellUndervoltageWarning: [16, 1000],
  cellUndervoltageProtection: [17, 1000],
  cellUndervoltageRelease: [18, 1000],
  packUndervoltageWarning: [19, 100],
  packUndervoltageProtection: [20, 100],
  packUndervoltageRelease: [21, 100],
  cellOvervoltageWarning: [22, 1000],
  cellOvervoltageProtection: [23, 1000],
  cellOvervoltageRelease: [24, 1000],
  packOvervoltageWarning: [25, 100],
  packOvervoltageProtection: [26, 100],
  packOvervoltageRelease: [27, 100],
  chargeOvercurrentProtection: [35, 100],
  dischargeOvercurrentProtection: [36, 100],
  shortCircuitCurrent: [37, 100],
  chargeOvercurrent2Protection: [38, 100],
  dischargeOvercurrent2Protection: [39, 100],
} as const;

/** Word by word from here: warning, protection and release of each, °C + 50. */
const TEMPERATURES_AT = 45;
const TEMPERATURES = [
  'chargeUndertemperature',
  'chargeOvertemperature',
  'dischargeUndertemperature',
  'dischargeOvertemperature',
  'boardOvertemperature',
] as const;
const STAGES = ['Warning', 'Protection', 'Release'] as const;
const TEMPERATURE_OFFSET = 50;
const HARDWARE_AT = 60;

/** Every setting whose place is known, and who the battery is. */
export function readEg4Config(words: readonly number[]): Readonly<Record<string, number | string>> {
  const config: Record<string, number | string> = {};
  for (const [name, [at, steps]] of Object.entries(SETTINGS)) config[name] = (words[at] ?? 0) / steps;
  TEMPERATURES.forEach((name, i) => {
    STAGES.forEach((stage, k) => {
      config[`${name}${stage}`] = signed(words[TEMPERATURES_AT + 3 * i + k] ?? 0) - TEMPERATURE_OFFSET;
    });
  });
  return { ...config, ...readEg4Hardware(words.slice(HARDWARE_AT, HARDWARE_AT + 0x17)) };
}
