/**
 * Frames of Daly's Modbus-like protocol, after esphome-daly-bms and aiobmsble.
 *
 * They look like Modbus RTU with function 03, but the address of the answer need not be that of the question: in the D2
 * layout both are D2, in the p81 layout board n is asked as 80 + n and answers as 50 + n. An answer does not say which
 * registers it holds: that it fits the question shows only in how many they are.
 */
import { wordAt } from '../bus/bytes.ts';
import { crc16 } from '../bus/crc16.ts';
import { exceptionText } from '../bus/modbus-codec.ts';
import type { Find, Found } from '../device.ts';
import type { LinkOptions } from '../options.ts';

const D2 = 0xd2;
const ASKED = 0x80;
const ANSWERED = 0x50;
const MOST_BOARDS = 16;
const READ = 3;
const EXCEPTION = READ | 0x80;
/** Address, function and number of bytes before the data, the checksum behind them. */
const HEAD = 3;
const CHECKSUM = 2;
const EXCEPTION_LENGTH = 5;

export type DalyLayout = 'd2' | 'p81';

/** Whom a question is for and who answers it. */
export interface DalyUnit {
  readonly layout: DalyLayout;
  readonly asked: number;
  readonly answers: number;
  /** Of p81, from 1. */
  readonly board: number;
}

/** The unit that the settings name. */
export function unitOf({ variant, address }: Pick<LinkOptions, 'variant' | 'address'>): DalyUnit {
  if (variant !== 'p81') return { layout: 'd2', asked: D2, answers: D2, board: 1 };
  return { layout: 'p81', asked: ASKED + address, answers: ANSWERED + address, board: address };
}

/** The layout that an address belongs to, and the board; `null`: it is none of Daly's. */
export function layoutOf(unit: number, kind: 'asked' | 'answers'): { layout: DalyLayout; board: number } | null {
  if (unit === D2) return { layout: 'd2', board: 1 };
  const board = unit - (kind === 'asked' ? ASKED : ANSWERED);
  return board >= 1 && board <= MOST_BOARDS ? { layout: 'p81', board } : null;
}

export interface DalyBlock {
  /** First register. */
  readonly first: number;
  readonly count: number;
}

/** Asks for a block of registers. */
export function readBlock({ asked }: DalyUnit, { first, count }: DalyBlock): Uint8Array {
  const question = Uint8Array.of(asked, READ, first >> 8, first & 0xff, count >> 8, count & 0xff, 0, 0);
  const crc = crc16(question, 0, 6);
  question.set([crc & 0xff, crc >> 8], 6);
  return question;
}

/** Whether `bytes[at…at+length-1]` ends with its own checksum. */
function isSound(bytes: Uint8Array, at: number, length: number): boolean {
  const to = at + length - CHECKSUM;
  const crc = crc16(bytes, at, to);
  return bytes[to] === (crc & 0xff) && bytes[to + 1] === crc >> 8;
}

/**
 * Looks for the answer to a question for `count` registers, the newest where there are several.
 * @param read what the registers say; `null`: nothing that can be
 */
export function findBlock<T>(
  { answers, layout, board }: DalyUnit,
  { count }: DalyBlock,
  read: (registers: readonly number[]) => T | null,
): Find<T> {
  return (heard) => {
    let found: Found<T> | null = null;
    for (let at = 0; at + EXCEPTION_LENGTH <= heard.length; ) {
      const length = lengthAt(heard, at);
      if (length === 0 || at + length > heard.length || !isSound(heard, at, length)) {
        at += 1;
        continue;
      }
      const [unit = 0, fn, size = 0] = heard.subarray(at, at + HEAD);
      if (unit !== answers) found ??= { kind: 'other', text: strangerText(unit, layout, board) };
      else if (fn === EXCEPTION) found = refusedBy(size);
      else if (size !== 2 * count) {
        found ??= { kind: 'other', text: `an answer with ${size / 2} registers came instead of ${count}` };
      } else found = answerOf(read(wordsOf(heard, at + HEAD, count)));
      at += length;
    }
    return found;
  };
}

/** Bytes of the answer that may begin there; 0: none does. */
function lengthAt(bytes: Uint8Array, at: number): number {
  if (layoutOf(bytes[at] ?? 0, 'answers') === null) return 0;
  const [fn, size = 0] = bytes.subarray(at + 1, at + HEAD);
  if (fn === EXCEPTION) return EXCEPTION_LENGTH;
  return fn === READ && size > 0 && size % 2 === 0 ? HEAD + size + CHECKSUM : 0;
}

function answerOf<T>(value: T | null): Found<T> {
  if (value !== null) return { kind: 'answer', value };
  return {
    kind: 'failure',
    reason: 'nonsense',
    text: 'the answer holds values that cannot be: check "Layout" in the settings',
  };
}

function refusedBy(code: number): Found<never> {
  return { kind: 'failure', reason: 'refused', text: `the BMS refuses the question: ${exceptionText(code)}` };
}

function strangerText(unit: number, layout: DalyLayout, board: number): string {
  const other = layoutOf(unit, 'answers');
  if (other?.layout === layout) return `the BMS at address ${other.board} answers instead of the one at ${board}`;
  return `a BMS answers with the layout ${other?.layout}: set "Layout" to that`;
}

function wordsOf(bytes: Uint8Array, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => wordAt(bytes, from + 2 * i));
}
