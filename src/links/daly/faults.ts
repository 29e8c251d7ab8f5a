/**
 * The alarm bits of a Daly BMS: seven bytes, the same in the answer to 98 of the A5 protocol and in registers 3A…3D of the
 * D2 protocol. Names after the table "Part 4 Daly RS485+UART Protocol" as python-daly-bms has it.
 *
 * Most come in pairs: level 1 warns, level 2 is the protection. Only level 2 is taken for a refusal here.
 */
import type { Hardware } from '../../engine/reading/reading.ts';
import { isSet } from '../register-values.ts';

/** Two levels each, from bit 0 of byte 0 on; four bytes. */
const PAIRS = [
  'cellOvervoltage',
  'cellUndervoltage',
  'packOvervoltage',
  'packUndervoltage',
  'chargeOvertemperature',
  'chargeUndertemperature',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'chargeOvercurrent',
  'dischargeOvercurrent',
  'socHigh',
  'socLow',
  'cellVoltageDifference',
  'temperatureDifference',
] as const;

/** One bit each, from bit 0 of byte 4 on. */
const SINGLES = [
  'chargeMosOvertemperature',
  'dischargeMosOvertemperature',
  'chargeMosSensorFailure',
  'dischargeMosSensorFailure',
  'chargeMosStuck',
  'dischargeMosStuck',
  'chargeMosOpen',
  'dischargeMosOpen',
  'frontEndFailure',
  'cellWireOff',
  'temperatureSensorFailure',
  'memoryFailure',
  'clockFailure',
  'prechargeFailure',
  'vehicleCommunicationFailure',
  'internalCommunicationFailure',
  'currentModuleFailure',
  'voltageModuleFailure',
  'shortCircuit',
  'chargingOfLowVoltageDenied',
] as const;

/** Bytes that hold bits. */
const DALY_FAULT_BYTES = 7;
const FIRST_SINGLE = 4;

type Pair = (typeof PAIRS)[number];
type Single = (typeof SINGLES)[number];

/** What must not be charged, or discharged, any more. */
const DENY_CHARGE: readonly (Pair | Single)[] = [
  'cellOvervoltage',
  'packOvervoltage',
  'chargeOvertemperature',
  'chargeUndertemperature',
  'chargeOvercurrent',
  'chargingOfLowVoltageDenied',
];
const DENY_LOAD: readonly (Pair | Single)[] = [
  'cellUndervoltage',
  'packUndervoltage',
  'dischargeOvertemperature',
  'dischargeUndertemperature',
  'dischargeOvercurrent',
  'shortCircuit',
];

/** Defects of the BMS that its protection rests on, and the words for them. A clock or a radio is none of these. */
const DEFECTS: Readonly<Partial<Record<Single, string>>> = {
  chargeMosSensorFailure: 'charge MOS sensor',
  dischargeMosSensorFailure: 'discharge MOS sensor',
  chargeMosStuck: 'charge MOS stuck',
  dischargeMosStuck: 'discharge MOS stuck',
  chargeMosOpen: 'charge MOS open',
  dischargeMosOpen: 'discharge MOS open',
  frontEndFailure: 'AFE',
  cellWireOff: 'cell wire',
  temperatureSensorFailure: 'temperature sensor',
  memoryFailure: 'EEPROM',
  prechargeFailure: 'pre-charge',
  currentModuleFailure: 'current module',
  voltageModuleFailure: 'voltage module',
};
const LONGEST_FAULT = 32;

export interface DalyFaults {
  /** Names of level 1 bits. */
  readonly warnings: readonly string[];
  /** Names of level 2 bits. */
  readonly protections: readonly string[];
  /** Names of the bits without levels. */
  readonly others: readonly string[];
  /** Every bit that is set, as `byte.bit`. */
  readonly bits: readonly string[];
}

/** Names of the bits that are set, in the order of the table; bits without a name are in `bits` only. Total. */
export function readDalyFaults(bytes: Uint8Array): DalyFaults {
  const isIn = (byte: number, bit: number): boolean => isSet(bytes[byte] ?? 0, bit);
  const level = (add: number): Pair[] => PAIRS.filter((_, i) => isIn(i >> 2, 2 * (i & 3) + add));
  const bits: string[] = [];
  for (let byte = 0; byte < DALY_FAULT_BYTES; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) if (isIn(byte, bit)) bits.push(`${byte}.${bit}`);
  }
  const others = SINGLES.filter((_, i) => isIn(FIRST_SINGLE + (i >> 3), i & 7));
  return { warnings: level(0), protections: level(1), others, bits };
}

/** The same as flags that every source has. */
export function dalyHardware({ protections, others }: DalyFaults): Hardware {
  const set = new Set<string>([...protections, ...others]);
  const none = (names: readonly string[]): boolean => !names.some((name) => set.has(name));
  const flags: Hardware = {};
  for (const name of PAIRS) flags[name] = set.has(name);
  return {
    ...flags,
    chargeAllowed: none(DENY_CHARGE),
    loadAllowed: none(DENY_LOAD),
    shortCircuit: set.has('shortCircuit'),
    bmsOverTemperature: !none(['chargeMosOvertemperature', 'dischargeMosOvertemperature']),
    cellCommunication: none(['frontEndFailure', 'cellWireOff']),
    fault: faultText(others),
  };
}

/** Whole words only, as many as there is room for. */
function faultText(others: readonly string[]): string {
  let text = '';
  for (const name of others) {
    const word = DEFECTS[name as Single];
    if (word === undefined) continue;
    const longer = text === '' ? word : `${text}, ${word}`;
    if (longer.length <= LONGEST_FAULT) text = longer;
  }
  return text;
}
