/**
 * What stands around the 300-byte frames of JK's PB series on RS485, after the driver for Venus OS by mr-manuel and others
 * and captures in NEEY-electronic/JK.
 *
 * A question is a Modbus write of one register: `address 10 16 20 00 01 02 00 00 crc crc` (status; 1E settings, 1C names
 * and versions). The answer is the 300-byte frame, which holds no address, and behind it the confirmation of that write,
 * `address 10 16 20 00 01 crc crc`, on some boards with a 00 before and behind it.
 */
import { crc16 } from '../bus/crc16.ts';
import type { Found } from '../device.ts';
import { besides } from '../jk02/besides.ts';
import { findJk02Frames, type FoundJk02Frame, type Jk02Kind } from '../jk02/frame.ts';

const WRITE = 0x10;
const PAGE = 0x16;
const REGISTER: Readonly<Record<Jk02Kind, number>> = { status: 0x20, settings: 0x1e, info: 0x1c };
const QUESTION_LENGTH = 11;
const ACK_LENGTH = 8;
/** Bytes between a frame and its confirmation: 0 and 1 were seen. */
const MOST_BETWEEN = 8;

/** Who is asked, or has answered, and what. */
export interface PbAddressed {
  readonly address: number;
  readonly what: Jk02Kind;
}

/** The question to one board. */
export function pbQuestion({ address, what }: PbAddressed): Uint8Array {
  return closed([address, WRITE, PAGE, REGISTER[what], 0, 1, 2, 0, 0]);
}

/** The confirmation by one board. */
export function pbAck({ address, what }: PbAddressed): Uint8Array {
  return closed([address, WRITE, PAGE, REGISTER[what], 0, 1]);
}

function closed(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

/** The question in exactly these bytes; `null`: none. Total. */
export const readPbQuestion = (bytes: Uint8Array): PbAddressed | null => read(bytes, QUESTION_LENGTH, pbQuestion);

/** The confirmation in exactly these bytes; `null`: none. Total. */
export const readPbAck = (bytes: Uint8Array): PbAddressed | null => read(bytes, ACK_LENGTH, pbAck);

function read(bytes: Uint8Array, length: number, make: (of: PbAddressed) => Uint8Array): PbAddressed | null {
  if (bytes.length !== length) return null;
  const [address = 0, , , register] = bytes;
  const what = (['status', 'settings', 'info'] as const).find((kind) => REGISTER[kind] === register);
  if (what === undefined) return null;
  const right = make({ address, what });
  return right.every((byte, at) => bytes[at] === byte) ? { address, what } : null;
}

export interface PbAnswer extends FoundJk02Frame {
  /** Whose it is; `null`: no confirmation stands behind it. */
  readonly ack: PbAddressed | null;
}

/** Every whole good frame with the confirmation behind it. Total. */
export function findPbAnswers(heard: Uint8Array): PbAnswer[] {
  return findJk02Frames(heard).map((frame) => ({ ...frame, ack: ackBehind(heard, frame.end) }));
}

function ackBehind(heard: Uint8Array, end: number): PbAddressed | null {
  for (let at = end; at <= end + MOST_BETWEEN; at += 1) {
    const ack = readPbAck(heard.subarray(at, at + ACK_LENGTH));
    if (ack !== null) return ack;
  }
  return null;
}

/** The newest answer of this board to this question, or who else was heard; `null`: nobody. Total. */
export function findPbAnswer(heard: Uint8Array, asked: PbAddressed): Found<Uint8Array> | null {
  const answers = findPbAnswers(heard);
  const own = answers.findLast(({ kind, ack }) => kind === asked.what && isSame(ack, asked));
  if (own !== undefined) return { kind: 'answer', value: own.bytes };
  const questions = findQuestions(heard, asked);
  const others = answers.length + questions.length;
  if (others === 0) return null;
  const stranger = answers.find(({ ack }) => ack !== null && ack.address !== asked.address)?.ack;
  if (stranger) return besides(unasked(`the BMS at address ${stranger.address} answers`), others);
  const [question] = questions;
  if (question !== undefined) return besides(unasked(`a question to address ${question.address} was heard`), others);
  const text = answers.some(({ ack }) => ack === null)
    ? 'its values came without the confirmation behind them that tells whose they are'
    : 'an answer to another question came';
  return besides(text, others);
}

const unasked = (what: string): string =>
  `${what}, which was not asked from here: somebody else asks on this line too. ` +
  'Give every BMS an address from 1 to 15 (one with address 0 asks the others by itself) and let nobody else ask there';

/** Questions that are not ours: our own may come back as an echo. */
function findQuestions(heard: Uint8Array, asked: PbAddressed): PbAddressed[] {
  const found: PbAddressed[] = [];
  for (let at = 0; at + QUESTION_LENGTH <= heard.length; at += 1) {
    if (heard[at + 1] !== WRITE || heard[at + 2] !== PAGE) continue;
    const question = readPbQuestion(heard.subarray(at, at + QUESTION_LENGTH));
    if (question !== null && !isSame(question, asked)) found.push(question);
  }
  return found;
}

function isSame(one: PbAddressed | null, other: PbAddressed): boolean {
  return one !== null && one.address === other.address && one.what === other.what;
}
