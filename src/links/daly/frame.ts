/**
 * Frames of Daly's A5 protocol (UART, RS485 or USB, 9600 8N1), after the command set that python-daly-bms uses.
 *
 * Every frame is `A5 address command 08`, eight bytes of data, and the low byte of the sum of all that. The host calls
 * itself 40 on RS485 and USB; the BMS answers as 01.
 */

const START = 0xa5;
const HOST = 0x40;
const BMS = 0x01;
const DATA = 8;
const FRAME = 13;
/** Commands that switch a MOSFET. No other that changes anything is sent from here. */
const SWITCH = { charge: 0xda, discharge: 0xd9 } as const;

/** State, MOSFETs and what is left. */
export const DALY_MOSFETS = 0x93;

/** The request for what a command tells. */
export function dalyRead(command: number): Uint8Array {
  return request(command, 0);
}

/** The request that switches one MOSFET. Filled up with zeros; another public driver fills up with AA. */
export function dalySwitch(which: keyof typeof SWITCH, on: boolean): Uint8Array {
  return request(SWITCH[which], on ? 1 : 0);
}

function request(command: number, first: number): Uint8Array {
  const frame = new Uint8Array(FRAME);
  frame.set([START, HOST, command, DATA, first]);
  frame[FRAME - 1] = sum8(frame.subarray(0, FRAME - 1));
  return frame;
}

function sum8(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
}

/**
 * The eight bytes of the newest whole answer to a command; `null` when there is none. Other answers and noise around it
 * are passed over. Total.
 */
export function findDalyAnswer(bytes: Uint8Array, command: number): Uint8Array | null {
  for (let at = bytes.length - FRAME; at >= 0; at -= 1) {
    const frame = bytes.subarray(at, at + FRAME);
    if (frame[0] !== START || frame[1] !== BMS || frame[2] !== command || frame[3] !== DATA) continue;
    if (frame[FRAME - 1] === sum8(frame.subarray(0, FRAME - 1))) return Uint8Array.from(frame.subarray(4, 4 + DATA));
  }
  return null;
}

export interface DalyMosfets {
  /** The MOSFETs conduct. */
  readonly charge: boolean;
  readonly discharge: boolean;
}

/** What the answer to 93 says of the MOSFETs; `null` for values that are none. Total. */
export function readDalyMosfets(data: Uint8Array): DalyMosfets | null {
  const [, charge = 2, discharge = 2] = data;
  return charge > 1 || discharge > 1 ? null : { charge: charge === 1, discharge: discharge === 1 };
}
