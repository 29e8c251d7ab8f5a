/**
 * Frames of the JBD protocol (also sold as Xiaoxiang, Overkill, LLT; UART or RS485, 9600 8N1), after the register map
 * published by Overkill Solar.
 *
 * A request is `DD A5|5A register length data sum sum 77` (A5 reads, 5A writes), an answer
 * `DD register status length data sum sum 77`. The sum is 0x10000 less everything between DD and itself, without the
 * first byte of a request and without the register of an answer; high byte first.
 */
import { sumOf, wordAt } from '../bus/bytes.ts';

const START = 0xdd;
const END = 0x77;
const READ = 0xa5;
const WRITE = 0x5a;
/** Bytes of a frame beside its data. */
const ENVELOPE = 7;
/** The register that keeps the two MOSFET switches. No other register is written here. */
const SWITCHES = 0xe1;
const CHARGE_OFF = 1;
const DISCHARGE_OFF = 2;

/** Voltage, current, protections and MOSFETs. */
export const JBD_BASICS = 0x03;
/** Voltages of the cells. */
export const JBD_CELLS = 0x04;
/** The model. */
export const JBD_NAME = 0x05;

/** Bits of the word of protections. */
export const JBD_PROTECTION = {
  cellHigh: 1 << 0,
  cellLow: 1 << 1,
  packHigh: 1 << 2,
  packLow: 1 << 3,
  chargeHot: 1 << 4,
  chargeCold: 1 << 5,
  dischargeHot: 1 << 6,
  dischargeCold: 1 << 7,
  chargeCurrent: 1 << 8,
  dischargeCurrent: 1 << 9,
  shortCircuit: 1 << 10,
  frontEnd: 1 << 11,
  /** A MOSFET is switched off by `jbdSwitches`, from here or from an app. */
  switchedOff: 1 << 12,
} as const;

/** The request for one register. */
export function jbdRead(register: number): Uint8Array {
  return request(READ, register, []);
}

/** The request that allows, or switches off, charging and discharging: both at once, there is no other. */
export function jbdSwitches({ charge, discharge }: { readonly charge: boolean; readonly discharge: boolean }) {
  return request(WRITE, SWITCHES, [0, (charge ? 0 : CHARGE_OFF) | (discharge ? 0 : DISCHARGE_OFF)]);
}

function request(what: number, register: number, data: readonly number[]): Uint8Array {
  const body = [register, data.length, ...data];
  return Uint8Array.of(START, what, ...body, ...sum16(body), END);
}

function sum16(bytes: Iterable<number>): [high: number, low: number] {
  const sum = -sumOf(bytes);
  return [(sum >> 8) & 0xff, sum & 0xff];
}

/** One good frame. */
export type JbdFrame = (
  | { readonly kind: 'question'; readonly action: 'read' | 'write' }
  /** Status 0: done; anything else: refused. */
  | { readonly kind: 'answer'; readonly status: number }
) & {
  readonly register: number;
  readonly data: Uint8Array;
  /** Bytes of the whole frame. */
  readonly length: number;
};

/** Why the bytes are no frame. */
export type JbdRefusal = 'start' | 'length' | 'end' | 'checksum';

/** The frame that begins at `at`, or why none does. Total. */
export function readJbdFrame(bytes: Uint8Array, at = 0): JbdFrame | JbdRefusal {
  if (bytes[at] !== START) return 'start';
  const size = bytes[at + 3];
  if (size === undefined || at + size + ENVELOPE > bytes.length) return 'length';
  const end = at + 4 + size;
  if (bytes[end + 2] !== END) return 'end';
  // A question leaves out its action, an answer its register: both sums begin at the same place.
  const [high, low] = sum16(bytes.subarray(at + 2, end));
  if (bytes[end] !== high || bytes[end + 1] !== low) return 'checksum';
  const [first = 0, second = 0] = bytes.subarray(at + 1, at + 3);
  const rest = { data: Uint8Array.from(bytes.subarray(at + 4, end)), length: size + ENVELOPE };
  if (first === READ || first === WRITE) {
    return { kind: 'question', action: first === READ ? 'read' : 'write', register: second, ...rest };
  }
  return { kind: 'answer', register: first, status: second, ...rest };
}

/**
 * The data of the newest whole answer about a register; `null` when there is none, or when the BMS refused. Other
 * answers and noise around it are passed over. Total.
 */
export function findJbdAnswer(bytes: Uint8Array, register: number): Uint8Array | null {
  for (let at = bytes.length - ENVELOPE; at >= 0; at -= 1) {
    const frame = readJbdFrame(bytes, at);
    if (typeof frame === 'string' || frame.kind !== 'answer' || frame.register !== register) continue;
    return frame.status === 0 ? frame.data : null;
  }
  return null;
}

export interface JbdMosfets {
  /** The MOSFETs conduct. */
  readonly charge: boolean;
  readonly discharge: boolean;
  /** Bits of `JBD_PROTECTION`. */
  readonly protection: number;
}

/** What the data of register 03 say of the MOSFETs; `null` when they are too short for it. Total. */
export function readJbdMosfets(data: Uint8Array): JbdMosfets | null {
  const mosfets = data[20];
  if (mosfets === undefined) return null;
  const protection = wordAt(data, 16);
  return { charge: (mosfets & 1) !== 0, discharge: (mosfets & 2) !== 0, protection };
}
