/**
 * Frames of JK's older protocol on the GPS port (`4E 57`, 115200 8N1), after the protocol description and the driver of
 * esphome-jk-bms.
 *
 * `4E 57`, length (all but the first two bytes), four bytes terminal, command, source, type, data, four bytes record,
 * `68`, two bytes of zero, and the sum of all bytes before those two zeros; numbers high byte first. Answers put the sum
 * over the same bytes.
 */

const START = [0x4e, 0x57] as const;
const END = 0x68;
const COMMAND = { write: 0x02, password: 0x05, readAll: 0x06 } as const;
const SOURCE = { gps: 0x02, computer: 0x03 } as const;
const ANSWER = 1;
const HEAD = 11;
/** Record, end, zeros and sum. */
const TAIL = 9;
/** Tags of the two switches. No other tag is written from here: its neighbours are settings. */
const SWITCH = { charge: 0xab, discharge: 0xac } as const;
const STATUS = 0x8c;

/** The request for everything. */
export const jkReadAll = (): Uint8Array => frame(COMMAND.readAll, SOURCE.computer, [0]);

/** What has to go before a write, some 150 ms ahead. */
export const jkPassword = (): Uint8Array => frame(COMMAND.password, SOURCE.gps, [0, 0]);

/** The request that sets one of the two switches. */
export function jkSwitch(which: keyof typeof SWITCH, on: boolean): Uint8Array {
  return frame(COMMAND.write, SOURCE.gps, [SWITCH[which], on ? 1 : 0]);
}

function frame(command: number, source: number, data: readonly number[]): Uint8Array {
  const length = HEAD + data.length + TAIL - 2;
  const bytes = [...START, length >> 8, length & 0xff, 0, 0, 0, 0, command, source, 0, ...data, 0, 0, 0, 0, END];
  const sum = sum16(bytes);
  return Uint8Array.of(...bytes, 0, 0, sum >> 8, sum & 0xff);
}

function sum16(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xffff;
}

/**
 * The tags and values of the newest whole answer to "read all"; `null` when there is none. Noise around it, and
 * answers to writes, are passed over. Real devices answer with the command 06 or 03. Total.
 */
export function findJkAnswer(bytes: Uint8Array): Uint8Array | null {
  for (let at = bytes.length - HEAD - TAIL; at >= 0; at -= 1) {
    if (bytes[at] !== START[0] || bytes[at + 1] !== START[1]) continue;
    const end = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (end > bytes.length || end < at + HEAD + TAIL || bytes[end - 5] !== END) continue;
    const sum = ((bytes[end - 2] ?? 0) << 8) | (bytes[end - 1] ?? 0);
    if (sum !== sum16(bytes.subarray(at, end - 4))) continue;
    const [command, , type] = bytes.subarray(at + 8, at + HEAD);
    if (command === COMMAND.write || command === COMMAND.password || type !== ANSWER) continue;
    return Uint8Array.from(bytes.subarray(at + HEAD, end - TAIL));
  }
  return null;
}

/** Bytes of the values behind the tags; 79 tells its own. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  ...tags(1, [0x85, 0x86, 0x9d, 0xa9, 0xab, 0xac, 0xae, 0xaf, 0xb1, 0xb3, 0xb8, 0xc0]),
  ...tags(2, [0x80, 0x81, 0x82, 0x83, 0x84, 0x87, 0x8a, 0x8b, 0x8c, 0xad, 0xb0]),
  ...tags(2, [0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c]),
  ...tags(2, [0x9e, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8]),
  ...tags(4, [0x89, 0xaa, 0xb5, 0xb6, 0xb9]),
  ...tags(8, [0xb4]),
  ...tags(10, [0xb2]),
  ...tags(15, [0xb7]),
  ...tags(24, [0xba]),
]);

function tags(length: number, list: readonly number[]): (readonly [number, number])[] {
  return list.map((tag) => [tag, length]);
}
const CELLS = 0x79;

/**
 * The values of an answer by their tags, up to the first tag that nobody knows: how long its value is nobody knows
 * either. Total.
 */
export function readJkTags(data: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at < data.length; ) {
    const tag = data[at] ?? 0;
    const told = tag === CELLS;
    const length = told ? data[at + 1] : LENGTHS.get(tag);
    const from = at + (told ? 2 : 1);
    if (length === undefined || from + length > data.length || found.has(tag)) break;
    found.set(tag, Uint8Array.from(data.subarray(from, from + length)));
    at = from + length;
  }
  return found;
}

export interface JkMosfets {
  /** The MOSFETs conduct. */
  readonly conducts: { readonly charge: boolean; readonly discharge: boolean };
  /** The switches that somebody has set. */
  readonly allows: { readonly charge: boolean; readonly discharge: boolean };
}

/** What the values of an answer say of the MOSFETs and their switches; `null` when they do not tell all four. Total. */
export function readJkMosfets(values: ReadonlyMap<number, Uint8Array>): JkMosfets | null {
  const status = values.get(STATUS)?.[1];
  const charge = values.get(SWITCH.charge)?.[0];
  const discharge = values.get(SWITCH.discharge)?.[0];
  if (status === undefined || charge === undefined || discharge === undefined || charge > 1 || discharge > 1) {
    return null;
  }
  return {
    conducts: { charge: (status & 1) !== 0, discharge: (status & 2) !== 0 },
    allows: { charge: charge === 1, discharge: discharge === 1 },
  };
}
