/** Alarm bits of JK boards: what each stops, and which of them are defects of the board itself. */
import type { Hardware } from '../../engine/reading/reading.ts';
import { isSet } from '../register-values.ts';

export interface AlarmBit {
  readonly bit: number;
  /** The flag it is shown under. */
  readonly name: string;
  /** What the board's own protection stops while it is set. */
  readonly stops?: 'charge' | 'load' | 'both';
  /** A defect, in a few words: goes into `fault`. */
  readonly fault?: string;
}

/** Characters of the longest fault code. */
const LONGEST_FAULT = 32;

/** Tag 8B of the older protocol. Bit 0 (low capacity) is a warning. */
export const JK_ALARMS: readonly AlarmBit[] = [
  { bit: 0, name: 'lowCapacity' },
  { bit: 1, name: 'bmsOverTemperature', stops: 'both' },
  { bit: 2, name: 'packOvervoltage', stops: 'charge' },
  { bit: 3, name: 'packUndervoltage', stops: 'load' },
  { bit: 4, name: 'batteryOverTemperature', stops: 'both' },
  { bit: 5, name: 'chargeOvercurrent', stops: 'charge' },
  { bit: 6, name: 'dischargeOvercurrent', stops: 'load' },
  { bit: 7, name: 'cellDifference' },
  { bit: 8, name: 'boxOverTemperature', stops: 'both' },
  { bit: 9, name: 'batteryUnderTemperature', stops: 'charge' },
  { bit: 10, name: 'cellOvervoltage', stops: 'charge' },
  { bit: 11, name: 'cellUndervoltage', stops: 'load' },
  { bit: 12, name: 'protection309A' },
  { bit: 13, name: 'protection309B' },
];

/** Every flag of the table, and what they mean together for charging and the loads. */
export function alarmFlags(table: readonly AlarmBit[], bits: number): Hardware {
  const flags: Hardware = { chargeAllowed: true, loadAllowed: true };
  for (const { bit, name, stops } of table) {
    const raised = isSet(bits, bit);
    flags[name] = flags[name] === true || raised;
    if (!raised) continue;
    if (stops === 'charge' || stops === 'both') flags.chargeAllowed = false;
    if (stops === 'load' || stops === 'both') flags.loadAllowed = false;
  }
  return flags;
}

/** The defects among the bits in the table's words; their number in hexadecimal where the words are too long. */
export function faultOf(table: readonly AlarmBit[], bits: number): string {
  const faults = table.filter(({ bit, fault }) => fault !== undefined && isSet(bits, bit));
  const words = faults.map(({ fault }) => fault).join(', ');
  if (words.length <= LONGEST_FAULT) return words;
  const sum = faults.reduce((total, { bit }) => total + 2 ** bit, 0);
  return `0x${sum.toString(16)}`;
}
