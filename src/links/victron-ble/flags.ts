/**
 * The bits with which a Smart Lithium battery and a Lynx BMS tell their state. The document on adverts names the
 * registers (`VE_REG_BMS_FLAGS`, `VE_REG_SMART_LITHIUM_ERROR_FLAGS`) without their bits; those stand in Victron's own
 * published header `velib/vecan/regs_payload.h` and agree with the driver of Venus OS.
 */
import { isSet } from '../register-values.ts';

/** Bit and name of `VE_REG_BMS_FLAGS` (2100). */
const BMS_FLAGS = [
  [0, 'charged'],
  [1, 'almostCharged'],
  [2, 'discharged'],
  [3, 'almostDischarged'],
  [4, 'charging'],
  [5, 'discharging'],
  [6, 'balancing'],
  [7, 'relayDischarged'],
  [8, 'relayCharged'],
  [9, 'overvoltage'],
  [10, 'overvoltageWarning'],
  [11, 'undervoltage'],
  [12, 'undervoltageWarning'],
  [13, 'chargeCurrentWarning'],
  [14, 'dischargeCurrentWarning'],
  [15, 'overTemperature'],
  [16, 'overTemperatureWarning'],
  [17, 'chargeColdWarning'],
  [18, 'chargeCold'],
  [19, 'dischargeColdWarning'],
  [20, 'dischargeCold'],
  [21, 'lowSoc'],
  [22, 'underTemperature'],
  [23, 'shortCircuit'],
  [24, 'hardwareFailure'],
  [25, 'allowedToCharge'],
  [26, 'allowedToDischarge'],
  [27, 'preAlarm'],
  [28, 'contactorWarning'],
  [29, 'highCurrent'],
  // From the driver of Venus OS only.
  [30, 'cellImbalance'],
] as const;

export type BmsFlag = (typeof BMS_FLAGS)[number][1];

/** Every flag by name. */
export function bmsFlags(bits: number): Record<BmsFlag, boolean> {
  const flags: Partial<Record<BmsFlag, boolean>> = {};
  for (const [bit, name] of BMS_FLAGS) flags[name] = isSet(bits, bit);
  return flags as Record<BmsFlag, boolean>;
}

/** The battery's own codes (VLB-8) for what the flags say; faults of the hardware are among the errors instead. */
const MESSAGES: readonly (readonly [BmsFlag, string])[] = [
  ['overvoltage', 'A-SL9'],
  ['undervoltage', 'A-SL11'],
  ['undervoltageWarning', 'W-SL12'],
  ['overTemperature', 'A-SL15'],
  ['underTemperature', 'A-SL22'],
];

export function messagesIn(flags: Record<BmsFlag, boolean>): string {
  return MESSAGES.flatMap(([flag, code]) => (flags[flag] ? [code] : [])).join(' ');
}

/** Bit of the errors and the battery's own code; bits between have the number after theirs. */
const SETTINGS_LOST = 7;
const HARDWARE = 'E-SL24';
const LONGEST_FAULT = 32;

/** Its faults by the codes VictronConnect shows (VLB-8); empty: none. */
export function lithiumFault(errors: number, flags: Record<BmsFlag, boolean>): string {
  const codes = flags.hardwareFailure ? [HARDWARE] : [];
  for (let bit = 0; bit < 16; bit += 1) {
    if (isSet(errors, bit)) codes.push(`E-SL${bit === SETTINGS_LOST ? 119 : bit + 1}`);
  }
  return codes.join(' ').slice(0, LONGEST_FAULT).trim();
}

/** Pairs of bits in the IO word of a Lynx BMS: 1 yes, 2 and 3 no, 0 not told. */
const IO = { chargeAllowed: 2, loadAllowed: 4, externalRelayClosed: 6 } as const;

export function lynxIo(bits: number): Record<keyof typeof IO, boolean | null> {
  const pair = (shift: number): boolean | null => {
    const value = (bits >> shift) & 3;
    return value === 0 ? null : value === 1;
  };
  return {
    chargeAllowed: pair(IO.chargeAllowed),
    loadAllowed: pair(IO.loadAllowed),
    externalRelayClosed: pair(IO.externalRelayClosed),
  };
}

/** Pairs of bits in its warnings and alarms: 1 all right, 2 and 3 a warning or an alarm, 0 not told. */
const LYNX_ALARMS = [
  [0, 'lowCellVoltage'],
  [2, 'highCurrent'],
  [4, 'bmsOverTemperature'],
  [6, 'contactor'],
  [8, 'bmsCable'],
  [10, 'loadDisconnect'],
  [12, 'lowSoc'],
  [16, 'highTemperature'],
] as const;

export function lynxAlarms(bits: number): Record<string, boolean | null> {
  const flags: Record<string, boolean | null> = {};
  for (const [shift, name] of LYNX_ALARMS) {
    const value = Math.floor(bits / 2 ** shift) & 3;
    flags[name] = value === 0 ? null : value > 1;
  }
  return flags;
}

/** Errors of a Lynx BMS that are its ordinary protections: voltages and temperatures out of range. */
const PROTECTIONS: ReadonlySet<number> = new Set([13, 14, 15, 16]);

export function lynxFault(error: number): string {
  return error === 0 || PROTECTIONS.has(error) ? '' : `E-B${error}`;
}
