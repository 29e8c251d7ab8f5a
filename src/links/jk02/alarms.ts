/**
 * Alarm bits of the 300-byte status frame, after JK's register map of the PB series. Boards of up to 24 cells have the
 * first 16. Bits 18 (no GPS) and 19 (password to be changed) are set in healthy packs; what 24 and up mean is not
 * published.
 */
import type { Hardware } from '../../engine/reading/reading.ts';
import { type AlarmBit, alarmFlags, faultOf } from '../jk/alarms.ts';

const CURRENT_SENSOR = 3;
const CHARGE_SHORT = 7;
const DISCHARGE_SHORT = 14;

const ALARMS: readonly AlarmBit[] = [
  { bit: 0, name: 'wireResistance' },
  { bit: 1, name: 'bmsOverTemperature', stops: 'both' },
  { bit: 2, name: 'cellCountWrong', stops: 'both', fault: 'cell count' },
  { bit: CURRENT_SENSOR, name: 'currentSensorFault', fault: 'current sensor' },
  { bit: 4, name: 'cellOvervoltage', stops: 'charge' },
  { bit: 5, name: 'packOvervoltage', stops: 'charge' },
  { bit: 6, name: 'chargeOvercurrent', stops: 'charge' },
  { bit: CHARGE_SHORT, name: 'shortCircuit', stops: 'charge' },
  { bit: 8, name: 'chargeOvertemperature', stops: 'charge' },
  { bit: 9, name: 'chargeUndertemperature', stops: 'charge' },
  { bit: 10, name: 'coprocessorFault', fault: 'co-processor' },
  { bit: 11, name: 'cellUndervoltage', stops: 'load' },
  { bit: 12, name: 'packUndervoltage', stops: 'load' },
  { bit: 13, name: 'dischargeOvercurrent', stops: 'load' },
  { bit: DISCHARGE_SHORT, name: 'shortCircuit', stops: 'load' },
  { bit: 15, name: 'dischargeOvertemperature', stops: 'load' },
  { bit: 16, name: 'chargeMosfetFault', fault: 'charge MOS' },
  { bit: 17, name: 'dischargeMosfetFault', fault: 'discharge MOS' },
  { bit: 20, name: 'dischargeStartFault', fault: 'discharge on failed' },
  { bit: 21, name: 'batteryOverTemperature', stops: 'both' },
  { bit: 22, name: 'temperatureSensorFault', fault: 'sensor' },
  { bit: 23, name: 'parallelModuleFault', fault: 'PL module' },
];

/** What the board's own protection and its self-test say. */
export function jk02Flags(bits: number): Hardware {
  return { ...alarmFlags(ALARMS, bits), fault: faultOf(ALARMS, bits) };
}

/** The board knows that its current sensor is broken: what it tells is no current. */
export function currentSensorBroken(bits: number): boolean {
  return ((bits >>> CURRENT_SENSOR) & 1) === 1;
}
