/** What the simulated 123\SmartBMS says of its state over Bluetooth, as counts and status bytes. */
import type { BmsState } from './bms.ts';
import { bits } from './bytes.ts';

/** Counts of a sensor, as the vendor's app reads them; a dead one counts nothing. */
export function celsiusCounts(celsius: number | null): number {
  return celsius === null ? 0 : Math.max(1, Math.round((celsius + 232) / 0.857));
}

function byteOf(set: readonly boolean[]): string {
  return bits(...set)
    .toString(16)
    .toUpperCase()
    .padStart(2, '0');
}

/** The two status bytes in hexadecimal. */
export function cellStatus(
  { alarms, conducts }: BmsState,
  communicates: boolean,
): { status1: string; status2: string } {
  const cold = alarms.chargeUndertemperature || alarms.dischargeUndertemperature;
  const hot = alarms.chargeOvertemperature || alarms.dischargeOvertemperature;
  const charge = conducts.charge && communicates;
  const load = conducts.discharge && communicates;
  return {
    status1: byteOf([charge, load, !communicates, alarms.cellUndervoltage, alarms.cellOvervoltage, cold, hot, false]),
    status2: byteOf([false, false, alarms.chargeUndertemperature, alarms.dischargeUndertemperature, charge, load]),
  };
}
