/** The frame with the settings of the device, decoded: shown by the decoder only, no rule rests on it. */
import { viewOf } from './frame.ts';

type Kind = 'milli' | 'tenths' | 'plain' | 'flag';

/** Four bytes each, low byte first: V, A, Ah in thousandths, °C in tenths, s and counts plain. */
const SETTINGS: readonly (readonly [at: number, name: string, kind: Kind])[] = [
  [6, 'sleepVoltage', 'milli'],
  [10, 'cellUndervoltage', 'milli'],
  [14, 'cellUndervoltageRecovery', 'milli'],
  [18, 'cellOvervoltage', 'milli'],
  [22, 'cellOvervoltageRecovery', 'milli'],
  [26, 'balanceDifference', 'milli'],
  [30, 'fullVoltage', 'milli'],
  [34, 'emptyVoltage', 'milli'],
  [38, 'chargeVoltage', 'milli'],
  [42, 'floatVoltage', 'milli'],
  [46, 'powerOffVoltage', 'milli'],
  [50, 'chargeOvercurrent', 'milli'],
  [54, 'chargeOvercurrentDelay', 'plain'],
  [58, 'chargeOvercurrentRecovery', 'plain'],
  [62, 'dischargeOvercurrent', 'milli'],
  [66, 'dischargeOvercurrentDelay', 'plain'],
  [70, 'dischargeOvercurrentRecovery', 'plain'],
  [74, 'shortCircuitRecovery', 'plain'],
  [78, 'balanceCurrent', 'milli'],
  [82, 'chargeOvertemperature', 'tenths'],
  [86, 'chargeOvertemperatureRecovery', 'tenths'],
  [90, 'dischargeOvertemperature', 'tenths'],
  [94, 'dischargeOvertemperatureRecovery', 'tenths'],
  [98, 'chargeUndertemperature', 'tenths'],
  [102, 'chargeUndertemperatureRecovery', 'tenths'],
  [106, 'mosOvertemperature', 'tenths'],
  [110, 'mosOvertemperatureRecovery', 'tenths'],
  [114, 'cellCount', 'plain'],
  [118, 'chargeSwitch', 'flag'],
  [122, 'dischargeSwitch', 'flag'],
  [126, 'balanceSwitch', 'flag'],
  // What was set; the status frame's "full" is what the board has learnt.
  [130, 'capacity', 'milli'],
  [138, 'balanceStart', 'milli'],
];

/** @param bytes a whole settings frame, 300 bytes */
export function decodeJk02Settings(bytes: Uint8Array): Record<string, number | boolean> {
  const view = viewOf(bytes);
  return Object.fromEntries(SETTINGS.map(([at, name, kind]) => [name, valueOf(view.getInt32(at, true), kind)]));
}

function valueOf(raw: number, kind: Kind): number | boolean {
  if (kind === 'flag') return raw !== 0;
  if (kind === 'milli') return raw / 1000;
  return kind === 'tenths' ? raw / 10 : raw;
}
