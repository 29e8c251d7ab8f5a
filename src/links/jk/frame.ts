/**
 * Frames of JK's older protocol on the GPS port (`4E 57`, 115200 8N1), after the protocol description and the driver of
 * esphome-jk-bms.
 *
 * `4E 57`, length (all but the first two bytes), four bytes terminal, command, source, type, data, four bytes record,
 * `68`, two bytes of zero, and the sum of all bytes before those two zeros; numbers high byte first. Answers put the sum
 * over the same bytes.
 */
import { sumOf, wordAt } from '../bus/bytes.ts';

const START = [0x4e, 0x57] as const;
const END = 0x68;
const COMMAND = { write: 0x02, password: 0x05, readAll: 0x06 } as const;
const NAMES: Readonly<Record<number, string>> = {
  1: 'activate',
  [COMMAND.write]: 'write',
  3: 'read',
  [COMMAND.password]: 'password',
  [COMMAND.readAll]: 'read all',
};
const SOURCE = { gps: 0x02, computer: 0x03 } as const;
const ANSWER = 1;
const HEAD = 11;
/** Record, end, zeros and sum. */
const TAIL = 9;
/** Tags of the two switches. No other tag is written from here: its neighbours are settings. */
export const JK_SWITCH = { charge: 0xab, discharge: 0xac } as const;

/** The request for everything. */
export const jkReadAll = (): Uint8Array => frame(COMMAND.readAll, SOURCE.computer, [0]);

/** What has to go before a write, some 150 ms ahead. */
export const jkPassword = (): Uint8Array => frame(COMMAND.password, SOURCE.gps, [0, 0]);

/** The request that sets one of the two switches. */
export function jkSwitch(which: keyof typeof JK_SWITCH, on: boolean): Uint8Array {
  return frame(COMMAND.write, SOURCE.gps, [JK_SWITCH[which], on ? 1 : 0]);
}

function frame(command: number, source: number, data: readonly number[]): Uint8Array {
  const length = HEAD + data.length + TAIL - 2;
  const bytes = [...START, length >> 8, length & 0xff, 0, 0, 0, 0, command, source, 0, ...data, 0, 0, 0, 0, END];
  const sum = sum16(bytes);
  return Uint8Array.of(...bytes, 0, 0, sum >> 8, sum & 0xff);
}

const sum16 = (bytes: Iterable<number>): number => sumOf(bytes) & 0xffff;

/** What stands around the data of one frame. */
export interface JkFrame {
  readonly command: number;
  readonly source: number;
  /** It is an answer of the BMS, not a question to it. */
  readonly answer: boolean;
  readonly data: Uint8Array;
}

export type JkRefusal = 'start' | 'length' | 'end' | 'checksum';

/** Exactly one frame, or why it is none. Total. */
export function readJkFrame(bytes: Uint8Array): JkFrame | JkRefusal {
  const end = bytes.length;
  if (bytes[0] !== START[0] || bytes[1] !== START[1]) return 'start';
  if (end < HEAD + TAIL || end !== 2 + wordAt(bytes, 2)) return 'length';
  if (bytes[end - 5] !== END) return 'end';
  const sum = wordAt(bytes, end - 2);
  if (sum !== sum16(bytes.subarray(0, end - 4))) return 'checksum';
  const [command = 0, source = 0, type] = bytes.subarray(8, HEAD);
  return { command, source, answer: type === ANSWER, data: Uint8Array.from(bytes.subarray(HEAD, end - TAIL)) };
}

/** Whether a frame is an answer to "read all": real devices answer with the command 06 or 03. */
export function tellsAll({ command, answer }: JkFrame): boolean {
  return answer && command !== COMMAND.write && command !== COMMAND.password;
}

/** What a frame asks for or answers to: `read all`, `write`, `password`, or the command's number. */
export function jkCommandName(command: number): string {
  return NAMES[command] ?? `command ${command}`;
}

/**
 * The tags and values of the newest whole answer to "read all"; `null` when there is none. Noise around it, and
 * answers to writes, are passed over. Total.
 */
export function findJkAnswer(bytes: Uint8Array): Uint8Array | null {
  for (let at = bytes.length - HEAD - TAIL; at >= 0; at -= 1) {
    if (bytes[at] !== START[0] || bytes[at + 1] !== START[1]) continue;
    const end = at + 2 + wordAt(bytes, at + 2);
    if (end > bytes.length) continue;
    const frame = readJkFrame(bytes.subarray(at, end));
    if (typeof frame !== 'string' && tellsAll(frame)) return frame.data;
  }
  return null;
}
