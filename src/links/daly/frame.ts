/**
 * Frames of Daly's A5 protocol (UART, RS485 or USB, 9600 8N1), after the command set that python-daly-bms uses.
 *
 * Every frame is `A5 address command 08`, eight bytes of data, and the low byte of the sum of all that. On RS485 and USB
 * the host calls itself 40 to ask the first board, 41 for the second, and the boards answer as 01, 02 and so on; on the
 * UART and by Bluetooth it calls itself 80 (dbus-serialbattery, python-daly-bms).
 */
import { sumOf } from '../bus/bytes.ts';
import type { Find, Found } from '../device.ts';

const START = 0xa5;
const HOST = 0x40;
/** Of the host on the UART and by Bluetooth. */
export const DALY_UART_HOST = 0x80;
/** Of modules that ask by themselves: mobile phone network. */
const GPRS_HOST = 0x20;
const BMS = 0x01;
/** Boards that can share an RS485 line. */
const MOST_DALY_BOARDS = 16;
const DATA = 8;
const FRAME = 13;
/** Commands that switch a MOSFET. No other that changes anything is sent from here. */
const SWITCH = { charge: 0xda, discharge: 0xd9 } as const;

/** What the commands tell. */
export const DALY_RATED = 0x50;
export const DALY_DATE = 0x53;
export const DALY_CODE = 0x57;
export const DALY_PACK = 0x90;
export const DALY_CELL_EXTREMES = 0x91;
export const DALY_TEMPERATURE_EXTREMES = 0x92;
/** State, MOSFETs and what is left. */
export const DALY_MOSFETS = 0x93;
export const DALY_STATUS = 0x94;
export const DALY_CELLS = 0x95;
export const DALY_TEMPERATURES = 0x96;
export const DALY_BALANCING = 0x97;
export const DALY_FAULTS = 0x98;

/** How the host calls itself to ask board 1…16 on RS485 or USB. */
export function dalyHost(board: number): number {
  return HOST + board - 1;
}

/** The request for what a command tells. */
export function dalyRead(command: number, host = HOST): Uint8Array {
  return request(command, 0, host);
}

/** The request that switches one MOSFET. Filled up with zeros; another public driver fills up with AA. */
export function dalySwitch(which: keyof typeof SWITCH, on: boolean): Uint8Array {
  return request(SWITCH[which], on ? 1 : 0, HOST);
}

function request(command: number, first: number, host: number): Uint8Array {
  const frame = new Uint8Array(FRAME);
  frame.set([START, host, command, DATA, first]);
  frame[FRAME - 1] = sum8(frame.subarray(0, FRAME - 1));
  return frame;
}

const sum8 = (bytes: Uint8Array): number => sumOf(bytes) & 0xff;

export interface DalyFrame {
  readonly kind: 'question' | 'answer';
  /** Board that is asked or answers; `null` in a question of a host that knows of one only. */
  readonly board: number | null;
  /** The address byte as it is. */
  readonly address: number;
  readonly command: number;
  /** Eight bytes. */
  readonly data: Uint8Array;
}

export type DalyRefusal = 'length' | 'start' | 'address' | 'checksum';

/** The frame that begins at `at`, or why there is none. Total. */
export function readDalyFrame(bytes: Uint8Array, at = 0): DalyFrame | DalyRefusal {
  const frame = bytes.subarray(at, at + FRAME);
  if (frame.length > 0 && frame[0] !== START) return 'start';
  if (frame.length < FRAME || frame[3] !== DATA) return 'length';
  if (frame[FRAME - 1] !== sum8(frame.subarray(0, FRAME - 1))) return 'checksum';
  const [, address = 0, command = 0] = frame;
  const data = Uint8Array.from(frame.subarray(4, 4 + DATA));
  if (address >= BMS && address <= MOST_DALY_BOARDS) return { kind: 'answer', board: address, address, command, data };
  if (address >= HOST && address < HOST + MOST_DALY_BOARDS) {
    return { kind: 'question', board: address - HOST + 1, address, command, data };
  }
  if (address !== DALY_UART_HOST && address !== GPRS_HOST) return 'address';
  return { kind: 'question', board: null, address, command, data };
}

/** Every good answer in the bytes, in order; noise, echoes and damaged frames are passed over. */
function answersIn(bytes: Uint8Array): DalyFrame[] {
  const answers: DalyFrame[] = [];
  for (let at = 0; at + FRAME <= bytes.length; ) {
    const frame = readDalyFrame(bytes, at);
    if (typeof frame === 'string') {
      at += 1;
      continue;
    }
    at += FRAME;
    if (frame.kind === 'answer') answers.push(frame);
  }
  return answers;
}

/** Looks for the answer of a board to a command, the newest where there are several. `read`: `null` = cannot be. */
export function dalyAnswer<T>(board: number, command: number, read: (data: Uint8Array) => T | null): Find<T> {
  return (heard) => {
    const answers = answersIn(heard);
    const data = answers.findLast((frame) => frame.board === board && frame.command === command)?.data;
    return data === undefined ? strangerIn(answers, board, command) : foundIn(command, read(data));
  };
}

/**
 * Looks for an answer in several frames, numbered from 1 in their first byte: all of them must be there. Frames with
 * other numbers are passed over: by Bluetooth a BMS sends frames for cells that it does not have, too.
 */
export function dalyAnswers<T>(
  board: number,
  command: number,
  count: number,
  read: (frames: readonly Uint8Array[]) => T | null,
): Find<T> {
  return (heard) => {
    const answers = answersIn(heard);
    const own = answers.filter((frame) => frame.board === board && frame.command === command);
    if (own.length === 0) return strangerIn(answers, board, command);
    const frames: Uint8Array[] = [];
    for (let number = 1; number <= count; number += 1) {
      const frame = own.findLast(({ data }) => data[0] === number);
      if (frame === undefined) return null;
      frames.push(frame.data);
    }
    return foundIn(command, read(frames));
  };
}

function foundIn<T>(command: number, value: T | null): Found<T> {
  if (value !== null) return { kind: 'answer', value };
  return {
    kind: 'failure',
    reason: 'nonsense',
    text: `the answer to command ${hex(command)} holds values that cannot be`,
  };
}

function strangerIn(answers: readonly DalyFrame[], board: number, command: number): Found<never> | null {
  const [stranger] = answers;
  if (stranger === undefined) return null;
  const text =
    stranger.board === board
      ? `an answer to command ${hex(stranger.command)} came instead of ${hex(command)}`
      : `the BMS at address ${stranger.board} answers instead of the one at ${board}`;
  return { kind: 'other', text };
}

const hex = (command: number): string => command.toString(16).padStart(2, '0').toUpperCase();

/**
 * The eight bytes of the newest whole answer of board 1 to a command; `null` when there is none. Other answers and noise
 * around it are passed over. Total.
 */
export function findDalyAnswer(bytes: Uint8Array, command: number): Uint8Array | null {
  for (let at = bytes.length - FRAME; at >= 0; at -= 1) {
    const frame = readDalyFrame(bytes, at);
    if (typeof frame !== 'string' && frame.board === BMS && frame.command === command && frame.kind === 'answer') {
      return frame.data;
    }
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
